-- responses: one row an analysed respondent and a question, or an item of a grid: the state of their answer.
-- Reads: all_response_bits, all_partials, all_excluded, coded.slots. Writes: coded.responses.
insert into coded.responses by name
select
    bits_of.wave,
    bits_of.respondent,
    slots.question,
    slots.item,
    cast(
        case
            when not slots.offered then 'not_offered'
            when bits_of.answered & slots.bit <> 0 then 'answered'
            when bits_of.dkns & slots.bit <> 0 then 'dkns'
            when bits_of.given & slots.bit <> 0 then 'not_applicable'
            when bits_of.unrouted & slots.bit <> 0 then 'not_asked'
            when slots.question >= all_partials.at_question and not all_partials.finished then 'not_reached'
            else 'skipped'
        end as state
    ) as state,
    bits_of.unrouted & bits_of.given & slots.bit <> 0 as unrouted
from all_response_bits as bits_of
anti join all_excluded using (wave, respondent)
join coded.slots using (wave, word)
left join all_partials using (wave, respondent)
