"""Two waves or two groups: an open dot for the first, a filled one for the second, and the change between.

For what changed since the wave before, or with `by` how two groups differ; `show` names the answers.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import tone
from pipeline.charts.colours import HIGHLIGHT
from pipeline.charts.compose import compose
from pipeline.charts.layout import lines, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import Block, balanced, block
from pipeline.charts.rows import Row, grouped, marked_base, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import DOT, MARGIN, NAME, NOTE, NUMBER, SHORTEST_SCALE, VALUE, Style
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.measures import CHANGES
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank", "grid")
ALT_NAME = "Pairs of dots"
POINTS = True
TABLE = "two_waves"

_NAMES = 0.38  # of the width
_PITCH = 27.0
_OFF = DOT + 4.0  # from the middle of a dot to its number
_CLEAR = 3.0  # from the line at zero to a number
_BOLD_NOTE = Style(8, bold=True)


@dataclass(frozen=True)
class Pair:
    """One line of the figure: its two shares, and their change where there is one."""

    first: Row
    second: Row
    change: Row | None

    @property
    def name(self) -> str:
        """The label of the answer."""
        row = self.second
        parts = [part for part in (row.item_label, row.name) if part and part != row.item_label]
        return ": ".join(parts) or row.name

    @property
    def reach(self) -> tuple[float, float]:
        """The lower and the higher share that are drawn."""
        drawn = [row.plotted for row in (self.first, self.second) if row.drawn]
        return (min(drawn), max(drawn)) if drawn else (0.0, 0.0)


def shown(table: list[Row]) -> list[Row]:
    """Every row: both shares and the change."""
    return table


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the last two waves of a question, or of two groups in the latest."""
    table = rows(data)
    shares = [row for row in table if row.measure not in CHANGES]
    sides = list(grouped(shares, lambda row: (row.wave, row.group)).values())
    changes = {row.key: row for row in table if row.measure in CHANGES}
    pairs = []
    if len(sides) == 2:
        late = {row.key: row for row in sides[1]}
        pairs = [Pair(row, late[row.key], changes.get(row.key)) for row in sides[0] if row.key in late]
    by_item = len({row.option for row in shares}) == 1 and any(row.item for row in shares)
    return compose(exhibit, _plot, pairs, by_item, exhibit)


def _plot(sheet: Sheet, pairs: Sequence[Pair], by_item: bool, exhibit: Printed) -> None:
    _legend(sheet, pairs)
    names = [
        (pair, balanced(pair.second.item_label if by_item else pair.name, NAME, _NAMES * sheet.content - 6))
        for pair in pairs
    ]
    column = 6 + widest(name for _, name in names)
    changes = {pair.second.key: _change(pair.change) for pair in pairs if pair.change}
    right = widest(changes.values()) + 14
    number = widest(block(row.text, NAME) for pair in pairs for row in (pair.first, pair.second))
    width = sheet.content - column - right - 2 * number - 2 * _OFF
    unit = width / max(SHORTEST_SCALE, *(pair.reach[1] for pair in pairs))
    scale = Scale(MARGIN + column + number + _OFF, unit)

    def least(pair: Pair) -> float:
        return max(_PITCH, changes[pair.second.key].height + 4 if pair.change else 0)

    for pair, middle, height in lines(sheet, names, MARGIN + column - 6, least, 8):
        _pair(sheet, pair, scale, middle, tone(pair.second, exhibit))
        if pair.change:
            sheet.panel = 2
            sheet.text_at(
                changes[pair.second.key], MARGIN + sheet.content - right + 14, middle, row=pair.change
            )
        sheet.zero_line(scale.zero, sheet.y, sheet.y + height)


def _legend(sheet: Sheet, pairs: Sequence[Pair]) -> None:
    """Which dot is which, with the bases."""
    half = NOTE.lead / 2
    left = MARGIN + DOT
    middle = sheet.y + half
    for side, hollow in (([pair.first for pair in pairs], True), ([pair.second for pair in pairs], False)):
        name = f"{_side(side[0])} ({marked_base(side)})"
        label = block(name, NOTE if hollow else _BOLD_NOTE, sheet.content - 24)
        if left > MARGIN + DOT and left + label.width > MARGIN + sheet.content:
            left, middle = MARGIN + DOT, middle + label.height + 2
        sheet.marker((left, middle), HIGHLIGHT, hollow=hollow)
        sheet.text(label, left + DOT + 4, middle - half)
        left += label.width + DOT + 22
        sheet.y = max(sheet.y, middle - half + label.height)
    sheet.y += 8


def _side(row: Row) -> str:
    return (row.group_label or row.group) if row.group else row.wave


def _change(row: Row) -> Block:
    # the legend says which base is low
    text = row.text.removesuffix(f" {LOW_BASE_MARK}")
    return block(text, VALUE if row.flag == "" and row.value == row.value else NUMBER)


def _pair(sheet: Sheet, pair: Pair, scale: Scale, middle: float, colour: str) -> None:
    """Draw the two dots and their numbers.

    Dots that would hide each other stand one above the other, so far apart that they touch. A number that
    would stand on the line at zero stands left of it.
    """
    first, second = pair.first, pair.second
    low, high = (scale.at(share) for share in pair.reach)
    apart = 0.0
    if first.drawn and second.drawn:
        apart = math.sqrt(max((2 * DOT) ** 2 - (high - low) ** 2, 0.0))
        if not apart:
            sheet.line((low + DOT, high - DOT), (middle, middle), colour, 2.4)
    first_is_left = not first.drawn or not second.drawn or first.plotted <= second.plotted
    for panel, row, is_left in ((0, first, first_is_left), (1, second, not first_is_left)):
        sheet.panel = panel
        if row.drawn:
            height = middle + (apart / 2 if panel else -apart / 2)
            sheet.dot(row, scale, height, colour, hollow=panel == 0)
        value = block(row.text, NAME if row.drawn else NUMBER)
        if is_left:
            x = low - _OFF
            if x - value.width - _CLEAR < scale.zero < x + _CLEAR:
                x = scale.zero - _CLEAR
            sheet.text_at(value, x, middle, "right", row=row)
        else:
            sheet.text_at(value, high + _OFF, middle, row=row)
