-- combinations: one row a combination of some options of a multiple choice and a wave: who chose just these.
-- Reads: coded.answers, coded.respondents, coded.waves, domain (segment '' only). Who chose none has no row.
with combined as (
    select wave, respondent, list_sort(list(option)) as options
    from coded.answers
    join domain using (wave, respondent)
    where segment = '' and question = $question and list_contains($options, option)
    group by all
)
select
    waves.name as wave,
    options,
    count(*) as respondents,
    sum(weight)::double as weighted,
    sum(weight * weight)::double as squares
from combined
join coded.waves using (wave)
join coded.respondents using (wave, respondent)
group by waves.wave, waves.name, options
order by waves.wave, options
