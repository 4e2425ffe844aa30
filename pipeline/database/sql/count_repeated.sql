-- count_repeated: notes how many responses of a wave repeat an earlier one, and returns that number as its one row.
-- Reads: all_repeated. Writes: coded.waves.
update coded.waves
set repeated = (select count(*) from all_repeated where wave = $wave and place > 1)
where wave = $wave
returning repeated
