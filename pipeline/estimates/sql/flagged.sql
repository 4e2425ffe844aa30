-- flagged: whom each rule of data quality flags, as groups of a segment; what sums them reads the analysed alone.
-- Reads: coded.quality.
create or replace temp table domain as
select distinct wave, respondent, 'quality' as segment, position::varchar as grp
from coded.quality
