-- answered_not_asked: one row a response and a question that earlier answers pass by: flagged where it is answered.
-- Reads: all_quality_rules, all_response_bits, coded.slots. Writes: all_quality_results.
insert into all_quality_results
select
    bits_of.wave,
    bits_of.respondent,
    all_quality_rules.position,
    slots.question,
    bool_or(bits_of.given & slots.bit <> 0) as flagged
from all_response_bits as bits_of
join coded.slots on slots.wave = bits_of.wave and slots.word = bits_of.word and bits_of.unrouted & slots.bit <> 0
join all_quality_rules on all_quality_rules.wave = bits_of.wave
where all_quality_rules.rule = 'answered_not_asked' and (slots.offered or bits_of.given & slots.bit <> 0)
group by bits_of.wave, bits_of.respondent, all_quality_rules.position, slots.question
order by bits_of.wave, bits_of.respondent, slots.question
