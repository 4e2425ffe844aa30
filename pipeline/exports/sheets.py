"""Spreadsheets as rows of text, read by a process of its own with bounds: `pipeline.exports.spreadsheets`."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

from pipeline.exports.delimited import UnreadableError

SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
_MOST_UNPACKED = 2**30  # bytes: what a million rows of fifty short answers take
# answers are packed to a tenth or, where most cells are empty, a hundredth; a small file may be denser
_LARGE, _DENSEST = 50_000_000, 200


def rows(path: Path, sheet: str, first_row: int = 1) -> list[list[str]]:
    """The rows of a sheet from `first_row` on as text, empty rows left out.

    `sheet` may be empty where only one holds anything. UnreadableError where there is no such table, or its
    reader comes to an end: a cell far from the rest, or one wrong byte, can take all memory.
    Whole numbers have no decimals and dates are in ISO format, as an export to text would have them; what is
    shown in per cent has its sign.
    """
    _refuse_bombs(path)
    rows_read: list[list[str]] = []
    whole = True
    with subprocess.Popen(
        [sys.executable, "-m", "pipeline.exports.spreadsheets", str(path.absolute()), sheet, str(first_row)],
        cwd=Path(__file__).parents[2],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    ) as reader:
        assert reader.stdout  # noqa: S101 - it is piped
        for line in reader.stdout:
            try:
                row = json.loads(line)
            except ValueError:  # it ended within a line
                whole = False
                break
            if isinstance(row, dict):
                raise UnreadableError(row["error"], row["key"])
            rows_read.append(row)
    if reader.returncode or not whole:
        raise UnreadableError(
            f"{path.name} cannot be read as a spreadsheet: its reader ended for want of memory or time, or "
            "because the file is damaged; delete rows and columns beyond the table, or export as text"
        )
    return rows_read


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
