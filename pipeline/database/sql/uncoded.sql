-- uncoded: Other is taken back from those all of whose texts a dictionary knows.
-- Reads: written (respondent, option; null where no rule knows the text). Writes: all_answers.
delete from all_answers
where wave = $wave and question = $question and option = $other
    and respondent in (
        select respondent
        from written
        group by respondent
        having count(*) = count(option)
    )
