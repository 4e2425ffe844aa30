"""One figure as the bytes of its files: SVG with its fonts, and PNG."""

from __future__ import annotations

import base64
import io
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import numpy as np
from fontTools import subset
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.figure import Figure
from matplotlib.ft2font import LoadFlags
from PIL import Image

from pipeline.charts.compose import settings
from pipeline.charts.faces import Face, has_curves, part
from pipeline.charts.marks import TextLine
from pipeline.charts.measure import PARTS, font
from pipeline.charts.scripts import by_face, clean, runs_left
from pipeline.charts.sheet import STANDS_FOR, VALUE_OF
from pipeline.tidy.printed import Printed

_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}
_OTHER_END = {"start": "text-anchor: end", "end": "text-anchor: start"}
_QUICK = 3  # of zlib's levels: for pictures of few colours as small as the default, in half the time


def svg(figure: Figure, exhibit: Printed) -> bytes:
    """A figure as SVG that carries its own title, description and the glyphs that it uses.

    A printed value has the row of its table, from 0, in `data-row`; a text in place of several values has
    theirs in `data-rows`.
    """
    file = io.BytesIO()
    with _saving(exhibit.id):
        figure.savefig(file, format="svg", metadata=_NO_METADATA)
    root = ElementTree.fromstring(file.getvalue())  # noqa: S314 - Matplotlib has just written it
    # the ids that Matplotlib numbers would clash where a page holds several figures
    for element in root.iter(f"{{{_SVG}}}g"):
        name = element.attrib.pop("id", "")
        for beginning, attribute in ((VALUE_OF, "data-row"), (STANDS_FOR, "data-rows")):
            if name.startswith(beginning):
                for text in element.iter(f"{{{_SVG}}}text"):
                    text.set(attribute, name.removeprefix(beginning))
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    for element in root.iter(f"{{{_SVG}}}text"):
        # a reader without embedded fonts then takes another sans-serif font
        style = re.sub(r"('[^';]+')(?=;)", r"\1, sans-serif", element.get("style", ""))
        if runs_left("".join(element.itertext())):
            # its start is to the right
            element.set("direction", "rtl")
            style = re.sub("text-anchor: (start|end)", lambda found: _OTHER_END[found[1]], style)
        element.set("style", style)
        if element.get("transform", "").startswith("rotate(-0 "):
            del element.attrib["transform"]
    title, description = f"{exhibit.id}-title", f"{exhibit.id}-desc"
    root.set("role", "img")
    root.set("aria-labelledby", f"{title} {description}")
    root.insert(0, _element("title", clean(exhibit.title), id=title))
    described = " ".join([exhibit.alt, *exhibit.details.splitlines()])
    root.insert(1, _element("desc", clean(described), id=description))
    root.insert(2, _element("style", _font_faces(figure), type="text/css"))
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    drawn = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{drawn}\n'.encode()


def png(figure: Figure, exhibit: Printed) -> bytes:
    """A figure as PNG at 200 dots an inch, without the transparency that no figure has."""
    file = io.BytesIO()
    make: Any = _Renderer  # Matplotlib declares no types for it
    canvas: Any = figure.canvas
    with _saving(exhibit.id):
        renderer = make(*canvas.get_width_height(physical=True), figure.dpi)
        figure.draw(renderer)
    picture = Image.fromarray(np.asarray(renderer.buffer_rgba())).convert("RGB")
    picture.save(file, "png", dpi=(figure.dpi, figure.dpi), compress_level=_QUICK)
    return file.getvalue()


class _Renderer(RendererAgg):
    """Matplotlib's renderer, which puts each line of text in its place as one picture.

    By itself it puts each glyph there apart, to a sixty-fourth of a pixel, in more than three
    times the time of the whole picture.
    """

    def draw_text(self, gc: Any, x: float, y: float, s: str, prop: Any, *_: Any, mtext: Any = None) -> None:
        """Draw one line of text that begins at a place of its base, upright and without markup."""
        whole: Any = self
        of = font(mtext.faces)
        of.set_size(prop.get_size_in_points(), whole.dpi)
        of.set_text(s, 0.0, flags=LoadFlags.NO_HINTING)
        of.draw_glyphs_to_bitmap(antialiased=True)
        left, top = of.get_bitmap_offset()
        across, down = x + left / PARTS, y + (top + of.get_descent()) / PARTS
        whole._renderer.draw_text_image(of.get_image(), round(across), round(down) + 1, 0.0, gc)


@contextmanager
def _saving(salt: str) -> Iterator[None]:
    with settings(salt), warnings.catch_warnings():
        # a glyph that the font lacks is a box in the picture
        warnings.filterwarnings("error", message="Glyph .* missing")
        yield


def _element(tag: str, text: str, **attributes: str) -> ElementTree.Element:
    element = ElementTree.Element(f"{{{_SVG}}}{tag}", attributes)
    element.text = text
    element.tail = "\n"
    return element


def _font_faces(figure: Figure) -> str:
    """CSS that brings the glyphs of every face in a figure."""
    used: dict[Face, set[str]] = {}
    for line in figure.findobj(TextLine):
        if isinstance(line, TextLine):
            for face, drawn in by_face(line.get_text(), line.faces).items():
                used.setdefault(face, set()).update(drawn)
    rules = []
    for face in sorted(used, key=lambda face: (face.family, face.bold)):
        file = base64.b64encode(_subset(face, "".join(sorted(used[face])))).decode()
        form, kind = ("otf", "opentype") if has_curves(face) else ("ttf", "truetype")
        rules.append(
            f"@font-face{{font-family:'{face.family}';font-weight:{700 if face.bold else 400};"
            f"src:url(data:font/{form};base64,{file}) format('{kind}')}}"
        )
    return "\n".join(rules)


@cache
def _subset(face: Face, characters: str) -> bytes:
    """The part of a face that `characters` need.

    It stays uncompressed: zlib gives other bytes from one machine to the next.
    """
    options = subset.Options(
        drop_tables=[*subset.Options().drop_tables, "FFTM"],
        hinting=False,
        name_IDs=[0, 1, 2, 13],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    return part(face, options, text=characters)
