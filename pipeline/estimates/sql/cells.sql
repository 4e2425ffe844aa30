-- cells: how many said each thing, with the sums of their weights and squared weights; one pass over the answers.
-- Reads: coded.answers, coded.unions, coded.respondents, domain (wave, respondent, segment, grp), wanted (question).
create or replace temp table cells as
select
    said.wave,
    said.question,
    said.item,
    said.option,
    said.net,
    said.rank,
    said.value,
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
) as said
join wanted using (question)
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
group by all
