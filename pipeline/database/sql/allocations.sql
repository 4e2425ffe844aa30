-- allocations: one row an item that somebody who shared out points left blank: it gets 0 points.
-- Reads: all_answers, coded.questions, coded.offers. Writes: all_answers.
insert into all_answers by name
select shared.wave, shared.respondent, offers.question, offers.item, 0 as option, null as rank, 0 as value
from (
    select distinct wave, respondent, question
    from all_answers
    join coded.questions using (question)
    where questions.total is not null
) as shared
join coded.offers using (wave, question)
where not exists (
    select 1
    from all_answers as given
    where given.wave = shared.wave
        and given.respondent = shared.respondent
        and given.question = offers.question
        and given.item = offers.item
)
order by wave, respondent, question, item
