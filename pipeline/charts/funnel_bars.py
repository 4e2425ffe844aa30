"""How many come as far as each stage, and how many of those at the stage before; both bases are printed."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import HIGHLIGHT, PLAIN
from pipeline.charts.frame import CONTENT, MARGIN, NAME, NOTE, VALUE, Sheet, balanced, block, compose, nothing
from pipeline.charts.ranked_bars import Entry, name_column, scale_unit
from pipeline.charts.rows import Row, rows
from pipeline.tidy.marks import LOW_BASE_MARK, SUPPRESSED_MARK
from pipeline.tidy.printed import Printed

FITS = ("single",)
SAID = "Bars of stages"
TABLE = "steps"
BY = "never"

_PITCH, _THICK = 31.0, 20.0
_BETWEEN = 14.0


def shown(table: list[Row]) -> list[Row]:
    """Every step: the share that came so far, and that of those at the step before."""
    return [row for row in table if row.measure in ("reached", "continued")]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one bar a stage, all respondents first."""
    table = rows(data)
    reached = [row for row in table if row.measure == "reached"]
    continued = {row.key: row for row in table if row.measure == "continued"}
    return compose(exhibit, lambda sheet: _plot(sheet, reached, continued))


def _plot(sheet: Sheet, reached: Sequence[Row], continued: dict[tuple[str, str], Row]) -> None:
    if not reached:
        nothing(sheet)
        return
    entries = [
        Entry(row, row.name, _text(row), HIGHLIGHT if number else PLAIN) for number, row in enumerate(reached)
    ]
    headings = [balanced("of the step before", NOTE, 62), block("n", NOTE, 62)]
    shares = {key: block(_text(row), VALUE, CONTENT) for key, row in continued.items()}
    counts = [block(_count(row), NAME, CONTENT) for row in reached]
    widths = [
        max(heading.width, *(words.width for words in own))
        for heading, own in zip(headings, ([headings[0], *shares.values()], counts), strict=True)
    ]
    right = sum(width + _BETWEEN for width in widths)
    column = name_column(entries)
    unit = scale_unit(entries, CONTENT - column - right)
    lefts = [MARGIN + CONTENT - right + _BETWEEN, MARGIN + CONTENT - widths[1]]
    height = max(heading.height for heading in headings)
    for heading, left in zip(headings, lefts, strict=True):
        sheet.words(heading, left, sheet.y + height - heading.height)
    sheet.y += height + 2
    zero, top = MARGIN + column, sheet.y
    for entry, count in zip(entries, counts, strict=True):
        row = entry.row
        name = balanced(entry.name, NAME, column - 4)
        tall = max(_PITCH, name.height + 8)
        middle = sheet.y + tall / 2
        sheet.words_at(name, zero - 4, middle, "right")
        sheet.panel = 0
        if row.drawn:
            sheet.bar(row.index, zero, middle, _THICK, row.plotted, unit, entry.colour, outlined=row.low_base)
        words = block(entry.value, VALUE, CONTENT)
        x = zero + (row.plotted if row.drawn else 0.0) * unit + 5
        sheet.words_at(words, x, middle, value=True, row=row.index)
        sheet.panel = 1
        if row.key in continued:
            row = continued[row.key]
            sheet.words_at(shares[row.key], lefts[0], middle, value=True, row=row.index)
        sheet.words_at(count, lefts[1], middle)
        sheet.y += tall
    sheet.zero_line(zero, top, sheet.y)


def _text(row: Row) -> str:
    return f"{row.text} {LOW_BASE_MARK}" if row.low_base else row.text


def _count(row: Row) -> str:
    return SUPPRESSED_MARK if math.isnan(row.respondents) else f"{row.respondents:,.0f}"
