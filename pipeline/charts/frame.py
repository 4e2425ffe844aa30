"""The frame that all figures share, and the words, bars and lines they are made of.

Everything is placed in points from the top left corner of a figure 7.5 inches wide. There are no
axes: the only scale is a bar's points per whole (`unit`). The height follows from what was placed.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

import matplotlib as mpl
from matplotlib import font_manager, ft2font
from matplotlib.backends.backend_agg import FigureCanvasAgg, RendererAgg
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, Rectangle
from matplotlib.text import Text
from matplotlib.transforms import Affine2D

from pipeline.charts.colours import AXIS, GREY, GREY_INK, INK, WHITE, contrast
from pipeline.project.errors import SurveyError
from pipeline.tidy.printed import Printed

Align = Literal["left", "center", "right"]
Way = Literal["down", "right", "left"]
"""the way in which the rows of a panel follow the order of their table"""

INCH = 72.0
WIDTH = 7.5 * INCH
MARGIN = 14.0
CONTENT = WIDTH - 2 * MARGIN
LABEL_COLUMN = 0.45 * CONTENT
DPI = 200
SMALLEST = 8.0
DOT = 4.4
SYNTHETIC = "Synthetic responses"
NOTHING = "No responses to show."
OPEN_SANS = "Open Sans"
VALUE_OF = "row-"
"""the id of a printed value begins so, and ends with its row"""

_LEADING = 1.3
_CAPITALS = 0.714  # height of capitals and digits, in ems, in both faces of Open Sans
_SWATCH = 8.0
_GAP = 4.0
_FRAME = 1.6


@dataclass(frozen=True)
class Style:
    """How words look; `size` in points."""

    size: float
    bold: bool = False
    colour: str = INK


FIGURE = Style(9, bold=True, colour=GREY_INK)
TITLE = Style(14, bold=True)
SUBTITLE = Style(10)
QUESTION = Style(9, colour=GREY_INK)
FOOT = Style(8, colour=GREY_INK)
NAME = Style(9)
VALUE = Style(9, bold=True)
HEADING = Style(9, bold=True)
NOTE = Style(8, colour=GREY_INK)
KEY = Style(8.5)
KEY_VALUE = Style(8.5, bold=True)


@dataclass(frozen=True)
class Face:
    """One font file; `family` and `bold` are what an SVG calls it."""

    family: str
    bold: bool
    path: Path


@dataclass(frozen=True)
class Block:
    """Words broken into lines; `width` and `height` in points."""

    lines: tuple[str, ...]
    style: Style
    face: Face

    @property
    def width(self) -> float:
        """The width of the longest line."""
        return max(_measured(line, self.style.size, self.face) for line in self.lines)

    @property
    def height(self) -> float:
        """The height of all lines with the space between them."""
        return len(self.lines) * self.style.size * _LEADING


class Words(Text):
    """One line of text. `value` marks the printed value of table row `row`; `bar` is what it lies in."""

    value: bool = False
    row: int | None = None
    panel: int = 0
    way: Way = "down"
    bar: Bar | Cell | None = None
    face: Face


class Bar(Rectangle):
    """The bar of table row `row`: `unit` points stand for 100%. A tick is a place, not a length."""

    row: int
    unit: float
    zero: float
    panel: int = 0
    way: Way = "down"
    tick: bool = False
    upright: bool = False

    @property
    def plotted(self) -> float:
        """The share that the bar shows."""
        if self.tick:
            return (self.get_x() + self.get_width() / 2 - self.zero) / self.unit
        return (self.get_height() if self.upright else self.get_width()) / self.unit


class Dot(Circle):
    """The dot of table row `row` at its share: `unit` points stand for 100%, rightwards or, upright, upwards.

    `hollow` dots are open whatever their base, as those of an earlier wave are.
    """

    row: int
    unit: float
    zero: float
    panel: int = 0
    upright: bool = False
    hollow: bool = False

    @property
    def plotted(self) -> float:
        """The share that the dot stands at."""
        centre: Any = self.get_center()
        reach = self.zero - centre[1] if self.upright else centre[0] - self.zero
        return float(reach) / self.unit


class Cell(Rectangle):
    """The cell of table row `row` in a table that is coloured by its shares."""

    row: int
    panel: int = 0


class Sheet:
    """A figure in the making; `y` is where the next thing goes, in points from the top."""

    def __init__(self) -> None:
        self.figure = Figure(figsize=(WIDTH / INCH, 1), facecolor=WHITE, dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.y = 12.0
        self.panel = 0
        self.way: Way = "down"
        self._points = Affine2D()
        self._transform = self._points + self.figure.dpi_scale_trans

    def finish(self) -> Figure:
        """The figure, as high as what was placed on it."""
        height = self.y / INCH
        self._points.clear().scale(1 / INCH, -1 / INCH).translate(0, height)
        self.figure.set_size_inches(WIDTH / INCH, height)
        return self.figure

    def words(
        self,
        block: Block,
        x: float,
        top: float,
        align: Align = "left",
        *,
        value: bool = False,
        row: int | None = None,
        bar: Bar | Cell | None = None,
    ) -> None:
        """Place a block with its upper edge at `top`."""
        lead = block.style.size * _LEADING
        for number, line in enumerate(block.lines):
            baseline = top + (number + 0.5) * lead + _CAPITALS * block.style.size / 2
            words = Words(
                x,
                baseline,
                line,
                color=block.style.colour,
                fontproperties=_properties(block.face, block.style.size),
                horizontalalignment=align,
                verticalalignment="baseline",
                transform=self._transform,
                parse_math=False,
                usetex=False,
            )
            words.value, words.row, words.bar = value, row, bar
            words.panel, words.way = self.panel, self.way
            words.face = block.face
            if value:
                words.set_gid(f"{VALUE_OF}{row}")
            self.figure.add_artist(words)

    def words_at(
        self,
        block: Block,
        x: float,
        middle: float,
        align: Align = "left",
        *,
        value: bool = False,
        row: int | None = None,
        bar: Bar | Cell | None = None,
    ) -> None:
        """Place a block with its middle at the height `middle`."""
        self.words(block, x, middle - block.height / 2, align, value=value, row=row, bar=bar)

    def below(self, text: str, style: Style, gap: float = 0, width: float = CONTENT) -> None:
        """Add a paragraph at the left margin, `gap` points below the last thing; nothing for no text."""
        if clean(text):
            wrapped = block(text, style, width)
            self.words(wrapped, MARGIN, self.y + gap)
            self.y += gap + wrapped.height

    def bar(
        self,
        row: int,
        zero: float,
        middle: float,
        height: float,
        share: float,
        unit: float,
        colour: str,
        *,
        start: float = 0,
        outlined: bool = False,
    ) -> Bar:
        """Draw a share as a bar from `start` (a share) on."""
        bar = Bar(
            (zero + start * unit, middle - height / 2),
            share * unit,
            height,
            facecolor=WHITE if outlined else colour,
            edgecolor=colour if outlined else "none",
            linewidth=1.0 if outlined else 0,
            transform=self._transform,
        )
        return self._bar(bar, row, zero, unit)

    def column(
        self,
        row: int,
        middle: float,
        bottom: float,
        width: float,
        share: float,
        unit: float,
        colour: str,
        *,
        outlined: bool = False,
    ) -> Bar:
        """Draw a share as an upright bar that stands on `bottom`."""
        bar = Bar(
            (middle - width / 2, bottom - share * unit),
            width,
            share * unit,
            facecolor=WHITE if outlined else colour,
            edgecolor=colour if outlined else "none",
            linewidth=1.0 if outlined else 0,
            transform=self._transform,
        )
        bar.upright = True
        return self._bar(bar, row, bottom, unit)

    def _bar(self, bar: Bar, row: int, zero: float, unit: float) -> Bar:
        bar.row, bar.unit, bar.zero = row, unit, zero
        bar.panel, bar.way = self.panel, self.way
        self.figure.add_artist(bar)
        return bar

    def dot(
        self,
        row: int,
        place: tuple[float, float],
        zero: float,
        unit: float,
        colour: str,
        *,
        upright: bool = False,
        open_: bool = False,
        hollow: bool = False,
        radius: float = DOT,
    ) -> None:
        """Draw a share as a dot at `place`; an open one where it has a low base, or is `hollow`."""
        dot = Dot(
            place,
            radius - 0.8,
            facecolor=WHITE if open_ or hollow else colour,
            edgecolor=colour,
            linewidth=1.6,
            transform=self._transform,
            zorder=4,
        )
        dot.row, dot.unit, dot.zero, dot.panel = row, unit, zero, self.panel
        dot.upright, dot.hollow = upright, hollow
        self.figure.add_artist(dot)

    def circle(
        self, place: tuple[float, float], colour: str, radius: float = DOT, below: bool = False
    ) -> None:
        """Draw a plain dot that stands for no number; one `below` lies under lines."""
        height = 1.5 if below else 3
        self.figure.add_artist(
            Circle(place, radius, facecolor=colour, linewidth=0, transform=self._transform, zorder=height)
        )

    def cell(self, row: int, x: float, top: float, width: float, height: float, colour: str) -> Cell:
        """Draw the coloured cell of a row, with a white gap around it."""
        cell = Cell(
            (x, top), width, height, facecolor=colour, edgecolor=WHITE, linewidth=1.0,
            transform=self._transform,
        )  # fmt: skip
        cell.row, cell.panel = row, self.panel
        self.figure.add_artist(cell)
        return cell

    def part(
        self,
        row: int,
        zero: float,
        middle: float,
        height: float,
        share: float,
        unit: float,
        colour: str,
        *,
        start: float,
        outlined: bool,
    ) -> Bar:
        """Draw one part of a bar of 100%, from `start` (a share), with a white line before it.

        An outlined part keeps its colour as a frame inside a thin grey one, so that parts that touch
        do not hide each other's.
        """
        tint = GREY if outlined else colour
        bar = self.bar(row, zero, middle, height, share, unit, tint, start=start, outlined=outlined)
        left, width, top = bar.get_x(), bar.get_width(), middle - height / 2
        if outlined:
            bar.set_linewidth(0.6)
            if width > 2 * _FRAME:
                frame = Rectangle(
                    (left + _FRAME, top + _FRAME),
                    width - 2 * _FRAME,
                    height - 2 * _FRAME,
                    facecolor="none",
                    edgecolor=colour,
                    linewidth=1.8,
                    transform=self._transform,
                )
                self.figure.add_artist(frame)
        elif start != 0:
            self.line((left, left), (top, top + height), WHITE, 1.4)
        return bar

    def tick(self, row: int, zero: float, middle: float, height: float, share: float, unit: float,
             colour: str) -> None:  # fmt: skip
        """Mark a share with an upright line."""
        width = 2.2
        bar = Bar(
            (zero + share * unit - width / 2, middle - height / 2),
            width,
            height,
            facecolor=colour,
            edgecolor="none",
            linewidth=0,
            transform=self._transform,
            zorder=2,
        )
        bar.tick = True
        self._bar(bar, row, zero, unit)

    def swatch(self, x: float, middle: float, colour: str, width: float = _SWATCH,
               height: float = _SWATCH) -> None:  # fmt: skip
        """Draw a legend's square of colour."""
        self.figure.add_artist(
            Rectangle(
                (x, middle - height / 2),
                width,
                height,
                facecolor=colour,
                linewidth=0,
                transform=self._transform,
            )
        )

    def line(
        self,
        xs: tuple[float, float],
        ys: tuple[float, float],
        colour: str,
        width: float,
        dashes: tuple[float, ...] = (),
        below: bool = False,
    ) -> None:
        """Draw a straight line, dashed where `dashes` has the lengths of strokes and gaps in points.

        One `below` lies under everything else.
        """
        line = Line2D(
            xs,
            ys,
            color=colour,
            linewidth=width,
            linestyle=(0, dashes) if dashes else "-",
            solid_capstyle="butt",
            transform=self._transform,
            zorder=0.5 if below else 2,
        )
        self.figure.add_artist(line)

    def zero_line(self, x: float, top: float, bottom: float) -> None:
        """Draw the line that bars begin at."""
        self.line((x, x), (top, bottom), AXIS, 0.8)

    def whisker(
        self, zero: float, middle: float, low: float, high: float, unit: float, on: str = WHITE
    ) -> None:
        """Draw an interval, with a white edge where its bar's colour `on` would swallow it."""
        left, right, cap = zero + low * unit, zero + high * unit, 2.2
        strokes = [
            ((left, right), (middle, middle)),
            ((left, left), (middle - cap, middle + cap)),
            ((right, right), (middle - cap, middle + cap)),
        ]
        pens = [(WHITE, 2.4), (INK, 1.0)] if contrast(INK, on) < 3 else [(INK, 1.0)]
        for colour, width in pens:
            for xs, ys in strokes:
                self.line(xs, ys, colour, width)


