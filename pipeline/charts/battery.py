"""The items of a grid, a bar each, with columns of numbers at the right: of scale_bars and diverging_bars."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import pandas as pd

from pipeline.charts.layout import headings, lines, widest
from pipeline.charts.measure import Block, balanced, block
from pipeline.charts.rows import Row, base, by_group, estimates, grouped, heading, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import HEADING, MARGIN, NAME, NOTE, NUMBER, Style
from pipeline.tidy.marks import LOW_BASE_MARK

THICK = 19.0
"""the thickness of a bar"""

_BETWEEN = 9.0

Cell = list[tuple[Block, Row | None]]
"""one or two blocks under each other, each with the row whose value it prints"""


@dataclass(frozen=True)
class Item:
    """One item of a grid in one group: its rows in the order of the scale, and its nets."""

    rows: list[Row]
    nets: list[Row]

    @property
    def name(self) -> str:
        """What the item is called."""
        return self.rows[0].item_label or self.rows[0].item

    @property
    def dkns(self) -> Row | None:
        """The row of those who did not know."""
        return next((row for row in self.rows if row.role == "dkns"), None)


_Item = TypeVar("_Item", bound=Item)
Panels = dict[str, list[_Item]]


@dataclass(frozen=True)
class Column:
    """A column at the right of the bars: what it is, and a cell an item."""

    name: Block
    cells: Sequence[Cell]

    @property
    def width(self) -> float:
        """The points that the widest of its blocks takes."""
        return widest([self.name, *(part for cell in self.cells for part, _ in cell)])


def panels(data: pd.DataFrame, item: type[_Item]) -> Panels[_Item]:
    """The items of each group of a grid, in the order of the table."""
    nets = grouped((row for row in rows(data) if row.role == "net"), lambda row: (row.group, row.item))
    return {
        group: [
            item(members, nets.get((group, name), []))
            for name, members in grouped(panel, lambda row: row.item).items()
        ]
        for group, panel in by_group(estimates(data)).items()
    }


def value_column(name: Block, values: Iterable[Row | None], style: Style = NUMBER) -> Column:
    """A column of the values of rows."""
    return Column(name, [[value(row, style)] if row else [] for row in values])


def value(row: Row, style: Style = NUMBER) -> tuple[Block, Row]:
    """The value of a row for a cell."""
    return block(row.text, style), row


def base_cell(levels: Sequence[Row], low_base: bool) -> Cell:
    """The base of an item, with the mark of a low one under it."""
    number: Cell = [(block(base(levels).removeprefix("n = "), NUMBER), None)]
    return [*number, (block(LOW_BASE_MARK, NOTE), None)] if low_base else number


def base_and_dkns(bases: Sequence[Cell], unsure: Sequence[Row | None], width: float) -> list[Column]:
    """The last columns, of headings at most `width` wide: the base of each item, and DKNS if there is any."""
    columns = [Column(block("n", NOTE, width), bases)]
    dkns = next(filter(None, unsure), None)
    if dkns:
        columns.append(value_column(balanced(dkns.name, NOTE, width), unsure))
    return columns


def names_width(items: Iterable[Item], most: float) -> float:
    """The points that the names of items take with the gap before the bars, of at most `most`."""
    return 4 + widest(balanced(item.name, NAME, most - 4) for item in items)


def columns_width(columns: Sequence[Column]) -> float:
    """The points that columns take with the gaps before them."""
    return sum(column.width + _BETWEEN for column in columns)


def plot(
    sheet: Sheet,
    items: Panels[_Item],
    columns: Sequence[Column],
    draw: Callable[[int, _Item, float], None],
    sizes: tuple[float, float, float],
) -> None:
    """Place the headings of the columns, and a panel a group with a line an item.

    `draw` gets the number of an item, the item and the middle of its line. `sizes` are the most that names
    may take, what they take, and the place of 0%.
    """
    most, names, zero = sizes
    # numbers are compared by their last digits, so columns stand at their right edges, headings too
    right, ends = MARGIN + sheet.content - columns_width(columns), []
    for column in columns:
        right += _BETWEEN + column.width
        ends.append(right)
    headings(sheet, ends, [[column.name] for column in columns], 2, ("right",))
    number = 0
    for panel, (group, members) in enumerate(items.items()):
        if len(items) > 1 or group:
            sheet.y += 10 if panel else 0
            sheet.below(heading(members[0].rows), HEADING)
            sheet.y += 2
        top = sheet.y
        blocks = ((item, balanced(item.name, NAME, most - 4)) for item in members)
        for item, middle, _ in lines(sheet, blocks, MARGIN + names - 4, 30.0, 8):
            draw(number, item, middle)
            for x, column in zip(ends, columns, strict=True):
                _place(sheet, column.cells[number], x, middle)
            number += 1
        sheet.zero_line(zero, top, sheet.y)


def _place(sheet: Sheet, cell: Cell, x: float, middle: float) -> None:
    top = middle - sum(part.height for part, _ in cell) / 2
    for part, row in cell:
        sheet.text(part, x, top, "right", row=row)
        top += part.height
