-- values: how many gave each number, with the sums of their weights and squared weights.
-- Reads: cells (segment '' only).
select wave, value, respondents, weighted::double as weighted, squares::double as squares
from cells
where segment = '' and value is not null
order by all
