"""Text before it is placed: cleaned, set in a face that has its characters, broken into lines, measured."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from matplotlib import font_manager, ft2font

from pipeline.charts.faces import OPEN_SANS, Face, faces
from pipeline.charts.style import CONTENT, DPI, INCH, LEADING, Style
from pipeline.project.errors import SurveyError

PARTS = 64
"""of a pixel, in which FreeType says how far a text reaches"""
_LARGE = 1000  # points: so large that places are as good as exact


@dataclass(frozen=True)
class Block:
    """Text broken into lines; `width` and `height` in points."""

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
        return len(self.lines) * self.style.size * LEADING


def clean(text: str) -> str:
    """`text` as it is drawn: composed characters, single spaces, no control characters."""
    composed = unicodedata.normalize("NFC", text)
    spaced = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp") else c for c in composed)
    return re.sub(" +", " ", spaced).strip(" ")


def block(text: str, style: Style, width: float = CONTENT) -> Block:
    """`text` broken into lines of at most `width` points, in a face that has all its characters.

    SurveyError where neither face has one of them.
    """
    drawn, face = _set(clean(text), style.bold)
    return Block(tuple(_wrap(drawn, style.size, face, width)), style, face)


def balanced(text: str, style: Style, width: float) -> Block:
    """Like `block`, with lines of about one length instead of a last word on a line of its own.

    No word is broken for it.
    """
    widest = block(text, style, width)
    longest = max(_measured(word, style.size, widest.face) for word in " ".join(widest.lines).split(" "))
    low, high, best = longest, widest.width, widest
    while len(widest.lines) > 1 and high - low > 1:
        middle = (low + high) / 2
        tried = block(text, style, middle)
        if len(tried.lines) <= len(widest.lines) and tried.width <= middle:
            high, best = middle, tried
        else:
            low = middle
    return best


def properties(face: Face, size: float) -> font_manager.FontProperties:
    """The face in a size, as Matplotlib asks for it."""
    weight = "bold" if face.bold else "normal"
    return font_manager.FontProperties(family=[face.family], weight=weight, size=size, fname=str(face.path))


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
    for face in faces(bold):
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
def _characters(face: Face) -> frozenset[int]:
    return frozenset(font_manager.get_font(str(face.path)).get_charmap())


@cache
def _advance(character: str, face: Face) -> float:
    """How far a character alone moves the pen, in ems."""
    font = font_manager.get_font(str(face.path))
    flags = ft2font.LoadFlags.NO_HINTING | ft2font.LoadFlags.NO_SCALE
    return float(font.load_char(ord(character), flags).horiAdvance) / font.units_per_EM


@dataclass(frozen=True)
class Extent:
    """How far a line of text reaches, in points: to the side, and above and below its base."""

    width: float
    ascent: float
    descent: float


@lru_cache(maxsize=100_000)
def extent(text: str, size: float, face: Face) -> Extent:
    """The extent of one line, as the PNG has it; at least that of the face above and below its base."""
    if not text:
        return Extent(0.0, 0.0, 0.0)
    # not by a renderer, which asks Matplotlib's settings of the moment how to hint
    font: Any = font_manager.get_font(str(face.path))
    font.set_size(size, DPI)
    font.set_text(text, 0.0, flags=ft2font.LoadFlags.NO_HINTING)
    reach = (*font.get_width_height(), font.get_descent())
    width, height, below = (float(part) / PARTS * INCH / DPI for part in reach)
    ascent, descent = _reach(face)
    return Extent(width, max(height - below, ascent * size), max(below, descent * size))


@dataclass(frozen=True)
class Glyph:
    """A picture of a font in its place: its number in the font, what it reads, and its place, in ems."""

    number: int
    text: str
    x: float
    y: float


@lru_cache(maxsize=10_000)
def glyphs(text: str, face: Face) -> tuple[Glyph, ...]:
    """The glyphs of one line from left to right, shaped as Matplotlib shapes them in the PNG.

    Open Sans has neither kerning nor joined letters, so its glyphs follow each other as they are.
    """
    font: Any = font_manager.get_font(str(face.path))
    if face.family == OPEN_SANS and not any(map(unicodedata.combining, text)):
        characters = font.get_charmap()
        x, placed = 0.0, []
        for character in text:
            placed.append(Glyph(characters[ord(character)], character, x, 0.0))
            x += _advance(character, face)
        return tuple(placed)
    font.set_size(_LARGE, INCH)
    items = font._layout(text, flags=ft2font.LoadFlags.NO_HINTING)
    return tuple(Glyph(i.glyph_index, i.char, i.x / _LARGE, i.y / _LARGE) for i in items)


@cache
def _reach(face: Face) -> tuple[float, float]:
    """How far the face says that its letters reach above and below their base, in ems."""
    font: Any = font_manager.get_font(str(face.path))
    table = font.get_sfnt_table("OS/2")
    return table["sTypoAscender"] / font.units_per_EM, -table["sTypoDescender"] / font.units_per_EM


def _measured(text: str, size: float, face: Face) -> float:
    """The width of one line in points, as the PNG has it."""
    return extent(text, size, face).width
