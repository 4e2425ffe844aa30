-- respondents: one row a response received; `excluded` names the screening rule, null for the analysed.
-- Reads: coded.respondents, coded.waves, coded.flags.
create view respondents as
select
    waves.name as wave,
    respondents.respondent,
    respondents.weight,
    respondents.excluded,
    coalesce(flagged.flags, []) as flags
from coded.respondents
join coded.waves using (wave)
left join (
    select wave, respondent, list(distinct flag order by flag) as flags
    from coded.flags
    group by all
) as flagged using (wave, respondent)
order by waves.wave, respondents.respondent
