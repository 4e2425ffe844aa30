-- attention: one row a response that answered a question which checks attention: flagged where the answer is wrong.
-- Reads: all_quality_rules, all_quality_options, all_answers. Writes: all_quality_results.
insert into all_quality_results
select
    all_answers.wave,
    all_answers.respondent,
    all_quality_rules.position,
    all_answers.question,
    count(all_quality_options.option) = 0 as flagged
from all_answers
join all_quality_rules using (wave, question)
left join all_quality_options
    on all_quality_options.wave = all_answers.wave
    and all_quality_options.position = all_quality_rules.position
    and all_quality_options.option = all_answers.option
where all_quality_rules.rule = 'attention'
group by all_answers.wave, all_answers.respondent, all_quality_rules.position, all_answers.question
order by all_answers.wave, all_answers.respondent, all_answers.question
