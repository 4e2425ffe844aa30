-- members: one row a combination of groups and a group in it.
-- Reads: domain, grouped, groupings. Made into the temporary table members.
select distinct groupings.wave, groupings.grouping, domain.segment, domain.grp
from (
    select wave, numbers, min(respondent) as respondent
    from grouped
    group by all
) as examples
join groupings using (wave, numbers)
join domain using (wave, respondent)
