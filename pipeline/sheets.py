"""Spreadsheets as rows of text, read by python-calamine."""

from __future__ import annotations

import datetime
import re
import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path

from pipeline.delimited import UnreadableError
from pipeline.errors import did_you_mean

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_UNPACKED = 2**30  # bytes: what a million rows of fifty short answers take
# answers are packed to a tenth or, where most cells are empty, a hundredth; a small file may be denser
_LARGE, _DENSEST = 50_000_000, 200


def rows(path: Path, sheet: str, first_row: int = 1) -> list[list[str]]:
    """The rows of a sheet from `first_row` on as text, empty rows left out.

    `sheet` may be empty where only one holds anything.
    Whole numbers have no decimals and dates are in ISO format, as an export to text would have them.
    """
    # imported here: an export as text needs none of it
    import python_calamine

    _refuse_bombs(path)
    _refuse_errors(path)

    try:
        workbook = python_calamine.load_workbook(path)
        names = workbook.sheet_names
        if sheet and sheet not in names:
            raise UnreadableError(
                f"no sheet {sheet!r}; {did_you_mean(sheet, names, 'the sheets are')}", "sheet"
            )
        filled = {
            name: workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
            for name in ([sheet] if sheet else names)
        }
    except (python_calamine.CalamineError, OSError) as error:
        raise UnreadableError(f"{path.name} cannot be read as a spreadsheet: {error}") from None
    tables = {name: found for name, table in filled.items() if (found := _filled(table[first_row - 1 :]))}
    if not tables:
        raise UnreadableError(f"{path.name} is empty")
    if len(tables) > 1:
        listed = ", ".join(repr(name) for name in tables)
        raise UnreadableError(f"{path.name} has several sheets: {listed}; name one with sheet", "sheet")
    return next(iter(tables.values()))


def _refuse_bombs(path: Path) -> None:
    """UnreadableError where a spreadsheet would unpack to more than one that a survey tool writes.

    The sizes are those that its directory of files states, so that nothing is unpacked to learn them.
    """
    if not zipfile.is_zipfile(path):
        return
    try:
        with zipfile.ZipFile(path) as archive:
            packed = [(one.file_size, max(one.compress_size, 1)) for one in archive.infolist()]
    except (zipfile.BadZipFile, NotImplementedError) as error:
        raise UnreadableError(f"{path.name} cannot be read as a spreadsheet: {error}") from None
    dense = any(size > _LARGE and size / compressed > _DENSEST for size, compressed in packed)
    if dense or sum(size for size, _ in packed) > _MOST_UNPACKED:
        raise UnreadableError(
            f"{path.name} would unpack to {sum(size for size, _ in packed):,} bytes, more than a table of "
            "answers takes; export as text"
        )


def _refuse_errors(path: Path) -> None:
    """UnreadableError where a cell holds an error such as #NAME?, which calamine would read as blank."""
    if path.suffix.lower() not in (".xlsx", ".xlsm") or not zipfile.is_zipfile(path):
        return
    found = []
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/"):
                try:
                    xml = archive.read(name).decode("utf-8", "replace")
                except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
                    raise UnreadableError(f"{path.name} cannot be read as a spreadsheet: {error}") from None
                found += re.findall(r'<c r="([A-Z]+[0-9]+)"[^>]* t="e"[^>]*>.*?<v>([^<]*)</v>', xml)
    if found:
        listed = ", ".join(f"{cell} ({value})" for cell, value in found[:5])
        raise UnreadableError(
            f"{path.name}: {len(found)} cells hold an error and no answer: {listed}; a text that began with "
            "= or - was taken for a formula: export as text, or mend the cells"
        )


def _filled(table: Sequence[Sequence[object]]) -> list[list[str]]:
    texts = [[_text(value) for value in row] for row in table]
    return [row for row in texts if any(cell.strip() for cell in row)]


def _text(value: object) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    return "" if value is None else str(value)
