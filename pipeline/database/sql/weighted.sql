-- weighted: one row an analysed respondent and its weight, as decimals so that sums are exact.
-- Reads: weighted (wave, respondent, weight). Writes: all_weighted.
insert into all_weighted by name
select *
from weighted
order by respondent
