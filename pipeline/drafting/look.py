"""What an export is, as far as that can be told from the file: its layout, its encoding, its field period."""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

import duckdb

from pipeline.answers.meaning import Texts
from pipeline.exports import delimited, encodings, file, signatures
from pipeline.exports.tools import Format, Heading, formats, recognised
from pipeline.project.errors import SurveyError

_SERIALS = (30_000, 70_000)
_DATES = ("%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M:%S", "%m/%d/%Y %H:%M", "%m/%d/%y %H:%M")


@dataclass(frozen=True)
class Looked:
    """An export as it is read; `reason` says by what its layout was told, `cells` holds its responses."""

    format: str
    reason: str
    encoding: str
    first_row: int
    header_rows: int
    headings: tuple[Heading, ...]
    texts: Texts
    cells: duckdb.DuckDBPyConnection

    @property
    def layout(self) -> Format:
        """How exports of its tool are laid out."""
        return formats[self.format]

    def at_most(self, columns: Sequence[int]) -> int:
        """How many of these columns a respondent filled at most."""
        filled = " + ".join(f"(c{column} is not null)::integer" for column in columns)
        (most,) = self.cells.execute(f"select coalesce(max({filled}), 0) from cells").fetchone() or (0,)
        return int(most)

    def ties(self, columns: Sequence[int]) -> tuple[int, int]:
        """How many respondents filled two of these columns or more, and how many of them two alike."""
        named = [f"c{column}" for column in columns]
        filled = " + ".join(f"({name} is not null)::integer" for name in named)
        row = self.cells.execute(
            "select count(*), count(*) filter (len(list_distinct(texts)) < filled) "
            f"from (select [{', '.join(named)}] as texts, {filled} as filled from cells) where filled > 1"
        ).fetchone()
        return (int(row[0]), int(row[1])) if row else (0, 0)

    def days(self, columns: Sequence[int]) -> list[datetime.date]:
        """The first and the last day of each of these columns whose cells are all dates."""
        days: list[datetime.date] = []
        for column in (f"c{number}" for number in columns):
            read = [
                f"try_cast({column} as timestamp)",
                *(f"try_strptime({column}, '{form}')" for form in _DATES),
                # what a spreadsheet makes of a date: days since the end of 1899
                f"case when try_cast({column} as double) between {_SERIALS[0]} and {_SERIALS[1]} "
                f"then date '1899-12-30' + try_cast({column} as double)::integer end::timestamp",
            ]
            for cast in read:
                row = self.cells.execute(
                    f"select min({cast})::date, max({cast})::date, count({cast}), count({column}) from cells"
                ).fetchone()
                if row and row[2] and row[2] == row[3]:
                    days += row[:2]
                    break
        return days


class Where(TypedDict, total=False):
    """Where in a file its table is, as [source] has it."""

    sheet: str
    first_row: int
    delimiter: str


@contextmanager
def look(
    export: Path,
    format_: str = "",
    header_rows: int | None = None,
    *,
    sheet: str = "",
    first_row: int = 1,
    delimiter: str = "",
) -> Iterator[Looked]:
    """The export at `export`, in the layout `format_` or, without one, in the one that it seems to have.

    The further keys are those of [source]. SurveyError where it cannot be read.
    """
    try:
        is_text = file.is_text(export) and not signatures.kind(export)
        encoding = _encoding(export.read_bytes()) if is_text else ""
        try:
            table = file.look(export, encoding, sheet, first_row, delimiter)
        except delimited.UnreadableError as error:
            if isinstance(error, delimited.TitleError):
                first_row = error.first_row
            elif sheet and error.key == "sheet":  # the check that follows says what sheets there are
                sheet = ""
            else:
                raise
            table = file.look(export, encoding, sheet, first_row, delimiter)
        name, reason = recognised(table.first, export.suffix)
        if format_:
            name, reason = format_, reason if format_ == name else "the layout of the wave before"
        header = formats[name].header_rows(table.first, "") or header_rows or 2
        headings = formats[name].headings(table.first[:header])
        with file.connect() as connection:
            table.load(connection, header, len(headings))
            texts = delimited.distinct(connection, [heading.column for heading in headings])
            kept = tuple(h for h in headings if not h.blank or texts[h.column])
            yield Looked(name, reason, encoding, first_row, header, kept, texts, connection)
    except delimited.UnreadableError as error:
        raise SurveyError(f"{export.name}: {error}") from None


def _encoding(data: bytes) -> str:
    """The encoding under which a file reads best."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if wide := encodings.wide(data):
        return wide
    if encodings.is_utf_8(data):
        return "utf-8"
    if likely := encodings.plausible(data):
        return likely[0]
    raise delimited.UnreadableError("reads like a language in no encoding known here; save it as UTF-8")
