-- mentions: the cells of options, and of places given to the items of a ranking; place 0 is any of them.
-- Reads: cells.
select wave, question, item, option, rank, segment, grp, respondents, weighted, squares
from cells
where net = 0 and value is null
union all
select
    wave,
    question,
    item,
    option,
    0 as rank,
    segment,
    grp,
    sum(respondents)::bigint,
    sum(weighted),
    sum(squares)
from cells
where rank is not null
group by all
order by all
