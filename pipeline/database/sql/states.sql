-- states: one row an analysed respondent and a word of slots: bits of the slots in each state; see schema.sql.
-- Reads: all_response_bits, all_partials, all_excluded, coded.slots. Writes: coded.states.
insert into coded.states by name
with offered as (
    select wave, word, bit_or(case when offered then bit else 0 end) as bits
    from coded.slots
    group by all
),
ahead as (
    select slots.wave, slots.word, first.question as at_question, bit_or(slots.bit) as bits
    from coded.slots
    join coded.questions as first on slots.question >= first.question
    group by all
),
in_steps as (
    -- a slot is in the first of these states that holds of it
    select
        bits_of.wave,
        bits_of.respondent,
        bits_of.word,
        offered.bits & bits_of.answered as answered,
        offered.bits & bits_of.dkns & ~bits_of.answered as dkns,
        offered.bits & bits_of.given & ~bits_of.answered & ~bits_of.dkns as not_applicable,
        offered.bits & ~bits_of.given as left_blank,
        bits_of.unrouted as not_asked,
        coalesce(ahead.bits, 0) as not_reached,
        bits_of.unrouted & bits_of.given as unrouted
    from all_response_bits as bits_of
    anti join all_excluded using (wave, respondent)
    join offered using (wave, word)
    left join all_partials
        on all_partials.wave = bits_of.wave
        and all_partials.respondent = bits_of.respondent
        and not all_partials.finished
    left join ahead
        on ahead.wave = bits_of.wave and ahead.word = bits_of.word and ahead.at_question = all_partials.at_question
)
select
    wave,
    respondent,
    word,
    answered,
    dkns,
    not_applicable,
    left_blank & ~not_asked & ~not_reached as skipped,
    left_blank & ~not_asked & not_reached as not_reached,
    left_blank & not_asked as not_asked,
    unrouted
from in_steps
