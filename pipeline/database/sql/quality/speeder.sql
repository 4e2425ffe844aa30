-- speeder: who took less than the limit; who left before the end had less to answer and is not compared.
-- Reads: all_rules, all_durations, all_partials. Writes: all_found.
insert into all_found
select
    wave,
    respondent,
    all_rules.position,
    0 as question,
    all_durations.seconds < all_rules.seconds as flagged
from all_durations
join all_rules using (wave)
anti join all_partials using (wave, respondent)
where all_rules.rule = 'speeder' and all_rules.seconds is not null
order by wave, respondent
