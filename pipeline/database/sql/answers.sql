-- answers: one row an answer of an analysed respondent.
-- Reads: all_answers, all_excluded. Writes: coded.answers.
insert into coded.answers by name
select *
from all_answers
anti join all_excluded using (wave, respondent)
