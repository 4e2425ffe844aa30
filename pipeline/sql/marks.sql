-- marks: what everybody received did, a bit for every question and item of a grid, a row a word of 62 of them.
-- Reads: all_answers, all_respondents, coded.slots, coded.routes, coded.options, coded.items, coded.questions.
create or replace temp table all_marks as
with
places as (
    -- a ranking's items are answers; its state is the question's
    select wave, question, item, word, bit
    from coded.slots
    union all
    select slots.wave, slots.question, items.item, slots.word, slots.bit
    from coded.slots
    join coded.items using (question)
    where slots.item = 0
),
said as (
    select
        all_answers.wave,
        all_answers.respondent,
        places.word,
        bit_or(places.bit) as given,
        bit_or(case when coalesce(options.role, 'substantive') in ('substantive', 'other', 'none')
            then places.bit else 0 end) as answered,
        bit_or(case when options.role = 'dkns' then places.bit else 0 end) as dkns,
        max(all_answers.question) as last_question
    from all_answers
    join places using (wave, question, item)
    left join coded.options using (question, option)
    group by all
),
reached as (
    select wave, respondent, max(last_question) as last_question
    from said
    group by all
),
clauses as (
    -- a clause holds if one of its options was chosen; a clause whose options this wave lacks is inert
    select *, number // 62 as word, 1::bigint << (number % 62)::integer as bit
    from (
        select *, dense_rank() over (partition by wave order by question, on_question) - 1 as number
        from coded.routes
    ) as numbered
),
held as (
    select all_answers.wave, all_answers.respondent, clauses.word, bit_or(clauses.bit) as bits
    from all_answers
    join clauses
        on clauses.wave = all_answers.wave
        and clauses.on_question = all_answers.question
        and clauses.on_option = all_answers.option
    group by all
),
barred as (
    select all_respondents.wave, all_respondents.respondent, slots.word, bit_or(slots.bit) as bits
    from all_respondents
    join (
        select wave, question, word, bit_or(bit) as bits
        from clauses
        group by all
    ) as wanted using (wave)
    left join held using (wave, respondent, word)
    join coded.slots on slots.wave = wanted.wave and slots.question = wanted.question
    where coalesce(held.bits, 0) & wanted.bits <> wanted.bits
    group by all
),
marks as (
    select
        all_respondents.wave,
        all_respondents.respondent,
        words.word,
        coalesce(said.given, 0) as given,
        coalesce(said.answered, 0) as answered,
        coalesce(said.dkns, 0) as dkns,
        coalesce(barred.bits, 0) as barred,
        coalesce(reached.last_question, 0) as last_question
    from all_respondents
    join (select distinct wave, word from coded.slots) as words using (wave)
    left join said using (wave, respondent, word)
    left join barred using (wave, respondent, word)
    left join reached using (wave, respondent)
),
after as (
    -- what comes after a question and is asked of all who are not passed by, free texts left out
    select slots.wave, slots.word, reached.last_question, bit_or(slots.bit) as bits
    from coded.slots
    join coded.questions using (question)
    join (select distinct last_question from marks) as reached on slots.question > reached.last_question
    where slots.offered and questions.kind <> 'text'
    group by all
),
stopped as (
    -- where a response ended: the first question after its last answer that was asked and is not free text,
    -- so that who leaves the comments at the end empty has skipped them
    select ended.wave, ended.respondent, min(slots.question) as at_question
    from (
        select marks.wave, marks.respondent, marks.word, after.bits & ~marks.barred as bits
        from marks
        join after using (wave, word, last_question)
    ) as ended
    join coded.slots
        on slots.wave = ended.wave and slots.word = ended.word and slots.bit = ended.bits & -ended.bits
    group by all
)
-- who stopped nowhere answered to the end
select marks.* exclude (last_question), stopped.at_question
from marks
left join stopped using (wave, respondent)