def compose(exhibit: Printed, plot: Callable[[Sheet], None]) -> Figure:
    """A whole figure: the exhibit's words around what `plot` places on the sheet."""
    with settings(exhibit.id):
        try:
            sheet = Sheet()
            mark = " · SYNTHETIC RESPONSES" if exhibit.synthetic else ""
            sheet.below(f"FIGURE {exhibit.number}{mark}", FIGURE)
            sheet.below(exhibit.title, TITLE, 1)
            sheet.below(exhibit.subtitle, SUBTITLE, 2)
            sheet.below(exhibit.question, QUESTION, 2)
            sheet.y += 16
            plot(sheet)
            sheet.y += 10
            for paragraph in foot(exhibit):
                sheet.below(paragraph, FOOT)
            sheet.y += 12
            return sheet.finish()
        except SurveyError as error:
            raise SurveyError(f"figure {exhibit.id!r}: {error}") from None


def foot(exhibit: Printed) -> list[str]:
    """The paragraphs under the plot; a figure of synthetic responses always says so."""
    paragraphs = [paragraph for paragraph in exhibit.foot.splitlines() if clean(paragraph)]
    if exhibit.synthetic and SYNTHETIC.casefold() not in exhibit.foot.casefold():
        paragraphs.append(f"{SYNTHETIC}.")
    return paragraphs


