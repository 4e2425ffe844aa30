-- answered_not_asked: who answered a question that their earlier answers pass by, of all who pass one by.
-- Reads: all_rules, all_marks, coded.slots. Writes: all_found.
insert into all_found
select
    marks.wave,
    marks.respondent,
    all_rules.position,
    slots.question,
    bool_or(marks.given & slots.bit <> 0) as flagged
from all_marks as marks
join coded.slots on slots.wave = marks.wave and slots.word = marks.word and marks.barred & slots.bit <> 0
join all_rules on all_rules.wave = marks.wave
where all_rules.rule = 'answered_not_asked' and (slots.offered or marks.given & slots.bit <> 0)
group by marks.wave, marks.respondent, all_rules.position, slots.question
order by marks.wave, marks.respondent, slots.question
