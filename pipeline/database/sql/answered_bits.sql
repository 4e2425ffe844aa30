-- answered_bits: one row a respondent and a word of slots with an answer: bits of what was answered, and how.
-- Reads: all_answers, all_denied, coded.places, coded.options. Who has no answer in a word has no row.
insert into all_answered_bits by name
with given as (
    select wave, respondent, question, item, option from all_answers
    union all
    -- who says No to every option of a multiple choice has answered it
    select wave, respondent, question, 0, 0
    from all_denied
    anti join all_answers using (wave, respondent, question)
)
select
    given.wave,
    given.respondent,
    places.word,
    bit_or(places.bit) as given,
    bit_or(case when coalesce(options.role, 'substantive') in ('substantive', 'other', 'none')
        then places.bit else 0 end) as answered,
    bit_or(case when options.role = 'dkns' then places.bit else 0 end) as dkns,
    max(given.question) as last_question
from given
join coded.places using (wave, question, item)
left join coded.options using (question, option)
group by all
