-- weight_texts: one row a text in the column of weights of a wave, with how many analysed respondents have it.
-- Reads: all_weights, all_excluded.
select text, count(*) as respondents
from all_weights
anti join all_excluded using (wave, respondent)
where wave = $wave and text is not null
group by text
order by text
