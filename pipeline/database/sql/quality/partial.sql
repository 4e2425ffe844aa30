-- partial: one row a response: flagged where it ends before the questionnaire does.
-- Reads: all_quality_rules, all_respondents, all_partials. Writes: all_quality_results.
insert into all_quality_results
select
    all_respondents.wave,
    all_respondents.respondent,
    all_quality_rules.position,
    0 as question,
    all_partials.respondent is not null as flagged
from all_respondents
join all_quality_rules using (wave)
left join all_partials
    on all_partials.wave = all_respondents.wave and all_partials.respondent = all_respondents.respondent
where all_quality_rules.rule = 'partial'
order by all_respondents.wave, all_respondents.respondent
