-- rules_applied: one row a rule of data quality of a wave that could be applied, in order.
-- Reads: coded.quality_rules, coded.waves, coded.questions.
select
    waves.name,
    rules.wave,
    rules.position,
    rules.rule,
    coalesce(questions.id, '') as question,
    rules.threshold
from coded.quality_rules as rules
join coded.waves using (wave)
left join coded.questions using (question)
where rules.can_be_found
order by rules.wave, rules.position
