-- unions: one row an analysed respondent who chose an option of a net, and the net, where one can choose several.
-- Reads: coded.answers, coded.nets, coded.questions. Writes: coded.unions.
insert into coded.unions by name
select distinct answers.wave, answers.respondent, answers.question, answers.item, nets.net
from coded.answers
join coded.nets using (question, option)
join coded.questions using (question)
where questions.several
