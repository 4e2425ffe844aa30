"""The figures as one PDF (ISO 32000): pages as they were kept, with the fonts of all of them once.

It draws nothing, and does not load what draws.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fontTools import subset
from fontTools.fontBuilder import FontBuilder
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.ttLib import TTFont
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NumberObject,
    TextStringObject,
)

from pipeline.charts.faces import Face, by_name, has_curves, opened, part, widths

_THOUSAND = 1000  # of an em, in which fonts of a PDF are measured
_NOT_SYMBOLIC = 32
_UNUSED = ("FFTM", "GSUB", "GPOS", "GDEF", "name", "post", "OS/2", "cmap")
_ERROR = 0.0005  # of an em, by which a converted outline may differ
_STEM = 80  # thickness of upright strokes, which no viewer needs where the font is there


@dataclass(frozen=True)
class Page:
    """A page: its size in points, what is drawn on it, and the glyphs used of each font, with their texts."""

    width: float
    height: float
    content: str
    used: dict[str, dict[int, str]]

    def as_bytes(self) -> bytes:
        """The page as it is kept."""
        return json.dumps([self.width, self.height, self.content, self.used], sort_keys=True).encode()

    @staticmethod
    def of(kept: bytes) -> Page:
        """A page that was kept."""
        width, height, content, used = json.loads(kept)
        return Page(
            width, height, content, {name: {int(g): t for g, t in of.items()} for name, of in used.items()}
        )


def book(pages: Sequence[tuple[str, Page]]) -> bytes:
    """Pages as one PDF, with a bookmark a page. The same pages give the same bytes."""
    writer = PdfWriter()
    used: dict[str, dict[int, str]] = {}
    for _, one in pages:
        for name, of_font in one.used.items():
            used.setdefault(name, {}).update(of_font)
    faces = by_name(set(used))
    fonts = DictionaryObject({
        NameObject(f"/{name}"): _font(writer, faces[name], used[name]) for name in sorted(used)
    })  # fmt: skip
    resources = writer._add_object(DictionaryObject({NameObject("/Font"): fonts}))
    for number, (title, one) in enumerate(pages):
        blank = writer.add_blank_page(one.width, one.height)
        blank[NameObject("/Resources")] = resources
        blank[NameObject("/Contents")] = _stream(writer, one.content.encode("ascii"))
        writer.add_outline_item(title=title, page_number=number)
    writer.metadata = None
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def _font(writer: PdfWriter, face: Face, used: dict[int, str]) -> IndirectObject:
    """The font of a face with the glyphs that are used, by the numbers that they have in its file."""
    font = opened(face)
    head, heights = font["head"], font["OS/2"]
    scale = _THOUSAND / head.unitsPerEm
    numbers = sorted(used)
    tag = "".join(chr(65 + byte % 26) for byte in hashlib.sha256(repr(numbers).encode()).digest()[:6])
    name = NameObject(f"/{tag}+{font['name'].getDebugName(6)}")
    file = DecodedStreamObject()
    file.set_data(_converted(face, numbers) if has_curves(face) else _subset(face, numbers))
    file[NameObject("/Length1")] = NumberObject(len(file.get_data()))
    box = (head.xMin, head.yMin, head.xMax, head.yMax)
    descriptor = {
        "Type": NameObject("/FontDescriptor"),
        "FontName": name,
        "Flags": NumberObject(_NOT_SYMBOLIC),
        "FontBBox": ArrayObject(NumberObject(round(side * scale)) for side in box),
        "ItalicAngle": NumberObject(0),
        "Ascent": NumberObject(round(heights.sTypoAscender * scale)),
        "Descent": NumberObject(round(heights.sTypoDescender * scale)),
        # an older table does not say how high capitals are
        "CapHeight": NumberObject(round(getattr(heights, "sCapHeight", heights.sTypoAscender) * scale)),
        "StemV": NumberObject(_STEM),
        "FontFile2": writer._add_object(file.flate_encode()),
    }
    advances = ArrayObject()
    for number in numbers:
        width = FloatObject(round(widths(face)[number] * _THOUSAND, 3))
        advances.extend([NumberObject(number), ArrayObject([width])])
    registry = {
        "Registry": TextStringObject("Adobe"),
        "Ordering": TextStringObject("Identity"),
        "Supplement": NumberObject(0),
    }
    descendant = {
        "Type": NameObject("/Font"),
        "Subtype": NameObject("/CIDFontType2"),
        "BaseFont": name,
        "CIDSystemInfo": _dictionary(registry),
        "FontDescriptor": writer._add_object(_dictionary(descriptor)),
        "W": advances,
        "DW": NumberObject(0),
        "CIDToGIDMap": _stream(writer, _places(numbers)) if has_curves(face) else NameObject("/Identity"),
    }
    whole = {
        "Type": NameObject("/Font"),
        "Subtype": NameObject("/Type0"),
        "BaseFont": name,
        "Encoding": NameObject("/Identity-H"),
        "DescendantFonts": ArrayObject([writer._add_object(_dictionary(descendant))]),
        "ToUnicode": _stream(writer, _texts_of(used)),
    }
    return writer._add_object(_dictionary(whole))


def _texts_of(used: dict[int, str]) -> bytes:
    """What each glyph reads, so that a text can be searched and copied (Adobe's technical note 5411)."""
    lines = [
        f"<{number:04X}> <{text.encode('utf-16-be').hex().upper()}>"
        for number, text in sorted(used.items())
        if text
    ]
    blocks = [lines[start : start + 100] for start in range(0, len(lines), 100)]
    mapped = "\n".join(f"{len(block)} beginbfchar\n{chr(10).join(block)}\nendbfchar" for block in blocks)
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n"
        f"{mapped}\nendcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode("ascii")


def _subset(face: Face, numbers: Sequence[int], retain_gids: bool = True) -> bytes:
    """The part of a font file that some glyphs need, under their numbers."""
    options = subset.Options(
        # whoever shows a PDF asks for none of these
        drop_tables=[*subset.Options().drop_tables, *_UNUSED],
        hinting=False,
        retain_gids=retain_gids,
        notdef_outline=True,
        recalc_timestamp=False,
    )
    return part(face, options, gids=numbers)


def _converted(face: Face, numbers: Sequence[int]) -> bytes:
    """Some glyphs of a font of PostScript outlines as one of TrueType's, numbered as `_places` says.

    A PDF embeds these in other ways, by whether and how their glyphs are numbered; this holds for all.
    """
    font = TTFont(io.BytesIO(_subset(face, numbers, retain_gids=False)))
    order, units = font.getGlyphOrder(), font["head"].unitsPerEm
    outlines, drawn = font.getGlyphSet(), {}
    for name in order:
        pen = TTGlyphPen(None)
        outlines[name].draw(Cu2QuPen(pen, max_err=_ERROR * units, reverse_direction=True))
        drawn[name] = pen.glyph()
    builder = FontBuilder(units, isTTF=True)
    builder.setupGlyphOrder(order)
    builder.setupGlyf(drawn)
    builder.setupHorizontalMetrics({name: tuple(font["hmtx"][name]) for name in order})
    builder.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    builder.setupMaxp()
    builder.updateHead(created=0, modified=0)
    builder.font.recalcTimestamp = False
    file = io.BytesIO()
    builder.save(file)
    return file.getvalue()


def _places(numbers: Sequence[int]) -> bytes:
    """Where the glyphs of these numbers stand in what `_converted` made: in their order, behind .notdef."""
    places = {number: place for place, number in enumerate(sorted({0, *numbers}))}
    return b"".join(places.get(number, 0).to_bytes(2, "big") for number in range(max(places) + 1))


def _stream(writer: PdfWriter, content: bytes) -> IndirectObject:
    stream = DecodedStreamObject()
    stream.set_data(content)
    return writer._add_object(stream.flate_encode())


def _dictionary(entries: dict[str, Any]) -> DictionaryObject:
    return DictionaryObject({NameObject(f"/{name}"): entry for name, entry in entries.items()})
