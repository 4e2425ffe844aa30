-- distribution: one row an answer, place or number to a question (or an item of it) in one group of a wave.
-- Reads: sums, coded.waves.
select
    sums.option,
    sums.rank,
    sums.value,
    sums.respondents,
    sums.weighted::double as weighted,
    sums.squares::double as squares
from sums
join coded.waves using (wave)
where waves.name = $wave
    and sums.question = $question
    and sums.item = $item
    and sums.segment = $segment
    and sums.grp = $group
    and sums.net = 0
order by all
