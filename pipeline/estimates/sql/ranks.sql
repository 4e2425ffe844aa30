-- ranks: one row an item ranked: the sum of its places over all who ranked any, and the ties; unweighted.
-- Reads: coded.answers, coded.offers, coded.questions, domain, counted_questions. Items unranked share the places left.
with places as (
    -- places that somebody left out in between close up
    select
        answers.wave,
        answers.respondent,
        answers.question,
        answers.item,
        row_number() over (partition by answers.wave, answers.respondent, answers.question order by answers.rank)
            as place
    from coded.answers
    join counted_questions using (question)
    join domain using (wave, respondent)
    where domain.segment = '' and answers.rank is not null
),
ranked as (
    select wave, respondent, question, count(*) as ranked
    from places
    group by all
),
offered as (
    select wave, question, item, count(*) over (partition by wave, question) as items
    from coded.offers
    join coded.questions using (question)
    join counted_questions using (question)
    where questions.counted = 'places'
)
select
    waves.name as wave,
    questions.id as question,
    offered.item,
    count(*) as respondents,
    sum(coalesce(places.place, (ranked.ranked + 1 + offered.items) / 2)) as rank_sum,
    sum((items - ranked.ranked) ** 3 - (items - ranked.ranked)) as ties
from offered
join ranked using (wave, question)
left join places using (wave, respondent, question, item)
join coded.waves using (wave)
join coded.questions using (question)
group by all
order by all
