"""A table whose cells are coloured by their shares: more groups or items than panels can hold."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import colours
from pipeline.charts.frame import (
    CONTENT,
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
from pipeline.charts.rows import Row, answers, base, heading, rows
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank", "grid")
SAID = "Table of shaded cells"

_NAMES = 0.34 * CONTENT
_ACROSS = 9
_HEIGHT = 22.0
_WIDEST = 84.0
_BASE = Style(9, colour=NOTE.colour)

Key = tuple[str, str]


@dataclass(frozen=True)
class Column:
    """One column: its heading, the note under it, and its cells by the key of their line."""

    name: str
    note: str
    cells: dict[Key, Row]


def shown(table: list[Row]) -> list[Row]:
    """All shares; of a grid by groups, those of its first net."""
    chosen = answers(table)
    if any(row.item and row.measure == "option" for row in chosen) and any(row.group for row in chosen):
        nets = [row for row in table if row.measure == "net"]
        return [row for row in nets if row.key[1] == nets[0].key[1]]
    return chosen


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of options by groups, of a grid's items by its levels, or of their first net by groups."""
    chosen = shown(rows(data))
    by_level = not any(row.group for row in chosen) and any(
        row.item and row.measure == "option" for row in chosen
    )
    columns = _levels(chosen) if by_level else _groups(chosen)
    names: dict[Key, str] = {}
    for row in chosen:
        is_item = by_level or row.measure == "net"
        names.setdefault(_line(row, by_level), row.item_label if is_item and row.item else row.name)
    bases: dict[Key, str] = {}
    if by_level:
        for key in names:
            own = [row for row in chosen if _line(row, by_level) == key]
            few = f" {LOW_BASE_MARK}" if any(row.low_base for row in own) else ""
            bases[key] = base(own).removeprefix("n = ") + few
    return compose(exhibit, lambda sheet: _plot(sheet, columns, names, bases))


def _line(row: Row, by_level: bool) -> Key:
    return (row.item, "") if by_level else row.key


def _levels(chosen: Sequence[Row]) -> list[Column]:
    columns: dict[str, Column] = {}
    for row in chosen:
        own = columns.setdefault(row.key[1], Column(row.name, "", {}))
        own.cells[row.item, ""] = row
    return list(columns.values())


def _groups(chosen: Sequence[Row]) -> list[Column]:
    groups: dict[str, list[Row]] = {}
    for row in chosen:
        groups.setdefault(row.group, []).append(row)
    return [
        Column(
            heading(own) if own[0].group else "All",
            f"{base(own)} {LOW_BASE_MARK}" if any(row.low_base for row in own) else base(own),
            {row.key: row for row in own},
        )
        for own in groups.values()
    ]


def _plot(sheet: Sheet, columns: Sequence[Column], names: dict[Key, str], bases: dict[Key, str]) -> None:
    if not names:
        nothing(sheet)
        return
    most = max((row.plotted for column in columns for row in column.cells.values() if row.drawn), default=0.0)
    blocks = {key: balanced(name, NAME, _NAMES - 6) for key, name in names.items()}
    notes = {key: balanced(text, _BASE, 52) for key, text in bases.items()}
    left = 6 + max(words.width for words in blocks.values())
    right = 8 + max(words.width for words in notes.values()) if notes else 0.0
    lines = math.ceil(len(columns) / _ACROSS)
    across = math.ceil(len(columns) / lines)
    width = min((CONTENT - left - right) / across, _WIDEST)
    for line in range(lines):
        sheet.y += 14 if line else 0
        chosen = columns[line * across : (line + 1) * across]
        _line_of(sheet, chosen, blocks, notes, (left, width, most, line * across))


def _line_of(
    sheet: Sheet,
    columns: Sequence[Column],
    names: dict[Key, Block],
    notes: dict[Key, Block],
    place: tuple[float, float, float, int],
) -> None:
    """One line of columns.

    `place` is the width of the names and of a column, the highest share and the number of the first column.
    """
    left, width, most, first = place
    titles = [
        [
            balanced(text, style, width - 4)
            for text, style in ((column.name, NOTE), (column.note, NOTE))
            if text
        ]
        for column in columns
    ]
    height = max(sum(part.height for part in title) for title in titles)
    for number, title in enumerate(titles):
        top = sheet.y + height - sum(part.height for part in title)
        for part in title:
            sheet.words(part, MARGIN + left + (number + 0.5) * width, top, "center")
            top += part.height
    if notes:
        words = block("n", NOTE, CONTENT)
        sheet.words(words, MARGIN + left + len(columns) * width + 8, sheet.y + height - words.height)
    sheet.y += height + 4
    for line, (key, name) in enumerate(names.items()):
        tall = max(_HEIGHT, name.height + 6, notes[key].height + 4 if notes else 0)
        middle = sheet.y + tall / 2
        sheet.words_at(name, MARGIN + left - 6, middle, "right")
        for number, column in enumerate(columns):
            row = column.cells.get(key)
            # the rows of a grid follow its items, and those of groups follow the groups
            sheet.panel, sheet.way = (line, "right") if notes else (first + number, "down")
            if row is not None:
                _cell(sheet, row, (MARGIN + left + number * width, sheet.y, width, tall), most)
        if notes:
            sheet.words_at(notes[key], MARGIN + left + len(columns) * width + 8, middle)
        sheet.y += tall


def _cell(sheet: Sheet, row: Row, place: tuple[float, float, float, float], most: float) -> None:
    x, top, width, height = place
    plain = not row.drawn or row.low_base
    colour = colours.WHITE if plain else colours.shade(row.plotted / most if most else 0.0)
    cell = sheet.cell(row.index, x, top, width, height, colour)
    ink = colours.GREY_INK if plain else colours.on(colour)
    words = block(row.text, Style(9, colour=ink), CONTENT)
    sheet.words_at(words, x + width / 2, top + height / 2, "center", value=True, row=row.index, bar=cell)
