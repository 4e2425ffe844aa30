-- weights_of: one row a respondent of some, with the text in the column of weights, empty where there is none.
-- Reads: all_respondents, all_weights.
select coalesce(text, '') as text
from all_respondents
left join all_weights using (wave, respondent)
where wave = $wave and list_contains($respondents, respondent)
order by respondent
