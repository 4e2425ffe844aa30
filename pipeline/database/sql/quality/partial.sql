-- partial: who left before the end.
-- Reads: all_rules, all_respondents, all_partials. Writes: all_found.
insert into all_found
select
    all_respondents.wave,
    all_respondents.respondent,
    all_rules.position,
    0 as question,
    all_partials.respondent is not null as flagged
from all_respondents
join all_rules using (wave)
left join all_partials
    on all_partials.wave = all_respondents.wave and all_partials.respondent = all_respondents.respondent
where all_rules.rule = 'partial'
order by all_respondents.wave, all_respondents.respondent
