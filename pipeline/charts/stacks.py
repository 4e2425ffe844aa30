"""Bars of 100% and their colours: which rows are parts of the whole, and their values inside them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence

from pipeline.charts import colours
from pipeline.charts.marks import Scale
from pipeline.charts.measure import block
from pipeline.charts.rows import Row
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import BESIDE, VALUE, Style

ROOM = 3.0
"""between a value and the ends of its part of the bar"""

_EXACT = 1e-6
_OUTSIDE = ("dkns", "not_applicable")


def counts_dkns(panels: Iterable[Sequence[Row]]) -> bool:
    """Whether DKNS is part of the 100%: not where the other shares of a bar sum to it alone.

    A bar in which nobody said DKNS tells nothing; all others of a figure agree.
    """
    for panel in panels:
        levels = [row for row in panel if row.role not in _OUTSIDE]
        unsure = [row for row in panel if row.role == "dkns" and row.drawn and row.plotted > 0]
        if unsure and levels and all(row.drawn for row in levels):
            return math.fsum(row.plotted for row in levels) < 1 - _EXACT
    return True


def whole(panel: Sequence[Row], dkns: bool) -> list[Row]:
    """The rows that make up 100%, DKNS last where it counts; "not applicable" never does."""
    parts = [row for row in panel if row.role not in _OUTSIDE]
    return parts + [row for row in panel if dkns and row.role == "dkns"]


def colours_of(parts: Iterable[Row], table: Iterable[Row],
               ramp: Callable[[Sequence[str], int], tuple[str, ...]]) -> dict[str, str]:  # fmt: skip
    """The colour of each option by its id: of the substantive ones by a ramp, of the others their grey.

    The ramp is `colours.categories` for a single choice, `colours.scale` for the levels of a scale, and takes
    the number of the nets of the table.
    """
    names: dict[str, str] = {}
    greys: dict[str, str] = {}
    for row in parts:
        if row.substantive:
            names.setdefault(row.option, row.name)
        else:
            greys[row.option] = colours.GREYS.get(row.role, colours.GREY)
    nets = len({row.option for row in table if row.role == "net"})
    return dict(zip(names, ramp(list(names.values()), nets), strict=True)) | greys


def stack(sheet: Sheet, parts: Sequence[Row], colour: dict[str, str], scale: Scale, middle: float,
          thick: float) -> list[Row]:  # fmt: skip
    """Draw parts end to end; the rows whose value did not fit into their part come back.

    Parts without a share leave a gap at the end; where none has one, `[c]` or `[z]` is in its place.
    """
    start, unlabelled = 0.0, []
    for row in (row for row in parts if row.drawn):
        if not part(sheet, row, colour, scale, middle, thick, start):
            unlabelled.append(row)
        start += row.plotted
    hidden = [row for row in parts if not row.drawn]
    if len(hidden) < len(parts):
        return unlabelled + hidden
    for row in hidden[:1]:
        sheet.value_at(row, scale.zero + BESIDE, middle)
    return []


def part(sheet: Sheet, row: Row, colour: dict[str, str], scale: Scale, middle: float, thick: float,
         start: float) -> bool:  # fmt: skip
    """Draw one part from `start` (a share), with its value inside; whether there was room for that."""
    fill = colour[row.option]
    bar = sheet.part(row, scale, middle, thick, fill, start)
    style = Style(VALUE.size, bold=True, colour=colours.BLACK if row.low_base else colours.on(fill))
    if block(row.text, style).width + 2 * ROOM > row.plotted * scale.unit:
        return False
    sheet.value_at(row, scale.at(start + row.plotted / 2), middle, "center", style, bar=bar)
    return True
