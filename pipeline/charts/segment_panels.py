"""One question by the groups of a segment: a panel a group, with a tick for all respondents."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import GREY, HIGHLIGHT, TICK
from pipeline.charts.frame import (
    CONTENT,
    HEADING,
    LABEL_COLUMN,
    MARGIN,
    NAME,
    NOTE,
    Block,
    Sheet,
    balanced,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, answers, base, by_group, estimates, heading
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
SAID = "Panels of bars"
BY = "must"

_ACROSS = 5
_BETWEEN = 12.0
_THICK = 14.0
_SHORTEST_SCALE = 0.25

Key = tuple[str, str]


def shown(table: list[Row]) -> list[Row]:
    """All shares, but those of all respondents that have no tick because they are not known."""
    return [row for row in answers(table) if row.group or row.drawn]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of up to five panels side by side; more groups go into further lines of panels."""
    groups = by_group(estimates(data))
    everyone = groups.pop("", [])
    if not groups and everyone:
        groups, everyone = {"": everyone}, []
    return compose(exhibit, lambda sheet: _plot(sheet, list(groups.values()), everyone))


def _plot(sheet: Sheet, panels: list[list[Row]], everyone: list[Row]) -> None:
    if not panels:
        nothing(sheet)
        return
    options = {row.key: row.name for panel in (everyone, *panels) for row in panel}
    lines = math.ceil(len(panels) / _ACROSS)
    across = math.ceil(len(panels) / lines)
    widest = LABEL_COLUMN if across <= 3 else 0.36 * CONTENT
    names = {key: balanced(name, NAME, widest - 4) for key, name in options.items()}
    column = 4 + max(name.width for name in names.values())
    width = (CONTENT - column - _BETWEEN * (across - 1)) / across
    ticks = {row.key: row for row in everyone}
    unit = _unit(panels, ticks, width)
    if ticks:
        _note(sheet, everyone)
    for line in range(lines):
        sheet.y += 14 if line else 0
        chosen = panels[line * across : (line + 1) * across]
        _line(sheet, chosen, names, ticks, (column, width, unit, line * across))


def _note(sheet: Sheet, everyone: list[Row]) -> None:
    note = block(f"All respondents ({base(everyone)})", NOTE, CONTENT)
    middle = sheet.y + note.height / 2
    sheet.swatch(MARGIN, middle, TICK, 2.2, 11)
    sheet.words(note, MARGIN + 7, sheet.y)
    sheet.y += note.height + 12


def _unit(panels: Sequence[list[Row]], ticks: dict[Key, Row], width: float) -> float:
    """The points that stand for 100%, one for all panels, so that every bar, tick and value fits."""
    units = [width / _SHORTEST_SCALE]
    for panel in panels:
        for row in panel:
            reach = _reach(row, ticks.get(row.key))
            if reach > 0:
                units.append((width - 5 - block(row.text, NAME, width).width) / reach)
    return min(units)


def _reach(row: Row, tick: Row | None) -> float:
    own = row.plotted if row.drawn else 0.0
    return max(own, tick.plotted) if tick is not None and tick.drawn else own


def _line(
    sheet: Sheet,
    panels: Sequence[list[Row]],
    names: dict[Key, Block],
    ticks: dict[Key, Row],
    place: tuple[float, float, float, int],
) -> None:
    """One line of panels; `place` is the names' width, a panel's, the unit and the first's number."""
    column, width, unit, first = place
    titles = [_title(panel, width) for panel in panels]
    height = max(name.height + note.height for name, note in titles)
    zeros = [MARGIN + column + number * (width + _BETWEEN) for number in range(len(panels))]
    for zero, (name, note) in zip(zeros, titles, strict=True):
        sheet.words(name, zero, sheet.y + height - name.height - note.height)
        sheet.words(note, zero, sheet.y + height - note.height)
    sheet.y += height + 4
    top = sheet.y
    rows = [{row.key: row for row in panel} for panel in panels]
    for key, name in names.items():
        pitch = max(24.0, name.height + 6)
        middle = sheet.y + pitch / 2
        sheet.words_at(name, MARGIN + column - 4, middle, "right")
        for number, (zero, panel) in enumerate(zip(zeros, rows, strict=True)):
            sheet.panel = first + number
            if key in panel:
                _bar(sheet, panel[key], ticks.get(key), zero, middle, unit)
        sheet.y += pitch
    for zero in zeros:
        sheet.zero_line(zero, top, sheet.y)


def _title(panel: list[Row], width: float) -> tuple[Block, Block]:
    low = any(row.low_base for row in panel)
    note = f"{base(panel)} {LOW_BASE_MARK}" if low else base(panel)
    return block(heading(panel), HEADING, width), block(note, HEADING, width)


def _bar(sheet: Sheet, row: Row, tick: Row | None, zero: float, middle: float, unit: float) -> None:
    colour = HIGHLIGHT if row.role == "substantive" else GREY
    if row.drawn:
        sheet.bar(row.index, zero, middle, _THICK, row.plotted, unit, colour, outlined=row.low_base)
    if tick is not None and tick.drawn:
        sheet.tick(tick.index, zero, middle, _THICK + 6, tick.plotted, unit, TICK)
    words = block(row.text, NAME, CONTENT)
    sheet.words_at(words, zero + _reach(row, tick) * unit + 5, middle, value=True, row=row.index)
