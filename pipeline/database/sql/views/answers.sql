-- answers: one row an answer of an analysed respondent, with ids and labels.
-- Reads: coded.answers, coded.waves, coded.questions, coded.items, coded.options.
create view answers as
select
    waves.name as wave,
    answers.respondent,
    questions.id as question,
    items.id as item,
    items.label as item_label,
    options.id as option,
    options.label as option_label,
    options.role,
    answers.rank,
    answers.value
from coded.answers
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
left join coded.options using (question, option)
order by answers.wave, answers.respondent, answers.question, answers.item, answers.rank, answers.option
