-- other_recoded: one row an answer that a text beside Other stands for, of those who chose Other and not that answer.
-- Reads: texts_beside_other (respondent, option; null where no rule knows the text). Writes: all_answers.
insert into all_answers by name
select distinct $wave as wave, written.respondent, $question as question, 0 as item, written.option
from texts_beside_other as written
where written.option is not null
    and exists (
        select 1
        from all_answers as chosen
        where chosen.wave = $wave and chosen.question = $question
            and chosen.respondent = written.respondent and chosen.option = $other
    )
    and not exists (
        select 1
        from all_answers as given
        where given.wave = $wave and given.question = $question
            and given.respondent = written.respondent and given.option = written.option
    )
order by respondent, option
