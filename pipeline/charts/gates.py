"""What must hold of a figure before it is saved; it looks at what was drawn, not at what was meant."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from pipeline.charts import shown
from pipeline.charts.colours import HIGHLIGHT, WHITE, contrast
from pipeline.charts.compose import MOST_LINES, settings
from pipeline.charts.marks import Bar, Box, Cell, Dot, Mark, Point, Stroke, TextLine, crosses
from pipeline.charts.measure import block
from pipeline.charts.rows import Row, rows
from pipeline.charts.scripts import clean, setting
from pipeline.charts.stacks import LEAST_ROOM
from pipeline.charts.style import INCH, SMALLEST, Style
from pipeline.text.rounding import half_up, percent
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.measures import CHANGES, Flag
from pipeline.tidy.printed import CARD, Printed

_LEAST_CONTRAST = 4.5
_LEAST_STEP = 1.3
_TOUCH = 0.25  # points by which the boxes of two texts may run into each other
_SAME_PLACE = 1.0  # points between the middles of two dots of which one hides the other
_EXACT = 1e-6


@dataclass(frozen=True)
class Drawing:
    """A figure as the gates see it: the rows of its table, its marks, and its texts with their boxes."""

    figure: Figure
    exhibit: Printed
    table: list[Row]
    marks: Sequence[Mark]
    texts: Sequence[tuple[TextLine, Box]]

    @property
    def bars(self) -> list[Bar]:
        """The marks that are bars."""
        return [mark for mark in self.marks if isinstance(mark, Bar)]

    @property
    def values(self) -> list[TextLine]:
        """The texts that print the value of a row."""
        return [text for text, _ in self.texts if text.row is not None]

    @property
    def stacked(self) -> bool:
        """Whether its bars are of 100%."""
        return figure_kinds()[self.exhibit.kind].stacked


def check(figure: Figure, data: pd.DataFrame, exhibit: Printed) -> list[str]:
    """What is wrong with a figure of `data`, each with its gate and numbers; nothing: an empty list."""
    with settings(exhibit.id):
        texts = [text for text in figure.findobj(TextLine) if isinstance(text, TextLine) and text.get_text()]
        marks = [mark for mark in figure.findobj() if isinstance(mark, Bar | Dot | Cell)]
        drawing = Drawing(figure, exhibit, rows(data), marks, [(text, text.box) for text in texts])
        return [f"{gate}: {problem}" for gate, problems in _GATES for problem in problems(drawing)]


def _labels(drawing: Drawing) -> Iterator[str]:
    """Each printed value is its row's, and each bar or dot reaches as far as its row's share."""
    for line in drawing.values:
        row = drawing.table[line.row or 0]
        # a value does not repeat the mark of a low base that its heading has
        there = setting(clean(row.text), bold=True).text
        printed, wanted = (text.removesuffix(f" {LOW_BASE_MARK}") for text in (line.get_text(), there))
        if printed != wanted:
            yield f"{_name(row)} prints {printed!r}, its table has {wanted!r}"
    for text, _ in drawing.texts:
        for row in (drawing.table[index] for index in text.stands_for):
            if row.flag != Flag.SUPPRESSED:
                yield f"{_name(row)} is in a block that is not shown, its table has {row.text}"
    for mark in drawing.marks:
        row, what = drawing.table[mark.row], type(mark).__name__.lower()
        is_open = to_hex(mark.get_facecolor()).upper() == WHITE
        blank = isinstance(mark, Cell) and is_open
        if not row.drawn and not blank:
            yield f"{_name(row)} has a {what}, its table has {row.text}"
        elif not isinstance(mark, Cell) and not _agrees(row, mark.plotted):
            yield f"{_name(row)} prints {row.text} beside a {what} of {mark.plotted:.4%}"
        if row.low_base and not is_open and not (isinstance(mark, Bar) and mark.tick):
            yield f"{_name(row)} has a low base and a filled {what}"


def _agrees(row: Row, plotted: float) -> bool:
    """Whether a bar or dot has the share that its row prints; to half a point, where that was published."""
    number = row.published.removesuffix("%")
    if not number:
        return percent(plotted) == row.text
    return not _is_number(number) or abs(plotted * 100 - float(number)) <= 0.5 + _EXACT


def _complete(drawing: Drawing) -> Iterator[str]:
    """No row that the kind shows is left out, but DKNS where it is no part of a bar of 100%."""
    if drawing.exhibit.shape == CARD and not drawing.marks:
        return  # of a figure that has no room on it a card has the title alone
    there = {line.row for line in drawing.values} | {mark.row for mark in drawing.marks}
    there |= {index for text, _ in drawing.texts for index in text.stands_for}
    chosen = shown(drawing.exhibit.kind, drawing.table)
    hidden = {(row.group, row.item) for row in chosen if row.index in there and not row.drawn}
    for row in chosen:
        excluded = row.role in ("dkns", "not_applicable")
        if drawing.stacked and (excluded or (not row.drawn and (row.group, row.item) in hidden)):
            continue
        if row.index not in there:
            yield f"{_name(row)} is not in the figure, its table has {row.text!r}"


def _order(drawing: Drawing) -> Iterator[str]:
    """In each panel the rows come in the order of the table, in the direction of the panel."""
    panels: dict[int, list[tuple[float, float, int]]] = {}
    if drawing.stacked:
        for bar in drawing.bars:
            panels.setdefault(bar.panel, []).append((bar.get_y(), bar.get_x(), bar.row))
    else:
        for line in drawing.values:
            x, y = line.get_position()
            along = {"down": (y, x), "right": (x, y), "left": (-x, y)}[line.way]
            panels.setdefault(line.panel, []).append((*along, line.row or 0))
    for panel, places in panels.items():
        drawn = [row for _, _, row in sorted(places)]
        if drawn != sorted(drawn):
            yield f"panel {panel + 1} shows the rows {drawn}, which is not the order of its table"


def _whole(drawing: Drawing) -> Iterator[str]:
    """The parts of a bar of 100% sum to it, unless some of them are not shown."""
    if not drawing.stacked:
        return
    stacks: dict[tuple[str, str], list[float]] = {}
    for bar in drawing.bars:
        row = drawing.table[bar.row]
        stacks.setdefault((row.group, row.item), []).append(bar.plotted)
    gaps = {(row.group, row.item) for row in drawing.table if row.measure == "option" and not row.drawn}
    for (group, item), parts in stacks.items():
        total = math.fsum(parts)
        short = total < 1 - _EXACT and total > 0 and (group, item) not in gaps
        if short or total > 1 + _EXACT:
            name = " ".join(part for part in (group, item) if part) or "all respondents"
            yield f"the parts of the bar of {name} sum to {total:.4%}"


def _shades(drawing: Drawing) -> Iterator[str]:
    """Of two coloured cells the one with the higher share is the darker, or as dark."""
    cells = [mark for mark in drawing.marks if isinstance(mark, Cell)]
    shades = [(drawing.table[cell.row], contrast(to_hex(cell.get_facecolor()), WHITE)) for cell in cells]
    filled = [(row, dark) for row, dark in shades if row.drawn and not row.low_base]
    for (row, dark), (other, darker) in pairwise(sorted(filled, key=lambda cell: cell[0].plotted)):
        if darker < dark and other.plotted > row.plotted:
            lighter, darkest = (f"row {one.index} ({one.name}, {one.text})" for one in (other, row))
            yield f"{lighter} is lighter than {darkest}"


def _overlaps(drawing: Drawing) -> Iterator[str]:
    """No two texts share a place."""
    sides = np.array([box for _, box in drawing.texts])
    for index, (text, box) in enumerate(drawing.texts[:-1], 1):
        for place, across, down in _shared(box, sides[index:]):
            other = drawing.texts[index + place][0].get_text()
            yield f"{text.get_text()!r} and {other!r} share {across:.1f} × {down:.1f} pt"


def _on_marks(drawing: Drawing) -> Iterator[str]:
    """No text runs into a bar, dot or cell other than the one it lies in."""
    if not drawing.marks:
        return
    places = np.array([_mark_box(mark) for mark in drawing.marks])
    for text, box in drawing.texts:
        for place, across, _ in _shared(box, places):
            mark = drawing.marks[place]
            if mark is not text.bar:
                what = type(mark).__name__.lower()
                yield f"{text.get_text()!r} runs {across:.1f} pt into the {what} of row {mark.row}"


def _on_lines(drawing: Drawing) -> Iterator[str]:
    """No text touches a line, be it of the scale or of the data, unless it lies in a bar or cell."""
    strokes = [stroke for stroke in drawing.figure.findobj(Stroke) if isinstance(stroke, Stroke)]
    lines = [_line(stroke) for stroke in strokes if to_hex(stroke.get_color()).upper() != WHITE]
    if not lines:
        return
    places = np.array([(*np.minimum(one, other), *np.maximum(one, other)) for one, other in lines])
    for text, box in drawing.texts:
        if text.bar is not None:
            continue
        for place in _near(box, places):
            left, top, right, bottom = box
            inner = (left + _TOUCH, top + _TOUCH, right - _TOUCH, bottom - _TOUCH)
            if crosses(inner, *lines[place]):
                yield f"{text.get_text()!r} touches a line at {lines[place][0][0]:.0f} pt from the left"


def _points(drawing: Drawing) -> Iterator[str]:
    """No two points of different rows stand in one place, where one would hide the other."""
    dots = [mark for mark in drawing.marks if isinstance(mark, Dot)]
    for number, dot in enumerate(dots):
        for other in dots[:number]:
            if dot.row != other.row and math.dist(dot.center, other.center) < _SAME_PLACE:
                names = " and ".join(_name(drawing.table[one.row]) for one in (other, dot))
                yield f"the points of {names} stand in one place"


def _shapes(drawing: Drawing) -> Iterator[str]:
    """Each line over the waves has points of one shape that no other line has."""
    if figure_kinds()[drawing.exhibit.kind].table != "all_waves":
        return
    lines: dict[str, tuple[str, str]] = {}
    for dot in (mark for mark in drawing.marks if isinstance(mark, Dot)):
        row = drawing.table[dot.row]
        if lines.setdefault(dot.shape, row.key) != row.key:
            yield f"{_name(row)} has a {dot.shape}, as points of another line have"
    for key in dict.fromkeys(lines.values()):
        shapes = [shape for shape, line in lines.items() if line == key]
        if len(shapes) > 1:
            yield f"the line of {' '.join(key).strip()} has points of {len(shapes)} shapes"


def _low_bases(drawing: Drawing) -> Iterator[str]:
    """A low base is marked once where a heading marks it: not again at the values under the heading."""
    marked = [(text, text.get_text()) for text, _ in drawing.texts if LOW_BASE_MARK in text.get_text()]
    # the foot says what the mark means
    headings = [words for text, words in marked if text.row is None and f"{LOW_BASE_MARK}:" not in words]
    for words in headings:
        if words.count(LOW_BASE_MARK) > 1:
            yield f"{words!r} marks a low base more than once"
    for text, words in marked:
        if text.row is not None and headings:
            yield f"{_name(drawing.table[text.row])} prints {words!r}, its heading marks the low base already"


def _canvas(drawing: Drawing) -> Iterator[str]:
    """No text leaves the canvas."""
    width, height = (side * INCH for side in drawing.figure.get_size_inches())
    for text, (left, top, right, bottom) in drawing.texts:
        beyond = max(-left, -top, right - width, bottom - height)
        if beyond > 0:
            yield f"{text.get_text()!r} is {beyond:.1f} pt outside of {width:.0f} × {height:.0f} pt"


def _sizes(drawing: Drawing) -> Iterator[str]:
    """No text is too small to read."""
    for text, _ in drawing.texts:
        size = text.get_fontproperties().get_size_in_points()
        if size < SMALLEST:
            yield f"{text.get_text()!r} has {size:g} pt, the least is {SMALLEST:g}"


def _inside(drawing: Drawing) -> Iterator[str]:
    """A text in a bar fits into it."""
    for text, (left, top, right, bottom) in drawing.texts:
        bar = text.bar
        if bar is None:
            continue
        place = _mark_box(bar)
        beyond = max(place[0] - left, right - place[2], place[1] - top, bottom - place[3])
        if beyond > 0:
            width = f"{place[2] - place[0]:.1f} pt"
            yield f"{text.get_text()!r} is {beyond:.1f} pt larger than its part of the bar ({width})"


def _contrast(drawing: Drawing) -> Iterator[str]:
    """Every text can be told from what it stands on."""
    for text, _ in drawing.texts:
        bar = text.bar
        ground = to_hex(bar.get_facecolor()) if bar is not None else WHITE
        ratio = contrast(to_hex(text.get_color()), ground)
        if ratio < _LEAST_CONTRAST:
            yield f"{text.get_text()!r} has {ratio:.1f}:1 on {ground}, the least is 4.5:1"


def _changes(drawing: Drawing) -> Iterator[str]:
    """A change has its interval, and where it is not the difference of what is printed, the foot says why."""
    sides: dict[tuple[str, str], list[Row]] = {}
    for row in drawing.table:
        sides.setdefault(row.key, []).append(row)
    foot = drawing.exhibit.foot
    for line in drawing.values:
        row = drawing.table[line.row or 0]
        if row.measure not in CHANGES or math.isnan(row.value):
            continue
        if row.flag in ("", Flag.NO_CLEAR_CHANGE) and "[" not in line.get_text():
            yield f"{_name(row)} prints {line.get_text()!r} without its interval"
        shares = [half_up(100 * one.share) for one in sides[row.key] if one.drawn]
        if len(shares) == 2 and shares[1] - shares[0] != half_up(100 * row.value) and "unrounded" not in foot:
            yield f"{_name(row)} prints {line.get_text()!r} beside {shares[0]}% and {shares[1]}%"


def _pointed(drawing: Drawing) -> Iterator[str]:
    """What the figure points at is dark, and nothing else is."""
    if not figure_kinds()[drawing.exhibit.kind].points:
        return
    pointed = drawing.exhibit.highlight.split()
    for mark in drawing.marks:
        row = drawing.table[mark.row]
        is_tick = isinstance(mark, Bar) and mark.tick
        colour = to_hex(mark.get_facecolor() if isinstance(mark, Cell) else mark.get_edgecolor()).upper()
        if isinstance(mark, Bar) and not row.low_base:
            colour = to_hex(mark.get_facecolor()).upper()
        if not is_tick and row.drawn and (colour == HIGHLIGHT) != row.is_of(pointed):
            yield f"{_name(row)} is {'dark' if colour == HIGHLIGHT else 'light'}, highlight is {pointed}"


def _parts(drawing: Drawing) -> Iterator[str]:
    """Each part of a bar of 100% can be told from the next, and has its share where that has room."""
    if not drawing.stacked:
        return
    labelled = {line.row for line in drawing.values if line.bar is not None}
    gaps = {round(line.start[0], 2) for line in drawing.figure.findobj(Stroke)
            if isinstance(line, Stroke) and line.parts_bars}  # fmt: skip
    inks: dict[str, set[str]] = {}
    for line, _ in drawing.texts:
        if isinstance(line.bar, Bar) and not drawing.table[line.bar.row].low_base:
            inks.setdefault(to_hex(line.bar.get_facecolor()), set()).add(to_hex(line.get_color()))
    yield from (f"labels on {fill} have the inks {ink}" for fill, ink in inks.items() if len(ink) > 1)
    for bar in drawing.bars:
        row = drawing.table[bar.row]
        style = Style(SMALLEST, bold=True)
        wanted = block(row.text, style).width + 2 * LEAST_ROOM
        if row.drawn and row.index not in labelled and bar.get_width() >= wanted:
            yield f"{_name(row)} has no label, its part has room for one of {row.text}"
    for one, other in pairwise(drawing.bars):
        # parts that touch are drawn one after the other
        filled = all(bar.get_width() > 0 and not drawing.table[bar.row].low_base for bar in (one, other))
        touch = one.get_y() == other.get_y() and abs(one.get_x() + one.get_width() - other.get_x()) < 1
        ratio = contrast(to_hex(one.get_facecolor()), to_hex(other.get_facecolor()))
        if filled and touch and ratio < _LEAST_STEP and round(other.get_x(), 2) not in gaps:
            yield f"rows {one.row} and {other.row} touch in colours of {ratio:.2f}:1 without a gap"


def _foot(drawing: Drawing) -> Iterator[str]:
    """The foot has a few lines, unless its source alone takes more, and no last word on a line of its own."""
    lines = [text.get_text() for text, _ in drawing.texts if text.is_foot]
    source = drawing.exhibit.foot.split("\n")[0]
    least = set(" ".join([source, *drawing.exhibit.meanings]).split())
    if len(lines) > MOST_LINES and set(" ".join(lines).split()) - least:
        yield f"{len(lines)} lines, at most {MOST_LINES} are wanted"


def _marked(drawing: Drawing) -> Iterator[str]:
    """A figure of what is synthetic or unsettled says so."""
    everything = " ".join(text.get_text() for text, _ in drawing.texts).casefold()
    for mark in drawing.exhibit.marks:
        if mark.casefold() not in everything:
            yield f"the figure nowhere says {mark!r}"


_GATES: tuple[tuple[str, Callable[[Drawing], Iterator[str]]], ...] = (
    ("label", _labels), ("label", _complete), ("order", _order), ("whole", _whole), ("shade", _shades),
    ("overlap", _overlaps), ("overlap", _on_marks), ("line", _on_lines), ("point", _points),
    ("shape", _shapes), ("low base", _low_bases), ("canvas", _canvas), ("size", _sizes),
    ("inside", _inside), ("contrast", _contrast), ("changes", _changes),
    ("dark", _pointed), ("parts", _parts), ("foot", _foot), ("marked", _marked),
)  # fmt: skip
"""each gate by the name that begins its problems"""


def _name(row: Row) -> str:
    return f"row {row.index} ({row.name})"


def _shared(box: Box, others: np.ndarray) -> Iterator[tuple[int, float, float]]:
    """Which of `others` a box runs into, a row a box, and by how many points to the side and down."""
    across = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    down = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    for place in np.flatnonzero((across > _TOUCH) & (down > _TOUCH)).tolist():
        yield place, float(across[place]), float(down[place])


def _line(stroke: Stroke) -> tuple[Point, Point]:
    """The two ends of a line."""
    (x, y), (to_x, to_y) = np.asarray(stroke.get_xydata(), dtype=float).tolist()
    return (x, y), (to_x, to_y)


def _near(box: Box, places: np.ndarray) -> list[int]:
    """Which of `places`, a row a box, a box touches."""
    across = np.minimum(box[2], places[:, 2]) - np.maximum(box[0], places[:, 0])
    down = np.minimum(box[3], places[:, 3]) - np.maximum(box[1], places[:, 1])
    touched: list[int] = np.flatnonzero((across > -_EXACT) & (down > -_EXACT)).tolist()
    return touched


def _mark_box(mark: Mark) -> Box:
    """The place of a mark."""
    if isinstance(mark, Dot):
        place = mark.get_path().get_extents()
        return place.x0, place.y0, place.x1, place.y1
    x, y = mark.get_xy()
    return x, y, x + mark.get_width(), y + mark.get_height()


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
