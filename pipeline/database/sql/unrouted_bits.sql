-- unrouted_bits: one row a respondent and a word of slots, a bit for each question that earlier answers skip.
-- Reads: all_answers, all_respondents, coded.slots, coded.routes. A word without a bit has no row.
insert into all_unrouted_bits by name
with clauses as (
    -- a condition holds if one of its options was chosen; where the wave lacks all its options it is left out
    select *, number // 62 as word, 1::bigint << (number % 62)::integer as bit
    from (
        select *, dense_rank() over (partition by wave order by question, on_question) - 1 as number
        from coded.routes
    ) as numbered
),
met as (
    select all_answers.wave, all_answers.respondent, clauses.word, bit_or(clauses.bit) as bits
    from all_answers
    join clauses
        on clauses.wave = all_answers.wave
        and clauses.on_question = all_answers.question
        and clauses.on_option = all_answers.option
    group by all
)
select all_respondents.wave, all_respondents.respondent, slots.word, bit_or(slots.bit) as bits
from all_respondents
join (
    select wave, question, word, bit_or(bit) as bits
    from clauses
    group by all
) as needed using (wave)
left join met using (wave, respondent, word)
join coded.slots on slots.wave = needed.wave and slots.question = needed.question
where coalesce(met.bits, 0) & needed.bits <> needed.bits
group by all
