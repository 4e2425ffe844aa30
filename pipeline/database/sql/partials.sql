-- partials: who left before the end, of all responses received, and at which question.
-- Reads: all_marks, coded.slots, coded.questions.
create or replace temp table all_partials as
with after as (
    -- the first question after the last answer that was asked and is not free text is where they left, so that
    -- who leaves the comments at the end empty has skipped them
    select slots.wave, slots.word, last.question as last_question, bit_or(slots.bit) as bits
    from coded.slots
    join coded.questions using (question)
    join (select question from coded.questions union all select 0) as last on slots.question > last.question
    where slots.offered and questions.kind <> 'text'
    group by all
),
ended as (
    select marks.wave, marks.respondent, marks.word, after.bits & ~marks.barred as bits
    from all_marks as marks
    join after using (wave, word, last_question)
)
select ended.wave, ended.respondent, min(slots.question) as at_question
from ended
join coded.slots on slots.wave = ended.wave and slots.word = ended.word and slots.bit = ended.bits & -ended.bits
group by all
