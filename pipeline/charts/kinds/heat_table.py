"""A table whose cells are coloured by their shares: more groups or items than panels can hold.

Of a grid without `by`, its items by its levels; with `by`, its first net by the groups; of other questions
the options by the groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import colours
from pipeline.charts.compose import compose
from pipeline.charts.layout import headings, lines, panel_lines, panels_across, widest
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, answers, by_group, grouped, heading, highest, marked_base, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import MARGIN, NAME, NOTE, NUMBER, Style
from pipeline.tidy.marks import NOT_SHOWN, SUPPRESSED_MARK
from pipeline.tidy.measures import Flag
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank", "grid")
ALT_NAME = "Table of shaded cells"

_NAMES = 0.34  # of the width
_ACROSS = 9
_HEIGHT = 22.0
_WIDEST = 84.0
_FEWEST_IN_BLOCK = 3
_GROUND = "#F2F2F2"

Key = tuple[str, str]
Placed = tuple[Row, tuple[float, float, float, float]]
"""a row with the left and upper edge, the width and the height of its cell"""


@dataclass(frozen=True)
class Column:
    """One column: its heading, the note under it, and its cells by the key of their line."""

    name: str
    note: str
    cells: dict[Key, Row]


def shown(table: list[Row]) -> list[Row]:
    """All shares; of a grid by groups, those of its first net."""
    chosen = answers(table)
    if _is_grid(chosen) and any(row.group for row in chosen):
        nets = [row for row in table if row.measure == "net"]
        return [row for row in nets if row.option == nets[0].option]
    return chosen


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of options by groups, of a grid's items by its levels, or of their first net by groups."""
    chosen = shown(rows(data))
    if _is_grid(chosen) and not any(row.group for row in chosen):
        items = grouped(chosen, lambda row: (row.item, ""))
        levels = grouped(chosen, lambda row: row.option).values()
        columns = [Column(level[0].name, "", {(row.item, ""): row for row in level}) for level in levels]
        names = {key: (item[0].item_label if item[0].item else item[0].name) for key, item in items.items()}
        bases = {key: marked_base(item).removeprefix("n = ") for key, item in items.items()}
        return compose(exhibit, _plot, names, columns, bases)
    groups = [(heading(group) if group[0].group else "All", group) for group in by_group(chosen).values()]
    columns = [Column(name, marked_base(group), {row.key: row for row in group}) for name, group in groups]
    names = {}
    for row in chosen:
        names.setdefault(row.key, row.item_label if row.measure == "net" and row.item else row.name)
    return compose(exhibit, _plot, names, columns, {})


def _is_grid(chosen: Sequence[Row]) -> bool:
    return any(row.item and row.measure == "option" for row in chosen)


def _plot(sheet: Sheet, names: dict[Key, str], columns: Sequence[Column], bases: dict[Key, str]) -> None:
    """The lines of cells; where there are `bases`, each line has one at the right."""
    most = highest(row for column in columns for row in column.cells.values())
    blocks = {key: balanced(name, NAME, _NAMES * sheet.content - 6) for key, name in names.items()}
    notes = {key: balanced(text, NUMBER, 52) for key, text in bases.items()}
    left = MARGIN + 6 + widest(blocks.values())
    right = 8 + widest(notes.values()) if notes else 0.0
    across = panels_across(len(columns), _ACROSS)
    width = min((sheet.content + MARGIN - left - right) / across, _WIDEST)

    def least(key: Key) -> float:
        return max(_HEIGHT, notes[key].height + 4 if notes else 0)

    for first, chosen in panel_lines(sheet, columns, across):
        end = left + len(chosen) * width + right
        texts = [[text for text in (column.name, column.note) if text] for column in chosen]
        titles = [[balanced(text, NOTE, width - 4) for text in title] for title in texts]
        middles = [left + (number + 0.5) * width for number in range(len(chosen))]
        headings(sheet, middles, titles, 4, ("center",))
        if notes:
            n = block("n", NOTE)
            sheet.text(n, end, sheet.y - 4 - n.height, "right")
        # rows of the table go line by line in a grid, and column by column where columns are groups
        runs: dict[int, list[Placed]] = {}
        for line, (key, middle, tall) in enumerate(lines(sheet, blocks.items(), left - 6, least, 6)):
            for number, column in enumerate(chosen):
                row = column.cells.get(key)
                if row is not None:
                    place = left + number * width, sheet.y, width, tall
                    runs.setdefault(line if notes else first + number, []).append((row, place))
            if notes:
                sheet.text_at(notes[key], end, middle, "right")
        sheet.way = "right" if notes else "down"
        for sheet.panel, cells in runs.items():
            _run(sheet, cells, most)


def _run(sheet: Sheet, cells: Sequence[Placed], most: float) -> None:
    """The cells of a column, or of a line of a grid; those not shown that lie together are one block."""
    for suppressed, together in groupby(cells, key=lambda cell: cell[0].flag == Flag.SUPPRESSED):
        some = list(together)
        if suppressed and len(some) >= _FEWEST_IN_BLOCK:
            _block(sheet, some)
        else:
            for row, place in some:
                _cell(sheet, row, place, most)


def _block(sheet: Sheet, cells: Sequence[Placed]) -> None:
    (left, top, _, _), (x, y, width, height) = cells[0][1], cells[-1][1]
    wide, high = x + width - left, y + height - top
    sheet.swatch(left + 0.5, top + high / 2, _GROUND, wide - 1, high - 1)
    note = balanced(f"{SUPPRESSED_MARK} {NOT_SHOWN}", NOTE, wide - 4)
    sheet.text_at(note, left + wide / 2, top + high / 2, "center", stands_for=[row for row, _ in cells])


def _cell(sheet: Sheet, row: Row, place: tuple[float, float, float, float], most: float) -> None:
    x, top, width, height = place
    plain = not row.drawn or row.low_base
    colour = colours.WHITE if plain else colours.shade(row.plotted / most if most else 0.0)
    cell = sheet.cell(row, (x, top), width, height, colour)
    style = Style(9, colour=colours.GREY_INK if plain else colours.on(colour))
    sheet.value_at(row, x + width / 2, top + height / 2, "center", style, bar=cell)
