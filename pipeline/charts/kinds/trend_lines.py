"""A line an answer over the waves, named at its end; gaps and dashes where waves do not compare.

For three waves or more, with at most six lines; `show` names the answers. Two waves: dumbbell.
"""

from __future__ import annotations

import datetime
import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import get_args

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.colours import AXIS, PALETTE
from pipeline.charts.compose import compose
from pipeline.charts.layout import widest
from pipeline.charts.marks import Box, Point, Scale, Shape, crosses
from pipeline.charts.measure import Block, block
from pipeline.charts.rows import Row, base, grouped, highest, rows
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import KEY, KEY_VALUE, MARGIN, NAME, NOTE, SHORTEST_SCALE, VALUE
from pipeline.text.rounding import percent
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.measures import CHANGES
from pipeline.tidy.printed import NOT_THE_SAME, Printed

FITS = ("single", "multiple", "rank", "grid")
ALT_NAME = "Lines over waves"
TABLE = "all_waves"
BY = "never"

_HIGH = 210.0
_ENDS = 0.38  # of the width
_LEADER = 14.0
_KEY = 13.0  # the marker of an end label with the gap to its value
_RADIUS = 3.6
_WIDEST_WAVE = 90.0
_APART = 9.0  # points between two markers that do not touch
_NEW_WORDING = ("reworded", "options")
_BROKEN = "broken"
_SHAPES: tuple[Shape, ...] = get_args(Shape)


@dataclass(frozen=True)
class Line:
    """One answer over the waves, with its number, colour and shape of points."""

    points: list[Row]
    number: int

    @property
    def colour(self) -> str:
        """The colour of the line."""
        return PALETTE[self.number % len(PALETTE)]

    @property
    def shape(self) -> Shape:
        """The shape of its points, which tells it from others without colour."""
        return _SHAPES[self.number % len(_SHAPES)]


@dataclass(frozen=True)
class Label:
    """The value at one end of a line, at the last with its name; it would best stand at `wanted`."""

    wanted: float
    line: Line
    row: Row
    value: Block
    name: Block | None = None

    @property
    def height(self) -> float:
        """The points that it takes, with the gap to the next."""
        return max(self.value.height, self.name.height + 3 if self.name else 0)


@dataclass
class Plot:
    """Where the lines are drawn, in points, and what is there already.

    `shifts` has how far points stand to the side of their wave, by their rows.
    """

    scale: Scale
    points: Sequence[Row]
    xs: dict[str, float]
    shifts: dict[int, float]
    taken: list[Box] = field(default_factory=list)
    strokes: list[tuple[Point, Point]] = field(default_factory=list)

    def at(self, row: Row) -> Point:
        """The point of a row."""
        return self.xs[row.wave] + self.shifts[row.index], self.scale.at(row.plotted)

    def beside(self, row: Row) -> list[Point]:
        """The points of the other rows of its wave."""
        return [self.at(one) for one in self.points if one.drawn and one.wave == row.wave and one is not row]

    def is_free(self, box: Box) -> bool:
        """Whether nothing is there yet."""
        left, top, right, bottom = box
        if any(left < b[2] and b[0] < right and top < b[3] and b[1] < bottom for b in self.taken):
            return False
        return bottom < self.scale.zero and not any(crosses(box, *stroke) for stroke in self.strokes)


