"""One question by the groups of a segment: a panel a group, with a tick for all respondents.

For two to five groups in a line, and up to a dozen in all. More groups: heat_table.
"""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import tone
from pipeline.charts.colours import BLACK, TICK, on
from pipeline.charts.compose import compose
from pipeline.charts.layout import headings, line_note, lines, panel_lines, panels_across, unit_for, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, answers, base, by_group, estimates, heading, marked_base
from pipeline.charts.sheet import Sheet
from pipeline.charts.stacks import ROOM
from pipeline.charts.style import BESIDE, HEADING, LABELS, MARGIN, NAME, NOTE, Style
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
ALT_NAME = "Panels of bars"
POINTS = True
BY = "must"

_ACROSS = 5
_BETWEEN = 12.0
_THICK = 14.0
_PITCH = 24.0
_FREE = 3.0  # between a number and the middle of a tick


def shown(table: list[Row]) -> list[Row]:
    """All shares, but those of all respondents that have no tick because they are not known."""
    return [row for row in answers(table) if row.group or row.drawn]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of up to five panels side by side; more groups go into further lines of panels."""
    groups = by_group(estimates(data))
    everyone = groups.pop("", [])
    if not groups and everyone:
        groups, everyone = {"": everyone}, []
    return compose(exhibit, _plot, list(groups.values()), everyone, exhibit)


def _plot(sheet: Sheet, panels: Sequence[list[Row]], everyone: list[Row], exhibit: Printed) -> None:
    options = {row.key: row.name for panel in (everyone, *panels) for row in panel}
    across = panels_across(len(panels), _ACROSS)
    most = LABELS * sheet.content if across <= 3 else 0.36 * sheet.content
    names = {key: balanced(name, NAME, most - 4) for key, name in options.items()}
    column = 4 + widest(names.values())
    width = (sheet.content - column - _BETWEEN * (across - 1)) / across
    ticks = {row.key: row for row in everyone if row.drawn}
    pairs = [(row, ticks.get(row.key)) for panel in panels for row in panel]
    unit = unit_for(width, ((_reach(row, tick), block(row.text, NAME, width)) for row, tick in pairs))
    if everyone:
        line_note(sheet, block(f"All respondents ({base(everyone)})", NOTE), TICK)
        sheet.y += 12
    for first, chosen in panel_lines(sheet, panels, across):
        scales = [Scale(MARGIN + column + number * (width + _BETWEEN), unit) for number in range(len(chosen))]
        texts = [(heading(panel), marked_base(panel)) for panel in chosen]
        titles = [[block(text, HEADING, width) for text in title] for title in texts]
        headings(sheet, [scale.zero for scale in scales], titles, 4)
        top = sheet.y
        by_key = [{row.key: row for row in panel} for panel in chosen]
        for key, middle, _ in lines(sheet, names.items(), MARGIN + column - 4, _PITCH, 6):
            for number, (scale, panel) in enumerate(zip(scales, by_key, strict=True)):
                sheet.panel = first + number
                if key in panel:
                    colour = tone(panel[key], exhibit)
                    _bar(sheet, panel[key], ticks.get(key), scale, middle, colour)
        for scale in scales:
            sheet.zero_line(scale.zero, top, sheet.y)


def _reach(row: Row, tick: Row | None) -> float:
    length = row.plotted if row.drawn else 0.0
    return max(length, tick.plotted) if tick else length


def _bar(sheet: Sheet, row: Row, tick: Row | None, scale: Scale, middle: float, colour: str) -> None:
    """One bar with its tick and its number.

    The number stands beside the end of the bar. Where the tick would run through it there, it stands inside
    the end of the bar, and where the bar is too short for that, beyond the tick.
    """
    value = block(row.text, NAME)
    bar = sheet.bar(row, scale, middle, _THICK, colour) if row.drawn else None
    end = scale.at(row.plotted) if row.drawn else scale.zero
    if tick:
        sheet.tick(tick, scale, middle, _THICK + 6, TICK)
        place = scale.at(tick.plotted)
        if end + BESIDE - _FREE < place < end + BESIDE + value.width + _FREE:
            if bar and value.width + 2 * ROOM <= end - scale.zero:
                inside = Style(NAME.size, colour=BLACK if row.low_base else on(colour))
                sheet.value_at(row, end - ROOM, middle, "right", inside, bar=bar)
                return
            end = place
    sheet.text_at(value, end + BESIDE, middle, row=row)
