"""Which answers occur together: a bar an answer, and below them one for each exact combination of these.

For a multiple choice: of the five answers named most, or of those of `show`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, PLAIN
from pipeline.charts.compose import compose
from pipeline.charts.layout import lines, unit_for, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import Block, balanced, block
from pipeline.charts.rows import Row, answers, marked_base, of_measures, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import BESIDE, HEADING, LABELS, MARGIN, NAME, NOTE, VALUE
from pipeline.text.folding import in_words
from pipeline.tidy.printed import Printed

FITS = ("multiple",)
ALT_NAME = "Bars of answers and their combinations"
TABLE = "combinations"
BY = "never"

_PITCH = 23.0
_THICK = 14.0
_JOIN = " + "


def shown(table: list[Row]) -> list[Row]:
    """The options and every combination of them."""
    return of_measures(table, "option", "combination")


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of the options that are named most and of their most frequent combinations."""
    table = rows(data)
    options = answers(table)
    return compose(exhibit, _plot, of_measures(table, "combination") if options else [], options)


def _plot(sheet: Sheet, combined: Sequence[Row], options: Sequence[Row]) -> None:
    number = in_words(len(options))
    panels = (
        (f"Chose each of the {number}, alone or with others", options),
        (f"Chose exactly these of the {number}", combined),
    )
    every = [*options, *combined]
    names = {row.index: _name(row.name, LABELS * sheet.content - 4) for row in every}
    column = widest(names.values()) + 4
    values = ((row.plotted if row.drawn else 0.0, block(row.text, VALUE)) for row in every)
    scale = Scale(MARGIN + column, unit_for(sheet.content - column, values))
    sheet.below(marked_base(combined), NOTE)
    for panel, (title, members) in enumerate(panels):
        sheet.panel = panel
        sheet.y += 10
        sheet.below(title, HEADING)
        sheet.y += 2
        top = sheet.y
        named = ((row, names[row.index]) for row in members)
        for row, middle, _ in lines(sheet, named, scale.zero - 4, _PITCH, 6):
            colour = PLAIN if row.substantive else GREY
            if row.drawn:
                sheet.bar(row, scale, middle, _THICK, colour)
            sheet.value_at(row, scale.at(row.plotted if row.drawn else 0.0) + BESIDE, middle)
        sheet.zero_line(scale.zero, top, sheet.y)


def _name(text: str, width: float) -> Block:
    """The name of a row; that of a combination is broken after a plus where that takes no more lines."""
    whole = balanced(text, NAME, width)
    *first, last = text.split(_JOIN)
    broken = [
        line
        for part in (*(f"{part} +" for part in first), last)
        for line in balanced(part, NAME, width).lines
    ]
    return replace(whole, lines=tuple(broken)) if len(broken) <= len(whole.lines) else whole
