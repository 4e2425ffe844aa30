-- unanswered: one row a wave with responses that are analysed without an answer to any question, and how many.
-- Reads: all_response_bits, all_excluded, coded.waves.
select without_answers.wave, waves.received, count(*) as responses
from (
    select wave, respondent
    from all_response_bits
    anti join all_excluded using (wave, respondent)
    group by wave, respondent
    having bit_or(given) = 0
) as without_answers
join coded.waves using (wave)
group by without_answers.wave, waves.received
order by without_answers.wave
