-- weights: one row an analysed respondent of $wave, with the weight.
-- Reads: coded.respondents, coded.waves.
select respondents.respondent, respondents.weight::double as weight
from coded.respondents
join coded.waves using (wave)
where respondents.excluded is null and waves.name = $wave
order by respondents.respondent
