-- answers: one row an answer of an analysed respondent, integer-coded and once; 0 for no item or option.
-- Reads: all_answers, coded.respondents.
create table coded.answers as
select all_answers.*
from all_answers
join coded.respondents using (wave, respondent)
where coded.respondents.excluded is null
