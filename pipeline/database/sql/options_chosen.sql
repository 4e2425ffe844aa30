-- options_chosen: one row an analysed respondent of a wave, with the option that they chose of a question, 0 for none.
-- Reads: all_respondents, all_excluded, coded.answers.
select coalesce(answers.option, 0) as option
from all_respondents
anti join all_excluded using (wave, respondent)
left join (select * from coded.answers where question = $question) as answers using (wave, respondent)
where wave = $wave
order by respondent
