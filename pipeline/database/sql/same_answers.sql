-- same_answers: one row two waves: how many respondents of the later answered just as one of the earlier.
-- Reads: coded.answers. A wave in which most answer alike is not compared.
with hashed as (
    select
        wave,
        respondent,
        (bit_xor(hash(question, item, option, rank, value)), sum(hash(question, item, option, rank, value))) as answers
    from coded.answers
    group by wave, respondent
),

varied as (
    select wave, count(*) as respondents
    from hashed
    group by wave
    having 2 * count(distinct answers) >= count(*) and count(*) >= 5
)

select early.wave as early, late.wave as late, count(distinct late.respondent) as shared, varied.respondents
from hashed as early
join hashed as late on late.answers = early.answers and late.wave > early.wave
join varied on varied.wave = late.wave
group by early.wave, late.wave, varied.respondents
having 10 * count(distinct late.respondent) >= 9 * varied.respondents
order by early, late
