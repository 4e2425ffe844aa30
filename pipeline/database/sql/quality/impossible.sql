-- impossible: who gave answers that cannot all be true, of those who answered all the questions of them.
-- Reads: all_rules, all_clauses (wave, position, question, option), all_answers. Writes: all_found.
insert into all_found
with held as (
    select
        all_answers.wave,
        all_answers.respondent,
        all_rules.position,
        all_answers.question,
        bool_or(all_answers.option = all_clauses.option) as holds
    from all_rules
    join all_clauses using (wave, position)
    join all_answers on all_answers.wave = all_rules.wave and all_answers.question = all_clauses.question
    where all_rules.rule = 'impossible'
    group by all
)
select wave, respondent, position, 0 as question, bool_and(holds) as flagged
from held
join (
    select wave, position, count(distinct question) as questions
    from all_clauses
    group by all
) as wanted using (wave, position)
group by wave, respondent, position, wanted.questions
having count(*) = wanted.questions
order by wave, respondent, position
