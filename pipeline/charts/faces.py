"""The faces that figures are set in, as files: which there are, and how wide their glyphs are."""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from fontTools import subset
from fontTools.ttLib import TTFont

OPEN_SANS = "Open Sans"


@dataclass(frozen=True)
class Face:
    """One font file; `family` and `bold` are what an SVG calls it."""

    family: str
    bold: bool
    path: Path

    @property
    def name(self) -> str:
        """What the pages of the PDF call it."""
        return f"{self.family.replace(' ', '')}{'-Bold' if self.bold else ''}"


@cache
def faces(bold: bool) -> tuple[Face, Face]:
    """The faces to set text in, the first wherever it has the characters."""
    ours = Path(__file__).parent / "fonts"
    # where Matplotlib is, without loading it
    found = find_spec("matplotlib")
    theirs = Path(found.origin if found and found.origin else "").parent / "mpl-data" / "fonts" / "ttf"
    return (
        Face(OPEN_SANS, bold, ours / ("OpenSans-Bold.ttf" if bold else "OpenSans-Regular.ttf")),
        Face("DejaVu Sans", bold, theirs / ("DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf")),
    )


@cache
def opened(face: Face) -> Any:
    """The file of a face, its tables read when they are asked for."""
    return TTFont(io.BytesIO(face.path.read_bytes()), lazy=True)


def part(face: Face, options: subset.Options, **wanted: Any) -> bytes:
    """The part of a font file that some text or glyphs need, as fontTools' `populate` has them."""
    font: Any = TTFont(face.path, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(**wanted)
    subsetter.subset(font)
    file = io.BytesIO()
    font.save(file, reorderTables=None)
    return file.getvalue()


@cache
def widths(face: Face) -> list[float]:
    """How far each glyph moves the pen, in ems, by its number."""
    font = opened(face)
    metrics, units = font["hmtx"], font["head"].unitsPerEm
    return [metrics[name][0] / units for name in font.getGlyphOrder()]