def shown(table: list[Row]) -> list[Row]:
    """What is drawn, and the last wave of every line; what a wave did not ask is a gap."""
    points = [row for row in table if row.measure not in CHANGES]
    last = {row.key: row.index for row in points}
    return [row for row in points if row.drawn or last[row.key] == row.index]


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of at most six lines, a wave at its date."""
    answers = grouped((row for row in rows(data) if row.measure not in CHANGES), lambda row: row.key)
    return compose(exhibit, _plot, [Line(points, number) for number, points in enumerate(answers.values())])


def _plot(sheet: Sheet, lines: Sequence[Line]) -> None:
    points = [row for line in lines for row in line.points]
    waves = list(dict.fromkeys(row.wave for row in points))
    zero = block(percent(0), NOTE)
    # every point has its value, so the line at zero is all that is needed of a grid
    scale = Scale(sheet.y + 18 + _HIGH, _HIGH / max(highest(points), SHORTEST_SCALE), upright=True)
    shifts = _shifts(points, scale)
    begins = [_begin(scale, line) for line in lines if line.points[0].wave == waves[0]]
    begins = [label for label in begins if label.row.drawn and label.row is not label.line.points[-1]]
    left = MARGIN + widest([zero, *(label.value for label in begins)])
    right = MARGIN + sheet.content - _ENDS * sheet.content
    aside = max(shifts.values(), default=0.0) + _RADIUS
    xs = _places(points, waves, left + _LEADER + aside, right - _LEADER - aside)
    plot = Plot(scale, points, xs, shifts)
    sheet.text_at(zero, left, scale.zero, "right")
    sheet.line((left + 4, right - _LEADER), (scale.zero, scale.zero), AXIS, 0.8, below=True)
    sheet.way = "right"
    for line in lines:
        _stroke(sheet, plot, line)
    _begin_labels(sheet, plot, begins, left)
    sheet.y = max(scale.zero, _end_labels(sheet, plot, lines, right)) + 6
    _waves(sheet, plot, points, waves)
    for line in lines:
        _numbers(sheet, plot, line)


def _shifts(points: Sequence[Row], scale: Scale) -> dict[int, float]:
    """How far each point stands to the side of its wave, so that none hides another of it.

    Points of about one height stand side by side, as many as hide each other; the others do not move.
    """
    shifts = {row.index: 0.0 for row in points}
    for wave in grouped((row for row in points if row.drawn), lambda row: row.wave).values():
        crowds: list[list[Row]] = []
        for row in sorted(wave, key=lambda row: -row.plotted):
            near = crowds and scale.at(row.plotted) - scale.at(crowds[-1][-1].plotted) < _APART
            crowds[-1].append(row) if near else crowds.append([row])
        for crowd in crowds:
            lowest: list[float] = []  # of the points in each place from left to right
            places = []
            for row in crowd:
                y = scale.at(row.plotted)
                place = next((n for n, low in enumerate(lowest) if y - low >= _APART), len(lowest))
                lowest[place : place + 1] = [y]
                places.append(place)
            for row, place in zip(crowd, places, strict=True):
                shifts[row.index] = (place - (len(lowest) - 1) / 2) * _APART
    return shifts


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
        sheet.dot(row, plot.scale, x, line.colour, radius=_RADIUS, shape=line.shape)
        half = _APART / 2
        plot.taken.append((x - half, y - half, x + half, y + half))


def _begin(scale: Scale, line: Line) -> Label:
    row = line.points[0]
    return Label(scale.at(row.plotted), line, row, block(row.text, KEY))


def _begin_labels(sheet: Sheet, plot: Plot, labels: Sequence[Label], x: float) -> None:
    """The value of each line in the first wave, which ends at `x`, above that of the line at zero."""
    for label, top in _spread(labels, plot.scale, plot.scale.zero - 8):
        sheet.panel, middle = label.line.number, top + label.value.height / 2
        _leader(sheet, plot, label, (x + 3, middle))
        sheet.text_at(label.value, x, middle, "right", row=label.row)


def _end_labels(sheet: Sheet, plot: Plot, lines: Sequence[Line], x: float) -> float:
    """Marker, value and name of every line from `x` on; how low they reach."""
    low = 0.0
    for label, top in _spread(
        [_end(plot, line, _ENDS * sheet.content) for line in lines], plot.scale, plot.scale.zero + 8
    ):
        line, row, middle = label.line, label.row, top + label.value.height / 2
        sheet.panel = line.number
        if row.drawn:
            _leader(sheet, plot, label, (x - 2, middle))
        place = x + _APART / 2, middle
        sheet.marker(place, line.colour, hollow=row.low_base, radius=_RADIUS, shape=line.shape)
        sheet.text(label.value, x + _KEY, top, row=row)
        if label.name:
            sheet.text(label.name, x + _KEY + label.value.width + 6, top)
        low = max(low, top + label.height)
    return low


def _end(plot: Plot, line: Line, width: float) -> Label:
    row = line.points[-1]
    ends = [point for point in line.points if point.drawn]
    value = block(row.text, VALUE)
    parts = dict.fromkeys(part for part in (row.item_label, row.name) if part)
    name = block(": ".join(parts), NAME, width - _KEY - value.width - 6)
    return Label(plot.at(ends[-1])[1] if ends else plot.scale.zero, line, row, value, name)


def _leader(sheet: Sheet, plot: Plot, label: Label, end: Point) -> None:
    """A thin line from a point to its label, from beyond the points beside it."""
    x, y = plot.at(label.row)
    beside = [at for at, height in plot.beside(label.row) if abs(height - y) < _APART]
    start = max([x, *beside]) + _RADIUS + 1 if end[0] > x else min([x, *beside]) - _RADIUS - 1
    sheet.line((start, end[0]), (y, end[1]), label.line.colour, 0.8)
    plot.strokes.append(((start, y), end))


def _spread(labels: Sequence[Label], scale: Scale, floor: float) -> Iterator[tuple[Label, float]]:
    """Labels from above to below with the upper edge of each.

    Those that would touch stand in a stack, as near to their places as it can be; all stand above `floor`
    where there is room.
    """
    ceiling = scale.zero - _HIGH - 8

    def top_of(stack: Sequence[Label]) -> float:
        heights = [0.0, *itertools.accumulate(label.height for label in stack)]
        tops = [
            label.wanted - label.value.height / 2 - height
            for label, height in zip(stack, heights, strict=False)
        ]
        return max(min(math.fsum(tops) / len(tops), floor - heights[-1]), ceiling)

    stacks: list[list[Label]] = []
    for label in sorted(labels, key=lambda label: (label.wanted, label.line.number)):
        stacks.append([label])
        while len(stacks) > 1 and top_of(stacks[-2]) + _height(stacks[-2]) > top_of(stacks[-1]):
            stacks[-2:] = [stacks[-2] + stacks[-1]]
    for stack in stacks:
        top = top_of(stack)
        for label in stack:
            yield label, top
            top += label.height


def _height(stack: Sequence[Label]) -> float:
    return math.fsum(label.height for label in stack)


def _waves(sheet: Sheet, plot: Plot, points: Sequence[Row], waves: Sequence[str]) -> None:
    """The names of the waves and their bases under the plot, marked where the question was another."""
    height = 0.0
    xs = list(plot.xs.values())
    room = min([_WIDEST_WAVE, *(after - before - 4 for before, after in itertools.pairwise(xs))])
    for wave in waves:
        answers = [row for row in points if row.wave == wave]
        changed = any(row.comparability in (*_NEW_WORDING, _BROKEN) for row in answers)
        title = block(f"{wave} {NOT_THE_SAME}" if changed else wave, KEY_VALUE, room)
        notes = [base(answers), *([LOW_BASE_MARK] if any(row.low_base for row in answers) else [])]
        top = sheet.y
        for part in (title, *(block(note, NOTE, room) for note in notes)):
            sheet.text(part, plot.xs[wave], top, "center")
            top += part.height
        height = max(height, top - sheet.y)
    sheet.y += height


def _numbers(sheet: Sheet, plot: Plot, line: Line) -> None:
    """The values between the ends of a line, around their points where nothing else is.

    None stands where it would be taken for that of another point.
    """
    sheet.panel = line.number
    first = next(iter(plot.xs))
    for row in (row for row in line.points[:-1] if row.drawn and row.wave != first):
        x, y = plot.at(row)
        value = block(row.text, KEY)
        wide, high = value.width, value.height
        beside = (x - wide - 7, x - wide / 2, x + 7)
        places = ((beside[1], y - 5 - high), (beside[1], y + 5), (beside[2], y - high / 2),
                  (beside[0], y - high / 2), (beside[2], y - high), (beside[0], y - high),
                  (beside[2], y), (beside[0], y))  # fmt: skip
        for left, top in places:
            box = (left, top, left + wide, top + high)
            near = _distance(box, (x, y))
            if plot.is_free(box) and all(near < _distance(box, other) for other in plot.beside(row)):
                sheet.text(value, left, top, row=row)
                plot.taken.append(box)
                break


def _distance(box: Box, point: Point) -> float:
    """How far a point is from a box."""
    left, top, right, bottom = box
    x, y = point
    return math.hypot(max(left - x, 0, x - right), max(top - y, 0, y - bottom))
