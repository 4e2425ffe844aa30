-- Respondents with two answers to a single choice, or on one row of a grid.
-- Say: the question lets people choose one; if several were allowed, declare kind = "multiple".
with several as (
    select answers.wave, answers.respondent
    from coded.answers
    join coded.questions using (question)
    left join coded.slots using (wave, question, item)
    where questions.counted in ('options', 'numbers') and not questions.several and questions.total is null
    group by answers.wave, answers.respondent, slots.word
    having count(*) > bit_count(bit_or(slots.bit))
    union
    select answers.wave, answers.respondent
    from coded.answers
    join coded.questions using (question)
    where questions.total is not null
)
select waves.name as wave, answers.respondent, questions.id as question, items.id as item
from coded.answers
join several using (wave, respondent)
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
where questions.counted in ('options', 'numbers') and not questions.several
group by all
having count(*) > 1
order by all
