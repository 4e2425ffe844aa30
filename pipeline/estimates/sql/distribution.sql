-- distribution: how many gave each answer, place or number to a question (or an item of it) in one group of a wave.
-- Reads: cells, coded.waves. Asks for the wave, question, item, segment and group.
select
    cells.option,
    cells.rank,
    cells.value,
    cells.respondents,
    cells.weighted::double as weighted,
    cells.squares::double as squares
from cells
join coded.waves using (wave)
where waves.name = ?
    and cells.question = ?
    and cells.item = ?
    and cells.segment = ?
    and cells.grp = ?
    and cells.net = 0
order by all
