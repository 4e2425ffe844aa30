-- other_taken_back: deletes the answer Other of each respondent all of whose texts beside it are recoded.
-- Reads: texts_beside_other (respondent, option; null where no rule knows the text). Writes: all_answers.
delete from all_answers
where wave = $wave and question = $question and option = $other
    and respondent in (
        select respondent
        from texts_beside_other
        group by respondent
        having count(*) = count(option)
    )
