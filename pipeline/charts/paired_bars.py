"""The same themes asked in two questions, as what hinders and as what helps, back to back."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import PALETTE, WHITE
from pipeline.charts.frame import (
    CONTENT,
    HEADING,
    MARGIN,
    NAME,
    NOTE,
    VALUE,
    Block,
    Sheet,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.ranked_bars import has_interval, reach
from pipeline.charts.rows import Row, base, estimates
from pipeline.text.folding import plain
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("multiple",)
SAID = "Bars back to back"
TABLE = "pair"
BY = "never"
WHISKERS = True

_COLOURS = (PALETTE[0], PALETTE[3])
_NAMES = 0.3 * CONTENT
_PITCH, _THICK = 26.0, 15.0
_GAP = 6.0
_SHORTEST_SCALE = 0.25


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of two questions that offer the same options, the first to the left.

    A theme has the first question's label, and below it the second's where that is another.
    """
    sides: dict[str, list[Row]] = {}
    for row in estimates(data):
        sides.setdefault(row.question, []).append(row)
    return compose(exhibit, lambda sheet: _plot(sheet, list(sides.values())))


def _plot(sheet: Sheet, sides: Sequence[list[Row]]) -> None:
    if len(sides) != 2:
        nothing(sheet)
        return
    names: dict[tuple[str, str], list[Block]] = {}
    for style, side in zip((NAME, NOTE), sides, strict=True):
        for row in side:
            own = names.setdefault(row.key, [])
            if not own or " ".join(own[0].lines) != row.name:
                own.append(balanced(row.name, style, _NAMES - 2 * _GAP))
    column = 2 * _GAP + max(words.width for own in names.values() for words in own)
    width = (CONTENT - column) / 2
    zeros = (MARGIN + width, MARGIN + width + column)
    units = [width / _SHORTEST_SCALE]
    for row in (row for side in sides for row in side):
        if reach(row) > 0:
            units.append((width - 5 - block(_text(row), VALUE, CONTENT).width) / reach(row))
    _headings(sheet, sides, zeros, width)
    top, unit = sheet.y, min(units)
    sheet.y += 2
    lines = [{row.key: row for row in side} for side in sides]
    for key, own in names.items():
        tall = sum(words.height for words in own)
        height = max(_PITCH, tall + 8)
        middle = sheet.y + height / 2
        above = middle - tall / 2
        for words in own:
            sheet.words(words, MARGIN + width + column / 2, above, "center")
            above += words.height
        for number, line in enumerate(lines):
            sheet.panel = number
            if key in line:
                _bar(sheet, line[key], number, zeros[number], middle, unit)
        sheet.y += height
    sheet.y += 2
    for zero in zeros:
        sheet.zero_line(zero, top, sheet.y)


def _headings(sheet: Sheet, sides: Sequence[list[Row]], zeros: tuple[float, float], width: float) -> None:
    titles = [
        (block(plain(side[0].question), HEADING, width), block(base(side), NOTE, width)) for side in sides
    ]
    height = max(name.height + note.height for name, note in titles)
    for (name, note), zero, is_left in zip(titles, zeros, (True, False), strict=True):
        top = sheet.y + height - name.height - note.height
        sheet.words(name, zero, top, "right" if is_left else "left")
        sheet.words(note, zero, top + name.height, "right" if is_left else "left")
    sheet.y += height + 4


def _bar(sheet: Sheet, row: Row, number: int, zero: float, middle: float, unit: float) -> None:
    sign = -1 if number == 0 else 1
    if row.drawn:
        colour = _COLOURS[number]
        start = -row.plotted if sign < 0 else 0.0
        sheet.bar(row.index, zero, middle, _THICK, row.plotted, unit, colour,
                  start=start, outlined=row.low_base)  # fmt: skip
        if has_interval(row):
            low, high = sorted((sign * row.low, sign * row.high))
            sheet.whisker(zero, middle, low, high, unit, WHITE if row.low_base else colour)
    words = block(_text(row), VALUE, CONTENT)
    x = zero + sign * (reach(row) * unit + 5)
    sheet.words_at(words, x, middle, "right" if sign < 0 else "left", value=True, row=row.index)


def _text(row: Row) -> str:
    return f"{row.text} {LOW_BASE_MARK}" if row.low_base else row.text
