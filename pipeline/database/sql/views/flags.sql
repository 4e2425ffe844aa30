-- flags: what an analysed respondent did that the questionnaire does not allow.
-- Reads: coded.flags, coded.waves, coded.questions.
create view flags as
select waves.name as wave, flags.respondent, questions.id as question, flags.flag
from coded.flags
join coded.waves using (wave)
join coded.questions using (question)
order by flags.wave, flags.respondent, flags.question, flags.flag
