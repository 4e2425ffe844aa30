-- options: one row an answer of a question, in questionnaire order.
-- Reads: coded.options, coded.questions.
create view options as
select
    questions.id as question,
    options.id as option,
    options.label,
    options.role,
    options.exclusive,
    options.score,
    options.option as position
from coded.options
join coded.questions using (question)
order by questions.question, options.option
