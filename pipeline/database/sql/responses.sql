-- responses: the view of what became of each slot for each analysed respondent, and whether it was passed by.
-- Reads: coded.states, coded.slots.
create view coded.responses as
select
    states.wave,
    states.respondent,
    slots.question,
    slots.item,
    cast(
        case
            when states.answered & slots.bit <> 0 then 'answered'
            when states.skipped & slots.bit <> 0 then 'skipped'
            when states.not_asked & slots.bit <> 0 then 'not_asked'
            when states.not_reached & slots.bit <> 0 then 'not_reached'
            when states.dkns & slots.bit <> 0 then 'dkns'
            when states.not_applicable & slots.bit <> 0 then 'not_applicable'
            else 'not_offered'
        end as state
    ) as state,
    states.unrouted & slots.bit <> 0 as unrouted
from coded.states
join coded.slots using (wave, word)
