"""One bar of 100% for a single choice, or one a group: who answered, without a doughnut."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts import colours
from pipeline.charts.frame import (
    CONTENT,
    LABEL_COLUMN,
    MARGIN,
    NAME,
    NOTE,
    VALUE,
    Sheet,
    Style,
    balanced,
    block,
    compose,
    legend,
    nothing,
)
from pipeline.charts.rows import Row, base, by_group, estimates, heading, rows
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

FITS = ("single",)
SAID = "One bar of 100%"
ORDER = "questionnaire"
STACKED = True

_ROOM = 3.0  # between a label and the ends of its part of the bar
_EXACT = 1e-6


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one bar for all respondents, or of one bar a group."""
    panels = by_group(estimates(data))
    dkns = counts_dkns(panels.values())
    groups = {group: whole(panel, dkns) for group, panel in panels.items()}
    nets = {row.key for row in rows(data) if row.role == "net"}
    colour = option_colours([row for panel in groups.values() for row in panel], len(nets))
    return compose(exhibit, lambda sheet: _plot(sheet, groups, colour))


def counts_dkns(panels: Iterable[Sequence[Row]]) -> bool:
    """Whether DKNS is part of the 100%: not where the other shares of a bar sum to it alone.

    A bar in which nobody said DKNS tells nothing; all others of a figure agree.
    """
    for panel in panels:
        levels = [row for row in panel if row.role not in ("dkns", "not_applicable")]
        unsure = [row for row in panel if row.role == "dkns" and row.drawn and row.plotted > 0]
        if unsure and levels and all(row.drawn for row in levels):
            return math.fsum(row.plotted for row in levels) < 1 - _EXACT
    return True


def whole(panel: Sequence[Row], dkns: bool) -> list[Row]:
    """The rows that make up 100%, DKNS last where it counts; "not applicable" never does."""
    parts = [row for row in panel if row.role not in ("dkns", "not_applicable")]
    return parts + [row for row in panel if dkns and row.role == "dkns"]


def option_colours(parts: Iterable[Row], nets: int) -> dict[str, str]:
    """The colour of each option of a single choice, by its id."""
    names, greys = _options(parts)
    chosen = colours.categories(list(names.values()), nets)
    return dict(zip(names, chosen, strict=True)) | greys


def level_colours(parts: Iterable[Row], nets: int) -> dict[str, str]:
    """The colour of each level of a scale, by its id."""
    names, greys = _options(parts)
    return dict(zip(names, colours.scale(list(names.values()), nets), strict=True)) | greys


def stack(
    sheet: Sheet,
    parts: Sequence[Row],
    colour: dict[str, str],
    place: tuple[float, float, float, float],
) -> list[Row]:
    """Draw parts end to end; the rows whose value did not fit into their part come back.

    `place` is the left end, the middle height, the thickness and the points that stand for 100%.
    Parts without a share leave a gap at the end; where none has one, `[c]` or `[z]` is in its place.
    """
    zero, middle, thick, unit = place
    start, unlabelled = 0.0, []
    for row in (part for part in parts if part.drawn):
        fill = colour[row.key[1]]
        bar = sheet.part(row.index, zero, middle, thick, row.plotted, unit, fill,
                         start=start, outlined=row.low_base)  # fmt: skip
        ink = colours.BLACK if row.low_base else colours.on(fill)
        value = block(row.text, Style(VALUE.size, bold=True, colour=ink), CONTENT)
        if value.width + 2 * _ROOM <= row.plotted * unit:
            centre = zero + (start + row.plotted / 2) * unit
            sheet.words_at(value, centre, middle, "center", value=True, row=row.index, bar=bar)
        else:
            unlabelled.append(row)
        start += row.plotted
    hidden = [part for part in parts if not part.drawn]
    if len(hidden) < len(parts):
        return unlabelled + hidden
    for row in hidden[:1]:
        words = block(row.text, VALUE, CONTENT)
        sheet.words_at(words, zero + 5, middle, value=True, row=row.index)
    return []


def _options(parts: Iterable[Row]) -> tuple[dict[str, str], dict[str, str]]:
    names: dict[str, str] = {}
    greys: dict[str, str] = {}
    for row in parts:
        if row.role == "substantive":
            names.setdefault(row.key[1], row.name)
        else:
            greys[row.key[1]] = colours.GREYS.get(row.role, colours.GREY)
    return names, greys


def _plot(sheet: Sheet, groups: dict[str, list[Row]], colour: dict[str, str]) -> None:
    groups = {group: parts for group, parts in groups.items() if parts}
    if not groups:
        nothing(sheet)
    elif list(groups) == [""]:
        _plot_one(sheet, groups[""], colour)
    else:
        _plot_groups(sheet, groups, colour)


def _plot_one(sheet: Sheet, parts: list[Row], colour: dict[str, str]) -> None:
    sheet.below(_base(parts), NOTE)
    sheet.y += 4
    thick = 34.0
    sheet.zero_line(MARGIN, sheet.y - 3, sheet.y + thick + 3)
    stack(sheet, parts, colour, (MARGIN, sheet.y + thick / 2, thick, CONTENT))
    sheet.y += thick + 12
    # another panel: the values stand a second time in the legend, in the same order
    sheet.panel = 1
    legend(sheet, [_key(row, colour) for row in parts], MARGIN, CONTENT)


def _plot_groups(sheet: Sheet, groups: dict[str, list[Row]], colour: dict[str, str]) -> None:
    entries = {row.key[1]: row.name for parts in groups.values() for row in parts}
    legend(sheet, [(colour[key], name, "", None) for key, name in entries.items()], MARGIN, CONTENT)
    sheet.y += 10
    names = [balanced(heading(parts), NAME, LABEL_COLUMN - 4) for parts in groups.values()]
    notes = [block(_base(parts), NOTE, CONTENT) for parts in groups.values()]
    column = 4 + max(words.width for words in (*names, *notes))
    zero, unit, thick, top = MARGIN + column, CONTENT - column, 22.0, sheet.y
    for number, parts in enumerate(groups.values()):
        sheet.panel = 2 * number
        name, note = names[number], notes[number]
        height = max(thick, name.height + note.height)
        above = sheet.y + 4 + (height - name.height - note.height) / 2
        sheet.words(name, zero - 4, above, "right")
        sheet.words(note, zero - 4, above + name.height, "right")
        thin = stack(sheet, parts, colour, (zero, sheet.y + 4 + height / 2, thick, unit))
        bottom = sheet.y + 4 + height
        sheet.y += 4 + height / 2 + thick / 2 + 3
        sheet.panel = 2 * number + 1
        if thin:
            legend(sheet, [_key(row, colour) for row in thin], zero + 4, unit - 4)
        sheet.y = max(sheet.y, bottom) + 5
    sheet.zero_line(zero, top, sheet.y)


def _base(parts: Sequence[Row]) -> str:
    return f"{base(list(parts))} {LOW_BASE_MARK}" if any(row.low_base for row in parts) else base(list(parts))


def _key(row: Row, colour: dict[str, str]) -> tuple[str, str, str, int | None]:
    return colour[row.key[1]], row.name, row.text, row.index
