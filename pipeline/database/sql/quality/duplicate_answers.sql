-- duplicate_answers: one row a response with enough answers: flagged where an earlier one of the wave has the same.
-- Reads: all_quality_rules, all_answers. Writes: all_quality_results. The first of them is not flagged.
insert into all_quality_results
with hashed as (
    select
        wave,
        respondent,
        count(*) as given,
        (bit_xor(hash(question, item, option, rank, value)), sum(hash(question, item, option, rank, value))) as answers
    from all_answers
    group by wave, respondent
)
select
    wave,
    respondent,
    all_quality_rules.position,
    0 as question,
    row_number() over (partition by wave, hashed.answers order by respondent) > 1 as flagged
from hashed
join all_quality_rules using (wave)
where all_quality_rules.rule = 'duplicate_answers' and hashed.given >= all_quality_rules.fewest
order by wave, respondent
