-- waves_checked: one row a wave: its questions, the responses received and those analysed.
-- Reads: the views wordings and respondents.
select
    wave,
    (select count(*) from wordings where wordings.wave = respondents.wave) as questions,
    count(*) as received,
    count(*) filter (excluded is null) as analysed
from respondents
group by wave
order by wave
