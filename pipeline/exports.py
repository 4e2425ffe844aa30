"""An export as a table, whatever kind of file it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipeline import delimited, sheets


@dataclass(frozen=True)
class Table:
    """The first records of an export, and how to load those below its header as the table `cells`."""

    first: Sequence[Sequence[str]]
    load: Callable[[duckdb.DuckDBPyConnection, int, int], None]
    """(connection, rows of the header, columns)"""


def is_spreadsheet(path: Path) -> bool:
    """Whether an export is a spreadsheet and not text."""
    return path.suffix.lower() in sheets.SUFFIXES


def look(path: Path, data: bytes, encoding: str, sheet: str) -> Table:
    """The export at `path`, which holds `data`; delimited.UnreadableError where it is no table."""
    if is_spreadsheet(path):
        rows = sheets.rows(path, sheet)
        return Table(
            rows[: delimited.LOOKED_AT],
            lambda to, header, width: delimited.load_rows(to, rows, header, width),
        )
    text = delimited.look(path, data, encoding)
    return Table(text.first, lambda to, header, width: delimited.load(to, text, data, header, width))
