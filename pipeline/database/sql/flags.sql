-- flags: one row a respondent, question and thing done to it that the questionnaire does not allow; nobody is altered.
-- Reads: coded.answers, coded.states and what is declared, all_flags, all_excluded. Writes: coded.flags.
insert into coded.flags by name
with exclusive as (
    select distinct answers.wave, answers.respondent, answers.question
    from coded.answers
    join coded.options using (question, option)
    join coded.questions using (question)
    where options.exclusive and questions.several
),
limited as (
    select
        answers.wave,
        answers.respondent,
        answers.question,
        any_value(questions.most) as most,
        max(answers.rank) as last_place,
        count(*) filter (where options.role not in ('none', 'dkns', 'not_applicable')
            or options.role is null) as chosen
    from coded.answers
    join coded.questions using (question)
    left join coded.options using (question, option)
    where (questions.several or questions.counted = 'places') and questions.most is not null
    group by all
)
select wave, respondent, question, 'exclusive_with_others' as flag
from coded.answers
semi join exclusive using (wave, respondent, question)
group by wave, respondent, question
having count(*) > 1
union all
select wave, respondent, question, 'more_than_allowed' from limited where chosen > most or last_place > most
union all
select answers.wave, answers.respondent, answers.question, 'points_miss_the_total'
from coded.answers
join coded.questions using (question)
where questions.total is not null
group by answers.wave, answers.respondent, answers.question
having abs(sum(answers.value) / any_value(questions.total) - 1) > 0.005
union all
select distinct wave, respondent, question, 'answered_not_asked'
from coded.states
join coded.slots using (wave, word)
where states.unrouted <> 0 and states.unrouted & slots.bit <> 0
union all
select *
from all_flags
anti join all_excluded using (wave, respondent)
order by wave, respondent, question, flag
