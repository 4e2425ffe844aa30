"""A line an answer over the waves, named at its end; gaps and dashes where waves do not compare.

For three waves or more, with at most six lines; `show` names the answers. Two waves: dumbbell.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import AXIS, PALETTE, WHITE
from pipeline.charts.compose import compose
from pipeline.charts.layout import widest
from pipeline.charts.marks import Scale
from pipeline.charts.measure import Block, block
from pipeline.charts.rows import Row, base, grouped, highest, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import CONTENT, DOT, KEY, KEY_VALUE, MARGIN, NAME, NOTE, VALUE
from pipeline.text.rounding import percent
from pipeline.tidy.measures import CHANGES
from pipeline.tidy.printed import NOT_THE_SAME, Printed

FITS = ("single", "multiple", "rank", "grid")
ALT_NAME = "Lines over waves"
TABLE = "all_waves"
BY = "never"

_HIGH = 210.0
_ENDS = 0.36 * CONTENT
_LEADER = 14.0
_STEPS = (0.01, 0.02, 0.05, 0.1, 0.2, 0.25)
_MOST_STEPS = 5
_NEW_WORDING = ("reworded", "options")
_BROKEN = "broken"

Point = tuple[float, float]
Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Line:
    """One answer over the waves, with its colour and number."""

    points: list[Row]
    colour: str
    number: int


@dataclass(frozen=True)
class EndLabel:
    """The value and name of a line, and the height at which they would best stand."""

    wanted: float
    line: Line
    value: Block
    name: Block

    @property
    def height(self) -> float:
        """The points that it takes, with the gap to the next."""
        return max(self.value.height, self.name.height) + 3


@dataclass
class Plot:
    """Where the lines are drawn, in points, and what is there already."""

    scale: Scale
    xs: dict[str, float]
    taken: list[Box] = field(default_factory=list)
    strokes: list[tuple[Point, Point]] = field(default_factory=list)

    def at(self, row: Row) -> Point:
        """The point of a row."""
        return self.xs[row.wave], self.scale.at(row.plotted)

    def is_free(self, box: Box) -> bool:
        """Whether nothing is there yet."""
        left, top, right, bottom = box
        if any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in self.taken):
            return False
        steps = (
            (x0 + (x1 - x0) * step / 40, y0 + (y1 - y0) * step / 40)
            for (x0, y0), (x1, y1) in self.strokes
            for step in range(41)
        )
        return not any(left < x < right and top < y < bottom for x, y in steps)


def shown(table: list[Row]) -> list[Row]:
    """What is drawn, and the last wave of every line; what a wave did not ask is a gap."""
    points = [row for row in table if row.measure not in CHANGES]
    last = {row.key: row.index for row in points}
    return [row for row in points if row.drawn or last[row.key] == row.index]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of at most six lines, a wave at its date."""
    answers = grouped((row for row in rows(data) if row.measure not in CHANGES), lambda row: row.key)
    lines = [
        Line(points, PALETTE[number % len(PALETTE)], number) for number, points in enumerate(answers.values())
    ]
    return compose(exhibit, _plot, lines)


def _plot(sheet: Sheet, lines: Sequence[Line]) -> None:
    points = [row for line in lines for row in line.points]
    waves = list(dict.fromkeys(row.wave for row in points))
    most = highest(points)
    step = next((step for step in _STEPS if most / step <= _MOST_STEPS), _STEPS[-1])
    grid = [step * number for number in range(int(most / step + 0.999999) + 1)]
    left = MARGIN + widest(block(percent(share), NOTE) for share in grid) + 12
    right = MARGIN + CONTENT - _ENDS - _LEADER
    scale = Scale(sheet.y + 8 + _HIGH, _HIGH / (grid[-1] or 1.0), upright=True)
    plot = Plot(scale, _places(points, waves, left + 14, right - DOT))
    for share in grid:
        y = scale.at(share)
        sheet.line((left, right), (y, y), AXIS, 0.8 if share == 0 else 0.4, below=True)
        sheet.text_at(block(percent(share), NOTE), left - 6, y, "right")
    sheet.way = "right"
    for line in lines:
        _stroke(sheet, plot, line)
    sheet.y = max(scale.zero, _end_labels(sheet, plot, lines, right + _LEADER)) + 6
    _waves(sheet, plot, points, waves)
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
    sheet.panel = line.number
    for before, row in itertools.pairwise(line.points):
        if not (before.drawn and row.drawn) or row.comparability == _BROKEN:
            continue
        (x0, y0), (x1, y1) = plot.at(before), plot.at(row)
        dashes = (4.0, 2.5) if row.comparability in _NEW_WORDING else ()
        sheet.line((x0, x1), (y0, y1), line.colour, 1.8, dashes)
        plot.strokes.append(((x0, y0), (x1, y1)))
    for row in (row for row in line.points if row.drawn):
        x, y = plot.at(row)
        sheet.dot(row, plot.scale, x, line.colour, radius=3.6)
        plot.taken.append((x - 4, y - 4, x + 4, y + 4))


