-- quality: who is flagged by which rule of data quality, of all responses received; nobody is altered for it.
-- Reads: coded.quality, coded.quality_rules, coded.waves, coded.questions.
create view quality as
select
    waves.name as wave,
    quality.respondent,
    quality.rule,
    questions.id as question,
    quality_rules.threshold
from coded.quality
join coded.quality_rules using (wave, position)
join coded.waves using (wave)
left join coded.questions on questions.question = quality.question
order by quality.wave, quality.respondent, quality.position, quality.question
