"""What must hold of a figure before it is saved; it looks at what was drawn, not at what was meant."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from matplotlib.text import Text

from pipeline.charts import shown
from pipeline.charts.colours import WHITE, contrast
from pipeline.charts.frame import INCH, SMALLEST, SYNTHETIC, Bar, Cell, Dot, Words, settings
from pipeline.charts.rows import Row, rows
from pipeline.text.rounding import percent
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.marks import LOW_BASE_MARK
from pipeline.tidy.printed import Printed

_LEAST_CONTRAST = 4.5
_TOUCH = 0.25  # points by which the boxes of two texts may run into each other
_EXACT = 1e-6

Box = tuple[float, float, float, float]
Mark = Bar | Dot | Cell


def check(figure: Figure, data: pd.DataFrame, exhibit: Printed) -> list[str]:
    """What is wrong with a figure of `data`, each with its gate and numbers; nothing: an empty list."""
    with settings(exhibit.id):
        return list(_problems(figure, data, exhibit))


def _problems(figure: Figure, data: pd.DataFrame, exhibit: Printed) -> Iterator[str]:
    table = rows(data)
    marks = [mark for mark in figure.findobj() if isinstance(mark, Bar | Dot | Cell)]
    bars = [mark for mark in marks if isinstance(mark, Bar)]
    texts = [text for text in figure.findobj(Text) if isinstance(text, Text) and text.get_text()]
    values = [text for text in texts if isinstance(text, Words) and text.value]
    boxes = [_box(figure, text) for text in texts]
    yield from _labels(values, marks, table)
    yield from _complete(values, marks, table, exhibit)
    yield from _order(values, bars, exhibit)
    yield from _whole(bars, table, exhibit)
    yield from _shades(marks, table)
    yield from _overlaps(texts, boxes)
    yield from _on_marks(texts, boxes, marks)
    yield from _canvas(texts, boxes, figure)
    yield from _sizes(texts)
    yield from _inside(texts, boxes)
    yield from _contrast(texts)
    yield from _synthetic(texts, exhibit)


def _labels(values: Sequence[Words], marks: Sequence[Mark], table: Sequence[Row]) -> Iterator[str]:
    """Each printed value is its row's, and each bar or dot reaches as far as its row's share."""
    for words in values:
        row = table[words.row or 0]
        # where n and the mark stand in a heading, the value does not repeat it
        printed, wanted = (text.removesuffix(f" {LOW_BASE_MARK}") for text in (words.get_text(), row.text))
        if printed != wanted:
            yield f"label: row {row.index} ({row.name}) prints {printed!r}, its table has {wanted!r}"
    for bar in marks:
        row, what = table[bar.row], type(bar).__name__.lower()
        if not row.drawn and not (isinstance(bar, Cell) and _is_blank(bar)):
            yield f"label: row {row.index} ({row.name}) has a {what}, its table has {row.text}"
        elif isinstance(bar, Cell):
            if row.low_base and not _is_blank(bar):
                yield f"label: row {row.index} ({row.name}) has a low base and a filled {what}"
            continue
        elif row.published:
            number = row.published.removesuffix("%")
            if _is_number(number) and abs(bar.plotted * 100 - float(number)) > 0.5 + _EXACT:
                yield (
                    f"label: row {row.index} ({row.name}) prints {row.published} beside a {what} of "
                    f"{bar.plotted:.4%}"
                )
        elif percent(bar.plotted) != row.text:
            yield (
                f"label: row {row.index} ({row.name}) prints {row.text} beside a {what} of {bar.plotted:.4%}"
            )
        is_open = to_hex(bar.get_facecolor()).upper() == WHITE
        if row.low_base and not is_open and not (isinstance(bar, Bar) and bar.tick):
            yield f"label: row {row.index} ({row.name}) has a low base and a filled {what}"


def _is_blank(cell: Cell) -> bool:
    return to_hex(cell.get_facecolor()).upper() == WHITE


def _complete(
    values: Sequence[Words], marks: Sequence[Mark], table: list[Row], exhibit: Printed
) -> Iterator[str]:
    """No row that the kind shows is left out; a stack may leave out the DKNS that its 100% exclude."""
    there = {words.row for words in values} | {mark.row for mark in marks}
    chosen = shown(exhibit.kind, table)
    stacked = figure_kinds()[exhibit.kind].stacked
    hidden = {(row.group, row.item) for row in chosen if row.index in there and not row.drawn}
    for row in chosen:
        if row.index in there:
            continue
        if stacked and row.role in ("dkns", "not_applicable"):
            continue
        if stacked and not row.drawn and (row.group, row.item) in hidden:
            continue
        yield f"label: row {row.index} ({row.name}) is not in the figure, its table has {row.text!r}"


def _order(values: Sequence[Words], bars: Sequence[Bar], exhibit: Printed) -> Iterator[str]:
    """In each panel the rows come in the order of the table, the way that the panel has."""
    panels: dict[int, list[tuple[float, float, int]]] = {}
    if figure_kinds()[exhibit.kind].stacked:
        for bar in bars:
            panels.setdefault(bar.panel, []).append((bar.get_y(), bar.get_x(), bar.row))
    else:
        for words in values:
            x, y = words.get_position()
            along = {"down": (y, x), "right": (x, y), "left": (-x, y)}[words.way]
            panels.setdefault(words.panel, []).append((*along, words.row or 0))
    for panel, places in panels.items():
        drawn = [row for _, _, row in sorted(places)]
        if drawn != sorted(drawn):
            yield f"order: panel {panel + 1} shows the rows {drawn}, which is not the order of its table"


def _whole(bars: Sequence[Bar], table: Sequence[Row], exhibit: Printed) -> Iterator[str]:
    """The parts of a bar of 100% sum to it, unless some of them are not shown."""
    if not figure_kinds()[exhibit.kind].stacked:
        return
    stacks: dict[tuple[str, str], list[float]] = {}
    for bar in bars:
        row = table[bar.row]
        stacks.setdefault((row.group, row.item), []).append(bar.plotted)
    gaps = {(row.group, row.item) for row in table if row.measure == "option" and not row.drawn}
    for (group, item), parts in stacks.items():
        total = math.fsum(parts)
        short = total < 1 - _EXACT and total > 0 and (group, item) not in gaps
        if short or total > 1 + _EXACT:
            name = " ".join(part for part in (group, item) if part) or "all respondents"
            yield f"whole: the parts of the bar of {name} sum to {total:.4%}"


def _shades(marks: Sequence[Mark], table: Sequence[Row]) -> Iterator[str]:
    """Of two coloured cells the one with the higher share is the darker, or as dark."""
    cells = [(table[mark.row], to_hex(mark.get_facecolor())) for mark in marks if isinstance(mark, Cell)]
    filled = [(row, contrast(colour, WHITE)) for row, colour in cells if row.drawn and not row.low_base]
    for (row, dark), (other, darker) in pairwise(sorted(filled, key=lambda cell: cell[0].plotted)):
        if darker < dark and other.plotted > row.plotted:
            yield (
                f"shade: row {other.index} ({other.name}, {other.text}) is lighter than row {row.index} "
                f"({row.name}, {row.text})"
            )


def _overlaps(texts: Sequence[Text], boxes: Sequence[Box]) -> Iterator[str]:
    """No two texts share a place."""
    if not boxes:
        return
    sides = np.array(boxes)
    for index, box in enumerate(boxes[:-1]):
        for place, across, down in _shared(box, sides[index + 1 :]):
            yield (
                f"overlap: {texts[index].get_text()!r} and {texts[index + 1 + place].get_text()!r} "
                f"share {across:.1f} × {down:.1f} pt"
            )


def _shared(box: Box, others: np.ndarray) -> Iterator[tuple[int, float, float]]:
    """Which of `others` a box runs into, a row a box, and by how many points to the side and down."""
    across = np.minimum(box[2], others[:, 2]) - np.maximum(box[0], others[:, 0])
    down = np.minimum(box[3], others[:, 3]) - np.maximum(box[1], others[:, 1])
    for place in np.flatnonzero((across > _TOUCH) & (down > _TOUCH)).tolist():
        yield place, float(across[place]), float(down[place])


def _on_marks(texts: Sequence[Text], boxes: Sequence[Box], marks: Sequence[Mark]) -> Iterator[str]:
    """No text runs into a bar, dot or cell that is not its own."""
    if not marks:
        return
    places = np.array([_mark_box(mark) for mark in marks])
    for text, box in zip(texts, boxes, strict=True):
        for place, across, _ in _shared(box, places):
            mark = marks[place]
            if mark is not getattr(text, "bar", None):
                what = type(mark).__name__.lower()
                yield f"overlap: {text.get_text()!r} runs {across:.1f} pt into the {what} of row {mark.row}"


def _canvas(texts: Sequence[Text], boxes: Sequence[Box], figure: Figure) -> Iterator[str]:
    """No text leaves the canvas."""
    width, height = (side * INCH for side in figure.get_size_inches())
    for text, (left, top, right, bottom) in zip(texts, boxes, strict=True):
        beyond = max(-left, -top, right - width, bottom - height)
        if beyond > 0:
            yield (f"canvas: {text.get_text()!r} is {beyond:.1f} pt outside of {width:.0f} × {height:.0f} pt")


def _sizes(texts: Sequence[Text]) -> Iterator[str]:
    """No text is too small to read."""
    for text in texts:
        size = text.get_fontproperties().get_size_in_points()
        if size < SMALLEST:
            yield f"size: {text.get_text()!r} has {size:g} pt, the least is {SMALLEST:g}"


def _inside(texts: Sequence[Text], boxes: Sequence[Box]) -> Iterator[str]:
    """A text in a bar fits into it."""
    for text, (left, top, right, bottom) in zip(texts, boxes, strict=True):
        bar = getattr(text, "bar", None)
        if bar is None:
            continue
        place = _mark_box(bar)
        beyond = max(place[0] - left, right - place[2], place[1] - top, bottom - place[3])
        if beyond > 0:
            yield (
                f"inside: {text.get_text()!r} is {beyond:.1f} pt larger than its part of the bar "
                f"({place[2] - place[0]:.1f} pt)"
            )


def _contrast(texts: Sequence[Text]) -> Iterator[str]:
    """Every text can be told from what it stands on."""
    for text in texts:
        bar = getattr(text, "bar", None)
        ground = to_hex(bar.get_facecolor()) if bar is not None else WHITE
        ratio = contrast(to_hex(text.get_color()), ground)
        if ratio < _LEAST_CONTRAST:
            yield f"contrast: {text.get_text()!r} has {ratio:.1f}:1 on {ground}, the least is 4.5:1"


def _synthetic(texts: Sequence[Text], exhibit: Printed) -> Iterator[str]:
    """A figure of synthetic responses says so."""
    said = " ".join(text.get_text() for text in texts).casefold()
    if exhibit.synthetic and SYNTHETIC.casefold() not in said:
        yield f"synthetic: the responses are synthetic and the figure nowhere says {SYNTHETIC!r}"


def _box(figure: Figure, text: Text) -> Box:
    """Left, top, right and bottom of a text, in points from the top left corner."""
    canvas: Any = figure.canvas
    extent = text.get_window_extent(canvas.get_renderer())
    points = INCH / figure.dpi
    height = figure.get_size_inches()[1] * INCH
    return (
        float(extent.x0 * points),
        float(height - extent.y1 * points),
        float(extent.x1 * points),
        float(height - extent.y0 * points),
    )


def _mark_box(mark: Mark) -> Box:
    """The same of a mark, which is placed in these points."""
    if isinstance(mark, Dot):
        x, y = mark.center
        return x - mark.radius, y - mark.radius, x + mark.radius, y + mark.radius
    x, y = mark.get_xy()
    return x, y, x + mark.get_width(), y + mark.get_height()


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
