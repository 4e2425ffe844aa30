-- nonresponse: one row a question, or an item of a grid, of a wave: what became of it among the analysed.
-- Reads: coded.responses, coded.waves, coded.questions, coded.items. Asked: all whom it came before.
select
    waves.name as wave,
    questions.id as question,
    coalesce(items.id, '') as item,
    count(*) filter (state in ('answered', 'dkns', 'not_applicable', 'skipped')) as asked,
    count(*) filter (state = 'answered') as answered,
    count(*) filter (state = 'dkns') as dkns,
    count(*) filter (state = 'skipped') as skipped,
    count(*) filter (state = 'not_reached') as not_reached,
    count(*) filter (unrouted) as answered_not_asked
from coded.responses
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
where state <> 'not_offered'
group by waves.wave, waves.name, responses.question, questions.id, responses.item, items.id
order by waves.wave, responses.question, responses.item
