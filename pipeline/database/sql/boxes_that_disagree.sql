-- boxes_that_disagree: one row a respondent whose boxes say other than the column in which their answers stand joined.
-- Reads: joined_answers (respondent, option), all_ticked.
with ticked as (
    select distinct respondent, option
    from all_ticked
    where wave = $wave and question = $question
)
select distinct respondent
from (
    (select * from joined_answers except select * from ticked)
    union
    (select * from ticked except select * from joined_answers)
)
order by respondent
