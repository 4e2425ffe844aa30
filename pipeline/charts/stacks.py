"""Bars of 100% and their colours: which rows are parts of the whole, and their values inside them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from pipeline.charts import colours
from pipeline.charts.marks import Scale
from pipeline.charts.measure import block
from pipeline.charts.rows import Row
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import BESIDE, NUMBER, SMALLEST, VALUE, Style
from pipeline.tidy.printed import Printed

ROOM = 3.0
"""between a value and the ends of its part of the bar"""

_EXACT = 1e-6
LEAST_ROOM = 0.8
"""the same where the part is narrow"""
BEHIND = 24.0
"""the points behind a bar of 100% that the value of its last part may take"""
_NO_ANSWER = ("none", "dkns")
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


def colours_of(parts: Iterable[Row], exhibit: Printed) -> dict[str, str]:
    """The colour of each option by its id: steps by a ramp, other answers apart, and a grey for no answer."""
    options, steps = {row.option: row for row in parts}, exhibit.steps.split()
    named = [option for option, row in options.items() if row.substantive]
    if set(named) <= set(steps):
        ramp = dict(zip(steps, colours.ramp(len(steps), exhibit.two_sided), strict=True))
    else:
        ramp = dict(zip(named, colours.categories(len(named)), strict=True))
    greys = {
        option: colours.GREYS.get(row.role, colours.GREY)
        for option, row in options.items()
        if not row.substantive
    }
    return {option: ramp[option] for option in named} | greys


def stack(sheet: Sheet, parts: Sequence[Row], colour: dict[str, str], scale: Scale, middle: float,
          thick: float, behind: bool = True) -> list[Row]:  # fmt: skip
    """Draw parts end to end; the rows whose value did not fit into their part come back.

    With `behind` the value of a last part without an answer, such as DKNS, then stands behind the bar. Parts
    without a share leave a gap at the end; where none has one, `[c]` or `[z]` is in its place.
    """
    start, unlabelled = 0.0, []
    drawn = [row for row in parts if row.drawn]
    for row in drawn:
        if not part(sheet, row, colour, scale, middle, thick, start):
            unlabelled.append(row)
        start += row.plotted
    if behind and unlabelled and unlabelled[-1] is drawn[-1] and drawn[-1].role in _NO_ANSWER:
        sheet.value_at(unlabelled.pop(), scale.at(start) + ROOM, middle, style=NUMBER)
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
    ink = colours.BLACK if row.low_base else colours.on(fill)
    for size, room in ((VALUE.size, ROOM), (SMALLEST, LEAST_ROOM)):
        style = Style(size, bold=True, colour=ink)
        if block(row.text, style).width + 2 * room <= row.plotted * scale.unit:
            sheet.value_at(row, scale.at(start + row.plotted / 2), middle, "center", style, bar=bar)
            return True
    return False
