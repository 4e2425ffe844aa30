-- respondents: one row an analysed respondent, with the weight, null in a wave that is not weighted.
-- Reads: the views respondents and waves.
select
    respondents.wave,
    respondents.respondent,
    case when waves.weighting <> '' then respondents.weight::double end as weight
from respondents
join waves using (wave)
where respondents.excluded is null
order by all
