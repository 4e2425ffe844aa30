"""The sheet that a figure is drawn on: text, bars, dots and lines at places in points from the top left.

There are no axes: the only scale is a `Scale`, where 0% is and how many points are 100%. What stands for a
row of the table is given the row, and carries its place in the table for the gates. Bars and dots of a low
base are outlined.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeVar

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D

from pipeline.charts.colours import AXIS, GREY, INK, WHITE, contrast
from pipeline.charts.marks import Bar, Cell, Dot, Mark, Marker, Scale, Shape, Stroke, TextLine, Way
from pipeline.charts.measure import Block, balanced, block, properties
from pipeline.charts.rows import Row
from pipeline.charts.scripts import clean
from pipeline.charts.style import CAPITALS, CONTENT, DOT, DPI, INCH, MARGIN, VALUE, Style

Align = Literal["left", "center", "right"]
_Box = TypeVar("_Box", bound=Rectangle)
_Drawn = TypeVar("_Drawn", bound=Artist)
_Mark = TypeVar("_Mark", bound=Mark)

VALUE_OF = "row-"
"""the id of a printed value begins so, and ends with its row"""
STANDS_FOR = "rows-"
"""the id of a text in place of several values begins so, and ends with their rows"""
SWATCH = 8.0
"""the side of a square of colour in a legend"""

_FRAME = 1.6


class Sheet:
    """A figure in the making; `y` is where the next thing goes, in points from the top.

    `content` is the width between the margins, in points. `panel` is the panel that marks and values belong
    to, and `way` how its rows follow each other; what is placed once `is_foot` is set stands below the plot.
    """

    def __init__(self, content: float = CONTENT) -> None:
        self.content = content
        self.figure = Figure(figsize=(self.width / INCH, 1), facecolor=WHITE, dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.y = 12.0
        self.panel = 0
        self.way: Way = "down"
        self.is_foot = False
        self._points = Affine2D()
        self._transform = self._points + self.figure.dpi_scale_trans

    @property
    def width(self) -> float:
        """The points from side to side, margins included."""
        return self.content + 2 * MARGIN

    def finish(self, height: float = 0, pixels: int = 0) -> Figure:
        """The figure, as high as what was placed on it, or so many points; its PNG so many pixels wide."""
        height = (height or self.y) / INCH
        self._points.clear().scale(1 / INCH, -1 / INCH).translate(0, height)
        self.figure.set_size_inches(self.width / INCH, height)
        if pixels:
            self.figure.set_dpi(pixels * INCH / self.width)
        return self.figure

    def text(self, block: Block, x: float, top: float, align: Align = "left", *,
             row: Row | None = None, bar: Bar | Cell | None = None,
             stands_for: Sequence[Row] = ()) -> None:  # fmt: skip
        """Place a block with its upper edge at `top`; `row` is the row whose value it prints.

        One that stands in place of the values of several rows `stands_for` these.
        """
        style, font = block.style, properties(block.faces, block.style.size)
        for number, text in enumerate(block.lines):
            y = top + (number + 0.5) * block.lead + CAPITALS * style.size / 2
            line = TextLine(x, y, text, color=style.colour, fontproperties=font, ha=align, va="baseline",
                            parse_math=False, usetex=False)  # fmt: skip
            line.bar, line.faces, line.panel, line.way = bar, block.faces, self.panel, self.way
            line.is_foot, line.lacking = self.is_foot, "" if number else block.lacking
            if stands_for:
                line.stands_for = tuple(one.index for one in stands_for)
                line.set_gid(f"{STANDS_FOR}{' '.join(map(str, line.stands_for))}")
            if row is not None:
                line.row = row.index
                line.set_gid(f"{VALUE_OF}{row.index}")
            self._add(line)

    def text_at(self, block: Block, x: float, middle: float, align: Align = "left", *,
                row: Row | None = None, bar: Bar | Cell | None = None,
                stands_for: Sequence[Row] = ()) -> None:  # fmt: skip
        """Place a block with its middle at the height `middle`."""
        self.text(block, x, middle - block.height / 2, align, row=row, bar=bar, stands_for=stands_for)

    def value_at(self, row: Row, x: float, middle: float, align: Align = "left", style: Style = VALUE, *,
                 bar: Bar | Cell | None = None) -> None:  # fmt: skip
        """Print the value of a row with its middle at the height `middle`."""
        self.text_at(block(row.text, style), x, middle, align, row=row, bar=bar)

    def below(self, text: str, style: Style, gap: float = 0) -> None:
        """Add a paragraph at the left margin, `gap` points below the last thing; nothing for no text."""
        if clean(text):
            wrapped = block(text, style, self.content)
            if len(wrapped.lines) > 1 and " " not in wrapped.lines[-1]:
                # no last word on a line of its own
                wrapped = balanced(text, style, self.content)
            self.text(wrapped, MARGIN, self.y + gap)
            self.y += gap + wrapped.height

    def bar(self, row: Row, scale: Scale, middle: float, height: float, colour: str,
            start: float = 0) -> Bar:  # fmt: skip
        """Draw the share of a row as a bar from `start` (a share) on."""
        width = row.plotted * scale.unit
        return self._bar(row, scale, (scale.at(start), middle - height / 2), width, height, colour)

    def column(self, row: Row, scale: Scale, middle: float, width: float, colour: str) -> Bar:
        """Draw the share of a row as a bar that stands on the zero of an upright scale."""
        corner = middle - width / 2, scale.at(row.plotted)
        return self._bar(row, scale, corner, width, row.plotted * scale.unit, colour)

    def part(self, row: Row, scale: Scale, middle: float, height: float, colour: str, start: float) -> Bar:
        """Draw one part of a bar of 100%, from `start` (a share), with a white line before it.

        An outlined part keeps its colour as a frame inside a thin grey one, so that parts that touch
        do not hide each other's.
        """
        bar = self.bar(row, scale, middle, height, GREY if row.low_base else colour, start)
        left, width, top = bar.get_x(), bar.get_width(), middle - height / 2
        if row.low_base:
            bar.set_linewidth(0.6)
            if width > 2 * _FRAME:
                inner = width - 2 * _FRAME, height - 2 * _FRAME
                self._box(Rectangle, (left + _FRAME, top + _FRAME), *inner, "none", colour, 1.8)
        elif start != 0:
            self.line((left, left), (top, top + height), WHITE, 1.4)
        return bar

    def tick(self, row: Row, scale: Scale, middle: float, height: float, colour: str) -> None:
        """Mark a share with an upright line."""
        width = 2.2
        corner = scale.at(row.plotted) - width / 2, middle - height / 2
        bar = self._of_row(self._box(Bar, corner, width, height, colour, order=2), row)
        bar.scale, bar.tick = scale, True

    def dot(self, row: Row, scale: Scale, across: float, colour: str, *, hollow: bool = False,
            radius: float = DOT, shape: Shape = "circle") -> None:  # fmt: skip
        """Draw a share as a dot; `across` is its place on the other direction than the scale's.

        `hollow` dots are open whatever their base, as those of an earlier wave are.
        """
        along = scale.at(row.plotted)
        fill = WHITE if row.low_base or hollow else colour
        place = (across, along) if scale.upright else (along, across)
        dot = Dot(place, radius - 0.8, shape, facecolor=fill, edgecolor=colour, linewidth=1.6, zorder=4)
        self._of_row(self._add(dot), row).scale = scale

    def marker(self, place: tuple[float, float], colour: str, *, hollow: bool = False, radius: float = DOT,
               shape: Shape = "circle") -> None:  # fmt: skip
        """Draw the point of a legend, which stands for no number, as `dot` draws those that do."""
        fill = WHITE if hollow else colour
        self._add(
            Marker(place, radius - 0.8, shape, facecolor=fill, edgecolor=colour, linewidth=1.6, zorder=4)
        )

    def cell(self, row: Row, corner: tuple[float, float], width: float, height: float, colour: str) -> Cell:
        """Draw the coloured cell of a row from its upper left corner, with a white gap around it."""
        return self._of_row(self._box(Cell, corner, width, height, colour, WHITE, 1.0), row)

    def swatch(self, x: float, middle: float, colour: str, width: float = SWATCH,
               height: float = SWATCH) -> None:  # fmt: skip
        """Draw a legend's square of colour."""
        self._box(Rectangle, (x, middle - height / 2), width, height, colour)

    def line(self, xs: tuple[float, float], ys: tuple[float, float], colour: str, width: float,
             dashes: tuple[float, ...] = (), below: bool = False) -> None:  # fmt: skip
        """Draw a straight line, dashed where `dashes` has the lengths of strokes and gaps in its widths.

        One `below` lies under everything else.
        """
        self._add(Stroke(xs, ys, color=colour, linewidth=width, linestyle=(0, dashes) if dashes else "-",
                         solid_capstyle="butt", zorder=0.5 if below else 2)).dashes = dashes  # fmt: skip

    def zero_line(self, x: float, top: float, bottom: float) -> None:
        """Draw the line that bars begin at."""
        self.line((x, x), (top, bottom), AXIS, 0.8)

    def whisker(self, scale: Scale, middle: float, low: float, high: float, on: str = WHITE) -> None:
        """Draw an interval, with a white edge where its bar's colour `on` would swallow it."""
        left, right, cap = scale.at(low), scale.at(high), 2.2
        strokes = [
            ((left, right), (middle, middle)),
            ((left, left), (middle - cap, middle + cap)),
            ((right, right), (middle - cap, middle + cap)),
        ]
        pens = [(WHITE, 2.4), (INK, 1.0)] if contrast(INK, on) < 3 else [(INK, 1.0)]
        for colour, width in pens:
            for xs, ys in strokes:
                self.line(xs, ys, colour, width)

    def _bar(self, row: Row, scale: Scale, corner: tuple[float, float], width: float, height: float,
             colour: str) -> Bar:  # fmt: skip
        look: tuple[Any, ...] = (WHITE, colour, 1.0) if row.low_base else (colour,)
        bar = self._of_row(self._box(Bar, corner, width, height, *look), row)
        bar.scale = scale
        return bar

    def _box(self, shape: type[_Box], corner: tuple[float, float], width: float, height: float, fill: str,
             edge: str = "none", line: float = 0, order: float = 1) -> _Box:  # fmt: skip
        box = shape(corner, width, height, facecolor=fill, edgecolor=edge, linewidth=line, zorder=order)
        return self._add(box)

    def _add(self, artist: _Drawn) -> _Drawn:
        artist.set_transform(self._transform)
        self.figure.add_artist(artist)
        return artist

    def _of_row(self, mark: _Mark, row: Row) -> _Mark:
        mark.row, mark.panel = row.index, self.panel
        return mark
