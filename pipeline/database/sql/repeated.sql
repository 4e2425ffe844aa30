-- repeated: which responses of a wave repeat one another, each with its place among those alike and their number.
-- Reads: told_apart (respondent, id, cells, filled), coded.waves. Writes: all_repeated. Without an id, all cells count.
insert into all_repeated
select
    $wave,
    respondent,
    row_number() over alike as place,
    count(*) over (partition by coalesce('id ' || id, 'cells ' || cells)) as places
from told_apart
where id is not null or filled >= $fewest
window alike as (partition by coalesce('id ' || id, 'cells ' || cells) order by respondent)
qualify places > 1
order by respondent
