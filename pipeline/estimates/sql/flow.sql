-- flow: one row a step of a wave: responses received, excluded by each rule in order, analysed, flagged.
-- Reads: waves, respondents, flags, coded.rules, coded.waves.
select steps.wave, step, reason, respondents
from (
    select wave, 1 as place, 0 as position, 'received' as step, '' as reason, received as respondents
    from waves
    union all
    select wave, 1, 1, 'repeated', 'the id or all cells of an earlier response, and counted', repeated
    from waves
    where repeated > 0 and duplicates in ('', 'keep_all')
    union all
    select waves.name, 2, rules.position, 'unmatched',
        rules.reason || ': ' || rules.lost || ' of its texts stand in no cell', 0
    from coded.rules
    join coded.waves using (wave)
    where rules.lost > 0
    union all
    select waves.name, 2, rules.position, 'excluded', rules.reason, count(respondents.respondent)
    from coded.rules
    join coded.waves using (wave)
    left join coded.respondents
        on respondents.wave = rules.wave and respondents.excluded = rules.reason
    group by all
    union all
    select wave, 3, 0, 'analysed', '', count(*) filter (excluded is null)
    from respondents
    group by all
    union all
    select wave, 4, 0, 'flagged', question || ': ' || flag, count(*)
    from flags
    group by all
) as steps
join coded.waves on waves.name = steps.wave
order by waves.wave, place, position, reason
