-- Respondents who gave two items of a ranking the same place, or one item two places.
-- Say: a ranking has no ties; if ties were allowed, declare the question as a grid with scores.
select waves.name as wave, answers.respondent, questions.id as question, '' as item
from coded.answers
join coded.waves using (wave)
join coded.questions using (question)
where questions.counted = 'places'
group by all
having count(*) <> count(distinct answers.rank) or count(*) <> count(distinct answers.item)
order by all
