-- answered: one row a question that somebody analysed answered, or did not know.
-- Reads: coded.responses, coded.questions.
select questions.id as question
from coded.questions
where exists (
    select 1
    from coded.responses
    where responses.question = questions.question and responses.state in ('answered', 'dkns')
)
order by questions.question
