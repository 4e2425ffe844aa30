-- numbers: weighted mean, median and quartiles of numbers, with the sum that the error of the mean needs.
-- Reads: cells. The first value with a part p of the weight up to it, averaged with the next where it is just p.
with found as (
    select *
    from cells
    where value is not null
),
means as (
    select
        wave,
        question,
        item,
        segment,
        grp,
        sum(respondents)::bigint as respondents,
        sum(weighted) as weight,
        fsum(weighted::double * value order by value) / sum(weighted)::double as mean
    from found
    group by all
),
placed as (
    select
        found.*,
        means.weight,
        means.mean,
        sum(weighted) over (partition by wave, question, item, segment, grp order by value) as up_to
    from found
    join means using (wave, question, item, segment, grp)
)
select
    means.*,
    fsum(squares::double * (value - placed.mean) ** 2 order by value) as deviations,
    (min(value) filter (up_to * 4 >= placed.weight) + min(value) filter (up_to * 4 > placed.weight)) / 2
        as lower_quartile,
    (min(value) filter (up_to * 2 >= placed.weight) + min(value) filter (up_to * 2 > placed.weight)) / 2
        as median,
    (min(value) filter (up_to * 4 >= placed.weight * 3) + min(value) filter (up_to * 4 > placed.weight * 3)) / 2
        as upper_quartile
from means
join placed using (wave, question, item, segment, grp)
group by all
order by all
