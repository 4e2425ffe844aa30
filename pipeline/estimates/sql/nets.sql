-- nets: one row an option or band in a net of the questions counted, with the role of options.
-- Reads: coded.nets, coded.options, counted_questions.
select nets.*, options.role::varchar as role
from coded.nets
join counted_questions using (question)
left join coded.options using (question, option)
order by nets.question, nets.net, nets.option
