"""How many come as far as each stage, and how many of those at the stage before; both bases are printed.

For a single choice whose answers are stages of one way, such as considering, piloting and using.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import Entry, bar, measures, tone, with_names
from pipeline.charts.colours import GREY
from pipeline.charts.compose import compose
from pipeline.charts.layout import headings, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, of_measures, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import MARGIN, NAME, NOTE, VALUE
from pipeline.tidy.marks import SUPPRESSED_MARK
from pipeline.tidy.printed import Printed

FITS = ("single",)
ALT_NAME = "Bars of stages"
POINTS = True
TABLE = "steps"
BY = "never"

_PITCH, _THICK = 31.0, 20.0
_BETWEEN = 14.0


def shown(table: list[Row]) -> list[Row]:
    """Every step: the share that came so far, and that of those at the step before."""
    return of_measures(table, "reached", "continued")


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one bar a stage, all respondents first."""
    table = rows(data)
    continued = {row.key: row for row in of_measures(table, "continued")}
    return compose(exhibit, _plot, of_measures(table, "reached"), continued, exhibit)


def _plot(sheet: Sheet, reached: Sequence[Row], continued: dict[tuple[str, str], Row],
          exhibit: Printed) -> None:  # fmt: skip
    entries = [Entry(row, row.name, tone(row, exhibit) if n else GREY) for n, row in enumerate(reached)]
    names = [balanced("of the step before", NOTE, 62), block("n", NOTE, 62)]
    shares = {key: block(row.marked_text, VALUE) for key, row in continued.items()}
    counts = {row.key: block(_count(row), NAME) for row in reached}
    widths = [widest([names[0], *shares.values()]), widest([names[1], *counts.values()])]
    right = sum(width + _BETWEEN for width in widths)
    column, unit = measures(sheet, entries, right)
    lefts = [MARGIN + sheet.content - right + _BETWEEN, MARGIN + sheet.content - widths[1]]
    headings(sheet, lefts, [[name] for name in names], 2)

    def stage(entry: Entry, scale: Scale, middle: float) -> None:
        key = entry.row.key
        sheet.panel = 0
        bar(sheet, entry.row, scale, middle, _THICK, entry.colour, interval=False)
        sheet.panel = 1
        if key in continued:
            sheet.text_at(shares[key], lefts[0], middle, row=continued[key])
        sheet.text_at(counts[key], lefts[1], middle)

    with_names(sheet, entries, Scale(MARGIN + column, unit), stage, (_PITCH, 8, 0))


def _count(row: Row) -> str:
    return SUPPRESSED_MARK if math.isnan(row.respondents) else f"{row.respondents:,.0f}"
