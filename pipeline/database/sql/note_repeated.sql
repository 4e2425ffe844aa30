-- note_repeated: notes how many responses of a wave repeat an earlier one.
-- Writes: coded.waves.
update coded.waves
set repeated = $repeated
where wave = $wave