@contextmanager
def settings(salt: str) -> Iterator[None]:
    """Matplotlib's own defaults with what the figures need, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update(
            {
                "pdf.fonttype": 42,
                "svg.fonttype": "none",
                "svg.hashsalt": salt,
                "text.hinting": "no_hinting",
                "text.parse_math": False,
            }
        )
        yield


def legend(sheet: Sheet, entries: Sequence[tuple[str, str, str, int | None]], x: float, width: float) -> None:
    """Place a legend that wraps at `sheet.y`; an entry is its colour, name, printed value and row."""
    left = x
    lines = 1.0
    for colour, name, value, row in entries:
        number = block(value, KEY_VALUE, width) if value else None
        taken = _SWATCH + _GAP + (number.width + _GAP if number else 0)
        label = block(name, KEY, width - taken)
        if left > x and left + taken + label.width > x + width:
            sheet.y += lines + 3
            left, lines = x, 0
        middle = sheet.y + KEY.size * _LEADING / 2
        sheet.swatch(left, middle, colour)
        if number:
            sheet.words_at(number, left + _SWATCH + _GAP, middle, value=True, row=row)
        sheet.words(label, left + taken, sheet.y)
        lines = max(lines, label.height)
        left += taken + label.width + 14
    sheet.y += lines


def nothing(sheet: Sheet) -> None:
    """Say that there is nothing to draw."""
    sheet.below(NOTHING, QUESTION)


def clean(text: str) -> str:
    """`text` as it is drawn: composed characters, single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    return re.sub(" +", " ", spaced).strip(" ")


