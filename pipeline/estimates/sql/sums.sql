-- sums: one row an answer, net, place or number and a group: how many gave it, with the sums of their weights.
-- Reads: coded.answers, coded.unions, coded.respondents, domain, counted_questions. Made into the temporary table sums.
select
    given.wave,
    given.question,
    given.item,
    given.option,
    given.net,
    given.rank,
    given.value,
    domain.segment,
    domain.grp,
    count(*) as respondents,
    sum(weight) as weighted,
    sum(weight * weight) as squares
from (
    select wave, respondent, question, item, option, 0 as net, rank, value
    from coded.answers
    union all
    select wave, respondent, question, item, 0, net, null, null
    from coded.unions
) as given
join counted_questions using (question)
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
group by all
