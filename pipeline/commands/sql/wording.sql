-- wording: one row: how a wave put a question, with the title of the wave and whether its responses are synthetic.
-- Reads: the views wordings and waves.
select wordings.number, wordings.text, wordings.mode, waves.title, waves.synthetic
from wordings
join waves using (wave)
where wave = $wave and question = $question
order by all