def block(text: str, style: Style, width: float) -> Block:
    """`text` broken into lines of at most `width` points, in a face that has all its characters."""
    drawn, face = _set(clean(text), style.bold)
    return Block(tuple(_wrap(drawn, style.size, face, width)), style, face)


def balanced(text: str, style: Style, width: float) -> Block:
    """Like `block`, with lines of about one length instead of a last word on a line of its own.

    No word is broken for it.
    """
    widest = block(text, style, width)
    words = max(_measured(word, style.size, widest.face) for word in " ".join(widest.lines).split(" "))
    low, high, best = words, widest.width, widest
    while len(widest.lines) > 1 and high - low > 1:
        middle = (low + high) / 2
        tried = block(text, style, middle)
        if len(tried.lines) <= len(widest.lines) and tried.width <= middle:
            high, best = middle, tried
        else:
            low = middle
    return best


def _wrap(text: str, size: float, face: Face, width: float) -> Iterator[str]:
    line = ""
    for word in text.split(" "):
        longer = f"{line} {word}" if line else word
        if _fits(longer, size, face, width):
            line = longer
            continue
        if line:
            yield line
        line = word
        while len(line) > 1 and not _fits(line, size, face, width):
            cut = len(line) - 1
            while cut > 1 and not _fits(line[:cut], size, face, width):
                cut -= 1
            yield line[:cut]
            line = line[cut:]
    yield line


