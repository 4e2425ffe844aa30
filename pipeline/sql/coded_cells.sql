-- coded_cells: what every filled cell of one wave says, integer-coded, one row an answer.
-- Reads: wave_cells (one row a respondent and mapped cell, by code), cell_codes (what a code means).
insert into all_answers by name
select
    $wave as wave,
    wave_cells.respondent,
    cell_codes.question,
    cell_codes.item,
    cell_codes.option,
    cell_codes.rank,
    cell_codes.value
from wave_cells
join cell_codes using (cell, code)
