"""One bar of 100% for a single choice, or one a group: who answered, without a doughnut.

For demographics and other single choices with few answers.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.compose import compose
from pipeline.charts.layout import legend, widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import balanced, block
from pipeline.charts.rows import Row, by_group, estimates, heading, marked_base
from pipeline.charts.sheet import Sheet
from pipeline.charts.stacks import BEHIND, colours_of, counts_dkns, stack, whole
from pipeline.charts.style import LABELS, MARGIN, NAME, NOTE
from pipeline.tidy.printed import Printed

FITS = ("single",)
ALT_NAME = "One bar of 100%"
ORDER = "questionnaire"
STACKED = True

_THICK, _THICK_OF_GROUP = 34.0, 22.0


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one bar for all respondents, or of one bar a group."""
    panels = by_group(estimates(data))
    dkns = counts_dkns(panels.values())
    groups = {group: parts for group, panel in panels.items() if (parts := whole(panel, dkns))}
    colour = colours_of([row for parts in groups.values() for row in parts], exhibit)
    return compose(exhibit, _plot_one if list(groups) == [""] else _plot_groups, groups, colour)


def _plot_one(sheet: Sheet, groups: dict[str, list[Row]], colour: dict[str, str]) -> None:
    parts = groups[""]
    sheet.below(marked_base(parts), NOTE)
    sheet.y += 4
    sheet.zero_line(MARGIN, sheet.y - 3, sheet.y + _THICK + 3)
    stack(sheet, parts, colour, Scale(MARGIN, sheet.content), sheet.y + _THICK / 2, _THICK, behind=False)
    sheet.y += _THICK + 12
    # another panel: the values stand a second time in the legend, in the same order
    sheet.panel = 1
    legend(sheet, parts, colour, values=True)


def _plot_groups(sheet: Sheet, groups: dict[str, list[Row]], colour: dict[str, str]) -> None:
    legend(sheet, [row for parts in groups.values() for row in parts], colour)
    sheet.y += 10
    names = [balanced(heading(parts), NAME, LABELS * sheet.content - 4) for parts in groups.values()]
    notes = [block(marked_base(parts), NOTE) for parts in groups.values()]
    column = 4 + widest([*names, *notes])
    scale, thick, top = Scale(MARGIN + column, sheet.content - column - BEHIND), _THICK_OF_GROUP, sheet.y
    for number, (parts, name, note) in enumerate(zip(groups.values(), names, notes, strict=True)):
        sheet.panel = 2 * number
        height = max(thick, name.height + note.height)
        above = sheet.y + 4 + (height - name.height - note.height) / 2
        sheet.text(name, scale.zero - 4, above, "right")
        sheet.text(note, scale.zero - 4, above + name.height, "right")
        thin = stack(sheet, parts, colour, scale, sheet.y + 4 + height / 2, thick)
        bottom = sheet.y + 4 + height
        sheet.y += 4 + height / 2 + thick / 2 + 3
        sheet.panel = 2 * number + 1
        if thin:
            legend(sheet, thin, colour, scale.zero + 4, scale.unit - 4, values=True)
        sheet.y = max(sheet.y, bottom) + 5
    sheet.zero_line(scale.zero, top, sheet.y)
