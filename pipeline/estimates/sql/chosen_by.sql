-- chosen_by: one row a respondent of one group of a wave who gave certain answers to a question.
-- Reads: coded.answers, coded.waves, domain.
select distinct answers.respondent
from coded.answers
join coded.waves using (wave)
join domain using (wave, respondent)
where waves.name = $wave
    and question = $question
    and ($item = 0 or item = $item)
    and (option in (select unnest($options::integer[])) or rank <= $places)
    and domain.segment = $segment
    and domain.grp = $group
order by all
