-- texts: what analysed respondents wrote where a text question is not private.
-- Reads: coded.texts, coded.waves, coded.questions.
create view texts as
select waves.name as wave, texts.respondent, questions.id as question, texts.text
from coded.texts
join coded.waves using (wave)
join coded.questions using (question)
order by texts.wave, texts.respondent, texts.question, texts.text
