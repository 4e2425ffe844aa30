-- excluded: one row a response that a screening rule excludes, with the reason of the first that holds of it.
-- Reads: all_screens, coded.rules. Writes: all_excluded.
insert into all_excluded by name
select wave, respondent, rules.reason
from (
    select wave, respondent, min(position) as position
    from all_screens
    group by all
) as first_rules
join coded.rules using (wave, position)
