-- waves: one row a fielding, with what its wave file says of it, and what its weights cost.
-- Reads: coded.waves, coded.respondents.
create view waves as
select
    waves.name as wave,
    waves.* exclude (wave, name),
    coalesce(analysed, 0) as analysed,
    squares * analysed / (weights * weights) as deff,
    weights * weights / squares as effective_respondents,
    lowest as lowest_weight,
    highest as highest_weight
from coded.waves
left join (
    select
        wave,
        count(*) as analysed,
        sum(weight)::double as weights,
        sum(weight * weight)::double as squares,
        min(weight)::double as lowest,
        max(weight)::double as highest
    from coded.respondents
    where excluded is null
    group by all
) using (wave)
order by waves.wave
