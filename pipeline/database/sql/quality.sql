-- quality: who is flagged by which rule of data quality, of all responses received.
-- Reads: all_found (wave, respondent, position, question, flagged), all_rules.
create table coded.quality as
select all_found.wave, all_found.respondent, all_found.position, all_found.question, all_rules.rule
from all_found
join all_rules using (wave, position)
where all_found.flagged
order by wave, respondent, position, question
