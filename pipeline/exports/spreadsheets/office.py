"""What calamine does not tell of an .xlsx workbook, from its XML: formats, formulas, far cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any
from xml.parsers import expat

from pipeline.exports.spreadsheets.texts import (
    MOST_CELLS,
    Formats,
    refuse_errors,
    refuse_far,
    refuse_formulas,
)

_CHUNK = 4_000_000
_OVERLAP = 64  # bytes of a chunk that are looked at with the next one too
_PLACES = re.compile(rb"\br\s*=\s*[\"']([A-Z]+|[0-9]+)")
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})\Z")
_BUILT_IN = {9: "0%", 10: "0.00%"}  # the numbers of formats that no file spells out


class Workbook:
    """The parts of an .xlsx file: its sheets, and its formats that show per cent."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self.archive = archive
        self.parts: dict[str, str] = {}
        """the part of each sheet"""
        self.calculated_when_opened = False
        relations: dict[str, tuple[str, str]] = {}
        if "xl/workbook.xml" not in archive.namelist():
            return
        for name, of in _elements(archive, "xl/_rels/workbook.xml.rels"):
            if name == "Relationship":
                target = posixpath.normpath(posixpath.join("/xl", of.get("Target", ""))).lstrip("/")
                relations[of.get("Id", "")] = (of.get("Type", "").rpartition("/")[2], target)
        for name, of in _elements(archive, "xl/workbook.xml"):
            if name == "sheet":
                self.parts[of.get("name", "")] = relations.get(of.get("id", ""), ("", ""))[1]
            if name == "calcPr":
                self.calculated_when_opened = of.get("fullCalcOnLoad") in ("1", "true")
        self.formats = self._formats([part for kind, part in relations.values() if kind == "styles"])

    def _formats(self, parts: list[str]) -> dict[str, str]:
        """The code of the number format of each style of cells that may show per cent."""
        codes, styles = dict(_BUILT_IN), []
        for part in parts:
            within = False
            for name, of in _elements(self.archive, part):
                if name == "numFmt":
                    codes[int(of.get("numFmtId", -1))] = of.get("formatCode", "")
                if name in ("cellXfs", "cellStyles", "dxfs"):
                    within = name == "cellXfs"
                if name == "xf" and within:
                    styles.append(int(of.get("numFmtId", 0)))
        return {str(n): codes[style] for n, style in enumerate(styles) if "%" in codes.get(style, "")}

    def look(self, first_row: int, sheet: str) -> Formats:
        """The formats of cells that show per cent, by row and column.

        RefusedError where a cell is far from the rest, holds an error, or a formula without its result.
        """
        part = self.parts.get(sheet, "")
        if part not in self.archive.namelist() or not self._worth_it(part):
            return {}
        cells = _Cells(self.formats)
        _parse(self.archive, part, cells.started, cells.ended, cells.text)
        refuse_far(sheet, cells.far, (cells.rows, cells.columns), cells.filled)
        refuse_errors(sheet, [cell for cell in cells.errors if cell[0] >= first_row])
        without, zero = cells.formulas(first_row)
        refuse_formulas(sheet, without)
        if self.calculated_when_opened:
            # a library that does not calculate writes 0 for each, and asks that the results be found later
            refuse_formulas(sheet, zero, "have the result 0 throughout, and the file asks to be calculated")
        return cells.formatted

    def _worth_it(self, part: str) -> bool:
        """Whether a sheet may have any of what `look` tells: to see that takes a part of the time."""
        signs = [b"<f", b":f>", b":f ", b't="e"', b"t='e'"]
        signs += [f"s={quote}{style}{quote}".encode() for style in self.formats for quote in "\"'"]
        columns, rows, before = 1, 1, b""
        with self.archive.open(part) as stream:
            while read := stream.read(_CHUNK):
                chunk = before + read
                if any(sign in chunk for sign in signs):
                    return True
                for place in set(_PLACES.findall(chunk)):
                    if place.isdigit():
                        rows = max(rows, int(place))
                    else:
                        columns = max(columns, _column(place.decode()))
                before = chunk[-_OVERLAP:]
        return rows * columns > MOST_CELLS


class _Cells:
    """What the XML of a sheet tells of its cells, found while it is parsed."""

    def __init__(self, formats: Mapping[str, str]) -> None:
        self.formats = formats
        self.formatted: Formats = {}
        self.errors: list[tuple[int, int, str]] = []
        self.results: dict[int, dict[int, str]] = {}
        self.far = (1, 1)
        self.rows = self.columns = self.filled = 0
        self.row = self.column = 0
        self.of: Mapping[str, str] = {}
        self.value: list[str] = []
        self.within = self.formula = self.text_within = False

    def formulas(self, first_row: int) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
        """By column, the rows of formulas without a result, and of those that are all 0; from a row on."""
        without, zero = {}, {}
        for column, results in self.results.items():
            results_below = {row: result for row, result in results.items() if row >= first_row}
            if empty := [row for row, result in results_below.items() if not result]:
                without[column] = empty
            if set(results_below.values()) == {"0"}:
                zero[column] = list(results_below)
        return without, zero

    def started(self, name: str, of: Mapping[str, str]) -> None:
        if name == "row":
            self.row = int(of.get("r", self.row + 1))
            self.column = 0
        elif name == "c":
            match = _REFERENCE.match(of.get("r", ""))
            self.column = _column(match[1]) if match else self.column + 1
            self.row = int(match[2]) if match else self.row
            self.of, self.value, self.formula, self.text_within = of, [], False, False
        elif name == "f":
            self.formula = True
        elif name == "is":
            self.text_within = True
        self.within = name == "v"

    def text(self, text: str) -> None:
        if self.within:
            self.value.append(text)

    def ended(self, name: str) -> None:
        self.within = False
        if name != "c":
            return
        value, kind, place = "".join(self.value).strip(), self.of.get("t", "n"), (self.row, self.column)
        if kind == "e":
            self.errors.append((*place, value))
        if self.formula:
            # a formula whose result is an empty text has its type, and one that was not calculated has none
            result = value or ("text" if kind == "str" or self.text_within else "")
            self.results.setdefault(self.column, {})[self.row] = result
        if kind == "n" and value and self.of.get("s") in self.formats:
            self.formatted[place] = self.formats[self.of["s"]]
        if value or self.text_within:
            self.filled += 1
            if self.row > self.rows or self.column > self.columns:
                self.far = place
            self.rows, self.columns = max(self.rows, self.row), max(self.columns, self.column)


def _column(name: str) -> int:
    """The number of a column from its letters."""
    number = 0
    for letter in name[:4]:
        number = number * 26 + ord(letter) - 64
    return number


def _elements(archive: zipfile.ZipFile, part: str) -> Iterator[tuple[str, dict[str, str]]]:
    """The elements of a small part of a workbook, in their order; none where there is no such part."""
    elements: list[tuple[str, dict[str, str]]] = []
    if part in archive.namelist():
        _parse(archive, part, lambda name, of: elements.append((name, dict(of))))
    yield from elements


def _parse(archive: zipfile.ZipFile, part: str, started: Any, ended: Any = None, text: Any = None) -> None:
    """Parse a part, with names of elements and attributes that leave their namespace out."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise expat.ExpatError("it declares entities, which no spreadsheet program does")

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, of: started(
        name.rpartition(" ")[2], {key.rpartition(" ")[2]: value for key, value in of.items()}
    )
    if ended:
        parser.EndElementHandler = lambda name: ended(name.rpartition(" ")[2])
    parser.CharacterDataHandler = text
    with archive.open(part) as stream:
        parser.ParseFile(stream)
