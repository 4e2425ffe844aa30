-- groupings: one row a combination of groups that somebody of a wave is in, by its number.
-- Reads: grouped. Made into the temporary table groupings.
select wave, numbers, row_number() over (order by wave, numbers) as grouping
from (select distinct wave, numbers from grouped) as combinations
