-- partials: one row a respondent, of all received, without an answer to the last questions, and the first of these.
-- Reads: all_response_bits, all_finished, coded.slots, coded.questions. Finished: they came to the end all the same.
insert into all_partials by name
with after as (
    -- the first question after the last answer that was asked and is not free text is where they left, so that
    -- who leaves the comments at the end empty has skipped them; where the export says that they did not finish,
    -- they have not
    select
        slots.wave,
        slots.word,
        last.question as last_question,
        bit_or(slots.bit) as every_bit,
        bit_or(case when questions.counted <> 'text' then slots.bit else 0 end) as bits
    from coded.slots
    join coded.questions using (question)
    join (select question from coded.questions union all select 0) as last on slots.question > last.question
    where slots.offered
    group by all
),
ended as (
    select
        bits_of.wave,
        bits_of.respondent,
        bits_of.word,
        coalesce(all_finished.finished, false) as finished,
        case when all_finished.finished is false then after.every_bit else after.bits end
            & ~bits_of.unrouted as bits
    from all_response_bits as bits_of
    join after using (wave, word, last_question)
    left join all_finished using (wave, respondent)
)
select ended.wave, ended.respondent, min(slots.question) as at_question, bool_or(finished) as finished
from ended
join coded.slots on slots.wave = ended.wave and slots.word = ended.word and slots.bit = ended.bits & -ended.bits
group by all
