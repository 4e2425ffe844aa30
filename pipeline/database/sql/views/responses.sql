-- responses: the state of each analysed respondent on each question, and on each item of a grid.
-- Reads: coded.responses, coded.waves, coded.questions, coded.items.
create view responses as
select
    waves.name as wave,
    responses.respondent,
    questions.id as question,
    items.id as item,
    responses.state
from coded.responses
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
order by responses.wave, responses.respondent, responses.question, responses.item
