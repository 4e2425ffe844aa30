-- quality_counts: one row a rule of data quality: how many responses it flags, and how many of those are excluded.
-- Reads: coded.quality_rules, coded.quality, coded.respondents, coded.waves, coded.questions.
select
    waves.name as wave,
    rules.rule,
    coalesce(questions.id, '') as question,
    rules.threshold,
    case when rules.can_be_found then count(distinct quality.respondent) end as flagged,
    case when rules.can_be_found then rules.applied_to end as applied_to,
    case when rules.can_be_found
        then count(distinct quality.respondent) filter (excluded is not null) end as excluded,
    rules.why_not
from coded.quality_rules as rules
join coded.waves using (wave)
left join coded.questions using (question)
left join coded.quality on quality.wave = rules.wave and quality.position = rules.position
left join coded.respondents on respondents.wave = quality.wave and respondents.respondent = quality.respondent
group by waves.wave, waves.name, rules.position, rules.rule, questions.id, rules.threshold, rules.can_be_found,
    rules.applied_to, rules.why_not
order by waves.wave, rules.position
