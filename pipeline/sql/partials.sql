-- partials: who left before the end, of all responses received.
-- Reads: all_states.
create or replace temp table all_partials as
select distinct wave, respondent
from all_states
where state = 'not_reached'
