"""A grid on a scale with two sides: against to the left, for to the right, what is neither in a column.

For a battery of statements where the balance of for and against is the message.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import battery
from pipeline.charts.battery import Column, Item, Panels, base_and_dkns, base_cell, value_column
from pipeline.charts.compose import compose
from pipeline.charts.layout import legend, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, answers
from pipeline.charts.sheet import Sheet
from pipeline.charts.stacks import ROOM, colours_of, part
from pipeline.charts.style import BESIDE, MARGIN, NOTE, VALUE
from pipeline.tidy.printed import Printed

FITS = ("grid",)
ALT_NAME = "Diverging bars"

_NAMES = 0.33  # of the width
_HEADING_WIDTH = 62.0
_EXACT = 1e-6


class Sides(Item):
    """One item: the levels of each side from the middle outwards, what is neither, and the sides' nets."""

    @property
    def scale(self) -> list[Row]:
        """The levels in their order, from for to against."""
        return [row for row in self.rows if row.substantive]

    @property
    def right(self) -> list[Row]:
        """The levels that are for."""
        return self.scale[: len(self.scale) // 2][::-1]

    @property
    def left(self) -> list[Row]:
        """The levels that are against."""
        return self.scale[(len(self.scale) + 1) // 2 :]

    @property
    def neutral(self) -> Row | None:
        """The level in the middle, where there is one."""
        middle, odd = divmod(len(self.scale), 2)
        return self.scale[middle] if odd else None

    @property
    def levels(self) -> list[Row]:
        """All levels, those of the right first."""
        return [*self.right, *([self.neutral] if self.neutral else []), *self.left]

    @property
    def hidden(self) -> Row | None:
        """The first level that is not to be shown, where there is one."""
        return next((row for row in self.levels if not row.drawn), None)

    def net(self, side: Sequence[Row]) -> Row | None:
        """The net that counts exactly the levels of one side."""
        total = _total(side)
        return next((net for net in self.nets if net.drawn and abs(net.plotted - total) < _EXACT), None)


def shown(table: list[Row]) -> list[Row]:
    """All shares; of an item that is hidden, the first row alone."""
    first: dict[tuple[str, str], int] = {}
    chosen = answers(table)
    for row in chosen:
        if not row.drawn:
            first.setdefault((row.group, row.item), row.index)
    return [row for row in chosen if row.drawn or first[row.group, row.item] == row.index]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of every item of a grid; where the table has groups, one panel under the other."""
    panels = battery.panels(data, Sides)
    items = [item for panel in panels.values() for item in panel]
    colour = colours_of([row for item in items for row in item.scale], exhibit)
    return compose(exhibit, _plot, panels, items, colour)


def _total(side: Sequence[Row]) -> float:
    return math.fsum(row.plotted for row in side if row.drawn)


def _plot(sheet: Sheet, panels: Panels[Sides], items: Sequence[Sides], colour: dict[str, str]) -> None:
    columns = _columns(items)
    names = battery.names_width(items, _NAMES * sheet.content)
    ends = [_net_width([i.net(i.left) for i in items]), _net_width([i.net(i.right) for i in items])]
    reach = [max(_total(i.left) for i in items), max(_total(i.right) for i in items)]
    bars = sheet.content - names - sum(ends) - battery.columns_width(columns)
    unit = bars / max(sum(reach), _EXACT)
    scale = Scale(MARGIN + names + ends[0] + reach[0] * unit, unit)
    longest = max(([*item.left, *item.right] for item in items), key=len)
    legend(sheet, sorted(longest, key=lambda row: row.index, reverse=True), colour)
    sheet.y += 10

    def sides(number: int, item: Sides, middle: float) -> None:
        _sides(sheet, item, colour, scale, middle, number, MARGIN + names)

    battery.plot(sheet, panels, columns, sides, (_NAMES * sheet.content, names, scale.zero))


def _net_width(nets: Sequence[Row | None]) -> float:
    """The points that the nets at one end take, with the gaps around them."""
    width = widest(block(net.text, VALUE) for net in nets if net)
    return width + 2 * ROOM + 2 if width else 0.0


def _columns(items: Sequence[Sides]) -> list[Column]:
    """The columns at the right: what is neither, the base, and DKNS."""
    neutrals = [item.neutral if item.neutral and item.neutral.drawn else None for item in items]
    neutral = next((item.neutral for item in items if item.neutral), None)
    first = [value_column(balanced(neutral.name, NOTE, _HEADING_WIDTH), neutrals)] if neutral else []
    bases = [base_cell(item.levels, any(row.low_base for row in item.levels)) for item in items]
    unsure = [item.dkns if item.dkns and (item.dkns.drawn or not item.hidden) else None for item in items]
    return [*first, *base_and_dkns(bases, unsure, _HEADING_WIDTH)]


def _sides(sheet: Sheet, item: Sides, colour: dict[str, str], scale: Scale, middle: float, number: int,
           left: float) -> None:  # fmt: skip
    """One item's bars from the middle outwards, and its nets at the ends; bars may begin at `left`.

    An item has four panels, as its values are in order within the bars, at each end and in the columns.
    """
    sheet.panel, sheet.way = 4 * number, "left"
    if item.hidden:
        some = any(row.drawn for row in item.levels)
        sheet.value_at(item.hidden, left + ROOM if some else scale.zero + BESIDE, middle)
    for side, sign in ((item.right, 1), (item.left, -1)):
        start = 0.0
        for row in (row for row in side if row.drawn):
            begin = start if sign > 0 else -start - row.plotted
            part(sheet, row, colour, scale, middle, battery.THICK, begin)
            start += row.plotted
    sheet.panel, sheet.way = 4 * number + 1, "down"
    against, for_ = item.net(item.left), item.net(item.right)
    if against:
        sheet.value_at(against, scale.at(-_total(item.left)) - ROOM - 2, middle, "right")
    sheet.panel = 4 * number + 2
    if for_:
        sheet.value_at(for_, scale.at(_total(item.right)) + ROOM + 2, middle)
    sheet.panel = 4 * number + 3
