-- mean_weight: notes the mean of the weights of a wave before they are brought to a mean of 1.
-- Writes: coded.waves.
update coded.waves
set mean_weight = $mean_weight
where wave = $wave
