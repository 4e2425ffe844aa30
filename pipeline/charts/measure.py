"""Text before it is placed: cleaned, set in faces that have its characters, broken into lines, measured."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from matplotlib import font_manager, ft2font

from pipeline.charts.faces import Face, packaged
from pipeline.charts.scripts import breakable, clean, clusters, directed, setting, unseen
from pipeline.charts.style import CAPITALS, CONTENT, DPI, INCH, LEADING, Style

PARTS = 64
"""of a pixel, in which FreeType says how far a text reaches"""
_LARGE = 1000  # points: so large that places are as good as exact


@dataclass(frozen=True)
class Block:
    """Text broken into lines; `width` and `height` in points.

    `text` is the whole as it is drawn, and `lacking` what no face has of it, so that its code is drawn.
    """

    text: str
    lines: tuple[str, ...]
    style: Style
    faces: tuple[Face, ...]
    lacking: str

    @property
    def width(self) -> float:
        """The width of the longest line."""
        return max(_measured(line, self.style.size, self.faces) for line in self.lines)

    @property
    def height(self) -> float:
        """The height of all lines with the space between them."""
        return len(self.lines) * self.lead

    @property
    def lead(self) -> float:
        """From one line to the next: more than the style has where marks reach further up or down."""
        size = self.style.size
        reach = [extent(line, size, self.faces) for line in self.lines]
        up, down = max(line.ascent for line in reach), max(line.descent for line in reach)
        return max(size * LEADING, 2 * up - size * CAPITALS, 2 * down + size * CAPITALS)


def block(text: str, style: Style, width: float = CONTENT) -> Block:
    """`text` broken into lines of at most `width` points, in faces that have its characters."""
    drawn = setting(clean(text), style.bold)
    lines = directed(list(_wrap(drawn.text, style.size, drawn.faces, width)), drawn.text)
    return Block(drawn.text, lines, style, drawn.faces, drawn.lacking)


def balanced(text: str, style: Style, width: float) -> Block:
    """Like `block`, with lines of about one length instead of a last word on a line of its own.

    No word is broken for it.
    """
    widest = block(text, style, width)
    parts = (part for line in widest.lines for _, part in breakable(line))
    longest = max(_measured(part, style.size, widest.faces) for part in parts)
    low, high, best = longest, widest.width, widest
    while len(widest.lines) > 1 and high - low > 1:
        middle = (low + high) / 2
        tried = block(text, style, middle)
        if len(tried.lines) <= len(widest.lines) and tried.width <= middle:
            high, best = middle, tried
        else:
            low = middle
    return best


def properties(faces: Sequence[Face], size: float) -> font_manager.FontProperties:
    """The names of faces in a size, as Matplotlib writes them into an SVG."""
    weight = "bold" if faces[0].bold else "normal"
    return font_manager.FontProperties(family=[face.family for face in faces], weight=weight, size=size)


@cache
def font(faces: tuple[Face, ...]) -> Any:
    """Faces as one font of Matplotlib's, which sets each character in the first that has it."""
    return font_manager.get_font([str(face.path) for face in faces])


def _wrap(text: str, size: float, faces: tuple[Face, ...], width: float) -> Iterator[str]:
    line = ""
    for gap, part in breakable(text):
        longer = f"{line}{gap}{part}" if line else part
        if _fits(longer, size, faces, width):
            line = longer
            continue
        if line:
            yield line
        line = part
        while not _fits(line, size, faces, width) and len(left := clusters(line)) > 1:
            cut = len(left) - 1
            while cut > 1 and not _fits("".join(left[:cut]), size, faces, width):
                cut -= 1
            yield "".join(left[:cut])
            line = "".join(left[cut:])
    yield line


def _fits(line: str, size: float, faces: tuple[Face, ...], width: float) -> bool:
    """Whether a line is at most `width` points long.

    Open Sans has neither kerning nor joined letters, so a line need not be shaped unless its advances say
    that it ends within an em of the edge.
    """
    if faces == _open_sans(faces):
        rough = math.fsum(_advance(character, faces[0]) for character in line) * size
        if abs(rough - width) > size:
            return rough < width
    return _measured(line, size, faces) <= width


def _open_sans(faces: tuple[Face, ...]) -> tuple[Face, ...]:
    """Open Sans alone, in the weight of some faces."""
    return packaged(faces[0].bold)[:1]


@cache
def _advance(character: str, face: Face) -> float:
    """How far a character alone moves the pen, in ems."""
    of = font((face,))
    flags = ft2font.LoadFlags.NO_HINTING | ft2font.LoadFlags.NO_SCALE
    return float(of.load_char(ord(character), flags).horiAdvance) / float(of.units_per_EM)


@dataclass(frozen=True)
class Extent:
    """How far a line of text reaches, in points: to the side, and above and below its base."""

    width: float
    ascent: float
    descent: float


@lru_cache(maxsize=100_000)
def extent(text: str, size: float, faces: tuple[Face, ...]) -> Extent:
    """The extent of one line, as the PNG has it; at least that of Open Sans above and below its base."""
    if not text:
        return Extent(0.0, 0.0, 0.0)
    # not by a renderer, which asks Matplotlib's settings of the moment how to hint
    of = font(faces)
    of.set_size(size, DPI)
    of.set_text(text, 0.0, flags=ft2font.LoadFlags.NO_HINTING)
    reach = (*of.get_width_height(), of.get_descent())
    width, height, below = (float(part) / PARTS * INCH / DPI for part in reach)
    ascent, descent = _reach(*_open_sans(faces))
    return Extent(width, max(height - below, ascent * size), max(below, descent * size))


@dataclass(frozen=True)
class Glyph:
    """A picture of a font in its place: its face and number in it, what it reads, and its place, in ems."""

    face: Face
    number: int
    text: str
    x: float
    y: float


@lru_cache(maxsize=10_000)
def glyphs(text: str, faces: tuple[Face, ...]) -> tuple[Glyph, ...]:
    """The glyphs of one line from left to right, shaped as Matplotlib shapes them in the PNG.

    Open Sans has neither kerning nor joined letters, so its glyphs follow each other as they are.
    """
    of = font(faces)
    if faces == _open_sans(faces) and not any(map(unicodedata.combining, text)):
        characters = of.get_charmap()
        x, placed = 0.0, []
        for character in text:
            placed.append(Glyph(faces[0], characters[ord(character)], character, x, 0.0))
            x += _advance(character, faces[0])
        return tuple(placed)
    of.set_size(_LARGE, INCH)
    # Matplotlib follows links
    files = {str(face.path.resolve()): face for face in faces}
    return tuple(
        Glyph(files[item.ft_object.fname], item.glyph_index, item.char, item.x / _LARGE, item.y / _LARGE)
        for item in of._layout(text, flags=ft2font.LoadFlags.NO_HINTING)
        # its glyph is that of a space
        if not all(map(unseen, item.char))
    )


@cache
def _reach(face: Face) -> tuple[float, float]:
    """How far the face says that its letters reach above and below their base, in ems."""
    of = font((face,))
    table = of.get_sfnt_table("OS/2")
    return table["sTypoAscender"] / of.units_per_EM, -table["sTypoDescender"] / of.units_per_EM


def _measured(text: str, size: float, faces: tuple[Face, ...]) -> float:
    """The width of one line in points, as the PNG has it."""
    return extent(text, size, faces).width
