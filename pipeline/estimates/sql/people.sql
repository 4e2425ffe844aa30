-- people: one row a respondent of the domain: the combination of groups that they are in, and their weight.
-- Reads: grouped, groupings, coded.respondents. Made into the temporary table people.
select wave, respondent, groupings.grouping, weight, weight * weight as squares
from grouped
join groupings using (wave, numbers)
join coded.respondents using (wave, respondent)
