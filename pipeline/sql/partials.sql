-- partials: who left before the end, of all responses received.
-- Reads: all_marks.
create or replace temp table all_partials as
select distinct wave, respondent
from all_marks
where at_question is not null
