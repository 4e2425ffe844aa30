-- places: one row a question and item that answers have, with the bit of its slot; see coded.places in schema.sql.
-- Reads: coded.slots, coded.items. Writes: coded.places.
insert into coded.places by name
select wave, question, item, word, bit
from coded.slots
union all
select slots.wave, slots.question, items.item, slots.word, slots.bit
from coded.slots
join coded.items using (question)
where slots.item = 0
order by wave, question, item
