"""One dot an option with its interval: long lists, and where the certainty of the ranks is the message."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import AXIS
from pipeline.charts.frame import (
    CONTENT,
    DOT,
    LABEL_COLUMN,
    MARGIN,
    NAME,
    VALUE,
    Sheet,
    balanced,
    block,
    compose,
)
from pipeline.charts.ranked_bars import Entry, has_interval, plot, reach
from pipeline.charts.rows import by_group, estimates
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
SAID = "Dots with intervals"
WHISKERS = True

_PITCH = 19.0


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one question; where the table has groups, one panel under the other."""
    panels = by_group(estimates(data))
    return compose(exhibit, lambda sheet: plot(sheet, panels, _dots))


def _dots(sheet: Sheet, entries: Sequence[Entry], column: float, unit: float) -> None:
    """Place one panel of dots at `sheet.y`."""
    zero, top = MARGIN + column, sheet.y
    unit *= 1 - DOT / (CONTENT - column)  # a dot reaches further than its middle
    sheet.y += 3
    for entry in entries:
        row = entry.row
        name = balanced(entry.name, NAME, LABEL_COLUMN - 4)
        height = max(_PITCH, name.height + 4)
        middle = sheet.y + height / 2
        sheet.words_at(name, zero - 4, middle, "right")
        edge = zero
        if row.drawn:
            x = zero + row.plotted * unit
            sheet.line((zero, x), (middle, middle), AXIS, 0.6)
            if has_interval(row):
                sheet.whisker(zero, middle, row.low, row.high, unit)
            sheet.dot(row.index, (x, middle), zero, unit, entry.colour, open_=row.low_base)
            edge = max(zero + reach(row) * unit, x + DOT)
        value = block(entry.value, VALUE, CONTENT)
        sheet.words_at(value, edge + 5, middle, value=True, row=row.index)
        sheet.y += height
    sheet.y += 3
    sheet.zero_line(zero, top, sheet.y)
