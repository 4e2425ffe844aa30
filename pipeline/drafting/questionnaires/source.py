"""The file of a definition, read safely: bounded in size and depth, and nothing in it is run or fetched."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, cast
from xml.etree import ElementTree

from pipeline.exports import delimited, encodings, sheets, signatures
from pipeline.project.errors import SurveyError

MOST_BYTES = 32 * 2**20
DEEPEST = 100
MOST_PARTS = 20_000
"""of options and items of a question, questions of a survey, columns of a question"""
_ENTITY = re.compile(r"<!ENTITY", re.IGNORECASE)


class DefinitionError(SurveyError):
    """A definition that cannot be read; the message names the file and the place in it."""


@dataclass(frozen=True)
class Source:
    """A definition as it lies on the disk. Each way of reading it raises DefinitionError where it fails."""

    path: Path
    data: bytes

    @classmethod
    def of(cls, path: Path) -> Source:
        """The file at `path`; DefinitionError where it is not there or larger than a definition is."""
        if not path.is_file():
            raise DefinitionError(f"no file {path}")
        size = path.stat().st_size
        if size > MOST_BYTES:
            raise DefinitionError(
                f"{path.name} has {size / 2**20:.0f} MiB, and a definition has {MOST_BYTES / 2**20:.0f} at "
                "most; is it an export of responses?"
            )
        if not size:
            raise DefinitionError(f"{path.name} is empty; export the questionnaire again")
        return cls(path, path.read_bytes())

    def error(self, message: str, place: str = "") -> DefinitionError:
        """An error that says the file and where in it."""
        return DefinitionError(f"{self.path.name}{f', {place}' if place else ''}: {message}")

    @property
    def suffix(self) -> str:
        """The ending of the name, in small letters."""
        return self.path.suffix.lower()

    @property
    def is_text(self) -> bool:
        """Whether it is text, and no workbook or another packed file."""
        return b"\0" not in self.data[:4096] or self.data.startswith((b"\xff\xfe", b"\xfe\xff"))

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook, whose sheets can be read."""
        return self.suffix in sheets.SUFFIXES and signatures.kind(self.path) in signatures.WORKBOOKS

    @cached_property
    def text(self) -> str:
        """The whole file as text."""
        if self.data.startswith((b"\xff\xfe", b"\xfe\xff")):
            encoding = "utf-16"
        else:
            likely = encodings.plausible(self.data)
            encoding = "utf-8-sig" if encodings.is_utf_8(self.data) or not likely else likely[0]
        try:
            return self.data.decode(encoding)
        except UnicodeDecodeError as error:
            raise self.error(
                f"cannot be read as {encoding}; save it as UTF-8", f"byte {error.start}"
            ) from None

    @property
    def head(self) -> str:
        """The first letters, to tell the tool by."""
        return self.text[:4096] if self.is_text else ""

    @cached_property
    def json(self) -> Any:
        """The file as JSON."""
        try:
            value = json.loads(self.text, parse_constant=lambda _: None)
        except json.JSONDecodeError as error:
            raise self.error(f"is no JSON: {error.msg}", f"line {error.lineno}") from None
        except RecursionError:
            raise self.error("is nested too deep to be a definition") from None
        except ValueError as error:  # a number of thousands of digits
            raise self.error(f"cannot be read: {error}") from None
        if _depth(value) > DEEPEST:
            raise self.error(f"is nested more than {DEEPEST} deep, which no definition is")
        return value

    @cached_property
    def xml(self) -> ElementTree.Element:
        """The root of the file as XML, names without their namespace.

        Declarations of entities are refused, whatever they would do; nothing outside the file is read.
        """
        if _ENTITY.search(self.data.replace(b"\0", b"").decode("latin-1")):
            raise self.error("declares entities, which no survey tool writes; it is not read")
        depth = 0
        parser: ElementTree.XMLPullParser[Any] = ElementTree.XMLPullParser(("start", "end"))
        root: ElementTree.Element | None = None
        try:
            for start in range(0, len(self.data), 65_536):
                parser.feed(self.data[start : start + 65_536])
                for event, element in cast("Iterator[tuple[str, ElementTree.Element]]", parser.read_events()):
                    depth += 1 if event == "start" else -1
                    root = element if root is None else root
                    if depth > DEEPEST:
                        raise self.error(f"is nested more than {DEEPEST} deep, which no definition is")
                    element.tag = str(element.tag).rpartition("}")[2]
            parser.close()
        except ElementTree.ParseError as error:
            line, column = error.position
            reason = str(error).partition(":")[0]
            raise self.error(f"is no XML: {reason}", f"line {line}, column {column + 1}") from None
        except ValueError as error:  # an encoding that is not known
            raise self.error(f"cannot be read: {error}") from None
        if root is None:
            raise self.error("holds nothing")
        return root

    def rows(self, delimiter: str = ",") -> list[list[str]]:
        """The file as a table of text."""
        try:
            return list(csv.reader(io.StringIO(self.text, newline=""), delimiter=delimiter, strict=True))
        except csv.Error as error:
            raise self.error(f"cannot be read as a table: {error}") from None

    def records(self, delimiter: str = ",") -> list[dict[str, str]]:
        """The rows below the header of the table, by heading; missing cells are empty."""
        return named(self.rows(delimiter))

    def sheet(self, name: str) -> list[dict[str, str]]:
        """The rows below the header of a sheet of a workbook, by heading; none where it has no such sheet."""
        try:
            return named(sheets.rows(self.path, name, 1))
        except delimited.UnreadableError as error:
            if error.key == "sheet":
                return []
            raise DefinitionError(str(error)) from None


def named(rows: Sequence[Sequence[str]]) -> list[dict[str, str]]:
    """The rows of a table below its header, by heading, stripped; those that are empty are left out."""
    if not rows:
        return []
    header = [cell.strip() for cell in rows[0]]
    return [
        {heading: cell.strip() for heading, cell in zip(header, row, strict=False) if heading}
        | {heading: "" for heading in header[len(row) :] if heading}
        for row in rows[1:]
        if any(cell.strip() for cell in row)
    ]


def _depth(value: Any) -> int:
    """How deep lists and objects are nested, one level after the other."""
    level, depth = [value], 0
    while level and depth <= DEEPEST:
        level = [
            inner
            for one in level
            if isinstance(one, list | dict)
            for inner in (one.values() if isinstance(one, dict) else one)
            if isinstance(inner, list | dict)
        ]
        depth += 1
    return depth


def mapping(value: Any) -> Mapping[str, Any]:
    """A value of JSON as an object; an empty one where it is anything else."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A value of JSON as a list; those of an object in its order, none of anything else."""
    return value if isinstance(value, list) else list(value.values()) if isinstance(value, dict) else []
