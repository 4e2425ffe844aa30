-- values: one row a wave and a number: how many gave it, with the sums of their weights.
-- Reads: sums (segment '' only), coded.waves.
select waves.name as wave, value, respondents, weighted::double as weighted, squares::double as squares
from sums
join coded.waves using (wave)
where segment = '' and value is not null
order by waves.wave, value
