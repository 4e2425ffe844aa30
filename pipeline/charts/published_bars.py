"""Numbers that others published: a panel a source and question, never one ranking over sources."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import SECOND
from pipeline.charts.frame import CONTENT, HEADING, NOTE, QUESTION, Sheet, compose, nothing
from pipeline.charts.ranked_bars import Entry, bars, coloured, name_column, scale_unit
from pipeline.charts.rows import Row, base, rows
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "grid", "rank", "number", "date", "allocation", "text")
SAID = "Bars"
TABLE = "published"

_GRADES = {"A": "read in the publisher's own text", "B": "quoted by a third party"}


def shown(table: list[Row]) -> list[Row]:
    """Every published number."""
    return table


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one panel a source, wording and group, in the order of the table."""
    panels: dict[tuple[str, str, str], list[Row]] = {}
    for row in rows(data):
        panels.setdefault((row.source, row.wording, row.group), []).append(row)
    return compose(exhibit, lambda sheet: _plot(sheet, list(panels.values())))


def _plot(sheet: Sheet, panels: list[list[Row]]) -> None:
    if not panels:
        nothing(sheet)
        return
    entries = [_entries(panel) for panel in panels]
    everything = [entry for panel in entries for entry in panel]
    column = name_column(everything)
    unit = scale_unit(everything, CONTENT - column)
    for number, (panel, drawn) in enumerate(zip(panels, entries, strict=True)):
        sheet.panel = number
        first = panel[0]
        group = first.group_label or first.group
        sheet.below(f"{first.source}: {group}" if group else first.source, HEADING, 14 if number else 0)
        sheet.below(_question(first), QUESTION)
        others = [row for row in panel if not row.wave]
        sheet.below(f"{_base(others)}; {_grade(others)}", NOTE)
        sheet.y += 3
        bars(sheet, drawn, column, unit)


def _entries(panel: Sequence[Row]) -> list[Entry]:
    """The entries of a panel; where its grades differ, each name says its own.

    What the survey itself found stands below the number on the same theme, in another colour.
    """
    differ = len({row.grade for row in panel if not row.wave}) > 1
    entries = []
    for entry in coloured(panel):
        row = entry.row
        if row.wave:
            entries.append(replace(entry, name=f"this survey: {row.name} ({base([row])})", colour=SECOND))
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
    return base(list(panel)) if any(row.n == row.n for row in panel) else "n not known"


def _grade(panel: Sequence[Row]) -> str:
    grades = sorted({row.grade for row in panel})
    said = [f"grade {grade}: {_GRADES[grade]}" if grade in _GRADES else f"grade {grade or 'unknown'}"
            for grade in grades]  # fmt: skip
    return "; ".join(said)
