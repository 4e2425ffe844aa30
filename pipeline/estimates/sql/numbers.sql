-- numbers: one row a question of numbers (or an item) and a group: mean, median and quartiles, weighted.
-- Reads: sums. A quartile is the first value with its part of the weight up to it, or lies midway to the next.
with counted as (
    select *
    from sums
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
    from counted
    group by all
),
placed as (
    select
        counted.*,
        means.mean,
        (sum(weighted) over (partition by wave, question, item, segment, grp order by value))::double
        / means.weight::double as part
    from counted
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
