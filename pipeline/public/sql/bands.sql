-- bands: one row an answer of an analysed respondent and a band of numbers or dates that it is in, by ids.
-- Reads: the views answers, questions and nets.
select answers.wave, answers.respondent, answers.question, nets.net
from answers
join questions using (question)
join nets
    on nets.question = answers.question
    and answers.value >= nets.low
    and (answers.value < nets.high or nets.closed and answers.value = nets.high)
where not questions.several
order by all
