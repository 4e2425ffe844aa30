-- labels: one row an item, option or net by its number: its id, its label (nets have none), whether it is a pool.
-- Reads: coded.items, coded.options, coded.nets.
select 'item' as part, question, item as number, id, label, false as pool
from coded.items
union all
select 'option', question, option, id, label, false
from coded.options
union all
select distinct 'net', question, net, id, '', pool
from coded.nets
order by all
