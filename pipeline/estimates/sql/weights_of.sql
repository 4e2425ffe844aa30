-- weights_of: one row an option of a target, 0 for none: how many of a base, and of those who gave certain answers.
-- Reads: coded.responses, coded.answers, coded.respondents, coded.waves, domain.
with base as (
    select responses.wave, responses.respondent, respondents.weight
    from coded.responses
    join coded.waves using (wave)
    join domain using (wave, respondent)
    join coded.respondents using (wave, respondent)
    where waves.name = $wave
        and responses.question = $question
        and responses.item = $slot
        and responses.state in (select unnest($states::state[]))
        and domain.segment = $segment
        and domain.grp = $group
),
chosen as (
    select distinct wave, respondent
    from coded.answers
    where question = $question
        and ($item = 0 or item = $item)
        and (option in (select unnest($options::integer[])) or rank <= $places)
)
select
    coalesce(target.option, 0) as option,
    base.weight::double as weight,
    count(*) as cases,
    count(chosen.respondent) as chosen
from base
left join chosen using (wave, respondent)
left join (select wave, respondent, option from coded.answers where question = $target) as target
    using (wave, respondent)
group by all
order by all
