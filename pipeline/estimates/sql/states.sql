-- states: one row a state of a question (or an item of a grid) in one group of a wave, with how many are in it.
-- Reads: coded.responses, coded.waves, domain.
select responses.state::varchar as state, count(*) as respondents
from coded.responses
join coded.waves using (wave)
join domain using (wave, respondent)
where waves.name = $wave
    and question = $question
    and item = $slot
    and domain.segment = $segment
    and domain.grp = $group
group by responses.state
order by responses.state
