"""The sheets of an .ods file, read from its XML: calamine reads errors as blank and loses line breaks."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

from pipeline.exports.spreadsheets.texts import (
    RefusedError,
    Sheet,
    as_text,
    duration,
    refuse_errors,
    refuse_far,
    refuse_formulas,
)

_MOST = 100_000_000  # cells that hold something
_DURATION = re.compile(r"(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:[.,]\d+)?)S)?\Z")
_ERROR = re.compile(r"Err:\d+|#[A-Z]+[A-Z0-9/]*[!?]?")
# what stands in a table and is no text of a cell: notes, shapes, and how words are spoken
_ASIDE = ("annotation", "shapes", "ruby-text", "tracked-changes", "dde-links", "forms")


@dataclass
class _Table:
    """What a sheet holds, with its repeated rows and cells not yet repeated."""

    name: str
    rows: list[tuple[int, int, list[tuple[int, int, str]]]] = field(default_factory=list)
    """number, how often, and its cells: column, how often, text"""
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    errors: list[tuple[int, int, str]] = field(default_factory=list)
    formulas: dict[int, list[int]] = field(default_factory=dict)
    """without a result: rows by column"""

    def sheet(self) -> Sheet:
        """The sheet; RefusedError where it is too large, holds an error, or a formula without its result."""
        refuse_errors(self.name, self.errors)
        refuse_formulas(self.name, self.formulas)
        widths = {number: cells[-1][0] + cells[-1][1] - 1 for number, _, cells in self.rows}
        wide = max(widths.values(), default=0)
        filled = sum(times * sum(repeated for _, repeated, _ in cells) for _, times, cells in self.rows)
        if filled > _MOST:
            raise RefusedError(
                f"sheet {self.name!r} has {filled:,} cells that hold something: no table of answers"
            )
        far = next(((number, width) for number, width in widths.items() if width == wide), (1, 1))
        refuse_far(self.name, far, (sum(times for _, times, _ in self.rows), wide), filled)
        expanded: list[tuple[int, list[str]]] = []
        for number, times, cells in self.rows:
            texts = [""] * wide
            for column, repeated, text in cells:
                texts[column - 1 : column - 1 + repeated] = [text] * repeated
            expanded += [(number + n, texts) for n in range(times)]
        return Sheet(self.name, expanded, self.merged)


class _Content:
    """The sheets of a file, found while its XML is parsed."""

    def __init__(self, first_row: int) -> None:
        self.first_row = first_row
        self.tables: dict[str, _Table] = {}
        self.table = _Table("")
        self.row = self.column = self.times = self.aside = 0
        self.of: Mapping[str, str] = {}
        self.cells: list[tuple[int, int, str]] = []
        self.lines: list[list[str]] = []
        self.within = False

    def started(self, name: str, of: Mapping[str, str]) -> None:
        if self.aside or name in _ASIDE:
            self.aside += 1
        elif name == "table":
            self.table, self.row = _Table(of.get("table:name", "")), 0
            self.tables[self.table.name] = self.table
        elif name == "table-row":
            self.column, self.times, self.cells = 0, _times(of, "rows"), []
        elif name in ("table-cell", "covered-table-cell"):
            self.of, self.lines = of, []
        elif name == "p":
            self.lines.append([])
            self.within = True
        elif self.within and name == "s":
            self.lines[-1].append(" " * min(int(of.get("text:c", 1)), 1000))
        elif self.within and name in ("tab", "line-break"):
            self.lines[-1].append("\t" if name == "tab" else "\n")

    def text(self, text: str) -> None:
        if self.within and not self.aside:
            self.lines[-1].append(re.sub(r"[ \t\r\n]+", " ", text))

    def ended(self, name: str) -> None:
        if self.aside:
            self.aside -= 1
        elif name == "p":
            self.within = False
        elif name in ("table-cell", "covered-table-cell"):
            self._cell(_times(self.of, "columns"), "\n".join("".join(line) for line in self.lines))
        elif name == "table-row":
            if self.cells:
                self.table.rows.append((self.row + 1, self.times, self.cells))
            self.row += self.times

    def _cell(self, times: int, shown: str) -> None:
        kind, formula = self.of.get("office:value-type", ""), "table:formula" in self.of
        row, column = self.row + 1, self.column + 1
        value = _value(kind, self.of, shown)
        self.column += times
        if self.row + self.times >= self.first_row:
            if self.of.get("calcext:value-type") == "error" or (formula and _ERROR.fullmatch(shown)):
                self.table.errors.append((row, column, shown))
            elif formula and value is None:
                self.table.formulas.setdefault(column, []).append(row)
        if value:
            self.cells.append((column, times, value))
            tall, wide = (int(self.of.get(f"table:number-{what}-spanned", 1)) for what in ("rows", "columns"))
            if tall > 1 or wide > 1:
                self.table.merged.append((row, column, row + tall - 1, column + wide - 1))


def _times(of: Mapping[str, str], what: str) -> int:
    return max(int(of.get(f"table:number-{what}-repeated", 1)), 1)


def _value(kind: str, of: Mapping[str, str], shown: str) -> str | None:
    """The text of a cell, None where it has no value: a formula was then not calculated."""
    if kind in ("float", "currency", "percentage"):
        number = of.get("office:value")
        return None if number is None else as_text(float(number), "0%" if kind == "percentage" else "")
    if kind == "date":
        date = of.get("office:date-value")
        return None if date is None else date.replace("T", " ")
    if kind == "time":
        match = _DURATION.match(of.get("office:time-value", ""))
        if not match:
            return of.get("office:time-value")
        days, hours, minutes = (int(part or 0) for part in match.groups()[1:4])
        seconds = ((days * 24 + hours) * 60 + minutes) * 60 + float((match[5] or "0").replace(",", "."))
        return duration(-seconds if match[1] else seconds)
    if kind == "boolean":
        truth = of.get("office:boolean-value")
        return None if truth is None else truth.upper()
    if kind == "string":
        return of.get("office:string-value", shown)
    return shown or None


def sheets(archive: zipfile.ZipFile, first_row: int) -> dict[str, Callable[[], Sheet]]:
    """How to make each sheet of a file; that raises RefusedError where it cannot be read."""
    content = _Content(first_row)
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True

    def refuse(*_: object) -> None:
        raise expat.ExpatError("it declares entities, which no spreadsheet program does")

    def named(key: str) -> str:
        space, _, name = key.rpartition(" ")
        return f"{space.split(':')[-2]}:{name}" if space.count(":") > 1 else name

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = lambda name, of: content.started(
        name.rpartition(" ")[2], {named(key): value for key, value in of.items()}
    )
    parser.EndElementHandler = lambda name: content.ended(name.rpartition(" ")[2])
    parser.CharacterDataHandler = content.text
    with archive.open("content.xml") as stream:
        parser.ParseFile(stream)
    return {name: table.sheet for name, table in content.tables.items()}
