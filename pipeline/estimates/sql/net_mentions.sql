-- net_mentions: one row a net and a group: how many are in it; where options exclude each other, the sum of them.
-- Reads: sums, coded.nets, coded.questions.
select wave, question, item, net, segment, grp, respondents, weighted, squares
from sums
where net > 0
union all
select
    sums.wave,
    sums.question,
    sums.item,
    nets.net,
    sums.segment,
    sums.grp,
    sum(sums.respondents)::bigint,
    sum(sums.weighted),
    sum(sums.squares)
from sums
join coded.questions using (question)
join coded.nets
    on nets.question = sums.question
    and (
        nets.option = sums.option
        or (sums.value >= nets.low and (sums.value < nets.high or nets.closed and sums.value = nets.high))
    )
where sums.net = 0 and not questions.several
group by all
order by all
