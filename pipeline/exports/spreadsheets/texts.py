"""The text of a cell, as it is shown where that changes an answer; and what makes a sheet no table."""

from __future__ import annotations

import datetime
import operator
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# more cells than this are too many where hardly any holds something: one of them is far from the rest
MOST_CELLS, SPARSEST = 20_000_000, 100
_HEADER = 3  # rows that a header has at most
_LITERALS = re.compile(r'"[^"]*"|\\.|[_*].')
_CONDITION = re.compile(r"\[(<=|>=|<>|<|>|=)\s*(-?\d+(?:\.\d*)?)\]")
_HOLDS = {
    "<": operator.lt, ">": operator.gt, "=": operator.eq,
    "<=": operator.le, ">=": operator.ge, "<>": operator.ne,
}  # fmt: skip


Formats = dict[tuple[int, int], str]
"""by row and column from 1: the number formats that may show per cent"""


class RefusedError(Exception):
    """Why a spreadsheet is not read; `key` is the key of [source] that could help."""

    def __init__(self, message: str, key: str = "file") -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Sheet:
    """The rows of a sheet that hold something, each with its number from 1, and its merged cells.

    `merged` are ranges: first row, first column, last row and last column, from 1.
    """

    name: str
    rows: Sequence[tuple[int, list[str]]]
    merged: Sequence[tuple[int, int, int, int]] = ()


def as_text(value: Any, code: str = "") -> str:
    """The text of a value as calamine has it; `code` is its number format where that may show per cent.

    Whole numbers have no decimals, dates are in ISO format, durations are hours, minutes and seconds.
    """
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, int | float):
        signs = per_cent_signs(code, value) if code else 0
        return f"{value * 100**signs:.15g}{'%' * signs}"
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ")
    if isinstance(value, datetime.timedelta):
        return duration(value.total_seconds())
    return "" if value is None else str(value)


def duration(seconds: float) -> str:
    """Seconds as hours, minutes and seconds, with as many hours as there are: 26:30:00."""
    whole, part = divmod(round(abs(seconds), 3), 1)
    hours, rest = divmod(int(whole), 3600)
    fraction = f"{part:.3f}"[1:].rstrip("0") if part else ""
    return f"{'-' if seconds < 0 else ''}{hours:02}:{rest // 60:02}:{rest % 60:02}{fraction.rstrip('.')}"


def per_cent_signs(code: str, value: float) -> int:
    """How many signs of per cent a number format shows behind a value; it is multiplied by 100 for each.

    A sign that is quoted or escaped is a text that multiplies nothing. Of several sections the one counts
    that is for such a value.
    """
    sections = _LITERALS.sub("", code).split(";")[:3]
    conditions = [_CONDITION.search(section) for section in sections]
    if any(conditions):
        fitting = [
            section
            for section, found in zip(sections, conditions, strict=True)
            if not found or _HOLDS[found[1]](value, float(found[2]))
        ]
        chosen = fitting[0] if fitting else sections[-1]
    else:
        wanted = 0 if value > 0 else 1 if value < 0 else 2
        chosen = sections[wanted] if wanted < len(sections) else sections[0]
    return re.sub(r"\[[^\]]*\]", "", chosen).count("%")


def letters(column: int) -> str:
    """The letters of a column from 1: A, B, …, AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def cell_name(row: int, column: int) -> str:
    """A cell as a spreadsheet names it, from its row and column from 1: B7."""
    return f"{letters(column)}{row}"


def refuse_far(sheet: str, far: tuple[int, int], extent: tuple[int, int], filled: int) -> None:
    """RefusedError where a sheet has a great many cells, and nearly all of them are empty."""
    if extent[0] * extent[1] > max(MOST_CELLS, SPARSEST * filled):
        raise RefusedError(
            f"cell {cell_name(*far)} of sheet {sheet!r} is far from the rest: of {extent[0]:,} rows by "
            f"{extent[1]:,} columns, {filled:,} cells hold something; delete that cell, or export as text"
        )


def refuse_errors(sheet: str, errors: Sequence[tuple[int, int, str]]) -> None:
    """RefusedError where cells (row, column, text) hold an error such as #NAME? and no answer."""
    if errors:
        listed = ", ".join(f"{cell_name(row, column)} ({text})" for row, column, text in errors[:5])
        raise RefusedError(
            f"{len(errors)} cells hold an error and no answer: {listed} of sheet {sheet!r}; "
            "a text that began "
            "with = or - was taken for a formula: export as text, or mend the cells"
        )


def refuse_formulas(sheet: str, formulas: Mapping[int, Sequence[int]], what: str = "have no result") -> None:
    """RefusedError where formulas were saved without their results; `formulas` has their rows by column."""
    if formulas:
        listed = ", ".join(
            f"column {letters(column)} ({len(rows):,}, the first in {cell_name(rows[0], column)})"
            for column, rows in sorted(formulas.items())[:5]
        )
        more = f" and {len(formulas) - 5} more columns" if len(formulas) > 5 else ""
        raise RefusedError(
            f"formulas of sheet {sheet!r} {what}: {listed}{more}; what wrote the file did not calculate "
            "them: open it in a spreadsheet program and save it, or export as text"
        )


def rows_of(sheet: Sheet, first_row: int) -> list[list[str]]:
    """The rows of a sheet from `first_row` on; RefusedError where one below its header cannot be told."""
    rows = [(number, row) for number, row in sheet.rows if number >= first_row]
    texts = dict(rows)
    for row, column, last, _ in sheet.merged:
        filled = row in texts and column <= len(texts[row]) and texts[row][column - 1].strip()
        if filled and last >= first_row + _HEADER:
            raise RefusedError(
                f"cells are merged at {cell_name(row, column)} of sheet {sheet.name!r}, and whose answer "
                "that is cannot be told; unmerge them and fill each, or delete what is no response"
            )
    _refuse_notes(sheet.name, rows)
    return [row for _, row in rows]


def _refuse_notes(name: str, rows: Sequence[tuple[int, list[str]]]) -> None:
    """RefusedError where a table ends in an empty row, and below it rows hold one cell each."""
    alone = len(rows)
    while alone > 2 and sum(bool(cell.strip()) for cell in rows[alone - 1][1]) == 1:
        alone -= 1
    after_gap = [n for n in range(alone, len(rows)) if rows[n][0] > rows[n - 1][0] + 1]
    if after_gap and len(rows[0][1]) > 2:
        number, row = rows[after_gap[0]]
        column = next(n for n, cell in enumerate(row, 1) if cell.strip())
        raise RefusedError(
            f"cell {cell_name(number, column)} of sheet {name!r} stands alone below the table, after an "
            "empty row: a note or a stray cell, and no response; delete it, or the empty row"
        )
