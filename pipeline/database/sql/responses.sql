-- responses: the state of every analysed respondent on every question, and on every item of a grid.
-- Reads: all_marks, all_partials, coded.slots, coded.respondents.
create table coded.responses as
select
    marks.wave,
    marks.respondent,
    slots.question,
    slots.item,
    cast(
        case
            when not slots.offered then 'not_offered'
            when marks.answered & slots.bit <> 0 then 'answered'
            when marks.dkns & slots.bit <> 0 then 'dkns'
            when marks.given & slots.bit <> 0 then 'not_applicable'
            when marks.barred & slots.bit <> 0 then 'not_asked'
            when slots.question >= all_partials.at_question then 'not_reached'
            else 'skipped'
        end as state
    ) as state,
    marks.barred & marks.given & slots.bit <> 0 as unrouted
from all_marks as marks
join coded.respondents using (wave, respondent)
join coded.slots using (wave, word)
left join all_partials using (wave, respondent)
where coded.respondents.excluded is null
