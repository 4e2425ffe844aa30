-- count_repeated: how many responses of a wave repeat an earlier one, as its one row.
-- Reads: all_repeated.
select count(*) as repeated
from all_repeated
where wave = $wave and place > 1
order by repeated
