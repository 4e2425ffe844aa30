"""One question in the terminal: its table with bars, straight from the database."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace

from pipeline.declarations.unsettled import together
from pipeline.explore import OpenSurvey
from pipeline.pages.grids import Grid, banner
from pipeline.project.paths import Paths
from pipeline.project.sql import query
from pipeline.text.folding import plain
from pipeline.tidy.marks import SYNTHETIC, unsettled_note

_WIDE = 24  # cells that a bar of 100% takes
_EIGHTHS = " ▏▎▍▌▋▊▉"
_MOST_NAME = 46


def show(paths: Paths, question: str, by: str = "", wave: str = "") -> Iterator[str]:
    """The lines of a question's table in its latest wave, or in another; SurveyError for a wrong name."""
    with OpenSurvey(paths.survey, paths.root) as survey:
        estimates = survey.estimates(question, by or None, wave or None)
        latest = wave or [name for name in survey.waves if (estimates["wave"] == name).any()][-1]
        estimates = estimates[estimates["wave"] == latest]
        wording = query(survey.connection, "commands/wording", wave=latest, question=question)
        ((number, text, mode, title, synthetic),) = wording.fetchall()
        table = banner(estimates, survey.survey.nets(question), {by: plain(by)})
    yield f"{number}. {text} {mode}".strip()
    yield f"{title}{f', {SYNTHETIC.upper()}' if synthetic else ''}{f', by {plain(by).lower()}' if by else ''}"
    if lines := together(estimates["unsettled"]):
        yield unsettled_note(lines)
    yield ""
    yield from _with_bars(table) if len(table.columns) == 1 else _columns(table)


def _with_bars(table: Grid) -> Iterator[str]:
    """A bar beside every share, all on one scale from 0% to 100%."""
    width = min(max(len(row.label) + 2 * row.indent for row in table.rows), _MOST_NAME)
    for row in table.rows:
        name = _cut(f"{'  ' if row.indent else ''}{row.label}", width)
        cell = row.cells[0]
        drawn = cell.form == "share" and not math.isnan(cell.number)
        bar = f"  {_bar(cell.number)}" if drawn else ""
        yield f"{name:<{width}}  {cell.whole:>6}{bar}".rstrip()


def _columns(table: Grid) -> Iterator[str]:
    heads = [replace(column, heading=_cut(column.heading, 16)).whole for column in table.columns]
    width = min(max(len(row.label) + 2 * row.indent for row in table.rows), _MOST_NAME)
    widths = [
        max(len(head), *(len(row.cells[place].whole) for row in table.rows))
        for place, head in enumerate(heads)
    ]
    yield "  ".join([" " * width, *(f"{h:>{w}}" for h, w in zip(heads, widths, strict=True))])
    for row in table.rows:
        name = _cut(f"{'  ' if row.indent else ''}{row.label}", width)
        cells = (f"{cell.whole:>{wide}}" for cell, wide in zip(row.cells, widths, strict=True))
        yield "  ".join([f"{name:<{width}}", *cells]).rstrip()


def _bar(share: float) -> str:
    eighths = round(share * _WIDE * 8)
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 1]}…"
