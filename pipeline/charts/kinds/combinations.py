"""Which answers occur together: one upright bar an exclusive combination over a matrix of dots.

For a multiple choice: of the five answers named most, or of those of `show`.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, HIGHLIGHT
from pipeline.charts.compose import compose
from pipeline.charts.layout import column, upright_scale, widest
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, answers, marked_base, of_measures, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import CONTENT, GREY_VALUE, MARGIN, NAME, NOTE, VALUE
from pipeline.tidy.printed import Printed

FITS = ("multiple",)
ALT_NAME = "Bars over a matrix of combinations"
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
    return of_measures(table, "option", "combination")


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the most frequent combinations of the options that are named most."""
    table = rows(data)
    options = answers(table)
    return compose(exhibit, _plot, of_measures(table, "combination") if options else [], options)


def _plot(sheet: Sheet, combined: Sequence[Row], options: Sequence[Row]) -> None:
    sheet.below(marked_base(combined), NOTE)
    sheet.y += 6
    share = widest(block(row.text, VALUE) for row in options)
    names = 14 + share + widest(balanced(row.name, NAME, _NAMES - share - 14) for row in options)
    rest = sum(not row.substantive for row in combined)
    width = min((CONTENT - names - rest * _REST) / max(len(combined) - rest, 1), _WIDEST)
    scale = upright_scale(sheet, [row for row in combined if row.substantive], _HIGH, 4)
    left = right = MARGIN + names
    middles = []
    sheet.panel, sheet.way = 0, "right"
    for row in combined:
        room = width if row.substantive else _REST
        middles.append(right + room / 2)
        # the remainder has no bar, which would dwarf the others
        colour, style = (HIGHLIGHT, VALUE) if row.substantive else (None, GREY_VALUE)
        column(sheet, row, scale, middles[-1], min(room, width) * 0.62, colour, style)
        right += room
    sheet.line((left, right), (scale.zero, scale.zero), GREY, 0.8)
    sheet.y = scale.zero + 6
    _matrix(sheet, options, list(zip(combined, middles, strict=True)), (left, right))


def _matrix(sheet: Sheet, options: Sequence[Row], combined: Sequence[tuple[Row, float]],
            ends: tuple[float, float]) -> None:  # fmt: skip
    """A line an option: its name and share, and a dot in every column, dark where it is a part of it."""
    left, right = ends
    lines: dict[str, float] = {}
    top = sheet.y
    sheet.panel, sheet.way = 1, "down"
    for number, row in enumerate(options):
        value = block(row.text, VALUE)
        name = balanced(row.name, NAME, _NAMES - value.width - 14)
        height = max(_LINE, name.height + 6)
        middle = sheet.y + height / 2
        if number % 2 == 0:
            sheet.swatch(left, middle, _BAND, right - left, height)
        sheet.text_at(value, left - 8, middle, "right", row=row)
        sheet.text_at(name, left - 14 - value.width, middle, "right")
        lines[row.option] = middle
        sheet.y += height
    bottom = sheet.y
    for row, x in combined:
        parts = [option for option in row.option.split(_JOIN) if option in lines]
        if not row.substantive:
            name = balanced(row.name, NOTE, _REST - 2)
            sheet.text(name, x, max(top, (top + bottom - name.height) / 2), "center")
            sheet.y = max(sheet.y, top + name.height)
            continue
        for option, y in lines.items():
            part = option in parts
            sheet.marker((x, y), HIGHLIGHT if part else _ABSENT)
        if len(parts) > 1:
            ys = [lines[option] for option in parts]
            sheet.line((x, x), (min(ys), max(ys)), HIGHLIGHT, 2.2)
