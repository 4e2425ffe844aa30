-- grouped: one row a respondent of the domain, with the numbers of all the groups they are in.
-- Reads: domain. Made into the temporary table grouped.
with numbered as (
    select segment, grp, row_number() over (order by segment, grp) as number
    from (select distinct segment, grp from domain) as groups_of_domain
)
select wave, respondent, list_sort(list(number)) as numbers
from domain
join numbered using (segment, grp)
group by all
