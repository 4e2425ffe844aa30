-- same_answers: how many respondents of a wave answered just as one of an earlier; not where most answer alike.
-- Reads: coded.answers.
with said as (
    select
        wave,
        respondent,
        (bit_xor(hash(question, item, option, rank, value)), sum(hash(question, item, option, rank, value))) as answers
    from coded.answers
    group by wave, respondent
),

varied as (
    select wave, count(*) as respondents
    from said
    group by wave
    having 2 * count(distinct answers) >= count(*) and count(*) >= 5
)

select early.wave as early, late.wave as late, count(distinct late.respondent) as shared, varied.respondents
from said as early
join said as late on late.answers = early.answers and late.wave > early.wave
join varied on varied.wave = late.wave
group by early.wave, late.wave, varied.respondents
having 10 * count(distinct late.respondent) >= 9 * varied.respondents
order by early, late
