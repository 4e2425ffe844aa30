-- answered: one row a question that somebody analysed answered, or did not know.
-- Reads: coded.states, coded.slots, coded.questions.
select questions.id as question
from (
    select wave, word, bit_or(answered | dkns) as answered
    from coded.states
    group by wave, word
) as given
join coded.slots using (wave, word)
join coded.questions using (question)
where given.answered & slots.bit <> 0
group by questions.id, questions.question
order by questions.question
