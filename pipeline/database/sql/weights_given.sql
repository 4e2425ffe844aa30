-- weights_given: one row an analysed respondent of a wave, with the number in the column of weights; null where none.
-- Reads: all_respondents, all_excluded, all_weights, read_weights (text, number).
select respondent, number
from all_respondents
anti join all_excluded using (wave, respondent)
left join all_weights using (wave, respondent)
left join read_weights using (text)
where wave = $wave
order by respondent
