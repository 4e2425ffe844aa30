"""What is drawn on a page of the book of figures, in the operators of PDF (ISO 32000).

Drawn by Matplotlib a page took as long as its PNG, most of it for fonts of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from pipeline.charts.book import Page
from pipeline.charts.faces import widths
from pipeline.charts.marks import Marker, Stroke, TextLine
from pipeline.charts.measure import Glyph, glyphs
from pipeline.charts.style import INCH

_ROUND = 0.5523  # of a radius: the handles of the four curves that are as good as a circle
_SAME = 0.001  # of an em


def page(figure: Figure) -> Page:
    """What is on a figure: its marks and texts in the order in which Matplotlib draws them."""
    width, height = (float(side) * INCH for side in figure.get_size_inches())
    drawn: list[str] = []
    used: dict[str, dict[int, str]] = {}
    for artist in sorted(figure.artists, key=lambda artist: artist.get_zorder()):
        if isinstance(artist, TextLine):
            drawn += _text(artist, height, used)
        elif isinstance(artist, Stroke):
            drawn += _line(artist, height)
        elif isinstance(artist, Rectangle):
            left, top = artist.get_xy()
            place = _numbers(
                left, height - top - artist.get_height(), artist.get_width(), artist.get_height()
            )
            drawn += _shape(artist, [f"{place} re"])
        elif isinstance(artist, Marker):
            drawn += _shape(artist, list(_outline(artist, height)))
        else:
            raise TypeError(f"a {type(artist).__name__} has no form in PDF")
    return Page(width, height, "\n".join(drawn), used)


def lacking(figure: Figure) -> str:
    """The characters of a figure that no face has, each once."""
    lines = (artist for artist in figure.artists if isinstance(artist, TextLine))
    return "".join(sorted({character for line in lines for character in line.lacking}))


def _text(line: TextLine, height: float, used: dict[str, dict[int, str]]) -> Iterator[str]:
    """A line of text: its glyphs one behind the other, and where they do not follow, each in its place."""
    size = line.get_fontproperties().get_size_in_points()
    left, base = line.box[0], height - line.get_position()[1]
    before, name = f"BT {_colour(line.get_color())} rg ", ""
    for x, run in _runs(glyphs(line.get_text(), line.faces)):
        if run[0].face.name != name:
            name = run[0].face.name
            yield f"{before}/{name} {_numbers(size)} Tf"
            before = ""
        used.setdefault(name, {}).update({glyph.number: glyph.text for glyph in run})
        codes = "".join(f"{glyph.number:04X}" for glyph in run)
        rise = run[0].y * size
        yield f"1 0 0 1 {_numbers(left + x * size, base + rise)} Tm <{codes}> Tj"
    if name:
        yield "ET"


def _runs(line: Sequence[Glyph]) -> Iterator[tuple[float, list[Glyph]]]:
    """Glyphs that follow each other as far apart as their font says, with the place of the first, in ems."""
    run: list[Glyph] = []
    start = pen = 0.0
    for glyph in line:
        moved = abs(glyph.x - pen) > _SAME
        if run and (moved or glyph.y != run[0].y or glyph.face != run[0].face):
            yield start, run
            run = []
        if not run:
            start = pen = glyph.x
        run.append(glyph)
        pen += widths(glyph.face)[glyph.number]
    if run:
        yield start, run


def _line(line: Stroke, height: float) -> Iterator[str]:
    places: Any = line.get_xydata()
    (x, y), (to_x, to_y) = places.tolist()
    width = line.get_linewidth()
    dashes = _numbers(*(length * width for length in line.dashes))
    yield f"{_colour(line.get_color())} RG {_numbers(width)} w 0 J [{dashes}] 0 d"
    yield f"{_numbers(x, height - y)} m {_numbers(to_x, height - to_y)} l S"


def _shape(shape: Rectangle | Marker, path: Sequence[str]) -> Iterator[str]:
    """A path filled, outlined, or both."""
    fill, edge, width = to_rgba(shape.get_facecolor()), to_rgba(shape.get_edgecolor()), shape.get_linewidth()
    filled, outlined = fill[3] > 0, edge[3] > 0 and width > 0
    if filled:
        yield f"{_colour(fill)} rg"
    if outlined:
        yield f"{_colour(edge)} RG {_numbers(width)} w 0 j [] 0 d"
    if filled or outlined:
        yield from path
        yield {(True, True): "B", (True, False): "f", (False, True): "S"}[filled, outlined]


def _outline(marker: Marker, height: float) -> Iterator[str]:
    """The outline of a point: straight from corner to corner, or a circle."""
    if marker.shape == "circle":
        yield from _circle(marker, height)
        return
    for number, (x, y) in enumerate(marker.corners):
        yield f"{_numbers(x, height - y)} {'l' if number else 'm'}"
    yield "h"


def _circle(circle: Marker, height: float) -> Iterator[str]:
    x, y, radius = circle.center[0], height - circle.center[1], circle.radius
    handle = _ROUND * radius
    yield f"{_numbers(x + radius, y)} m"
    for across, up in ((0, 1), (-1, 0), (0, -1), (1, 0)):
        # from the point before, a quarter of the circle on
        from_x, from_y = x + up * radius, y - across * radius
        to_x, to_y = x + across * radius, y + up * radius
        curve = (from_x + across * handle, from_y + up * handle, to_x + up * handle, to_y - across * handle)
        yield f"{_numbers(*curve, to_x, to_y)} c"
    yield "h"


def _colour(colour: Any) -> str:
    return _numbers(*to_rgba(colour)[:3])


def _numbers(*numbers: float) -> str:
    """Numbers to a thousandth of a point, as short as they can be."""
    # what is as good as nothing has no sign
    return " ".join(f"{round(number, 3) + 0.0:.3f}".rstrip("0").rstrip(".") for number in numbers)
