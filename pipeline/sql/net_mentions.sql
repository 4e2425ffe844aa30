-- net_mentions: how many chose at least one option of a net, or gave a number within a band; each counts once.
-- Reads: coded.answers, coded.respondents, domain, nets (question, net, option, low, high, closed).
with once as (
    select distinct answers.wave, answers.respondent, answers.question, answers.item, nets.net
    from coded.answers
    join nets
        on nets.question = answers.question
        and (
            nets.option = answers.option
            or (answers.value >= nets.low and (answers.value < nets.high or nets.closed and answers.value = nets.high))
        )
)
select
    once.wave,
    once.question,
    once.item,
    once.net,
    domain.segment,
    domain.grp,
    count(*) as respondents,
    sum(weight) as weighted,
    sum(weight * weight) as squares
from once
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
group by all
order by all
