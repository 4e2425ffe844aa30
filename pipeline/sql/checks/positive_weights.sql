-- Analysed respondents without a weight above zero.
-- Say: every analysed respondent needs a weight above 0 in the weight column.
select wave, respondent, '' as question, '' as item
from respondents
where excluded is null and (weight is null or weight <= 0)
order by all
