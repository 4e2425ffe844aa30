-- public_states: the state of each analysed respondent on each closed question, and on each item of a grid.
-- Reads: the views responses and questions.
select responses.wave, responses.respondent, responses.question, coalesce(responses.item, '') as item, responses.state
from responses
join questions using (question)
where questions.kind <> 'text'
order by all
