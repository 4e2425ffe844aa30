"""A battery on a scale with two sides: against to the left, for to the right, what is neither in a column."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import colours
from pipeline.charts.frame import (
    CONTENT,
    HEADING,
    MARGIN,
    NAME,
    NOTE,
    VALUE,
    Block,
    Sheet,
    Style,
    balanced,
    block,
    compose,
    legend,
    nothing,
)
from pipeline.charts.rows import Row, answers, base, by_group, estimates, heading, rows
from pipeline.charts.single_bar import level_colours
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("grid",)
SAID = "Diverging bars"

_NAMES = 0.33 * CONTENT
_HEADING_WIDTH = 62.0
_BETWEEN = 9.0
_THICK = 19.0
_ROOM = 3.0
_EXACT = 1e-6
_NUMBER = Style(9, colour=NOTE.colour)

Cells = list[tuple[Block, int | None]]


@dataclass(frozen=True)
class Item:
    """One item: the levels of each side from the middle outwards, what is neither, and the sides' nets."""

    name: str
    left: list[Row]
    right: list[Row]
    neutral: Row | None
    dkns: Row | None
    nets: tuple[Row | None, Row | None]

    @property
    def levels(self) -> list[Row]:
        """The rows of all levels, those of the right first."""
        return [*self.right, *([self.neutral] if self.neutral else []), *self.left]

    @property
    def hidden(self) -> Row | None:
        """The first level that is not to be shown, where there is one."""
        return next((row for row in self.levels if not row.drawn), None)


