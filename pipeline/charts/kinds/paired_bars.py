"""The same themes asked in two questions, back to back: the options that both have.

For questions that ask of one list what hinders and what helps.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import bar
from pipeline.charts.colours import PALETTE
from pipeline.charts.compose import compose
from pipeline.charts.layout import headings, unit_for
from pipeline.charts.marks import Scale
from pipeline.charts.measure import Block, balanced, block
from pipeline.charts.rows import Row, base, estimates, grouped
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import HEADING, MARGIN, NAME, NOTE, VALUE
from pipeline.text.folding import plain
from pipeline.tidy.printed import Printed

FITS = ("multiple",)
ALT_NAME = "Bars back to back"
TABLE = "pair"
BY = "never"
WHISKERS = True

_COLOURS = (PALETTE[0], PALETTE[3])
_NAMES = 0.3  # of the width
_PITCH, _THICK = 26.0, 15.0
_GAP = 6.0


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of two questions that offer the same options, the first to the left.

    A theme has the first question's label, and below it the second's where that is another.
    """
    sides = list(grouped(estimates(data), lambda row: row.question).values())
    return compose(exhibit, _plot, sides if len(sides) == 2 else [])


def _plot(sheet: Sheet, sides: Sequence[list[Row]]) -> None:
    names: dict[tuple[str, str], list[Block]] = {}
    for style, side in zip((NAME, NOTE), sides, strict=True):
        for row in side:
            labels = names.setdefault(row.key, [])
            if not labels or labels[0].text != block(row.name, NAME).text:
                labels.append(balanced(row.name, style, _NAMES * sheet.content - 2 * _GAP))
    column = 2 * _GAP + max(label.width for labels in names.values() for label in labels)
    width = (sheet.content - column) / 2
    unit = unit_for(width, ((row.reach, block(row.marked_text, VALUE)) for side in sides for row in side))
    scales = [Scale(MARGIN + width, unit), Scale(MARGIN + width + column, unit)]
    titles = [
        [block(plain(side[0].question), HEADING, width), block(base(side), NOTE, width)] for side in sides
    ]
    headings(sheet, [scale.zero for scale in scales], titles, 4, ("right", "left"))
    top = sheet.y
    sheet.y += 2
    lines = [{row.key: row for row in side} for side in sides]
    for key, labels in names.items():
        tall = sum(label.height for label in labels)
        height = max(_PITCH, tall + 8)
        middle = sheet.y + height / 2
        above = middle - tall / 2
        for label in labels:
            sheet.text(label, MARGIN + width + column / 2, above, "center")
            above += label.height
        for number, (line, scale) in enumerate(zip(lines, scales, strict=True)):
            sheet.panel = number
            if key in line:
                bar(sheet, line[key], scale, middle, _THICK, _COLOURS[number], to_left=number == 0)
        sheet.y += height
    sheet.y += 2
    for scale in scales:
        sheet.zero_line(scale.zero, top, sheet.y)
