"""A whole figure: number, title, subtitle and question, then the plot of its kind, then the foot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Concatenate, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure

from pipeline.charts.measure import block
from pipeline.charts.scripts import clean
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import CONTENT, FIGURE, FOOT, QUESTION, SUBTITLE, TITLE
from pipeline.project.errors import SurveyError
from pipeline.tidy.printed import Printed


@dataclass(frozen=True)
class Shape:
    """A form in which figures are drawn: its width to its height, 0 where that is free, and what it carries.

    `widths` are those between the margins that are tried, in points: wider ones have smaller letters. A card
    is shared by itself, so it has no number.
    """

    ratio: float = 0
    widths: tuple[float, ...] = (CONTENT,)
    is_numbered: bool = True
    pixels: int = 0
    """how wide its PNG is; 0 where that follows from the points"""


_WIDER = tuple(CONTENT + 32.0 * step for step in range(15))
SHAPES = {
    "page": Shape(),
    "slide": Shape(16 / 9, _WIDER, pixels=1920),
    "square": Shape(1, _WIDER, pixels=1600),
    "card": Shape(1200 / 630, _WIDER[:10], is_numbered=False, pixels=1200),
}
"""the shapes of figures, by the names that `shape` of an exhibit has for them"""
_LARGE_LETTERS = 340.0  # points: so narrow that a title alone fills a card
_EDGE = 12.0  # points below the foot
_EXACT = 1e-6
NOTHING = "No responses to show."
MOST_LINES = 3
"""of a foot, but where its source alone takes more"""

_Drawn = ParamSpec("_Drawn")


def compose(
    exhibit: Printed,
    plot: Callable[Concatenate[Sheet, _Drawn], None],
    *drawn: _Drawn.args,
    **options: _Drawn.kwargs,
) -> Figure:
    """A whole figure: the exhibit's text around what `plot` places on the sheet from `drawn`.

    Where the first of `drawn` is empty the figure says so, and `plot` is not called. A page is as high as it
    must be; of another shape a figure is made wider until it has room. SurveyError where it never has.
    """
    shape = SHAPES[exhibit.shape]

    def begun(content: float) -> _Begun:
        sheet = Sheet(content)
        _head(sheet, exhibit, shape)
        if drawn[0]:
            plot(sheet, *drawn, **options)
        else:
            sheet.below(NOTHING, QUESTION)
        sheet.y += 10
        return _Begun(sheet, _foot(exhibit, content) if shape.is_numbered else _line(exhibit), shape)

    with settings(exhibit.id):
        made = begun(shape.widths[-1])
        if made.has_room:
            # the narrowest that has room has the largest letters
            low, high = 0, len(shape.widths) - 1
            while low < high:
                middle = (low + high) // 2
                tried = begun(shape.widths[middle])
                low, high, made = (low, middle, tried) if tried.has_room else (middle + 1, high, made)
        elif shape.is_numbered:
            raise SurveyError(f"figure {exhibit.id!r} has too much for a {exhibit.shape}; show less in it")
        else:
            # what is shared says at least what it is about
            sheet = Sheet(_LARGE_LETTERS)
            _head(sheet, replace(exhibit, subtitle=""), shape)
            made = _Begun(sheet, _line(exhibit), shape)
        return made.finish()


@dataclass(frozen=True)
class _Begun:
    """A sheet with all but its foot, and the paragraphs of that."""

    sheet: Sheet
    feet: list[str]
    shape: Shape

    @property
    def lead(self) -> float:
        """The points that the foot takes."""
        return sum(block(paragraph, FOOT, self.sheet.content).height for paragraph in self.feet)

    @property
    def height(self) -> float:
        """The points from top to bottom that the shape has, or that all of it takes where that is free."""
        ratio = self.shape.ratio
        return self.sheet.width / ratio if ratio else self.sheet.y + self.lead + _EDGE

    @property
    def has_room(self) -> bool:
        """Whether the foot fits below the rest."""
        return self.sheet.y + self.lead + _EDGE <= self.height + _EXACT

    def finish(self) -> Figure:
        """The figure, its foot at the lower edge."""
        sheet, height = self.sheet, self.height
        sheet.y, sheet.is_foot = height - self.lead - _EDGE, True
        for paragraph in self.feet:
            sheet.below(paragraph, FOOT)
        return sheet.finish(height, self.shape.pixels)


def _head(sheet: Sheet, exhibit: Printed, shape: Shape) -> None:
    """What stands above the plot: number and marks, title, subtitle, and the question."""
    numbered = [f"FIGURE {exhibit.number}"] if shape.is_numbered else []
    sheet.below(" · ".join([*numbered, *(mark.upper() for mark in exhibit.marks)]), FIGURE)
    sheet.below(exhibit.title, TITLE, 1)
    sheet.below(exhibit.subtitle, SUBTITLE, 2)
    if shape.is_numbered:
        sheet.below(exhibit.question, QUESTION, 2)
    sheet.y += 16


@contextmanager
def settings(salt: str) -> Iterator[None]:
    """Matplotlib's defaults with what the figures need, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": salt})
        mpl.rcParams.update({"text.hinting": "no_hinting", "text.parse_math": False})
        yield


def _foot(exhibit: Printed, width: float) -> list[str]:
    """The paragraphs under the plot: as many notes as have room, and what is synthetic or unsettled."""
    source, *notes = exhibit.foot.splitlines() or [""]
    there = exhibit.foot.casefold()
    named = zip(exhibit.marks, exhibit.meanings, strict=True)
    marks = [meaning for mark, meaning in named if mark.casefold() not in there]
    room = MOST_LINES - sum(len(block(mark, FOOT, width).lines) for mark in marks)
    text = source
    for note in notes:
        longer = f"{text} {note}"
        # one that is too long leaves its room to shorter ones
        if len(block(longer, FOOT, width).lines) <= room:
            text = longer
    return [paragraph for paragraph in (text, *marks) if clean(paragraph)]


def _line(exhibit: Printed) -> list[str]:
    """The one paragraph of a card: the source with its n, and what is synthetic or unsettled."""
    source = (exhibit.foot.splitlines() or [""])[0]
    marks = [f"{mark}." for mark in exhibit.marks if mark.casefold() not in source.casefold()]
    return [" ".join([source, *marks])]
