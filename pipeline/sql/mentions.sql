-- mentions: how many chose each option, and how many ranked each item (first), with the sums of weights.
-- Reads: coded.answers, coded.respondents, domain (wave, respondent, segment, grp), wanted (question).
select
    answers.wave,
    answers.question,
    answers.item,
    answers.option,
    domain.segment,
    domain.grp,
    count(*) as respondents,
    sum(weight) as weighted,
    sum(weight * weight) as squares,
    count(*) filter (rank = 1) as first,
    coalesce(sum(weight) filter (rank = 1), 0) as first_weighted,
    coalesce(sum(weight * weight) filter (rank = 1), 0) as first_squares,
    coalesce(sum(weight * rank), 0) as rank_weighted
from coded.answers
join wanted using (question)
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
group by all
order by all
