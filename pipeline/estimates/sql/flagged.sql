-- flagged: one row a respondent and a rule of data quality that flags them, which is a group of a segment.
-- Reads: coded.quality. Made into the temporary table domain; what sums it reads the analysed alone.
select distinct wave, respondent, 'quality' as segment, position::varchar as grp
from coded.quality
