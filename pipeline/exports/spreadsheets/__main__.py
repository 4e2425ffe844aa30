"""Print one sheet of a spreadsheet as JSON: a line a row, or why it is not read and what key could help.

Usage: python -m pipeline.exports.spreadsheets PATH SHEET FIRST_ROW
"""

from __future__ import annotations

import contextlib
import json
import sys
import zipfile
import zlib
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from xml.parsers import expat

from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, load_workbook

from pipeline.exports.spreadsheets import binary, office, opendocument
from pipeline.exports.spreadsheets.texts import Formats, RefusedError, Sheet, as_text, rows_of
from pipeline.project.errors import did_you_mean

MOST_MEMORY = 6 * 2**30  # bytes of address space
MOST_TIME = 900  # seconds of a processor
_DAMAGED = (
    CalamineError, zipfile.BadZipFile, zlib.error, expat.ExpatError, ElementTree.ParseError, OSError,
    EOFError, ValueError, KeyError, NotImplementedError, RuntimeError,
)  # fmt: skip
Made = Callable[[], Sheet]


def bound() -> None:
    """Give this process no more memory and time than a table of answers takes, where the system can."""
    try:
        import resource
    except ImportError:  # Windows
        return
    for kind, most in ((resource.RLIMIT_AS, MOST_MEMORY), (resource.RLIMIT_CPU, MOST_TIME)):
        _, hard = resource.getrlimit(kind)
        with contextlib.suppress(ValueError, OSError):  # macOS bounds no memory
            resource.setrlimit(kind, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def read(path: Path, sheet: str, first_row: int) -> list[list[str]]:
    """The rows of a sheet from `first_row` on, empty ones left out; RefusedError where they cannot be told.

    `sheet` may be empty where only one holds anything.
    """
    with contextlib.ExitStack() as stack:
        archive = stack.enter_context(zipfile.ZipFile(path)) if zipfile.is_zipfile(path) else None
        if archive and "content.xml" in archive.namelist():
            return _chosen(path.name, opendocument.sheets(archive, first_row), sheet, first_row)
        workbook = stack.enter_context(load_workbook(path))
        look: Callable[[str], Formats]
        if archive is None:
            look = partial(binary.xls, path.read_bytes(), first_row, workbook.sheet_names)
        elif "xl/workbook.bin" in archive.namelist():
            look = partial(binary.xlsb, archive, first_row)
        else:
            look = partial(office.Workbook(archive).look, first_row)
        return _chosen(path.name, _by_calamine(workbook, look), sheet, first_row)


def _by_calamine(workbook: CalamineWorkbook, look: Callable[[str], Formats]) -> dict[str, Made]:
    """How to make each sheet of a workbook, after `look` has told what shows per cent in it."""

    def make(name: str) -> Sheet:
        formats = look(name)
        table = workbook.get_sheet_by_name(name)
        values: list[list[Any]] = table.to_python(skip_empty_area=False)
        for (row, column), code in formats.items():
            if row <= len(values) and column <= len(values[row - 1]):
                values[row - 1][column - 1] = as_text(values[row - 1][column - 1], code)
        rows = []
        for number, cells in enumerate(values, 1):
            texts = [as_text(value) for value in cells]
            if any(text.strip() for text in texts):
                rows.append((number, texts))
        merged = table.merged_cell_ranges or []
        return Sheet(name, rows, [(t + 1, left + 1, b + 1, right + 1) for (t, left), (b, right) in merged])

    tables = [one.name for one in workbook.sheets_metadata if one.typ is SheetTypeEnum.WorkSheet]
    return {name: partial(make, name) for name in tables}


def _chosen(file: str, sheets: Mapping[str, Made], sheet: str, first_row: int) -> list[list[str]]:
    """The rows of the sheet that is named, or else of the only one that holds anything."""
    if sheet and sheet not in sheets:
        raise RefusedError(f"no sheet {sheet!r}; {did_you_mean(sheet, sheets, 'the sheets are')}", "sheet")
    tables: dict[str, list[list[str]] | RefusedError] = {}
    for name, make in sheets.items():
        if sheet in ("", name):
            try:
                if rows := rows_of(make(), first_row):
                    tables[name] = rows
            except RefusedError as refused:
                tables[name] = refused
    if not tables:
        raise RefusedError(f"{file} is empty")
    if len(tables) > 1:
        listed = ", ".join(repr(name) for name in tables)
        raise RefusedError(f"{file} has several sheets: {listed}; name one with sheet", "sheet")
    (table,) = tables.values()
    if isinstance(table, RefusedError):
        raise RefusedError(f"{file}: {table}", table.key)
    return table


def main(path: str, sheet: str, first_row: str) -> None:
    """Print a sheet, or why it is not read."""
    bound()
    try:
        rows = read(Path(path), sheet, int(first_row))
    except RefusedError as refused:
        print(json.dumps({"error": str(refused), "key": refused.key}))
    except _DAMAGED as error:
        print(
            json.dumps(
                {"error": f"{Path(path).name} cannot be read as a spreadsheet: {error}", "key": "file"}
            )
        )
    else:
        for row in rows:
            print(json.dumps(row))


if __name__ == "__main__":
    main(*sys.argv[1:])
