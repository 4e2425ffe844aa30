"""Which answers occur together: one upright bar an exclusive combination over a matrix of dots."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, GREY_INK, HIGHLIGHT
from pipeline.charts.frame import (
    CONTENT,
    MARGIN,
    NAME,
    NOTE,
    VALUE,
    Sheet,
    Style,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, answers, base, rows
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("multiple",)
SAID = "Bars over a matrix of combinations"
TABLE = "combinations"
BY = "never"

_NAMES = 0.34 * CONTENT
_WIDEST, _REST = 40.0, 42.0
_HIGH = 120.0
_LINE = 24.0
_BAND, _ABSENT = "#F2F2F2", "#CFCFCF"
_JOIN = "+"


def shown(table: list[Row]) -> list[Row]:
    """The options of the matrix and every combination."""
    return [row for row in table if row.measure in ("option", "combination")]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the most frequent combinations of the options that are named most."""
    table = rows(data)
    options = answers(table)
    combined = [row for row in table if row.measure == "combination"]
    return compose(exhibit, lambda sheet: _plot(sheet, options, combined))


def _plot(sheet: Sheet, options: Sequence[Row], combined: Sequence[Row]) -> None:
    if not options or not combined:
        nothing(sheet)
        return
    few = f" {LOW_BASE_MARK}" if any(row.low_base for row in combined) else ""
    sheet.below(f"{base(list(combined))}{few}", NOTE)
    sheet.y += 6
    share = max(block(row.text, VALUE, CONTENT).width for row in options)
    names = {row.key: balanced(row.name, NAME, _NAMES - share - 14) for row in options}
    column = 14 + share + max(name.width for name in names.values())
    rest = sum(row.role != "substantive" for row in combined)
    width = min((CONTENT - column - rest * _REST) / max(len(combined) - rest, 1), _WIDEST)
    bottom = sheet.y + VALUE.size * 1.3 + 4 + _HIGH
    most = max((row.plotted for row in combined if row.drawn and row.role == "substantive"), default=0.0)
    unit = _HIGH / (most or 1.0)
    left, middles = MARGIN + column, []
    sheet.panel, sheet.way = 0, "right"
    for row in combined:
        own = width if row.role == "substantive" else _REST
        middles.append(left + own / 2)
        _column(sheet, row, left + own / 2, bottom, min(own, width) * 0.62, unit)
        left += own
    sheet.line((MARGIN + column, left), (bottom, bottom), GREY, 0.8)
    sheet.y = bottom + 6
    _matrix(sheet, options, combined, (MARGIN + column, left, middles))


def _column(sheet: Sheet, row: Row, middle: float, bottom: float, width: float, unit: float) -> None:
    """A combination's bar and share; what is left over has no bar, which would dwarf the others."""
    high, style = 0.0, VALUE
    if row.role != "substantive":
        style = Style(VALUE.size, bold=True, colour=GREY_INK)
    elif row.drawn:
        sheet.column(row.index, middle, bottom, width, row.plotted, unit, HIGHLIGHT, outlined=row.low_base)
        high = row.plotted * unit
    words = block(row.text, style, CONTENT)
    sheet.words(words, middle, bottom - high - 2 - words.height, "center", value=True, row=row.index)


def _matrix(
    sheet: Sheet, options: Sequence[Row], combined: Sequence[Row], place: tuple[float, float, list[float]]
) -> None:
    """A line an option: its name and share, and a dot in every column, dark where it is a part of it."""
    left, right, middles = place
    lines: dict[str, float] = {}
    top = sheet.y
    sheet.panel, sheet.way = 1, "down"
    for number, row in enumerate(options):
        words = block(row.text, VALUE, CONTENT)
        name = balanced(row.name, NAME, _NAMES - words.width - 14)
        height = max(_LINE, name.height + 6)
        middle = sheet.y + height / 2
        if number % 2 == 0:
            sheet.swatch(left, middle, _BAND, right - left, height)
        sheet.words_at(words, left - 8, middle, "right", value=True, row=row.index)
        sheet.words_at(name, left - 14 - words.width, middle, "right")
        lines[row.key[1]] = middle
        sheet.y += height
    bottom = sheet.y
    for row, x in zip(combined, middles, strict=True):
        parts = [option for option in row.key[1].split(_JOIN) if option in lines]
        if row.role != "substantive":
            words = balanced(row.name, NOTE, _REST - 2)
            sheet.words(words, x, max(top, (top + bottom - words.height) / 2), "center")
            sheet.y = max(sheet.y, top + words.height)
            continue
        for option, y in lines.items():
            part = option in parts
            sheet.circle((x, y), HIGHLIGHT if part else _ABSENT, below=not part)
        if len(parts) > 1:
            ys = [lines[option] for option in parts]
            sheet.line((x, x), (min(ys), max(ys)), HIGHLIGHT, 2.2)
