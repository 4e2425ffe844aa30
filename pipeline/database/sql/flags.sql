-- flags: one row a respondent, question and thing done to it that the questionnaire does not allow; nobody is altered.
-- Reads: coded.answers, coded.responses, coded.questions, coded.options, all_flags, all_excluded. Writes: coded.flags.
insert into coded.flags by name
with ticks as (
    select
        answers.wave,
        answers.respondent,
        answers.question,
        any_value(questions.most) as most,
        max(answers.rank) as last_place,
        count(*) filter (where options.role not in ('none', 'dkns', 'not_applicable')
            or options.role is null) as chosen,
        bool_or(coalesce(options.exclusive, false)) and count(*) > 1 as exclusive
    from coded.answers
    join coded.questions using (question)
    left join coded.options using (question, option)
    where questions.several or questions.counted = 'places'
    group by all
)
select wave, respondent, question, 'exclusive_with_others' as flag from ticks where exclusive
union all
select wave, respondent, question, 'more_than_allowed' from ticks where chosen > most or last_place > most
union all
select answers.wave, answers.respondent, answers.question, 'points_miss_the_total'
from coded.answers
join coded.questions using (question)
where questions.total is not null
group by answers.wave, answers.respondent, answers.question
having abs(sum(answers.value) / any_value(questions.total) - 1) > 0.005
union all
select distinct wave, respondent, question, 'answered_not_asked' from coded.responses where unrouted
union all
select *
from all_flags
anti join all_excluded using (wave, respondent)
order by wave, respondent, question, flag
