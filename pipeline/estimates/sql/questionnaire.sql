-- questionnaire: one row an option or item of a question as a wave put it; a question that has neither has one.
-- Reads: coded.wordings, coded.offers, coded.options, coded.items, coded.questions, coded.waves.
with parts as (
    select distinct wave, question, 'item' as part, offers.item as place, items.id, items.label, '' as role
    from coded.offers
    join coded.items using (question, item)
    where offers.item > 0
    union all
    select distinct wave, question, 'option', offers.option, options.id, options.label, options.role::varchar
    from coded.offers
    join coded.options using (question, option)
    where offers.option > 0
)
select
    waves.name as wave,
    questions.id as question,
    questions.kind,
    wordings.number as code,
    wordings.text,
    wordings.mode,
    coalesce(parts.part, '') as part,
    coalesce(parts.id, '') as id,
    coalesce(parts.label, '') as label,
    coalesce(parts.role, '') as role
from coded.wordings
join coded.waves using (wave)
join coded.questions using (question)
left join parts using (wave, question)
order by waves.wave, wordings.question, part, parts.place
