-- partials: one row a respondent who left before the end, of all received, and the question at which they did.
-- Reads: all_response_bits, coded.slots, coded.questions.
insert into all_partials by name
with after as (
    -- the first question after the last answer that was asked and is not free text is where they left, so that
    -- who leaves the comments at the end empty has skipped them
    select slots.wave, slots.word, last.question as last_question, bit_or(slots.bit) as bits
    from coded.slots
    join coded.questions using (question)
    join (select question from coded.questions union all select 0) as last on slots.question > last.question
    where slots.offered and questions.counted <> 'text'
    group by all
),
ended as (
    select bits_of.wave, bits_of.respondent, bits_of.word, after.bits & ~bits_of.unrouted as bits
    from all_response_bits as bits_of
    join after using (wave, word, last_question)
)
select ended.wave, ended.respondent, min(slots.question) as at_question
from ended
join coded.slots on slots.wave = ended.wave and slots.word = ended.word and slots.bit = ended.bits & -ended.bits
group by all
