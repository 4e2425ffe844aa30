-- wordings: one row a question of a wave: its number, its text and how one answers it.
-- Reads: the view wordings.
select question, number, text, mode
from wordings
where wave = $wave
order by all
