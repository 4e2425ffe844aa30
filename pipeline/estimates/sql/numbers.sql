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
        sum(squares) as squares,
        fsum(weighted::double * value order by value) / sum(weighted)::double as mean
    from found
    group by all
),
placed as (
    select
        found.*,
        means.mean,
        (sum(weighted) over (partition by wave, question, item, segment, grp order by value))::double
        / means.weight::double as part
    from found
    join means using (wave, question, item, segment, grp)
)
select
    means.*,
    fsum(placed.squares::double * (value - placed.mean) ** 2 order by value) as deviations,
    (min(value) filter (part >= 0.25 - 1e-9) + min(value) filter (part > 0.25 + 1e-9)) / 2 as lower_quartile,
    (min(value) filter (part >= 0.5 - 1e-9) + min(value) filter (part > 0.5 + 1e-9)) / 2 as median,
    (min(value) filter (part >= 0.75 - 1e-9) + min(value) filter (part > 0.75 + 1e-9)) / 2 as upper_quartile
from means
join placed using (wave, question, item, segment, grp)
group by all
order by all
