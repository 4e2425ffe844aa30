-- states: one row an analysed respondent and a closed question, or an item of a grid: the state of the answer.
-- Reads: the views responses and questions.
select responses.wave, responses.respondent, responses.question, coalesce(responses.item, '') as item, responses.state
from responses
join questions using (question)
where questions.counted <> 'text'
order by all
