-- unions: who chose at least one option of a net, once, where a respondent can choose several.
-- Reads: coded.answers, coded.nets, coded.questions.
create table coded.unions as
select distinct answers.wave, answers.respondent, answers.question, answers.item, nets.net
from coded.answers
join coded.nets using (question, option)
join coded.questions using (question)
where questions.kind = 'multiple'
