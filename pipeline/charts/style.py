"""The page and its type: measures in points, and the styles that text is set in. Imports no Matplotlib."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.charts.colours import GREY_INK, INK

INCH = 72.0
WIDTH = 7.5 * INCH
MARGIN = 14.0
CONTENT = WIDTH - 2 * MARGIN
LABELS = 0.45
"""the part of the width that names may take"""
DPI = 200
SMALLEST = 8.0
LEADING = 1.3
"""from one line of text to the next, in sizes of the text"""
CAPITALS = 0.714
"""the height of capitals and digits in Open Sans, in ems; they stand in the middle of a line"""
DOT = 4.4
"""the radius of a dot"""
BESIDE = 5.0
"""from the end of a bar to its value"""
SHORTEST_SCALE = 0.25
"""a highest share below this does not fill the width, or 2% would look like much"""


@dataclass(frozen=True)
class Style:
    """How text looks; `size` in points."""

    size: float
    bold: bool = False
    colour: str = INK

    @property
    def lead(self) -> float:
        """The points from one line of text to the next."""
        return self.size * LEADING


FIGURE = Style(9, bold=True, colour=GREY_INK)
TITLE = Style(14, bold=True)
SUBTITLE = Style(10)
QUESTION = Style(9, colour=GREY_INK)
FOOT = Style(8, colour=GREY_INK)
NAME = Style(9)
VALUE = Style(9, bold=True)
GREY_VALUE = Style(9, bold=True, colour=GREY_INK)
NUMBER = Style(9, colour=GREY_INK)
HEADING = Style(9, bold=True)
NOTE = Style(8, colour=GREY_INK)
KEY = Style(8.5)
KEY_VALUE = Style(8.5, bold=True)
