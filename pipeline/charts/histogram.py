"""How numbers are spread: one upright bar a class, and a line at the median."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, HIGHLIGHT, TICK
from pipeline.charts.frame import (
    CONTENT,
    KEY,
    KEY_VALUE,
    MARGIN,
    NOTE,
    VALUE,
    Sheet,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, base, rows
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("number",)
SAID = "Histogram"
TABLE = "bins"
BY = "never"

_HIGH = 150.0
_WIDEST = 76.0


def shown(table: list[Row]) -> list[Row]:
    """Every class, and the median."""
    return [row for row in table if row.measure in ("bin", "median")]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the classes of a number question; a class's value is its lower end."""
    table = rows(data)
    classes = [row for row in table if row.measure == "bin"]
    median = next((row for row in table if row.measure == "median"), None)
    return compose(exhibit, lambda sheet: _plot(sheet, classes, median))


def _plot(sheet: Sheet, classes: Sequence[Row], median: Row | None) -> None:
    if not classes:
        nothing(sheet)
        return
    few = f" {LOW_BASE_MARK}" if any(row.low_base for row in classes) else ""
    sheet.below(f"{base(list(classes))}{few}", NOTE)
    sheet.y += 4
    width = min(CONTENT / len(classes), _WIDEST)
    if median is not None:
        _median_note(sheet, median)
    bottom = sheet.y + VALUE.size * 1.3 + 6 + _HIGH
    unit = _HIGH / (max((row.plotted for row in classes if row.drawn), default=0.0) or 1.0)
    at = None if median is None else _place(classes, median.value)
    sheet.panel, sheet.way = 0, "right"
    names = [balanced(row.name, NOTE, width - 3) for row in classes]
    for number, (row, name) in enumerate(zip(classes, names, strict=True)):
        middle = MARGIN + (number + 0.5) * width
        high = 0.0
        if row.drawn:
            sheet.column(
                row.index, middle, bottom, width - 1.5, row.plotted, unit, HIGHLIGHT, outlined=row.low_base
            )
            high = row.plotted * unit
        words = block(row.text, VALUE, CONTENT)
        sheet.words(words, middle, bottom - high - 2 - words.height, "center", value=True, row=row.index)
        sheet.words(name, middle, bottom + 4, "center")
        if at is not None and number == int(at):
            x = MARGIN + at * width
            free = abs(x - middle) > words.width / 2 + 2
            # the line ends below the share of its class where that is in its way
            sheet.line((x, x), (sheet.y if free else bottom - high, bottom), TICK, 2.2)
    sheet.line((MARGIN, MARGIN + width * len(classes)), (bottom, bottom), GREY, 0.8)
    sheet.y = bottom + 4 + max(name.height for name in names)


def _median_note(sheet: Sheet, median: Row) -> None:
    """What the line is."""
    middle = sheet.y + KEY.size * 0.65
    sheet.swatch(MARGIN, middle, TICK, 2.2, 11)
    name = block("Median", KEY, CONTENT)
    sheet.words(name, MARGIN + 7, sheet.y)
    sheet.panel = 1
    value = block(median.text, KEY_VALUE, CONTENT)
    sheet.words(value, MARGIN + 11 + name.width, sheet.y, value=True, row=median.index)
    sheet.y += name.height + 8


def _place(classes: Sequence[Row], number: float) -> float | None:
    """Where a number stands among the classes, 1.5 the middle of the second; at most that of the last."""
    if math.isnan(number):
        return None
    for place, (low, high) in enumerate(pairwise(row.value for row in classes)):
        if low <= number < high:
            return place + (number - low) / (high - low)
    return len(classes) - 0.5
