-- answers: one row an answer of an analysed respondent to a closed question, by ids; never what they wrote.
-- Reads: the views answers and questions.
select answers.wave, answers.respondent, answers.question, answers.item, answers.option, answers.rank, answers.value
from answers
join questions using (question)
where questions.counted <> 'text'
order by all
