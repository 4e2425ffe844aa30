"""Three or more waves: a line an answer, named at its end; gaps and dashes where waves do not compare."""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import AXIS, PALETTE, WHITE
from pipeline.charts.frame import (
    CONTENT,
    DOT,
    MARGIN,
    NAME,
    NOTE,
    VALUE,
    Block,
    Sheet,
    Style,
    block,
    compose,
    nothing,
)
from pipeline.charts.rows import Row, base, rows
from pipeline.text.rounding import percent
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.measures import CHANGES
from pipeline.tidy.printed import NOT_THE_SAME, Printed

FITS = ("single", "multiple", "rank", "grid")
SAID = "Lines over waves"
TABLE = "all_waves"
BY = "never"

_HIGH = 210.0
_ENDS = 0.36 * CONTENT
_LEADER = 14.0
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_MOST_STEPS = 5
_NEW_WORDING = ("reworded", "options")
_BROKEN = "broken"

Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """One answer over the waves, with its colour and number."""

    points: list[Row]
    colour: str
    number: int


@dataclass
class Plot:
    """Where the lines are drawn, in points, and what is there already."""

    left: float
    bottom: float
    unit: float
    xs: dict[str, float]
    taken: list[Box] = field(default_factory=list)
    strokes: list[tuple[tuple[float, float], tuple[float, float]]] = field(default_factory=list)

    def at(self, row: Row) -> tuple[float, float]:
        """The point of a row."""
        return self.xs[row.wave], self.bottom - row.plotted * self.unit

    def is_free(self, box: Box) -> bool:
        """Whether nothing is there yet."""
        left, top, right, bottom = box
        if any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in self.taken):
            return False
        for (x0, y0), (x1, y1) in self.strokes:
            for step in range(41):
                x, y = x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40
                if left < x < right and top < y < bottom:
                    return False
        return True


