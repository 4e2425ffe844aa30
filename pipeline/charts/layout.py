"""What the kinds are laid out with: lines under each other, columns beside each other, headings, legends."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import cycle
from typing import TypeVar

from pipeline.charts.marks import Scale
from pipeline.charts.measure import Block, block
from pipeline.charts.rows import Row, highest
from pipeline.charts.sheet import SWATCH, Align, Sheet
from pipeline.charts.style import BESIDE, KEY, KEY_VALUE, MARGIN, SHORTEST_SCALE, VALUE, Style

_T = TypeVar("_T")
_GAP = 4.0


def lines(
    sheet: Sheet,
    names: Iterable[tuple[_T, Block]],
    right: float,
    least: float | Callable[[_T], float],
    room: float,
) -> Iterator[tuple[_T, float, float]]:
    """Lines from `sheet.y` down, each with its name, which ends at `right`.

    With each thing come the middle and the height of its line: that of the name and `room`, but at least
    `least`. Within a line `sheet.y` is its upper edge.
    """
    for thing, name in names:
        height = max(least(thing) if callable(least) else least, name.height + room)
        middle = sheet.y + height / 2
        sheet.text_at(name, right, middle, "right")
        yield thing, middle, height
        sheet.y += height


def widest(blocks: Iterable[Block]) -> float:
    """The width of the widest block; 0 where there is none."""
    return max((part.width for part in blocks), default=0.0)


def unit_for(width: float, values: Iterable[tuple[float, Block]]) -> float:
    """The points that stand for 100%, so that every bar fits into `width` with its value beside it.

    `values` has how far each bar reaches, as a share, and its value.
    """
    units = ((width - BESIDE - value.width) / reach for reach, value in values if reach > 0)
    return min([width / SHORTEST_SCALE, *units])


def headings(sheet: Sheet, xs: Sequence[float], titles: Sequence[Sequence[Block]], gap: float,
             aligns: Sequence[Align] = ("left",)) -> None:  # fmt: skip
    """Place titles of some blocks at each x, all ending at one height; `aligns` are taken in turn."""
    height = max(sum(part.height for part in title) for title in titles)
    for x, title, align in zip(xs, titles, cycle(aligns), strict=False):
        top = sheet.y + height - sum(part.height for part in title)
        for part in title:
            sheet.text(part, x, top, align)
            top += part.height
    sheet.y += height + gap


def panels_across(count: int, most: int) -> int:
    """How many of `count` panels stand side by side, where at most `most` do and all lines are as full."""
    return math.ceil(count / math.ceil(count / most))


def panel_lines(sheet: Sheet, panels: Sequence[_T], across: int) -> Iterator[tuple[int, Sequence[_T]]]:
    """The panels of each line, with the number of its first, and a gap between lines."""
    for first in range(0, len(panels), across):
        sheet.y += 14 if first else 0
        yield first, panels[first : first + across]


def legend(sheet: Sheet, chosen: Iterable[Row], colour: dict[str, str], x: float = MARGIN,
           width: float = 0, *, values: bool = False) -> None:  # fmt: skip
    """Place a legend that wraps at `sheet.y`: a square of its colour, its value and its name a row.

    Without `values` each option comes once; without a `width` it has that of the sheet.
    """
    width = width or sheet.content
    left = x
    height = 1.0
    for row in chosen if values else {row.option: row for row in chosen}.values():
        value = block(row.text, KEY_VALUE, width) if values else None
        taken = SWATCH + _GAP + (value.width + _GAP if value else 0)
        label = block(row.name, KEY, width - taken)
        if left > x and left + taken + label.width > x + width:
            sheet.y += height + 3
            left, height = x, 0
        middle = sheet.y + KEY.lead / 2
        sheet.swatch(left, middle, colour[row.option])
        if value:
            sheet.text_at(value, left + SWATCH + _GAP, middle, row=row)
        sheet.text(label, left + taken, sheet.y)
        height = max(height, label.height)
        left += taken + label.width + 14
    sheet.y += height


def line_note(sheet: Sheet, note: Block, colour: str, row: Row | None = None) -> None:
    """Say what a line of a colour in the plot is, with the value of `row` after it."""
    sheet.swatch(MARGIN, sheet.y + note.style.lead / 2, colour, 2.2, 11)
    sheet.text(note, MARGIN + 7, sheet.y)
    if row is not None:
        value = block(row.text, KEY_VALUE)
        sheet.text(value, MARGIN + 11 + note.width, sheet.y, row=row)
    sheet.y += note.height


def upright_scale(sheet: Sheet, chosen: Iterable[Row], high: float, gap: float) -> Scale:
    """A scale for columns up to `high` points, with room for the values above them."""
    return Scale(sheet.y + VALUE.lead + gap + high, high / (highest(chosen) or 1.0), upright=True)


def column(sheet: Sheet, row: Row, scale: Scale, middle: float, width: float, colour: str | None,
           style: Style = VALUE) -> tuple[Block, float]:  # fmt: skip
    """Draw an upright bar with its value above it; the value and the top of the bar come back.

    Without a colour there is the value alone.
    """
    top = scale.zero
    if colour and row.drawn:
        sheet.column(row, scale, middle, width, colour)
        top = scale.at(row.plotted)
    value = block(row.text, style)
    sheet.text(value, middle, top - 2 - value.height, "center", row=row)
    return value, top
