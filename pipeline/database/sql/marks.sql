-- marks: what everybody received did, a bit for every question and item of a grid, a row a word of 62 of them.
-- Reads: all_said, all_barred, all_respondents, coded.slots.
create or replace temp table all_marks as
with reached as (
    select wave, respondent, max(last_question) as last_question
    from all_said
    group by all
)
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
left join all_said as said using (wave, respondent, word)
left join all_barred as barred using (wave, respondent, word)
left join reached using (wave, respondent)
