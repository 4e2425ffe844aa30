-- response_bits: one row a respondent and a word: bits of the questions given an answer, answered, and passed by.
-- Reads: all_answered_bits, all_unrouted_bits, all_respondents, coded.slots. A word has 62 bits.
insert into all_response_bits by name
with reached as (
    select wave, respondent, max(last_question) as last_question
    from all_answered_bits
    group by all
)
select
    all_respondents.wave,
    all_respondents.respondent,
    words.word,
    coalesce(answers.given, 0) as given,
    coalesce(answers.answered, 0) as answered,
    coalesce(answers.dkns, 0) as dkns,
    coalesce(unrouted.bits, 0) as unrouted,
    coalesce(reached.last_question, 0) as last_question
from all_respondents
join (select distinct wave, word from coded.slots) as words using (wave)
left join all_answered_bits as answers using (wave, respondent, word)
left join all_unrouted_bits as unrouted using (wave, respondent, word)
left join reached using (wave, respondent)
