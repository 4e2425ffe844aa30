-- wording_of: one row where a wave asked a question: how it put it.
-- Reads: coded.wordings.
select text
from coded.wordings
where wave = $wave and question = $question
order by all
