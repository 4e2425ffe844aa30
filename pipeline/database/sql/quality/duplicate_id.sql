-- duplicate_id: who has the id of an earlier response of the wave; the first of them is not flagged.
-- Reads: all_rules, all_ids (wave, respondent, id; filled ones alone). Writes: all_found.
insert into all_found
select
    wave,
    respondent,
    all_rules.position,
    0 as question,
    row_number() over (partition by wave, all_ids.id order by respondent) > 1 as flagged
from all_ids
join all_rules using (wave)
where all_rules.rule = 'duplicate_id'
order by wave, respondent
