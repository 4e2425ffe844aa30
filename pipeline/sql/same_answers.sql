-- same_answers: waves whose answers are the same, respondent for respondent; not where most gave the same ones.
-- Reads: coded.answers.
with said as (
    select
        wave,
        respondent,
        md5(string_agg(concat_ws(' ', question, item, option, rank, value), ','
            order by question, item, option, rank, value)) as answers
    from coded.answers
    group by wave, respondent
),

waves as (
    select
        wave,
        count(*) as respondents,
        count(distinct answers) as different,
        md5(string_agg(answers, ',' order by answers)) as answers
    from said
    group by wave
)

select early.wave as early, late.wave as late, late.respondents as shared, late.respondents
from waves as early
join waves as late on late.answers = early.answers and late.wave > early.wave
where late.respondents >= 5 and 2 * late.different >= late.respondents
order by early, late