def _fits(line: str, size: float, face: Face, width: float) -> bool:
    """Whether a line is at most `width` points long.

    Open Sans has neither kerning nor joined letters, so a line need not be shaped unless its advances say
    that it ends within an em of the edge.
    """
    if face.family == OPEN_SANS:
        rough = math.fsum(_advance(character, face) for character in line) * size
        if abs(rough - width) > size:
            return rough < width
    return _measured(line, size, face) <= width


def _set(text: str, bold: bool) -> tuple[str, Face]:
    """`text` and the face to set it in: Open Sans, or DejaVu Sans for the whole of what that lacks."""
    missing: list[str] = []
    for face in (_open_sans(bold), _dejavu_sans(bold)):
        has = _characters(face)
        missing = [c for c in text if ord(c) not in has and not _ignorable(c)]
        if not missing:
            return "".join(c for c in text if ord(c) in has), face
    lacking = missing[0]
    name = unicodedata.name(lacking, "no name")
    raise SurveyError(
        f"cannot draw {lacking!r} (U+{ord(lacking):04X}, {name}) in {text!r}; neither Open Sans nor "
        "DejaVu Sans has it, so the label must be written without it"
    )


def _ignorable(character: str) -> bool:
    # joiners, direction marks and variation selectors have no picture of their own
    return unicodedata.category(character) == "Cf" or "\ufe00" <= character <= "\ufe0f"


@cache
def _open_sans(bold: bool) -> Face:
    name = "OpenSans-Bold.ttf" if bold else "OpenSans-Regular.ttf"
    return Face(OPEN_SANS, bold, Path(__file__).parent / "fonts" / name)


@cache
def _dejavu_sans(bold: bool) -> Face:
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    return Face("DejaVu Sans", bold, Path(mpl.get_data_path()) / "fonts" / "ttf" / name)


@cache
def _characters(face: Face) -> frozenset[int]:
    return frozenset(font_manager.get_font(str(face.path)).get_charmap())


def _properties(face: Face, size: float) -> font_manager.FontProperties:
    weight = "bold" if face.bold else "normal"
    return font_manager.FontProperties(family=[face.family], weight=weight, size=size, fname=str(face.path))


@cache
def _advance(character: str, face: Face) -> float:
    """How far a character alone moves the pen, in ems."""
    font = font_manager.get_font(str(face.path))
    flags = ft2font.LoadFlags.NO_HINTING | ft2font.LoadFlags.NO_SCALE
    return float(font.load_char(ord(character), flags).horiAdvance) / font.units_per_EM


@lru_cache(maxsize=100_000)
def _measured(text: str, size: float, face: Face) -> float:
    """The width of one line in points, as the PNG has it."""
    if not text:
        return 0.0
    width, _, _ = _renderer().get_text_width_height_descent(text, _properties(face, size), False)
    return float(width) * INCH / DPI


@cache
def _renderer() -> Any:
    make: Any = RendererAgg  # Matplotlib declares no types for it
    return make(8, 8, DPI)
