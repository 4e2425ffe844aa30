-- impossible: one row a response that answered all questions of a rule: flagged where the answers cannot all be true.
-- Reads: all_quality_rules, all_quality_options, all_answers. Writes: all_quality_results.
insert into all_quality_results
with met as (
    select
        all_answers.wave,
        all_answers.respondent,
        rules.position,
        all_answers.question,
        bool_or(all_answers.option = options.option) as holds
    from all_quality_rules as rules
    join all_quality_options as options using (wave, position)
    join all_answers on all_answers.wave = rules.wave and all_answers.question = options.question
    where rules.rule = 'impossible'
    group by all
)
select wave, respondent, position, 0 as question, bool_and(holds) as flagged
from met
join (
    select wave, position, count(distinct question) as questions
    from all_quality_options
    group by all
) as needed using (wave, position)
group by wave, respondent, position, needed.questions
having count(*) = needed.questions
order by wave, respondent, position
