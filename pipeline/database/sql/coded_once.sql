-- coded_once: as coded_cells, where an answer may stand in two cells of one respondent.
-- Reads: wave_cells (a row a respondent and filled cell), cell_codes (what a text in a cell means).
insert into all_answers by name
select distinct
    $wave as wave,
    wave_cells.respondent,
    cell_codes.question,
    cell_codes.item,
    cell_codes.option,
    cell_codes.rank,
    cell_codes.value
from wave_cells
join cell_codes using (cell, text)
