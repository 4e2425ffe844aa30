"""Two waves or two groups: an open dot for the first, a filled one for the second, and the change between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, GREY_INK, HIGHLIGHT, INK
from pipeline.charts.frame import (
    CONTENT,
    DOT,
    MARGIN,
    NAME,
    NOTE,
    Block,
    Sheet,
    Style,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, base, rows
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.measures import CHANGES
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank", "grid")
SAID = "Pairs of dots"
TABLE = "two_waves"

_NAMES = 0.38 * CONTENT
_PITCH = 27.0
_OFF = DOT + 4.0  # from the middle of a dot to its number
_SHORTEST_SCALE = 0.25
_CLEAR = Style(9, bold=True)
_UNCLEAR = Style(9, colour=GREY_INK)

Key = tuple[str, str, str]


@dataclass(frozen=True)
class Entry:
    """One line of the figure: its two shares, and their change where there is one."""

    first: Row
    second: Row
    change: Row | None

    @property
    def name(self) -> str:
        """What the line is of."""
        row = self.second
        return (
            ": ".join(part for part in (row.item_label, row.name) if part and part != row.item_label)
            or row.name
        )

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
    sides: dict[tuple[str, str], list[Row]] = {}
    for row in shares:
        sides.setdefault((row.wave, row.group), []).append(row)
    changes = {(row.item, row.key[1]): row for row in table if row.measure in CHANGES}
    entries = []
    if len(sides) == 2:
        first, second = sides.values()
        late = {row.key: row for row in second}
        entries = [Entry(row, late[row.key], changes.get(row.key)) for row in first if row.key in late]
    nets = len({row.key[1] for row in shares}) == 1 and any(row.item for row in shares)
    return compose(exhibit, lambda sheet: _plot(sheet, entries, nets))


def _plot(sheet: Sheet, entries: Sequence[Entry], by_item: bool) -> None:
    if not entries:
        nothing(sheet)
        return
    _legend(sheet, entries)
    names = [
        balanced(entry.second.item_label if by_item else entry.name, NAME, _NAMES - 6) for entry in entries
    ]
    column = 6 + max(name.width for name in names)
    changes = [_change(entry.change) for entry in entries]
    right = max((words.width for words in changes if words), default=0.0) + 14
    number = max(
        block(row.text, NAME, CONTENT).width for entry in entries for row in (entry.first, entry.second)
    )
    zero = MARGIN + column + number + _OFF
    width = CONTENT - column - right - 2 * number - 2 * _OFF
    unit = width / max(_SHORTEST_SCALE, *(entry.reach[1] for entry in entries))
    for entry, name, change in zip(entries, names, changes, strict=True):
        height = max(_PITCH, name.height + 8, change.height + 4 if change else 0)
        middle = sheet.y + height / 2
        sheet.words_at(name, MARGIN + column - 6, middle, "right")
        crossed = _pair(sheet, entry, zero, middle, unit)
        if change and entry.change:
            sheet.panel = 2
            sheet.words_at(change, MARGIN + CONTENT - right + 14, middle, value=True, row=entry.change.index)
        if crossed:
            # the line at zero leaves room for the number that stands on it
            sheet.zero_line(zero, sheet.y, middle - 6)
            sheet.zero_line(zero, middle + 6, sheet.y + height)
        else:
            sheet.zero_line(zero, sheet.y, sheet.y + height)
        sheet.y += height


def _legend(sheet: Sheet, entries: Sequence[Entry]) -> None:
    """Which dot is which, with the bases."""
    left = MARGIN + DOT
    middle = sheet.y + NOTE.size * 0.65
    for rows_, hollow in (([e.first for e in entries], True), ([e.second for e in entries], False)):
        few = f" {LOW_BASE_MARK}" if any(row.low_base for row in rows_) else ""
        words = block(
            f"{_side(rows_[0])} ({base(rows_)}{few})", NOTE if hollow else Style(8, bold=True), CONTENT - 24
        )
        if left > MARGIN + DOT and left + words.width > MARGIN + CONTENT:
            left, middle = MARGIN + DOT, middle + words.height + 2
        sheet.circle((left, middle), HIGHLIGHT)
        if hollow:
            sheet.circle((left, middle), "#FFFFFF", DOT - 1.6)
        sheet.words(words, left + DOT + 4, middle - NOTE.size * 0.65)
        left += words.width + DOT + 22
        sheet.y = max(sheet.y, middle - NOTE.size * 0.65 + words.height)
    sheet.y += 8


def _side(row: Row) -> str:
    return (row.group_label or row.group) if row.group else row.wave


def _change(row: Row | None) -> Block | None:
    if row is None:
        return None
    clear = row.flag == "" and row.value == row.value
    return block(row.text, _CLEAR if clear else _UNCLEAR, CONTENT)


def _pair(sheet: Sheet, entry: Entry, zero: float, middle: float, unit: float) -> bool:
    """Draw the two dots and their numbers; whether a number stands on the line at zero."""
    first, second = entry.first, entry.second
    low, high = (zero + share * unit for share in entry.reach)
    colour = HIGHLIGHT if second.role in ("substantive", "", "net") else GREY
    if first.drawn and second.drawn and high - low > 2 * DOT:
        sheet.line((low + DOT, high - DOT), (middle, middle), colour, 2.4)
    first_is_left = not first.drawn or not second.drawn or first.plotted <= second.plotted
    crossed = False
    for panel, row, is_left in ((0, first, first_is_left), (1, second, not first_is_left)):
        sheet.panel = panel
        if row.drawn:
            sheet.dot(row.index, (zero + row.plotted * unit, middle), zero, unit, colour,
                      open_=row.low_base, hollow=panel == 0)  # fmt: skip
        words = block(row.text, Style(NAME.size, colour=INK if row.drawn else GREY_INK), CONTENT)
        if is_left:
            x = low - _OFF
            crossed = x - words.width - 2 < zero < x + 2
            sheet.words_at(words, x, middle, "right", value=True, row=row.index)
        else:
            sheet.words_at(words, high + _OFF, middle, value=True, row=row.index)
    return crossed
