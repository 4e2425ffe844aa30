-- bases: one row a question, or an item of a grid, and a group of the domain: whom shares are of.
-- Reads: coded.states, coded.slots, people, members, counted_questions.
with counted as (
    -- a slot is one number, and what became of it a letter: to group by few numbers is several times as fast
    select
        (question::uinteger << 16) | item::uinteger as slot,
        case
            when states.answered & slots.bit <> 0 then 'a'
            when states.skipped & slots.bit <> 0 then 's'
            when states.dkns & slots.bit <> 0 then 'd'
            else ''
        end as state,
        people.grouping,
        count(*) as respondents,
        sum(weight) as weight,
        sum(squares) as squares
    from coded.states
    join people using (wave, respondent)
    join coded.slots using (wave, word)
    join counted_questions using (question)
    where slots.offered
    group by all
)
select
    members.wave,
    (slot >> 16)::usmallint as question,
    (slot & 65535)::usmallint as item,
    members.segment,
    members.grp,
    coalesce(sum(respondents) filter (state = 'a'), 0)::bigint as answered,
    coalesce(sum(respondents) filter (state in ('a', 'd')), 0)::bigint as sample,
    coalesce(sum(respondents) filter (state in ('a', 's')), 0)::bigint as asked,
    coalesce(sum(weight) filter (state = 'a'), 0) as answered_weight,
    coalesce(sum(weight) filter (state in ('a', 'd')), 0) as sample_weight,
    coalesce(sum(weight) filter (state in ('a', 's')), 0) as asked_weight,
    coalesce(sum(squares) filter (state = 'a'), 0) as answered_squares,
    coalesce(sum(squares) filter (state in ('a', 'd')), 0) as sample_squares,
    coalesce(sum(squares) filter (state in ('a', 's')), 0) as asked_squares
from counted
join members using (grouping)
group by all
order by all
