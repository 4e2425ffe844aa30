-- respondents: one row a response received; the first screening rule that holds excludes it.
-- Reads: all_respondents, all_screens (wave, respondent, position), coded.rules. Writes: coded.respondents.
insert into coded.respondents
select all_respondents.wave, all_respondents.respondent, 1 as weight, rules.reason as excluded
from all_respondents
left join (
    select wave, respondent, min(position) as position
    from all_screens
    group by all
) as held using (wave, respondent)
left join coded.rules on rules.wave = held.wave and rules.position = held.position
order by all_respondents.wave, all_respondents.respondent
