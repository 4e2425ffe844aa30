"""One dot an option with its interval, in the order of the table.

For more than a dozen answers, or where the certainty of the ranks is the message.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import Entry, panels, with_names
from pipeline.charts.colours import AXIS
from pipeline.charts.compose import compose
from pipeline.charts.marks import Scale
from pipeline.charts.measure import block
from pipeline.charts.rows import by_group, estimates
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import BESIDE, DOT, MARGIN, VALUE
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
ALT_NAME = "Dots with intervals"
POINTS = True
WHISKERS = True

_PITCH = 19.0


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one question; where the table has groups, one panel under the other."""
    return compose(exhibit, panels, by_group(estimates(data)), _panel, exhibit)


def _panel(sheet: Sheet, entries: Sequence[Entry], column: float, unit: float) -> None:
    """Place one panel of dots at `sheet.y`."""

    def dot(entry: Entry, scale: Scale, middle: float) -> None:
        row, edge = entry.row, scale.zero
        if row.drawn:
            x = scale.at(row.plotted)
            sheet.line((scale.zero, x), (middle, middle), AXIS, 0.6)
            if row.has_interval:
                sheet.whisker(scale, middle, row.low, row.high)
            sheet.dot(row, scale, middle, entry.colour)
            edge = max(scale.at(row.reach), x + DOT)
        sheet.text_at(block(row.marked_text, VALUE), edge + BESIDE, middle, row=row)

    # a dot reaches further than its middle
    scale = Scale(MARGIN + column, unit * (1 - DOT / (sheet.content - column)))
    with_names(sheet, entries, scale, dot, (_PITCH, 4, 3))
