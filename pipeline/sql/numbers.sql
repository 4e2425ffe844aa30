-- numbers: mean, median and quartiles of a number question, unweighted; favg adds without drift.
-- Reads: coded.answers, coded.respondents, domain (wave, respondent, segment, grp), wanted (question).
select
    answers.wave,
    answers.question,
    answers.item,
    domain.segment,
    domain.grp,
    count(*) as respondents,
    favg(answers.value) as mean,
    quantile_cont(answers.value, 0.25) as lower_quartile,
    quantile_cont(answers.value, 0.5) as median,
    quantile_cont(answers.value, 0.75) as upper_quartile
from coded.answers
join wanted using (question)
join domain using (wave, respondent)
join coded.respondents using (wave, respondent)
where answers.value is not null
group by all
order by all
