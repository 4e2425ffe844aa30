-- states: the state of everybody received on every question, and on every item of a grid.
-- Reads: all_answers, all_respondents, coded.slots, coded.routes, coded.options, coded.questions.
create or replace temp table all_states as
with
said as (
    -- a ranking's items are answers; its state is the question's
    select
        all_answers.wave,
        all_answers.respondent,
        all_answers.question,
        case when questions.kind = 'grid' then all_answers.item else 0 end as item,
        bool_or(coalesce(options.role, 'substantive') in ('substantive', 'other', 'none')) as answered,
        bool_or(options.role = 'dkns') as dkns
    from all_answers
    join coded.questions using (question)
    left join coded.options using (question, option)
    group by all
),
reached as (
    select wave, respondent, max(question) as last_question
    from all_answers
    group by all
),
barred as (
    -- a clause holds if one of its options was chosen; a clause whose options this wave lacks is inert
    select distinct all_respondents.wave, all_respondents.respondent, clauses.question
    from all_respondents
    join (select distinct wave, question, on_question from coded.routes) as clauses using (wave)
    where not exists (
        select 1
        from coded.routes
        join all_answers
            on all_answers.wave = routes.wave
            and all_answers.question = routes.on_question
            and all_answers.option = routes.on_option
        where all_answers.wave = all_respondents.wave
            and all_answers.respondent = all_respondents.respondent
            and routes.question = clauses.question
            and routes.on_question = clauses.on_question
    )
),
stopped as (
    -- where a response ended: the first question after its last answer that was asked and is not free text,
    -- so that who leaves the comments at the end empty has skipped them
    select all_respondents.wave, all_respondents.respondent, min(slots.question) as at_question
    from all_respondents
    join coded.slots using (wave)
    join coded.questions using (question)
    left join reached using (wave, respondent)
    left join barred using (wave, respondent, question)
    where slots.offered
        and questions.kind <> 'text'
        and barred.question is null
        and slots.question > coalesce(reached.last_question, 0)
    group by all
)
select
    all_respondents.wave,
    all_respondents.respondent,
    slots.question,
    slots.item,
    cast(
        case
            when not slots.offered then 'not_offered'
            when said.answered then 'answered'
            when said.dkns then 'dkns'
            when said.answered is not null then 'not_applicable'
            when barred.question is not null then 'not_asked'
            when slots.question >= stopped.at_question then 'not_reached'
            else 'skipped'
        end as state
    ) as state,
    barred.question is not null and said.answered is not null as unrouted
from all_respondents
join coded.slots using (wave)
left join said using (wave, respondent, question, item)
left join stopped using (wave, respondent)
left join barred using (wave, respondent, question)
order by wave, respondent, question, item
