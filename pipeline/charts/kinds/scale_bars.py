"""A grid on one scale: a bar of 100% an item, with columns for its net, base and DKNS.

For a battery of statements, sorted by their first net. A level has the same colour over the whole report.
Where the balance of for and against is the message: diverging_bars.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import battery
from pipeline.charts.battery import Column, Item, Panels, base_and_dkns, base_cell, value_column
from pipeline.charts.compose import compose
from pipeline.charts.layout import legend
from pipeline.charts.marks import Scale
from pipeline.charts.measure import block
from pipeline.charts.rows import Row
from pipeline.charts.sheet import Sheet
from pipeline.charts.stacks import BEHIND, colours_of, counts_dkns, stack, whole
from pipeline.charts.style import MARGIN, NOTE, VALUE
from pipeline.tidy.printed import Printed

FITS = ("grid",)
ALT_NAME = "Stacked bars"
STACKED = True

_NAMES = 0.34  # of the width
_HEADING_WIDTH = 58.0
_NET_WIDTH = 46.0


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of every item of a grid; where the table has groups, one panel under the other."""
    panels = battery.panels(data, Item)
    items = [item for panel in panels.values() for item in panel]
    dkns = counts_dkns(item.rows for item in items)
    parts = [whole(item.rows, dkns) for item in items]
    colour = colours_of([row for levels in parts for row in levels], exhibit)
    return compose(exhibit, _plot, panels, items, parts, colour)


def _plot(sheet: Sheet, panels: Panels[Item], items: Sequence[Item], parts: Sequence[list[Row]],
          colour: dict[str, str]) -> None:  # fmt: skip
    levels = [row for levels in parts for row in levels]
    legend(sheet, sorted(levels, key=lambda row: row.role in ("dkns", "not_applicable")), colour)
    sheet.y += 10
    columns = _columns(items, parts)
    names = battery.names_width(items, _NAMES * sheet.content)
    behind = BEHIND if any(item.dkns in levels for item, levels in zip(items, parts, strict=True)) else 0.0
    shares = Scale(MARGIN + names, sheet.content - names - behind - battery.columns_width(columns))

    def bars(number: int, _: Item, middle: float) -> None:
        sheet.panel = number
        stack(sheet, parts[number], colour, shares, middle, battery.THICK)

    battery.plot(sheet, panels, columns, bars, (_NAMES * sheet.content, names, shares.zero))


def _columns(items: Sequence[Item], parts: Sequence[list[Row]]) -> list[Column]:
    """The columns at the right: the first net, the base, and DKNS where it is no part of the bars."""
    nets = [next(iter(item.nets), None) for item in items]
    net = next(filter(None, nets), None)
    first = [value_column(block(f"Net: {net.name}", NOTE, _NET_WIDTH), nets, VALUE)] if net else []
    bases = []
    for item, levels in zip(items, parts, strict=True):
        hidden = [row for row in levels if not row.drawn]
        some = 0 < len(hidden) < len(levels)
        cell = base_cell(levels, any(row.low_base for row in item.rows))
        bases.append([*cell, battery.value(hidden[0])] if some else cell)
    apart = [None if item.dkns in levels else item.dkns for item, levels in zip(items, parts, strict=True)]
    return [*first, *base_and_dkns(bases, apart, _HEADING_WIDTH)]
