-- flagged: the analysed respondents that each rule of data quality flags, as groups of a segment.
-- Reads: coded.quality, coded.respondents.
create or replace temp table domain as
select distinct wave, respondent, 'quality' as segment, quality.position::varchar as grp
from coded.quality
join coded.respondents using (wave, respondent)
where excluded is null
