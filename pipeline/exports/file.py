"""An export as a table, whatever kind of file it is."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import duckdb

from pipeline.exports import delimited, json_rows, parquet, sheets, signatures, spss
from pipeline.exports.delimited import UnreadableError
from pipeline.text.folding import fold, visible, without_markup

MOST_COLUMNS = 16_384
_NOT_TEXT = (*sheets.SUFFIXES, *spss.SUFFIXES, *parquet.SUFFIXES, *json_rows.SUFFIXES)
_MADE: dict[tuple[str, ...], Callable[[Path], list[list[str]]]] = {
    spss.SUFFIXES: spss.rows,
    json_rows.SUFFIXES: json_rows.rows,
}


@dataclass(frozen=True)
class Table:
    """The first records of an export, and how to load those below its header as the table `cells`."""

    first: Sequence[Sequence[str]]
    load: Callable[[duckdb.DuckDBPyConnection, int, int], None]
    """(connection, rows of the header, columns)"""
    text: delimited.Delimited | None = None
    """how to read it without loading it, where DuckDB can do so"""


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory to read exports in: nothing of them goes to a file, dropped columns would too."""
    connection = duckdb.connect()
    connection.execute("set temp_directory = ''")
    # it finds nothing in what reads an export, and looks for it with the square of the columns
    connection.execute("set disabled_optimizers = 'common_subexpressions'")
    return connection


def is_text(path: Path) -> bool:
    """Whether an export is text in an encoding of its own, and no spreadsheet, SPSS, Parquet or JSON file."""
    return path.suffix.lower() not in _NOT_TEXT


def look(path: Path, encoding: str = "", sheet: str = "", first_row: int = 1, delimiter: str = "") -> Table:
    """The export at `path`; UnreadableError where it is no table of responses."""
    suffix = path.suffix.lower()
    if suffix not in (*spss.SUFFIXES, *parquet.SUFFIXES, *json_rows.SUFFIXES):
        _refuse_other_kinds(path, suffix in sheets.SUFFIXES)
    if suffix in parquet.SUFFIXES:
        return Table(
            parquet.first(path),
            lambda to, header, width: parquet.load(to, path, header, width),
        )
    if suffix in _NOT_TEXT:
        made = next((read for suffixes, read in _MADE.items() if suffix in suffixes), None)
        rows = made(path) if made else sheets.rows(path, sheet, first_row)
        table = Table(
            rows[: delimited.LOOKED_AT],
            lambda to, header, width: delimited.load_rows(to, rows, header, width),
        )
    else:
        text = delimited.look(path, encoding, delimiter, first_row)
        table = Table(
            text.first,
            lambda to, header, width: delimited.load(to, text, header, width),
            text if text.direct else None,
        )
    widest = max((len(row) for row in table.first), default=0)
    if widest > MOST_COLUMNS:
        raise UnreadableError(
            f"{path.name} has {widest:,} columns, and a spreadsheet has {MOST_COLUMNS:,} at most; is it "
            "transposed, or are its line ends lost?"
        )
    table = replace(table, first=[[visible(without_markup(cell)) for cell in row] for row in table.first])
    if _is_summary(table.first):
        raise UnreadableError(
            f"{path.name} is a summary of the answers and holds no responses; export all individual responses"
        )
    return table


def _refuse_other_kinds(path: Path, as_spreadsheet: bool) -> None:
    """UnreadableError where a file is of another kind than its name says; a damaged one is for its reader."""
    kind = signatures.kind(path)
    if not as_spreadsheet and kind:
        raise UnreadableError(f"{path.name} is {kind}")
    if as_spreadsheet and not kind:
        with path.open("rb") as stream:
            is_text = b"\0" not in stream.read(4096)
        raise UnreadableError(
            f"{path.name} cannot be read as a spreadsheet"
            + (": it is text; name it .csv" if is_text else "; export again")
        )
    if as_spreadsheet and kind not in (*signatures.WORKBOOKS, signatures.DAMAGED):
        raise UnreadableError(f"{path.name} is {kind}")


def _is_summary(first: Sequence[Sequence[str]]) -> bool:
    """Whether the first rows count answers instead of listing responses, as the summaries of tools do."""
    for row in first:
        cells = [fold(cell) for cell in row]
        counts = any(re.match(r"(responses|count|frequency|n|percent(age)?|%)$", cell) for cell in cells[1:])
        if counts and re.match(r"(answer choices?|answers?|options?|choices?)$", cells[0]):
            return True
    return False
