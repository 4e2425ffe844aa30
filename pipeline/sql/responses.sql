-- responses: the state of every analysed respondent on every question, and on every item of a grid.
-- Reads: coded.answers, coded.respondents, coded.slots, coded.routes, coded.options.
create table coded.responses as
with
said as (
    -- a ranking's items are answers; its state is the question's
    select
        answers.wave,
        answers.respondent,
        answers.question,
        case when questions.kind = 'grid' then answers.item else 0 end as item,
        bool_or(coalesce(options.role, 'substantive') in ('substantive', 'other', 'none')) as answered,
        bool_or(options.role = 'dkns') as dkns
    from coded.answers
    join coded.questions using (question)
    left join coded.options using (question, option)
    group by all
),
reached as (
    select wave, respondent, max(question) as last_question
    from coded.answers
    group by all
),
barred as (
    -- a clause holds if one of its options was chosen; a clause whose options this wave lacks is inert
    select distinct respondents.wave, respondents.respondent, clauses.question
    from coded.respondents
    join (select distinct wave, question, on_question from coded.routes) as clauses using (wave)
    where not exists (
        select 1
        from coded.routes
        join coded.answers
            on answers.wave = routes.wave
            and answers.question = routes.on_question
            and answers.option = routes.on_option
        where answers.wave = respondents.wave
            and answers.respondent = respondents.respondent
            and routes.question = clauses.question
            and routes.on_question = clauses.on_question
    )
),
stopped as (
    -- where a response ended: the first question after its last answer that was asked and is not free text,
    -- so that who leaves the comments at the end empty has skipped them
    select respondents.wave, respondents.respondent, min(slots.question) as at_question
    from coded.respondents
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
    respondents.wave,
    respondents.respondent,
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
from coded.respondents
join coded.slots using (wave)
left join said using (wave, respondent, question, item)
left join stopped using (wave, respondent)
left join barred using (wave, respondent, question)
where respondents.excluded is null
order by wave, respondent, question, item
