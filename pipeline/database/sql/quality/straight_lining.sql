-- straight_lining: one row a response that answered enough items of a grid: flagged where all have the same option.
-- Reads: all_quality_rules, all_answers, coded.options. Writes: all_quality_results.
insert into all_quality_results
select
    wave,
    respondent,
    all_quality_rules.position,
    question,
    min(all_answers.option) = max(all_answers.option) as flagged
from all_answers
join all_quality_rules using (wave, question)
join coded.options using (question, option)
where all_quality_rules.rule = 'straight_lining' and options.role not in ('dkns', 'not_applicable')
group by wave, respondent, all_quality_rules.position, question, all_quality_rules.fewest
having count(*) >= all_quality_rules.fewest
order by wave, respondent, question
