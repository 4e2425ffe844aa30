-- wordings: one row a question that a wave asked, as the wave put it; `number` is its code in the export.
-- Reads: coded.wordings, coded.waves, coded.questions.
create view wordings as
select waves.name as wave, questions.id as question, wordings.number, wordings.text, wordings.mode
from coded.wordings
join coded.waves using (wave)
join coded.questions using (question)
order by wordings.wave, wordings.question
