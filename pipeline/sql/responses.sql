-- responses: the state of every analysed respondent on every question, and on every item of a grid.
-- Reads: all_states, coded.respondents.
create table coded.responses as
select all_states.*
from all_states
join coded.respondents using (wave, respondent)
where coded.respondents.excluded is null
order by wave, respondent, question, item
