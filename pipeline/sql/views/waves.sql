-- waves: one row a fielding, with what its wave file says of it.
-- Reads: coded.waves.
create view waves as
select name as wave, * exclude (wave, name)
from coded.waves
order by all
