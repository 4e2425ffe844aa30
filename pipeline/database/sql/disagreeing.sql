-- disagreeing: respondents whose boxes say other than the column in which their answers stand joined.
-- Reads: said (respondent, option), all_answers.
with ticked as (
    select distinct respondent, option
    from all_answers
    where wave = $wave and question = $question
)
select distinct respondent
from (
    (select * from said except select * from ticked)
    union
    (select * from ticked except select * from said)
)
order by respondent
