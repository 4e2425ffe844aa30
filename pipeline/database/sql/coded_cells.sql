-- coded_cells: what filled cells of one wave say, integer-coded, one row an answer.
-- Reads: wave_cells (a row a respondent and filled cell), cell_codes (what a text in a cell means).
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
join cell_codes using (cell, text)
