-- chosen: one row an analysed respondent of $wave who answered the single choice $question, and the option.
-- Reads: coded.answers, coded.waves.
select answers.respondent, answers.option
from coded.answers
join coded.waves using (wave)
where waves.name = $wave and answers.question = $question
order by answers.respondent
