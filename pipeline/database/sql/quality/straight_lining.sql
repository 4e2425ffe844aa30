-- straight_lining: who gave one option on all items of a grid that they answered, where they answered enough.
-- Reads: all_rules, all_answers, coded.options. Writes: all_found.
insert into all_found
select
    wave,
    respondent,
    all_rules.position,
    question,
    min(all_answers.option) = max(all_answers.option) as flagged
from all_answers
join all_rules using (wave, question)
join coded.options using (question, option)
where all_rules.rule = 'straight_lining' and options.role not in ('dkns', 'not_applicable')
group by wave, respondent, all_rules.position, question, all_rules.fewest
having count(*) >= all_rules.fewest
order by wave, respondent, question
