"""Panels of named bars or dots under each other, with intervals and values: of ranked and published kinds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from pipeline.charts.colours import GREY, HIGHLIGHT, PLAIN, WHITE
from pipeline.charts.layout import lines, unit_for, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, base, heading
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import BESIDE, HEADING, LABELS, MARGIN, NAME, VALUE
from pipeline.tidy.printed import Printed

_CROWDED = 15


@dataclass(frozen=True)
class Entry:
    """One row to draw, by its name and in its colour."""

    row: Row
    name: str
    colour: str


Panel = Callable[[Sheet, Sequence[Entry], float, float], None]
"""places entries at `sheet.y`, given the width of their names and the points that stand for 100%"""
Draw = Callable[[Entry, Scale, float], None]
"""draws one entry on a scale, given the middle of its line"""


def panels(sheet: Sheet, groups: dict[str, list[Row]], panel: Panel, exhibit: Printed) -> None:
    """Place one panel a group, one under the other, all on one scale."""
    entries = {group: coloured(members, exhibit) for group, members in groups.items()}
    column, unit = measures(sheet, [entry for members in entries.values() for entry in members])
    for number, (group, members) in enumerate(entries.items()):
        sheet.panel = number
        sheet.y += 12 if number else 0
        if len(entries) > 1 or group:
            sheet.below(f"{heading(groups[group])}, {base(groups[group])}", HEADING)
            sheet.y += 3
        panel(sheet, members, column, unit)


def tone(row: Row, exhibit: Printed) -> str:
    """The colour of a row: dark where the figure points at it, light where not, grey for no answer."""
    if row.is_of(exhibit.highlight.split()):
        return HIGHLIGHT
    return PLAIN if row.role in ("substantive", "net") else GREY


def coloured(members: Sequence[Row], exhibit: Printed) -> list[Entry]:
    """The entries of one panel."""
    return [Entry(row, row.name, tone(row, exhibit)) for row in members]


def measures(sheet: Sheet, entries: Sequence[Entry], right: float = 0) -> tuple[float, float]:
    """How many points names take, and how many 100% take, so that `right` points stay free."""
    column = widest(balanced(entry.name, NAME, LABELS * sheet.content - 4) for entry in entries) + 4
    width = sheet.content - column - right
    values = ((entry.row.reach, block(entry.row.marked_text, VALUE, width)) for entry in entries)
    return column, unit_for(width, values)


def bar_panel(sheet: Sheet, entries: Sequence[Entry], column: float, unit: float) -> None:
    """Place one panel of bars at `sheet.y`."""
    pitch, thick = (19.0, 12.0) if len(entries) > _CROWDED else (25.0, 15.0)

    def named_bar(entry: Entry, scale: Scale, middle: float) -> None:
        bar(sheet, entry.row, scale, middle, thick, entry.colour)

    with_names(sheet, entries, Scale(MARGIN + column, unit), named_bar, (pitch, 6, 4))


def with_names(sheet: Sheet, entries: Sequence[Entry], scale: Scale, draw: Draw,
               sizes: tuple[float, float, float]) -> None:  # fmt: skip
    """Place entries at `sheet.y`, each with its name and what `draw` makes of it, and a line at 0%.

    `sizes` are the least height of a line, its room around the name, and the ends of the line at 0%.
    """
    pitch, room, end = sizes
    top = sheet.y
    sheet.y += end
    names = ((entry, balanced(entry.name, NAME, LABELS * sheet.content - 4)) for entry in entries)
    for entry, middle, _ in lines(sheet, names, scale.zero - 4, pitch, room):
        draw(entry, scale, middle)
    sheet.y += end
    sheet.zero_line(scale.zero, top, sheet.y)


def bar(sheet: Sheet, row: Row, scale: Scale, middle: float, thick: float, colour: str, *,
        to_left: bool = False, interval: bool = True) -> None:  # fmt: skip
    """Draw the bar of a row with its interval, and its value beyond both."""
    sign = -1 if to_left else 1
    if row.drawn:
        sheet.bar(row, scale, middle, thick, colour, -row.plotted if to_left else 0.0)
        if row.has_interval and interval:
            low, high = sorted((sign * row.low, sign * row.high))
            sheet.whisker(scale, middle, low, high, WHITE if row.low_base else colour)
    reach = row.reach if interval or not row.drawn else row.plotted
    x = scale.at(sign * reach) + sign * BESIDE
    sheet.text_at(block(row.marked_text, VALUE), x, middle, "right" if to_left else "left", row=row)
