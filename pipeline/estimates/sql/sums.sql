-- sums: one row an answer, net, place or number and a group: how many gave it, with the sums of their weights.
-- Reads: coded.answers, coded.unions, people, members, counted_questions. Made into the temporary table sums.
with counted as (
    -- what is counted is one number of 64 bits: to group by that is several times as fast as by its parts
    select
        (question::ubigint << 48) | (item::ubigint << 32) | (option::ubigint << 16) as part,
        null as rank,
        null as value,
        people.grouping,
        count(*) as respondents,
        sum(weight) as weighted,
        sum(squares) as squares
    from coded.answers
    join counted_questions using (question)
    join people using (wave, respondent)
    where rank is null and value is null
    group by all
    union all
    select
        (question::ubigint << 48) | (item::ubigint << 32) | (option::ubigint << 16),
        rank,
        value,
        people.grouping,
        count(*),
        sum(weight),
        sum(squares)
    from coded.answers
    join counted_questions using (question)
    join people using (wave, respondent)
    where rank is not null or value is not null
    group by all
    union all
    select
        (question::ubigint << 48) | (item::ubigint << 32) | net::ubigint,
        null,
        null,
        people.grouping,
        count(*),
        sum(weight),
        sum(squares)
    from coded.unions
    join counted_questions using (question)
    join people using (wave, respondent)
    group by all
)
select
    members.wave,
    (part >> 48)::usmallint as question,
    ((part >> 32) & 65535)::usmallint as item,
    ((part >> 16) & 65535)::usmallint as option,
    (part & 65535)::usmallint as net,
    rank,
    value,
    members.segment,
    members.grp,
    sum(respondents)::bigint as respondents,
    sum(weighted) as weighted,
    sum(squares) as squares
from counted
join members using (grouping)
group by all
