-- pairs: one row two options of a question (of an item, in a grid) or two items ranked: who chose both.
-- Reads: coded.answers, coded.respondents, coded.waves, domain (segment '' only), counted_questions.
with chosen as (
    select
        answers.wave,
        answers.respondent,
        answers.question,
        case when answers.rank is null then answers.item else 0 end as item,
        case when answers.rank is null then answers.option else answers.item end as part,
        respondents.weight
    from coded.answers
    join counted_questions using (question)
    join domain using (wave, respondent)
    join coded.respondents using (wave, respondent)
    where domain.segment = '' and answers.value is null
)
select
    waves.name as wave,
    one.question,
    one.item,
    one.part as first,
    other.part as second,
    sum(one.weight) as weighted,
    sum(one.weight * one.weight) as squares
from chosen as one
join chosen as other
    on other.wave = one.wave
    and other.respondent = one.respondent
    and other.question = one.question
    and other.item = one.item
    and other.part > one.part
join coded.waves on waves.wave = one.wave
group by one.wave, waves.name, one.question, one.item, one.part, other.part
order by one.wave, one.question, one.item, one.part, other.part