def _end_labels(sheet: Sheet, plot: Plot, lines: Sequence[Line], x: float) -> float:
    """Value and name of every line at `x`, moved where they would touch; how low they reach."""
    labels = [_end_label(plot, line) for line in lines]
    labels.sort(key=lambda label: (label.wanted, label.line.number))
    low = 0.0
    for label, top in zip(labels, _tops(labels, plot.scale.zero), strict=True):
        line, row = label.line, label.line.points[-1]
        middle = top + label.height / 2
        sheet.panel = line.number
        if row.drawn:
            start = plot.at(row)[0] + 4
            sheet.line((start, x - 3), (label.wanted, middle), line.colour, 0.8)
            plot.strokes.append(((start, label.wanted), (x - 3, middle)))
        else:
            sheet.swatch(x - 10, middle, line.colour, 6, 2)
        sheet.text(label.value, x, middle - label.height / 2 + 1.5, row=row)
        sheet.text(label.name, x + label.value.width + 6, middle - label.height / 2 + 1.5)
        low = max(low, middle + label.height / 2)
    return low


def _end_label(plot: Plot, line: Line) -> EndLabel:
    row = line.points[-1]
    ends = [point for point in line.points if point.drawn]
    value = block(row.marked_text, VALUE)
    parts = dict.fromkeys(part for part in (row.item_label, row.name) if part)
    name = block(": ".join(parts), NAME, _ENDS - value.width - 6)
    return EndLabel(plot.at(ends[-1])[1] if ends else plot.scale.zero, line, value, name)


def _tops(labels: Sequence[EndLabel], bottom: float) -> list[float]:
    """The upper edge of each label, from above to below, so that none touches another."""
    tops: list[float] = []
    for place, label in enumerate(labels):
        top = label.wanted - label.height / 2
        tops.append(max(top, tops[-1] + labels[place - 1].height) if tops else top)
    # labels pushed below the plot are moved up, and those above them in turn
    floor = bottom + 8
    for place in reversed(range(len(tops))):
        tops[place] = min(tops[place], floor - labels[place].height)
        floor = tops[place]
    shift = max(0.0, bottom - _HIGH - 8 - tops[0])
    return [top + shift for top in tops]


def _waves(sheet: Sheet, plot: Plot, points: Sequence[Row], waves: Sequence[str]) -> None:
    """The names of the waves and their bases under the plot, marked where the question was another."""
    height = 0.0
    for wave in waves:
        answers = [row for row in points if row.wave == wave]
        changed = any(row.comparability in (*_NEW_WORDING, _BROKEN) for row in answers)
        title = block(f"{wave} {NOT_THE_SAME}" if changed else wave, KEY_VALUE, 90)
        note = block(base(answers), NOTE, 90)
        sheet.text(title, plot.xs[wave], sheet.y, "center")
        sheet.text(note, plot.xs[wave], sheet.y + title.height, "center")
        height = max(height, title.height + note.height)
    sheet.y += height


def _numbers(sheet: Sheet, plot: Plot, line: Line) -> None:
    """The values before the last, above or below their dots, where nothing else is."""
    sheet.panel = line.number
    for row in (row for row in line.points[:-1] if row.drawn):
        x, y = plot.at(row)
        value = block(row.text, KEY)
        for top in (y - 5 - value.height, y + 5):
            box = (x - value.width / 2, top, x + value.width / 2, top + value.height)
            if plot.is_free(box) and top + value.height < plot.scale.zero:
                # a white ground keeps the grid from crossing the number
                sheet.swatch(box[0] - 1, (top + box[3]) / 2, WHITE, value.width + 2, value.height - 2)
                sheet.text(value, x, top, "center", row=row)
                plot.taken.append(box)
                break
