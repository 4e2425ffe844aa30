-- quality: one row a response received and a rule of data quality that flags it.
-- Reads: all_quality_results, all_quality_rules. Writes: coded.quality.
insert into coded.quality by name
select wave, results.respondent, position, results.question, rules.rule
from all_quality_results as results
join all_quality_rules as rules using (wave, position)
where results.flagged
order by wave, respondent, position, question
