-- pairs: who chose both of two options of a question (of an item, in a grid), or ranked both of two items.
-- Reads: coded.answers, coded.questions, coded.respondents, domain (segment '' only), wanted (question).
with chosen as (
    select
        answers.wave,
        answers.respondent,
        answers.question,
        case when answers.rank is null then answers.item else 0 end as item,
        case when answers.rank is null then answers.option else answers.item end as part,
        respondents.weight
    from coded.answers
    join wanted using (question)
    join domain using (wave, respondent)
    join coded.respondents using (wave, respondent)
    where domain.segment = '' and answers.value is null
)
select
    one.wave,
    one.question,
    one.item,
    one.part as first,
    other.part as second,
    count(*) as respondents,
    sum(one.weight) as weighted,
    sum(one.weight * one.weight) as squares
from chosen as one
join chosen as other
    on other.wave = one.wave
    and other.respondent = one.respondent
    and other.question = one.question
    and other.item = one.item
    and other.part > one.part
group by all
order by all
