-- labels: one row a wave, or an item, option, net or pool of a question, by its number: id and label.
-- Reads: coded.waves, coded.items, coded.options, coded.nets.
select 'wave' as part, 0 as question, wave as number, name as id, '' as label
from coded.waves
union all
select 'item', question, item, id, label
from coded.items
union all
select 'option', question, option, id, label
from coded.options
union all
select distinct case when pool then 'pool' else 'net' end, question, net, id, ''
from coded.nets
order by all
