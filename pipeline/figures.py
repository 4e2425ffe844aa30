"""Figures of a survey from its tables: drawn, checked, and saved as SVG, PNG and one PDF.

Nothing here opens the database or computes a number, and nothing is written until every figure that
was asked for has passed every gate.
"""

from __future__ import annotations

import base64
import io
import re
import warnings
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from fontTools import subset
from fontTools.ttLib import TTFont, sfnt
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure

from pipeline import files, gates
from pipeline.charts import drawer, kinds
from pipeline.charts.frame import DPI, Face, Words, clean, settings
from pipeline.errors import Problem, SurveyError, did_you_mean
from pipeline.paths import Paths
from pipeline.printed import Printed
from pipeline.tidy import read, read_exhibits

_PDF = "figures.pdf"
_SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_NO_METADATA = {"Date": None, "Creator": None, "Format": None, "Type": None}


def figures(paths: Paths, only: Sequence[str] = ()) -> list[Path]:
    """Draw the figures of a survey, or those of the exhibits `only`, and return their files.

    The PDF holds all figures, so it is written, and figures of exhibits that are gone are removed,
    only where all are drawn.
    """
    exhibits = read_exhibits(paths)
    chosen = _chosen(exhibits, only)
    drawn: list[tuple[Printed, Figure]] = []
    problems: list[Problem] = []
    for exhibit in chosen:
        data = _data(paths, exhibit)
        try:
            figure = drawer(exhibit.kind)(data, exhibit)
            wrong = [f"figure {exhibit.id!r}: {said}" for said in gates.check(figure, data, exhibit)]
            drawn.append((exhibit, figure))
        except SurveyError as error:
            wrong = [str(error)]
        problems += [Problem(paths.shown(_table(paths, exhibit)), 0, said) for said in wrong]
    if problems:
        raise SurveyError(problems)
    saved = {}
    for exhibit, figure in drawn:
        saved[paths.figures / f"{exhibit.id}.svg"] = svg(figure, exhibit)
        saved[paths.figures / f"{exhibit.id}.png"] = png(figure, exhibit)
    if not only and drawn:
        saved[paths.outputs / _PDF] = pdf([figure for _, figure in drawn])
    for path, content in saved.items():
        files.write(path, content)
    if not only:
        files.prune(paths.figures, saved, "*.svg")
        files.prune(paths.figures, saved, "*.png")
        files.prune(paths.outputs, saved, _PDF)
    return list(saved)


def svg(figure: Figure, exhibit: Printed) -> bytes:
    """A figure as SVG that carries its own title, description and the glyphs that it uses."""
    file = io.BytesIO()
    with _saving(exhibit.id):
        figure.savefig(file, format="svg", metadata=_NO_METADATA)
    root = ElementTree.fromstring(file.getvalue())  # noqa: S314 - Matplotlib has just written it
    # the ids that Matplotlib numbers would clash where a page holds several figures
    for element in root.iter(f"{{{_SVG}}}g"):
        element.attrib.pop("id", None)
    for metadata in root.findall(f"{{{_SVG}}}metadata"):
        root.remove(metadata)
    for element in root.iter(f"{{{_SVG}}}text"):
        # what reads no embedded fonts falls back to another sans-serif, not to a serif
        style = re.sub(r"'(Open Sans|DejaVu Sans)'", r"'\1', sans-serif", element.get("style", ""))
        element.set("style", style)
    title, description = f"{exhibit.id}-title", f"{exhibit.id}-desc"
    root.set("role", "img")
    root.set("aria-labelledby", f"{title} {description}")
    root.insert(0, _element("title", clean(exhibit.title), id=title))
    root.insert(1, _element("desc", clean(exhibit.alt), id=description))
    root.insert(2, _element("style", _font_faces(figure), type="text/css"))
    ElementTree.register_namespace("", _SVG)
    ElementTree.register_namespace("xlink", _XLINK)
    text = ElementTree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>\n{text}\n'.encode()


def png(figure: Figure, exhibit: Printed) -> bytes:
    """A figure as PNG at 200 dots an inch."""
    file = io.BytesIO()
    with _saving(exhibit.id):
        figure.savefig(file, format="png", dpi=DPI, metadata={"Software": None})
    return file.getvalue()


def pdf(drawn: Sequence[Figure]) -> bytes:
    """Figures as one PDF, a page each."""
    file = io.BytesIO()
    metadata = {"Creator": None, "Producer": None, "CreationDate": None}
    with _saving(_PDF), PdfPages(file, metadata=metadata) as pages:
        for figure in drawn:
            pages.savefig(figure)
    return file.getvalue()


def _chosen(exhibits: Sequence[Printed], only: Sequence[str]) -> list[Printed]:
    figured = {exhibit.id: exhibit for exhibit in exhibits if exhibit.kind != "table"}
    tables = {exhibit.id for exhibit in exhibits if exhibit.kind == "table"}
    for name in only:
        if name in tables:
            raise SurveyError(f"exhibit {name!r} is a table; it has no figure")
        if name not in figured:
            hint = did_you_mean(name, figured, "the figures are")
            raise SurveyError(f"no figure {name!r}; {hint}")
    return [figured[name] for name in dict.fromkeys(only)] if only else list(figured.values())


def _table(paths: Paths, exhibit: Printed) -> Path:
    return paths.tables / f"{exhibit.id}.csv"


def _data(paths: Paths, exhibit: Printed) -> pd.DataFrame:
    """The rows that an exhibit shows: those of its wave, or of all where its kind compares waves."""
    data = read(paths, exhibit.id)
    if "wave" in data and not kinds()[exhibit.kind].over_waves:
        data = data[data["wave"] == exhibit.wave].reset_index(drop=True)
    return data


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
    for words in figure.findobj(Words):
        if isinstance(words, Words):
            used.setdefault(words.face, set()).update(words.get_text())
    rules = []
    for face in sorted(used, key=lambda face: (face.family, face.bold)):
        font = base64.b64encode(_woff(face, "".join(sorted(used[face])))).decode()
        rules.append(
            f"@font-face{{font-family:'{face.family}';font-weight:{700 if face.bold else 400};"
            f"src:url(data:font/woff;base64,{font}) format('woff')}}"
        )
    return "\n".join(rules)


@cache
def _woff(face: Face, characters: str) -> bytes:
    """The subset of a face that `characters` need, as a WOFF file.

    Its tables are stored and not compressed: zlib gives other bytes from one machine to the next.
    """
    options = subset.Options(
        drop_tables=[*subset.Options().drop_tables, "FFTM"],
        hinting=False,
        name_IDs=[0, 1, 2, 13],
        notdef_outline=True,
        recalc_timestamp=False,
    )
    font: Any = TTFont(face.path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(text=characters)
    subsetter.subset(font)
    font.flavor = "woff"
    file = io.BytesIO()
    level, sfnt.ZLIB_COMPRESSION_LEVEL = sfnt.ZLIB_COMPRESSION_LEVEL, 0
    try:
        font.save(file, reorderTables=False)
    finally:
        sfnt.ZLIB_COMPRESSION_LEVEL = level
    return file.getvalue()
