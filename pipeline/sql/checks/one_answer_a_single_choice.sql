-- Respondents with two answers to a single choice, or on one row of a grid.
-- Say: the question lets people choose one; if several were allowed, declare kind = "multiple".
select waves.name as wave, answers.respondent, questions.id as question, items.id as item
from coded.answers
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
where questions.kind in ('single', 'grid', 'number', 'date', 'allocation')
group by all
having count(*) > 1
order by all
