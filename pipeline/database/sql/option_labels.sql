-- option_labels: one row an option of a question, with its id and its label.
-- Reads: coded.options.
select id, label
from coded.options
where question = $question
order by option
