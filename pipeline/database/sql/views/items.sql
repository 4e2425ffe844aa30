-- items: one row a row of a grid, of a ranking or of an allocation.
-- Reads: coded.items, coded.questions.
create view items as
select questions.id as question, items.id as item, items.label, items.item as position
from coded.items
join coded.questions using (question)
order by questions.question, items.item
