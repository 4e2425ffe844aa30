-- net_mentions: how many are in each net; of options that exclude each other, or numbers of a band, the sum.
-- Reads: cells, coded.nets (question, net, option, low, high, closed), coded.questions.
select wave, question, item, net, segment, grp, respondents, weighted, squares
from cells
where net > 0
union all
select
    cells.wave,
    cells.question,
    cells.item,
    nets.net,
    cells.segment,
    cells.grp,
    sum(cells.respondents)::bigint,
    sum(cells.weighted),
    sum(cells.squares)
from cells
join coded.questions using (question)
join coded.nets
    on nets.question = cells.question
    and (
        nets.option = cells.option
        or (cells.value >= nets.low and (cells.value < nets.high or nets.closed and cells.value = nets.high))
    )
where cells.net = 0 and questions.kind <> 'multiple'
group by all
order by all
