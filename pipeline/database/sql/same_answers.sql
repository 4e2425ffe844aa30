-- same_answers: one row two waves: how many respondents of the later answered just as one of the earlier.
-- Reads: all_answer_sets, all_excluded. A wave in which most answer alike is not compared.
with sets as (
    select wave, respondent, (first, second) as answers
    from all_answer_sets
    anti join all_excluded using (wave, respondent)
    where answers > 0
),

varied as (
    select wave, count(*) as respondents
    from sets
    group by wave
    having 2 * count(distinct answers) >= count(*) and count(*) >= 5
)

select early.wave as early, late.wave as late, count(distinct late.respondent) as shared, varied.respondents
from sets as early
join sets as late on late.answers = early.answers and late.wave > early.wave
join varied on varied.wave = late.wave
group by early.wave, late.wave, varied.respondents
having 10 * count(distinct late.respondent) >= 9 * varied.respondents
order by early, late
