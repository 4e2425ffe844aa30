-- nets: one row an option in a net, or a band of a number with its ends; a pool joins options to compare waves.
-- Reads: coded.nets, coded.questions, coded.options.
create view nets as
select
    questions.id as question,
    nets.id as net,
    nets.pool,
    options.id as option,
    nets.low,
    nets.high,
    nets.closed
from coded.nets
join coded.questions using (question)
left join coded.options using (question, option)
order by nets.question, nets.net, nets.option, nets.low
