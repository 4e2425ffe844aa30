-- answers: one row an answer of an analysed respondent, integer-coded; 0 where there is no item or option.
-- Reads: all_answers, coded.respondents.
create table coded.answers as
select all_answers.*
from all_answers
join coded.respondents using (wave, respondent)
where coded.respondents.excluded is null
order by wave, respondent, question, item, rank, option
