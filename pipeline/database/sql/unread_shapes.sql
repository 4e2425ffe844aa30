-- unread_shapes: one row a shape of times that have no usual one, and how many have it; without a digit it is no time.
-- Reads: times (began, ended; start and end_, null where not read). 9 stands for a digit, and a for a letter.
select shape, count(*) as times
from (
    select translate(lower(text), '012345678bcdefghijklmnopqrstuvwxyz', '999999999aaaaaaaaaaaaaaaaaaaaaaaaa') as shape
    from (
        select began as text from times where start is null
        union all
        select ended from times where end_ is null
    ) as unread
) as shapes
where shape like '%9%'
group by shape
order by times desc, shape
