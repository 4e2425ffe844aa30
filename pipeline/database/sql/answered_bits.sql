-- answered_bits: one row a respondent and a word of slots with an answer: bits of what was answered, and how.
-- Reads: all_answers, coded.places, coded.options. A respondent without an answer in a word has no row.
insert into all_answered_bits by name
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
join coded.places using (wave, question, item)
left join coded.options using (question, option)
group by all
