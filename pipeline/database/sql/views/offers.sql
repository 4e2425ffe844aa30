-- offers: one row an item or option that a wave put before its respondents; who chose a `screened` one is excluded.
-- Reads: coded.offers, coded.waves, coded.questions, coded.items, coded.options.
create view offers as
select
    waves.name as wave,
    questions.id as question,
    items.id as item,
    options.id as option,
    offers.label,
    offers.screened
from coded.offers
join coded.waves using (wave)
join coded.questions using (question)
left join coded.items using (question, item)
left join coded.options using (question, option)
order by offers.wave, offers.question, offers.item, offers.option