def shown(table: list[Row]) -> list[Row]:
    """All shares; of an item that is not to be shown, the first."""
    first: dict[tuple[str, str], int] = {}
    chosen = answers(table)
    for row in chosen:
        if not row.drawn:
            first.setdefault((row.group, row.item), row.index)
    return [row for row in chosen if row.drawn or first[row.group, row.item] == row.index]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of every item of a grid; where the table has groups, one panel under the other."""
    nets = [row for row in rows(data) if row.role == "net"]
    groups = by_group(estimates(data))
    panels = {group: _items(panel, nets) for group, panel in groups.items()}
    levels = [row for panel in groups.values() for row in panel if row.role == "substantive"]
    colour = level_colours(levels, len({row.key[1] for row in nets}))
    titles = {group: heading(panel) for group, panel in groups.items()}
    return compose(exhibit, lambda sheet: _plot(sheet, panels, titles, colour))


def _items(panel: Sequence[Row], nets: Sequence[Row]) -> list[Item]:
    batteries: dict[str, list[Row]] = {}
    for row in panel:
        batteries.setdefault(row.item, []).append(row)
    items = []
    for levels in batteries.values():
        scale = [row for row in levels if row.role == "substantive"]
        half = len(scale) // 2
        right, left = scale[:half][::-1], scale[len(scale) - half :]
        own = [net for net in nets if (net.group, net.item) == (levels[0].group, levels[0].item)]
        items.append(
            Item(
                name=levels[0].item_label or levels[0].item,
                left=left,
                right=right,
                neutral=scale[half] if len(scale) % 2 else None,
                dkns=next((row for row in levels if row.role == "dkns"), None),
                nets=(_net(own, left), _net(own, right)),
            )
        )
    return items


def _net(nets: Sequence[Row], side: Sequence[Row]) -> Row | None:
    """The net that counts exactly the levels of one side."""
    total = _total(side)
    return next((net for net in nets if net.drawn and abs(net.plotted - total) < _EXACT), None)


def _total(side: Sequence[Row]) -> float:
    return math.fsum(row.plotted for row in side if row.drawn)


def _plot(
    sheet: Sheet, panels: dict[str, list[Item]], titles: dict[str, str], colour: dict[str, str]
) -> None:
    items = [item for panel in panels.values() for item in panel]
    if not items:
        nothing(sheet)
        return
    columns = _columns(items)
    widths = [
        max(b.width for b in (name, *(w for cell in cells for w, _ in cell))) for name, cells in columns
    ]
    names = 4 + max(balanced(item.name, NAME, _NAMES - 4).width for item in items)
    ends = [_widest([item.nets[side] for item in items]) for side in (0, 1)]
    reach = [
        max(_total(side) for side in sides) for sides in zip(*((i.left, i.right) for i in items), strict=True)
    ]
    bars = CONTENT - names - sum(ends) - sum(width + _BETWEEN for width in widths)
    unit = bars / max(sum(reach), _EXACT)
    zero = MARGIN + names + ends[0] + reach[0] * unit
    scale = max(([*item.left, *item.right] for item in items), key=len)
    legend(
        sheet,
        [
            (colour[row.key[1]], row.name, "", None)
            for row in sorted(scale, key=lambda row: row.index, reverse=True)
        ],
        MARGIN,
        CONTENT,
    )
    sheet.y += 10
    left = MARGIN + names + sum(ends) + bars
    height = max(name.height for name, _ in columns)
    for (name, _), width in zip(columns, widths, strict=True):
        left += _BETWEEN
        sheet.words(name, left, sheet.y + height - name.height)
        left += width
    sheet.y += height + 2
    number = 0
    for panel, (group, members) in enumerate(panels.items()):
        if len(panels) > 1 or group:
            sheet.y += 10 if panel else 0
            sheet.below(titles[group], HEADING)
            sheet.y += 2
        top = sheet.y
        for item in members:
            cells = [column[number] for _, column in columns]
            middle = _row(sheet, item, number, (MARGIN + names, zero, unit), colour)
            _numbers(sheet, cells, widths, (MARGIN + names + sum(ends) + bars, middle))
            number += 1
        sheet.zero_line(zero, top, sheet.y)


def _widest(nets: Sequence[Row | None]) -> float:
    widths = [block(net.text, VALUE, CONTENT).width for net in nets if net]
    return max(widths) + 2 * _ROOM + 2 if widths else 0.0


def _columns(items: Sequence[Item]) -> list[tuple[Block, list[Cells]]]:
    """The columns at the right: what is neither, the base, and DKNS."""
    columns: list[tuple[Block, list[Cells]]] = []
    neutral = next((item.neutral for item in items if item.neutral), None)
    if neutral:
        own = [[_value(i.neutral)] if i.neutral and i.neutral.drawn else [] for i in items]
        columns.append((balanced(neutral.name, NOTE, _HEADING_WIDTH), own))
    bases: list[Cells] = []
    for item in items:
        cell: Cells = [(block(base(item.levels).removeprefix("n = "), _NUMBER, CONTENT), None)]
        if any(row.low_base for row in item.levels):
            cell.append((block(LOW_BASE_MARK, NOTE, CONTENT), None))
        bases.append(cell)
    columns.append((block("n", NOTE, _HEADING_WIDTH), bases))
    dkns = next((item.dkns for item in items if item.dkns), None)
    if dkns:
        own = [[_value(i.dkns)] if i.dkns and (i.dkns.drawn or not i.hidden) else [] for i in items]
        columns.append((balanced(dkns.name, NOTE, _HEADING_WIDTH), own))
    return columns


def _value(row: Row) -> tuple[Block, int | None]:
    return block(row.text, _NUMBER, CONTENT), row.index


def _row(
    sheet: Sheet, item: Item, number: int, place: tuple[float, float, float], colour: dict[str, str]
) -> float:
    """One item's bars, with its nets at the ends; its middle height comes back.

    `place` has where bars may begin, the zero and the points that stand for 100%.
    """
    begin, zero, unit = place
    name = balanced(item.name, NAME, _NAMES - 4)
    height = max(30.0, name.height + 8)
    middle = sheet.y + height / 2
    sheet.words_at(name, begin - 4, middle, "right")
    sheet.panel, sheet.way = 4 * number, "left"
    hidden = item.hidden
    if hidden and not any(row.drawn for row in item.levels):
        sheet.words_at(block(hidden.text, VALUE, CONTENT), zero + 5, middle, value=True, row=hidden.index)
    elif hidden:
        sheet.words_at(
            block(hidden.text, VALUE, CONTENT), begin + _ROOM, middle, value=True, row=hidden.index
        )
    for side, sign in ((item.right, 1), (item.left, -1)):
        start = 0.0
        for row in (row for row in side if row.drawn):
            fill = colour[row.key[1]]
            at = start if sign > 0 else -start - row.plotted
            bar = sheet.part(row.index, zero, middle, _THICK, row.plotted, unit, fill,
                             start=at, outlined=row.low_base)  # fmt: skip
            ink = colours.BLACK if row.low_base else colours.on(fill)
            value = block(row.text, Style(VALUE.size, bold=True, colour=ink), CONTENT)
            if value.width + 2 * _ROOM <= row.plotted * unit:
                centre = zero + (at + row.plotted / 2) * unit
                sheet.words_at(value, centre, middle, "center", value=True, row=row.index, bar=bar)
            start += row.plotted
    sheet.panel, sheet.way = 4 * number + 1, "down"
    against, for_ = item.nets
    if against:
        x = zero - _total(item.left) * unit - _ROOM - 2
        sheet.words_at(block(against.text, VALUE, CONTENT), x, middle, "right", value=True, row=against.index)
    if for_:
        x = zero + _total(item.right) * unit + _ROOM + 2
        sheet.panel = 4 * number + 2
        sheet.words_at(block(for_.text, VALUE, CONTENT), x, middle, value=True, row=for_.index)
    sheet.panel = 4 * number + 3
    sheet.y += height
    return middle


def _numbers(
    sheet: Sheet, cells: Sequence[Cells], widths: Sequence[float], place: tuple[float, float]
) -> None:
    """The cells of the columns right of the bars of an item."""
    left, middle = place
    for cell, width in zip(cells, widths, strict=True):
        left += _BETWEEN
        top = middle - sum(words.height for words, _ in cell) / 2
        for words, row in cell:
            sheet.words(words, left, top, value=row is not None, row=row)
            top += words.height
        left += width
