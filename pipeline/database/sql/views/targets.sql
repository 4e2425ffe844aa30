-- targets: what the groups of a question are in the population, and in the sample before and after raking.
-- Reads: coded.targets, coded.waves, coded.questions.
create view targets as
select
    waves.name as wave,
    questions.id as question,
    targets.grp as "group",
    questions.id || ': ' || targets.label as label,
    targets.respondents,
    targets.target,
    targets.unweighted,
    targets.weighted,
    targets.source
from coded.targets
join coded.waves using (wave)
join coded.questions using (question)
order by targets.wave, targets.question, targets.position