def shown(table: list[Row]) -> list[Row]:
    """What is drawn, and the last wave of every line; what a wave did not ask is a gap."""
    points = [row for row in table if row.measure not in CHANGES]
    last = {row.key: row.index for row in points}
    return [row for row in points if row.drawn or last[row.key] == row.index]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of at most six lines, a wave at its date."""
    lines: dict[tuple[str, str], list[Row]] = {}
    for row in rows(data):
        if row.measure not in CHANGES:
            lines.setdefault(row.key, []).append(row)
    drawn = [
        Line(points, PALETTE[number % len(PALETTE)], number) for number, points in enumerate(lines.values())
    ]
    return compose(exhibit, lambda sheet: _plot(sheet, drawn))


def _plot(sheet: Sheet, lines: Sequence[Line]) -> None:
    if not lines:
        nothing(sheet)
        return
    points = [row for line in lines for row in line.points]
    waves = list(dict.fromkeys(row.wave for row in points))
    most = max((row.plotted for row in points if row.drawn), default=0.0)
    step = next((step for step in _STEPS if most / step <= _MOST_STEPS), _STEPS[-1])
    grid = [step * number for number in range(int(most / step + 0.999999) + 1)]
    axis = max(block(percent(share), NOTE, CONTENT).width for share in grid)
    left = MARGIN + axis + 12
    right = MARGIN + CONTENT - _ENDS - _LEADER
    unit = _HIGH / (grid[-1] or 1.0)
    top = sheet.y + 8
    bottom = top + _HIGH
    plot = Plot(left, bottom, unit, _places(points, waves, left + 14, right - DOT))
    for share in grid:
        y = bottom - share * unit
        sheet.line((left, right), (y, y), AXIS, 0.8 if share == 0 else 0.4, below=True)
        sheet.words_at(block(percent(share), NOTE, CONTENT), left - 6, y, "right")
    for line in lines:
        _stroke(sheet, plot, line)
    sheet.y = max(bottom, _end_labels(sheet, plot, lines, right)) + 6
    _waves(sheet, plot, lines, waves)
    for line in lines:
        _numbers(sheet, plot, line)


def _places(points: Sequence[Row], waves: Sequence[str], left: float, right: float) -> dict[str, float]:
    """The x of each wave: by its date, or evenly where one has none or two have the same."""
    dates = {row.wave: row.fielded for row in points}
    days = [datetime.date.fromisoformat(dates[wave]).toordinal() if dates[wave] else None for wave in waves]
    known = [day for day in days if day is not None]
    if len(known) < len(waves) or any(one >= other for one, other in itertools.pairwise(known)):
        known = list(range(len(waves)))
    span = max(known[-1] - known[0], 1)
    return {
        wave: left + (right - left) * (day - known[0]) / span for wave, day in zip(waves, known, strict=True)
    }


def _stroke(sheet: Sheet, plot: Plot, line: Line) -> None:
    """The dots of a line and what joins them: dashes to a wave of other wording, nothing to a broken one."""
    sheet.panel, sheet.way = line.number, "right"
    for before, row in itertools.pairwise(line.points):
        if not (before.drawn and row.drawn) or row.comparability == _BROKEN:
            continue
        (x0, y0), (x1, y1) = plot.at(before), plot.at(row)
        dashes = (4.0, 2.5) if row.comparability in _NEW_WORDING else ()
        sheet.line((x0, x1), (y0, y1), line.colour, 1.8, dashes)
        plot.strokes.append(((x0, y0), (x1, y1)))
    for row in (row for row in line.points if row.drawn):
        x, y = plot.at(row)
        sheet.dot(row.index, (x, y), plot.bottom, plot.unit, line.colour,
                  upright=True, open_=row.low_base, radius=3.6)  # fmt: skip
        plot.taken.append((x - 4, y - 4, x + 4, y + 4))


def _end_labels(sheet: Sheet, plot: Plot, lines: Sequence[Line], right: float) -> float:
    """Value and name at the end of every line, moved apart where they would touch; how low they reach."""
    labels: list[tuple[float, Line, Block, Block]] = []
    for line in lines:
        row = line.points[-1]
        ends = [point for point in line.points if point.drawn]
        text = f"{row.text} {LOW_BASE_MARK}" if row.low_base else row.text
        value = block(text, Style(VALUE.size, bold=True), CONTENT)
        name = block(_name(row), NAME, _ENDS - value.width - 6)
        wanted = plot.at(ends[-1])[1] if ends else plot.bottom
        labels.append((wanted, line, value, name))
    labels.sort(key=lambda label: (label[0], label[1].number))
    heights = [max(value.height, name.height) + 3 for _, _, value, name in labels]
    tops: list[float] = []
    for (wanted, *_), height in zip(labels, heights, strict=True):
        top = wanted - height / 2
        tops.append(max(top, tops[-1] + heights[len(tops) - 1]) if tops else top)
    # what was pushed below the plot pushes those above it up again
    floor = plot.bottom + 8
    for place in reversed(range(len(tops))):
        tops[place] = min(tops[place], floor - heights[place])
        floor = tops[place]
    shift = max(0.0, plot.bottom - _HIGH - 8 - tops[0])
    low = 0.0
    for (wanted, line, value, name), top, height in zip(labels, tops, heights, strict=True):
        middle = top + shift + height / 2
        row = line.points[-1]
        sheet.panel, sheet.way = line.number, "right"
        x = right + _LEADER
        if row.drawn:
            start = plot.at(row)[0] + 4
            sheet.line((start, x - 3), (wanted, middle), line.colour, 0.8)
            plot.strokes.append(((start, wanted), (x - 3, middle)))
        else:
            sheet.swatch(x - 10, middle, line.colour, 6, 2)
        sheet.words(value, x, middle - height / 2 + 1.5, value=True, row=row.index)
        sheet.words(name, x + value.width + 6, middle - height / 2 + 1.5)
        low = max(low, middle + height / 2)
    return low


def _name(row: Row) -> str:
    parts = [part for part in (row.item_label, row.name) if part]
    return ": ".join(dict.fromkeys(parts))


def _waves(sheet: Sheet, plot: Plot, lines: Sequence[Line], waves: Sequence[str]) -> None:
    """The names of the waves and their bases under the plot, marked where the question was another."""
    height = 0.0
    for wave in waves:
        own = [row for line in lines for row in line.points if row.wave == wave]
        mark = f" {NOT_THE_SAME}" if any(row.comparability in (*_NEW_WORDING, _BROKEN) for row in own) else ""
        title = block(f"{wave}{mark}", Style(8.5, bold=True), 90)
        note = block(base(own), NOTE, 90)
        x = plot.xs[wave]
        sheet.words(title, x, sheet.y, "center")
        sheet.words(note, x, sheet.y + title.height, "center")
        height = max(height, title.height + note.height)
    sheet.y += height


def _numbers(sheet: Sheet, plot: Plot, line: Line) -> None:
    """The values before the last, above or below their dots, where nothing else is."""
    sheet.panel, sheet.way = line.number, "right"
    for row in line.points[:-1]:
        if not row.drawn:
            continue
        x, y = plot.at(row)
        words = block(row.text, Style(8.5), CONTENT)
        for top in (y - 5 - words.height, y + 5):
            box = (x - words.width / 2, top, x + words.width / 2, top + words.height)
            if plot.is_free(box) and top + words.height < plot.bottom:
                # the grid does not strike the number through
                sheet.swatch(box[0] - 1, (top + box[3]) / 2, WHITE, words.width + 2, words.height - 2)
                sheet.words(words, x, top, "center", value=True, row=row.index)
                plot.taken.append(box)
                break
