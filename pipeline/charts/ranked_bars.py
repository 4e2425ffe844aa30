"""One bar an option, in the order of the table: what is named most often, and how surely."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, HIGHLIGHT, PLAIN, WHITE
from pipeline.charts.frame import (
    CONTENT,
    HEADING,
    LABEL_COLUMN,
    MARGIN,
    NAME,
    VALUE,
    Sheet,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, base, by_group, estimates, heading
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
SAID = "Horizontal bars"
WHISKERS = True

_SHORTEST_SCALE = 0.25  # a longest bar below this does not fill the width, or 2% would look like much
_CROWDED = 15


@dataclass(frozen=True)
class Entry:
    """One row to draw: its name and printed value, and the bar between them."""

    row: Row
    name: str
    value: str
    colour: str


Marks = Callable[[Sheet, Sequence[Entry], float, float], None]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one question; where the table has groups, one panel under the other."""
    panels = by_group(estimates(data))
    return compose(exhibit, lambda sheet: plot(sheet, panels, bars))


def plot(sheet: Sheet, panels: dict[str, list[Row]], marks: Marks) -> None:
    """Place one panel of `marks` a group, one under the other."""
    entries = {group: coloured(panel) for group, panel in panels.items()}
    if not entries:
        nothing(sheet)
        return
    everything = [entry for panel in entries.values() for entry in panel]
    column = name_column(everything)
    unit = scale_unit(everything, CONTENT - column)
    for number, (group, panel) in enumerate(entries.items()):
        sheet.panel = number
        sheet.y += 12 if number else 0
        if len(entries) > 1 or group:
            sheet.below(f"{heading(panels[group])}, {base(panels[group])}", HEADING)
            sheet.y += 3
        marks(sheet, panel, column, unit)


def coloured(panel: Sequence[Row]) -> list[Entry]:
    """The entries of one panel: its first substantive row dark, the others light, the rest grey."""
    first = next((row.index for row in panel if row.role == "substantive"), None)
    entries = []
    for row in panel:
        colour = GREY
        if row.role == "substantive":
            colour = HIGHLIGHT if row.index == first else PLAIN
        value = f"{row.text} {LOW_BASE_MARK}" if row.low_base else row.text
        entries.append(Entry(row, row.name, value, colour))
    return entries


def name_column(entries: Sequence[Entry]) -> float:
    """The points that the names take, with the gap before the bars."""
    return max(balanced(entry.name, NAME, LABEL_COLUMN - 4).width for entry in entries) + 4


def scale_unit(entries: Sequence[Entry], width: float) -> float:
    """The points that stand for 100%, so that every bar, interval and value fits into `width`."""
    units = [width / _SHORTEST_SCALE]
    for entry in entries:
        far = reach(entry.row)
        if far > 0:
            units.append((width - 5 - block(entry.value, VALUE, width).width) / far)
    return min(units)


def bars(sheet: Sheet, entries: Sequence[Entry], column: float, unit: float) -> None:
    """Place one panel of bars at `sheet.y`."""
    zero, top = MARGIN + column, sheet.y
    pitch, thick = (19.0, 12.0) if len(entries) > _CROWDED else (25.0, 15.0)
    sheet.y += 4
    for entry in entries:
        row = entry.row
        name = balanced(entry.name, NAME, LABEL_COLUMN - 4)
        height = max(pitch, name.height + 6)
        middle = sheet.y + height / 2
        sheet.words_at(name, zero - 4, middle, "right")
        if row.drawn:
            sheet.bar(row.index, zero, middle, thick, row.plotted, unit, entry.colour,
                      outlined=row.low_base)  # fmt: skip
            if has_interval(row):
                colour = WHITE if row.low_base else entry.colour
                sheet.whisker(zero, middle, row.low, row.high, unit, colour)
        value = block(entry.value, VALUE, CONTENT)
        sheet.words_at(value, zero + reach(row) * unit + 5, middle, value=True, row=row.index)
        sheet.y += height
    sheet.y += 4
    sheet.zero_line(zero, top, sheet.y)


def has_interval(row: Row) -> bool:
    """Whether a row's interval can be drawn."""
    return row.drawn and not math.isnan(row.low) and not math.isnan(row.high)


def reach(row: Row) -> float:
    """How far to the right a row reaches, as a share."""
    if not row.drawn:
        return 0.0
    return max(row.plotted, row.high) if has_interval(row) else row.plotted
