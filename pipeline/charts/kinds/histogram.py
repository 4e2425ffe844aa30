"""How numbers are spread: one upright bar a class of one readable width, and a line at the median.

For a question that asks for a number.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, PLAIN, TICK
from pipeline.charts.compose import compose
from pipeline.charts.layout import column, line_note, upright_scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, marked_base, of_measures, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import KEY, MARGIN, NOTE
from pipeline.tidy.printed import Printed

FITS = ("number",)
ALT_NAME = "Histogram"
TABLE = "bins"
BY = "never"

_HIGH = 150.0
_WIDEST = 76.0
_PARTS = "to under"  # is in the names of classes that hold parts of whole numbers


def shown(table: list[Row]) -> list[Row]:
    """Every class, and the median."""
    return of_measures(table, "bin", "median")


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the classes of a number question; a class's value is its lower end."""
    table = rows(data)
    median = next(iter(of_measures(table, "median")), None)
    return compose(exhibit, _plot, of_measures(table, "bin"), median)


def _plot(sheet: Sheet, classes: Sequence[Row], median: Row | None) -> None:
    sheet.below(marked_base(classes), NOTE)
    sheet.y += 4
    width = min(sheet.content / len(classes), _WIDEST)
    if median is not None:
        sheet.panel = 1
        line_note(sheet, block("Median", KEY), TICK, median)
        sheet.y += 8
    scale = upright_scale(sheet, classes, _HIGH, 6)
    bottom = scale.zero
    place = None if median is None else _place(classes, median.value)
    sheet.panel, sheet.way = 0, "right"
    names = [balanced(row.name, NOTE, width - 3) for row in classes]
    for number, (row, name) in enumerate(zip(classes, names, strict=True)):
        middle = MARGIN + (number + 0.5) * width
        value, top = column(sheet, row, scale, middle, width - 1.5, PLAIN)
        sheet.text(name, middle, bottom + 4, "center")
        if place is not None and number == int(place):
            x = MARGIN + place * width
            free = abs(x - middle) > value.width / 2 + 2
            # the line ends below the share of its class where that is in its way
            sheet.line((x, x), (sheet.y if free else top, bottom), TICK, 2.2)
    sheet.line((MARGIN, MARGIN + width * len(classes)), (bottom, bottom), GREY, 0.8)
    sheet.y = bottom + 4 + max(name.height for name in names)


def _place(classes: Sequence[Row], number: float) -> float | None:
    """Where a number stands among the classes: 1.5 is the middle of the second, and the last is not left.

    A class of whole numbers reaches half a one beyond its first and last, so that 4 is the middle of its bar.
    """
    if math.isnan(number):
        return None
    half = 0.0 if any(_PARTS in row.name for row in classes) else 0.5
    for place, (low, high) in enumerate(pairwise(row.value for row in classes)):
        if low <= number < high:
            return place + (number - low + half) / (high - low)
    return len(classes) - 0.5
