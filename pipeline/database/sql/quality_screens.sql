-- quality_screens: who is flagged by a rule of data quality that a screening rule names.
-- Reads: coded.quality, named (wave, position of the screening rule, rule). Writes: all_screens.
insert into all_screens
select distinct quality.wave, quality.respondent, named.position
from coded.quality
join named using (wave, rule)
order by wave, respondent, position
