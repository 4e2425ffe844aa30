-- shared_ids: one row two waves: how many respondents have the same id, and how many the smaller of the two has.
-- Reads: all_ids (wave, respondent, id). Ids that only count on from one say nothing.
with sizes as (
    select
        wave,
        count(*) as respondents,
        bool_and(try_cast(id as bigint) is not null)
            and max(try_cast(id as bigint)) <= 100 * count(*) as is_counter
    from all_ids
    group by wave
)
select
    early.wave as early,
    late.wave as late,
    count(distinct late.id) as shared,
    least(any_value(one.respondents), any_value(other.respondents)) as respondents
from all_ids as early
join all_ids as late on late.id = early.id and late.wave > early.wave
join sizes as one on one.wave = early.wave
join sizes as other on other.wave = late.wave
where not one.is_counter and not other.is_counter
group by early.wave, late.wave
order by early, late
