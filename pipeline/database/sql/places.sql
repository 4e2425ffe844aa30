-- places: the bit of every answer by its question and item; a ranking's items are answers, its state the question's.
-- Reads: coded.slots, coded.items.
create table coded.places as
select wave, question, item, word, bit
from coded.slots
union all
select slots.wave, slots.question, items.item, slots.word, slots.bit
from coded.slots
join coded.items using (question)
where slots.item = 0
order by wave, question, item
