-- quality_screens: one row a response and a screening rule that names a rule of data quality which flags it.
-- Reads: coded.quality, all_quality_screens. Writes: all_screens.
insert into all_screens
select distinct quality.wave, quality.respondent, all_quality_screens.position
from coded.quality
join all_quality_screens using (wave, rule)
order by wave, respondent, position
