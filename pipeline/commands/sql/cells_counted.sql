-- cells_counted: one row: how many of some cells of a wave are of responses received, and how many of the analysed.
-- Reads: the view respondents, cells_counted (respondent).
select count(*) as received, count(*) filter (excluded is null) as analysed
from cells_counted
join respondents using (respondent)
where respondents.wave = $wave
order by all
