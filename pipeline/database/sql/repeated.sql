-- repeated: one row a response of a wave that is like others, with its place among those alike and their number.
-- Reads: response_keys (respondent, id, cells, filled). Writes: all_repeated. Without an id, all cells count.
insert into all_repeated by name
select
    $wave as wave,
    respondent,
    row_number() over alike as place,
    count(*) over (partition by coalesce('id ' || id, 'cells ' || cells)) as places
from response_keys
where id is not null or filled >= $fewest
window alike as (partition by coalesce('id ' || id, 'cells ' || cells) order by respondent)
qualify places > 1
order by respondent
