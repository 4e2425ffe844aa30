-- labels: one row an option or item of a question, with its label.
-- Reads: the views options and items.
select question, option as id, label
from options
union all
select question, item, label
from items
order by all
