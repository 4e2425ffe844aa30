-- Respondents whose state on a question disagrees with the answers they have to it.
-- Say: this is a fault of the pipeline and not of the export; please report it.
with each_way as (
    select wave, respondent, word, answered | dkns | not_applicable as bits
    from coded.states
    where answered | dkns | not_applicable <> 0
    union all
    select wave, respondent, word, bit_or(bit)
    from (
        select wave, respondent, question, item from coded.answers
        union all
        select wave, respondent, question, 0 from all_denied anti join all_excluded using (wave, respondent)
    ) as given
    join coded.places using (wave, question, item)
    group by all
),
differing as (
    select wave, respondent, word, bit_xor(bits) as bits
    from each_way
    group by all
    having bit_xor(bits) <> 0
)
select waves.name as wave, differing.respondent, questions.id as question, items.id as item
from differing
join coded.slots on slots.wave = differing.wave and slots.word = differing.word and slots.bit & differing.bits <> 0
join coded.waves on waves.wave = differing.wave
join coded.questions using (question)
left join coded.items using (question, item)
order by all
