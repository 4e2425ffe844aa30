-- attention: who answered a question that checks attention otherwise than right.
-- Reads: all_rules, all_clauses (wave, position, question, option), all_answers. Writes: all_found.
insert into all_found
select
    all_answers.wave,
    all_answers.respondent,
    all_rules.position,
    all_answers.question,
    count(all_clauses.option) = 0 as flagged
from all_answers
join all_rules using (wave, question)
left join all_clauses
    on all_clauses.wave = all_answers.wave
    and all_clauses.position = all_rules.position
    and all_clauses.option = all_answers.option
where all_rules.rule = 'attention'
group by all_answers.wave, all_answers.respondent, all_rules.position, all_answers.question
order by all_answers.wave, all_answers.respondent, all_answers.question
