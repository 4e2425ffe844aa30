-- questions: one row a question, in questionnaire order.
-- Reads: coded.questions.
create view questions as
select question as position, id as question, text, kind, counted, several, mode, most, private
from coded.questions
order by position
