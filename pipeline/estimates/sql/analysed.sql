-- analysed: one row a wave with analysed respondents: how many, and the mean of its weights before it was made 1.
-- Reads: coded.respondents, coded.waves.
select wave, count(*) as respondents, any_value(waves.mean_weight) as mean_weight
from coded.respondents
join coded.waves using (wave)
where excluded is null
group by wave
order by wave
