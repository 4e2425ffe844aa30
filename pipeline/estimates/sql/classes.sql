-- classes: one row an analysed respondent of $waves and an answer to one of $questions (or none), with the weight.
-- Reads: coded.respondents, coded.answers, coded.questions, coded.options, coded.waves.
select
    waves.name as wave,
    respondents.respondent,
    respondents.weight::double as weight,
    chosen.question,
    chosen.option
from coded.respondents
join coded.waves using (wave)
left join (
    select answers.wave, answers.respondent, questions.id as question, options.id as option
    from coded.answers
    join coded.questions using (question)
    join coded.options using (question, option)
    where list_contains($questions, questions.id)
) as chosen using (wave, respondent)
where excluded is null and list_contains($waves, waves.name)
order by all
