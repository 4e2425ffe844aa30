"""What a figure is made of, each with the row of the table that it stands for; the gates read them back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from matplotlib.colors import to_hex
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text

from pipeline.charts.colours import WHITE
from pipeline.charts.faces import Face
from pipeline.charts.measure import extent

Way = Literal["down", "right", "left"]
"""the way in which the rows of a panel follow the order of their table"""


@dataclass(frozen=True)
class Scale:
    """Where shares stand, in points: 0% at `zero`, 100% `unit` further right or, upright, further up."""

    zero: float
    unit: float
    upright: bool = False

    def at(self, share: float) -> float:
        """The place of a share."""
        length = share * self.unit
        return self.zero - length if self.upright else self.zero + length

    def share(self, place: float) -> float:
        """The share at a place."""
        return (self.zero - place if self.upright else place - self.zero) / self.unit


_BEFORE = {"left": 0.0, "center": 0.5, "right": 1.0}
"""how much of a line stands left of its place, by its alignment"""


Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""left, top, right and bottom, in points from the top left corner"""


def crosses(box: Box, start: Point, end: Point) -> bool:
    """Whether a straight line goes through a box."""
    first, last = 0.0, 1.0  # the part of the line that is in the box, cut off side by side
    for axis in (0, 1):
        low, high = box[axis], box[axis + 2]
        at, step = start[axis], end[axis] - start[axis]
        if step == 0:
            if not low < at < high:
                return False
            continue
        enters, leaves = sorted(((low - at) / step, (high - at) / step))
        first, last = max(first, enters), min(last, leaves)
    return first < last


class TextLine(Text):
    """One line of text. Where it prints the value of a table row, `row` is that row's place in the table.

    `bar` is the bar or cell that it lies in. A text that stands in place of the values of several rows has
    their places in `stands_for`; `lacking` is what no face has of the text that it begins.
    """

    row: int | None = None
    stands_for: tuple[int, ...] = ()
    panel: int = 0
    way: Way = "down"
    is_foot: bool = False
    bar: Bar | Cell | None = None
    faces: tuple[Face, ...]
    lacking: str = ""

    @property
    def box(self) -> Box:
        """Its left, upper, right and lower edge, in the points of the sheet."""
        x, y = self.get_position()
        size = extent(self.get_text(), self.get_fontproperties().get_size_in_points(), self.faces)
        left = x - _BEFORE[self.get_horizontalalignment()] * size.width
        return left, y - size.ascent, left + size.width, y + size.descent

    def draw(self, renderer: Any) -> None:
        """Draw the line as any text is drawn, without a layout: it is one line, and stands on its base."""
        if not self.get_text():
            return
        transform: Any = self.get_transform()
        x, y = transform.transform((self.box[0], self.get_position()[1]))
        renderer.open_group("text", self.get_gid())
        pen = renderer.new_gc()
        pen.set_foreground(self.get_color())
        _, height = renderer.get_canvas_width_height()
        upright = height - y if renderer.flipy() else y
        renderer.draw_text(pen, x, upright, self.get_text(), self.get_fontproperties(), 0.0, mtext=self)
        pen.restore()
        renderer.close_group("text")


class Stroke(Line2D):
    """A straight line between two places, of strokes and gaps of so many of its widths, or solid."""

    dashes: tuple[float, ...] = ()

    @property
    def start(self) -> tuple[float, float]:
        """Where it begins, in points."""
        places: Any = self.get_xydata()
        return float(places[0][0]), float(places[0][1])

    @property
    def parts_bars(self) -> bool:
        """Whether it is a white gap of a point or more."""
        return to_hex(self.get_color()).upper() == WHITE and self.get_linewidth() >= 1


class Bar(Rectangle):
    """The bar of table row `row`; a tick is a place on the scale, not a length."""

    row: int
    scale: Scale
    panel: int = 0
    tick: bool = False

    @property
    def plotted(self) -> float:
        """The share that the bar shows."""
        if self.tick:
            return self.scale.share(self.get_x() + self.get_width() / 2)
        return (self.get_height() if self.scale.upright else self.get_width()) / self.scale.unit


Shape = Literal["circle", "square", "triangle", "diamond", "inverted triangle", "cross"]
"""what a point can look like"""

_WIDE, _THIN = 1.15, 0.42  # of a radius: how far the arms of a cross reach, and half their thickness
CORNERS: dict[Shape, tuple[tuple[float, float], ...]] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "triangle": ((0, -1.2), (1.2, 0.9), (-1.2, 0.9)),
    "diamond": ((0, -1.3), (1.3, 0), (0, 1.3), (-1.3, 0)),
    "inverted triangle": ((0, 1.2), (-1.2, -0.9), (1.2, -0.9)),
    "cross": (
        (-_THIN, -_WIDE), (_THIN, -_WIDE), (_THIN, -_THIN), (_WIDE, -_THIN), (_WIDE, _THIN), (_THIN, _THIN),
        (_THIN, _WIDE), (-_THIN, _WIDE), (-_THIN, _THIN), (-_WIDE, _THIN), (-_WIDE, -_THIN), (-_THIN, -_THIN),
    ),
}  # fmt: skip
"""the corners of each shape but the circle from its middle, in its radius; all look as large as the circle"""


class Marker(Patch):
    """A point of a shape, around its middle."""

    def __init__(self, center: tuple[float, float], radius: float, shape: Shape, **look: Any) -> None:
        super().__init__(**look)
        self.center, self.radius, self.shape = center, radius, shape

    @property
    def corners(self) -> list[tuple[float, float]]:
        """The corners of its outline; none of a circle."""
        x, y = self.center
        return [
            (x + across * self.radius, y + down * self.radius) for across, down in CORNERS.get(self.shape, ())
        ]

    def get_path(self) -> Path:
        """Its outline, as Matplotlib draws it."""
        if self.shape == "circle":
            return Path.circle(self.center, self.radius)
        return Path([*self.corners, self.corners[0]], closed=True)


class Dot(Marker):
    """The point of table row `row` at its share."""

    row: int
    scale: Scale
    panel: int = 0

    @property
    def plotted(self) -> float:
        """The share that the dot stands at."""
        return self.scale.share(self.center[1] if self.scale.upright else self.center[0])


class Cell(Rectangle):
    """The cell of table row `row` in a table that is coloured by its shares."""

    row: int
    panel: int = 0


Mark = Bar | Dot | Cell
