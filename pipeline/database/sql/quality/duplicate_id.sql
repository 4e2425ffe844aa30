-- duplicate_id: one row a response with an id: flagged where an earlier one of the wave has the same.
-- Reads: all_quality_rules, all_ids (wave, respondent, id; filled ones alone). Writes: all_quality_results.
insert into all_quality_results
select
    wave,
    respondent,
    all_quality_rules.position,
    0 as question,
    row_number() over (partition by wave, all_ids.id order by respondent) > 1 as flagged
from all_ids
join all_quality_rules using (wave)
where all_quality_rules.rule = 'duplicate_id'
order by wave, respondent
