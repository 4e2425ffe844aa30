-- mentions: one row an option, or a ranked item and a place (each one, `top_3` and `any`), and a group.
-- Reads: sums.
with places as (
    select *
    from sums
    where rank is not null
)
select wave, question, item, option, '' as place, segment, grp, respondents, weighted, squares
from sums
where net = 0 and value is null and rank is null
union all
select wave, question, item, 0, rank::varchar, segment, grp, respondents, weighted, squares
from places
union all
select wave, question, item, 0, 'top_3', segment, grp, sum(respondents)::bigint, sum(weighted), sum(squares)
from places
where rank <= 3
group by all
union all
select wave, question, item, 0, 'any', segment, grp, sum(respondents)::bigint, sum(weighted), sum(squares)
from places
group by all
order by all
