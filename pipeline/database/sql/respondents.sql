-- respondents: one row a response received, with its weight and why it is excluded.
-- Reads: all_respondents, all_excluded, all_weighted. Writes: coded.respondents.
insert into coded.respondents by name
select
    wave,
    respondent,
    coalesce(all_weighted.weight, 1) as weight,
    all_excluded.reason as excluded
from all_respondents
left join all_excluded using (wave, respondent)
left join all_weighted using (wave, respondent)
order by wave, respondent
