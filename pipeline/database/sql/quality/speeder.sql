-- speeder: one row a response of known duration that is not partial: flagged where it took less than the limit.
-- Reads: all_quality_rules, all_durations, all_partials. Writes: all_quality_results.
insert into all_quality_results
select
    wave,
    respondent,
    all_quality_rules.position,
    0 as question,
    all_durations.seconds < all_quality_rules.seconds as flagged
from all_durations
join all_quality_rules using (wave)
anti join all_partials using (wave, respondent)
where all_quality_rules.rule = 'speeder' and all_quality_rules.seconds is not null
order by wave, respondent
