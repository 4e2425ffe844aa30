"""A battery of items on one scale: a bar of 100% an item, with columns for its net, base and DKNS."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

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
from pipeline.charts.rows import Row, base, by_group, estimates, heading, rows
from pipeline.charts.single_bar import counts_dkns, level_colours, stack, whole
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("grid",)
SAID = "Stacked bars"
STACKED = True

_NAMES = 0.36 * CONTENT
_HEADING_WIDTH = 58.0
_NET_WIDTH = 46.0
_BETWEEN = 9.0
_THICK = 19.0
_NUMBER = Style(9, colour=NOTE.colour)


@dataclass(frozen=True)
class Item:
    """One bar: its rows in the order of the scale, its first net and its DKNS."""

    name: str
    parts: list[Row]
    net: Row | None
    dkns: Row | None
    low_base: bool


@dataclass(frozen=True)
class Column:
    """A column at the right of the bars: what it is, and an item's cell in it."""

    name: Block
    cells: dict[int, list[tuple[Block, int | None]]]

    @property
    def width(self) -> float:
        """The points that the widest of its words takes."""
        words = [block for cell in self.cells.values() for block, _ in cell]
        return max(part.width for part in (self.name, *words))


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of every item of a grid; where the table has groups, one panel under the other."""
    nets = [row for row in rows(data) if row.role == "net"]
    chosen = estimates(data)
    dkns = counts_dkns(_batteries(chosen).values())
    groups = by_group(chosen)
    panels = {group: _items(panel, nets, dkns) for group, panel in groups.items()}
    parts = [row for panel in panels.values() for item in panel for row in item.parts]
    colour = level_colours(parts, len({row.key[1] for row in nets}))
    titles = {group: heading(panel) for group, panel in groups.items()}
    return compose(exhibit, lambda sheet: _plot(sheet, panels, titles, colour))


def _batteries(chosen: Sequence[Row]) -> dict[tuple[str, str], list[Row]]:
    """The rows of each bar, by its group and item."""
    batteries: dict[tuple[str, str], list[Row]] = {}
    for row in chosen:
        batteries.setdefault((row.group, row.item), []).append(row)
    return batteries


def _items(panel: Sequence[Row], nets: Sequence[Row], dkns: bool) -> list[Item]:
    return [
        Item(
            name=levels[0].item_label or levels[0].item,
            parts=whole(levels, dkns),
            net=next((net for net in nets if (net.group, net.item) == place), None),
            dkns=next((row for row in levels if row.role == "dkns"), None),
            low_base=any(row.low_base for row in levels),
        )
        for place, levels in _batteries(panel).items()
    ]


def _plot(
    sheet: Sheet, panels: dict[str, list[Item]], titles: dict[str, str], colour: dict[str, str]
) -> None:
    items = [item for panel in panels.values() for item in panel]
    if not items:
        nothing(sheet)
        return
    columns = _columns(items)
    right = sum(column.width + _BETWEEN for column in columns)
    names = 4 + max(balanced(item.name, NAME, _NAMES - 4).width for item in items)
    unit = CONTENT - names - right
    levels = {row.key[1]: row.name for row in _dkns_last(items)}
    legend(sheet, [(colour[key], name, "", None) for key, name in levels.items()], MARGIN, CONTENT)
    sheet.y += 10
    _headings(sheet, columns, MARGIN + names + unit)
    number = 0
    for panel, (group, members) in enumerate(panels.items()):
        if len(panels) > 1 or group:
            sheet.y += 10 if panel else 0
            sheet.below(titles[group], HEADING)
            sheet.y += 2
        top = sheet.y
        for item in members:
            sheet.panel = number
            _row(sheet, item, number, columns, names, unit, colour)
            number += 1
        sheet.zero_line(MARGIN + names, top, sheet.y)


def _dkns_last(items: Sequence[Item]) -> list[Row]:
    parts = [row for item in items for row in item.parts]
    return sorted(parts, key=lambda row: row.role in ("dkns", "not_applicable"))


def _columns(items: Sequence[Item]) -> list[Column]:
    columns = []
    net = next((item.net for item in items if item.net), None)
    if net:
        name = block(f"Net: {net.name}", NOTE, _NET_WIDTH)
        cells = {i: [_value(item.net, VALUE)] for i, item in enumerate(items) if item.net}
        columns.append(Column(name, cells))
    bases: dict[int, list[tuple[Block, int | None]]] = {}
    for i, item in enumerate(items):
        bases[i] = [(block(base(item.parts).removeprefix("n = "), _NUMBER, CONTENT), None)]
        if item.low_base:
            bases[i].append((block(LOW_BASE_MARK, NOTE, CONTENT), None))
        hidden = [row for row in item.parts if not row.drawn]
        if 0 < len(hidden) < len(item.parts):
            bases[i].append(_value(hidden[0], _NUMBER))
    columns.append(Column(block("n", NOTE, _HEADING_WIDTH), bases))
    dkns = next((item.dkns for item in items if item.dkns), None)
    if dkns:
        name = balanced(dkns.name, NOTE, _HEADING_WIDTH)
        cells = {i: [_value(item.dkns, _NUMBER)] for i, item in enumerate(items) if item.dkns}
        columns.append(Column(name, cells))
    return columns


def _value(row: Row, style: Style) -> tuple[Block, int | None]:
    return block(row.text, style, CONTENT), row.index


def _headings(sheet: Sheet, columns: Sequence[Column], left: float) -> None:
    height = max(column.name.height for column in columns)
    for column in columns:
        left += _BETWEEN
        sheet.words(column.name, left, sheet.y + height - column.name.height)
        left += column.width
    sheet.y += height + 2


def _row(sheet: Sheet, item: Item, number: int, columns: Sequence[Column], names: float, unit: float,
         colour: dict[str, str]) -> None:  # fmt: skip
    name = balanced(item.name, NAME, _NAMES - 4)
    height = max(30.0, name.height + 8)
    middle = sheet.y + height / 2
    zero = MARGIN + names
    sheet.words_at(name, zero - 4, middle, "right")
    stack(sheet, item.parts, colour, (zero, middle, _THICK, unit))
    left = zero + unit
    for column in columns:
        left += _BETWEEN
        cell = column.cells.get(number, [])
        top = middle - sum(words.height for words, _ in cell) / 2
        for words, row in cell:
            sheet.words(words, left, top, value=row is not None, row=row)
            top += words.height
        left += column.width
    sheet.y += height
