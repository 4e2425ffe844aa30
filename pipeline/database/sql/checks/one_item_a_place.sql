-- Respondents who gave two items of a ranking the same place, or one item two places.
-- Say: a ranking has no ties; if ties were allowed, declare the question as a grid with scores.
with ranked as (
    select answers.*
    from coded.answers
    join coded.questions using (question)
    where questions.counted = 'places'
),
twice as (
    select wave, respondent, question from ranked group by wave, respondent, question, rank having count(*) > 1
    union
    select wave, respondent, question from ranked group by wave, respondent, question, item having count(*) > 1
)
select waves.name as wave, twice.respondent, questions.id as question, '' as item
from twice
join coded.waves using (wave)
join coded.questions using (question)
order by all
