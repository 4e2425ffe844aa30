"""Numbers that others published: a panel a source and question, never one ranking over sources.

For a table of `published.csv`, to set the survey beside what was printed elsewhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import Entry, bar_panel, coloured, measures
from pipeline.charts.colours import SECOND
from pipeline.charts.compose import compose
from pipeline.charts.rows import Row, base, grouped, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import HEADING, NOTE, QUESTION
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "grid", "rank", "number", "date", "allocation", "text")
ALT_NAME = "Bars"
TABLE = "published"

_GRADES = {"A": "read in the publisher's own text", "B": "quoted by a third party"}


def shown(table: list[Row]) -> list[Row]:
    """Every published number."""
    return table


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one panel a source, wording and group, in the order of the table."""
    panels = grouped(rows(data), lambda row: (row.source, row.wording, row.group))
    return compose(exhibit, _plot, list(panels.values()), exhibit)


def _plot(sheet: Sheet, panels: Sequence[list[Row]], exhibit: Printed) -> None:
    entries = [_entries(panel, exhibit) for panel in panels]
    sizes = measures(sheet, [entry for panel in entries for entry in panel])
    for number, (panel, drawn) in enumerate(zip(panels, entries, strict=True)):
        sheet.panel = number
        first = panel[0]
        group = first.group_label or first.group
        sheet.below(f"{first.source}: {group}" if group else first.source, HEADING, 14 if number else 0)
        sheet.below(_question(first), QUESTION)
        others = [row for row in panel if not row.wave]
        sheet.below(f"{_base(others)}; {_grade(others)}", NOTE)
        sheet.y += 3
        bar_panel(sheet, drawn, *sizes)


def _entries(panel: Sequence[Row], exhibit: Printed) -> list[Entry]:
    """The entries of a panel; where grades differ, each name has its grade.

    The survey's result on a theme stands below the published one, in another colour.
    """
    differ = len({row.grade for row in panel if not row.wave}) > 1
    entries = []
    for entry in coloured(panel, exhibit):
        row = entry.row
        if row.wave:
            entries.append(Entry(row, f"this survey: {row.name} ({base([row])})", SECOND))
        elif differ:
            entries.append(replace(entry, name=f"{entry.name} (grade {row.grade or 'unknown'})"))
        else:
            entries.append(entry)
    return entries


def _question(row: Row) -> str:
    if not row.mode or row.mode in row.wording:
        return row.wording
    return f"{row.wording} {row.mode if row.mode.startswith('(') else f'({row.mode})'}"


def _base(panel: Sequence[Row]) -> str:
    return base(panel) if any(row.n == row.n for row in panel) else "n not known"


def _grade(panel: Sequence[Row]) -> str:
    grades = sorted({row.grade for row in panel})
    notes = {grade: f"grade {grade}: {note}" for grade, note in _GRADES.items()}
    return "; ".join(notes.get(grade, f"grade {grade or 'unknown'}") for grade in grades)
