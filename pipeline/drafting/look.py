"""What an export is, as far as that can be told from the file: its layout, its encoding, its field period."""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypedDict

import duckdb

from pipeline.answers.boxes import unticked_texts
from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.drafting.cells import MOST_LEVELS, all_add_up, blanks, without
from pipeline.drafting.question import Rows
from pipeline.drafting.tool_columns import described, tools_of
from pipeline.exports import delimited, encodings, file, signatures, spss
from pipeline.exports.finders import Columns
from pipeline.exports.tools import Format, Heading, formats, recognised
from pipeline.exports.tools.parted import alike, regrouped
from pipeline.project.errors import SurveyError
from pipeline.project.sql import listed
from pipeline.text.folding import fold
from pipeline.text.values import as_number

_LABELLED = 2  # so many columns of the first row tell that it is a row of labels
_ENOUGH_BELOW = 5  # cells below it
_FEW_COLUMNS = 3  # more columns of one question than this may have one that is filled
_SERIALS = (30_000, 70_000)
_DATES = (
    "%m/%d/%Y %I:%M:%S %p",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %H:%M",
    "%m/%d/%y %H:%M",
    "%m/%d/%y %H:%M:%S",
    "%m/%d/%y %I:%M:%S %p",
)


@dataclass(frozen=True)
class Looked:
    """An export as it is read; `reason` says by what its layout was told, `cells` holds its responses."""

    format: str
    reason: str
    encoding: str
    first_row: int
    header_rows: int
    written: tuple[Heading, ...]
    """the headings as the tool wrote them"""
    parted: Mapping[int, tuple[Heading, str]]
    """those that hold a question and an option, taken apart, with the finder of their question, by column"""
    texts: Texts
    cells: duckdb.DuckDBPyConnection
    header: Sequence[Sequence[str]] = ()
    """the rows of the header as they stand there"""
    variables: Mapping[int, str] = field(default_factory=dict)
    """the names of the variables of a file that has such, by column"""

    @cached_property
    def headings(self) -> tuple[Heading, ...]:
        """The headings, those taken apart that hold a question and an option."""
        return tuple(self.parted.get(h.column, (h, ""))[0] for h in self.written)

    @property
    def layout(self) -> Format:
        """How exports of its tool are laid out."""
        return formats[self.format]

    @property
    def rows(self) -> Rows:
        """What its rows say of some columns."""
        return Rows(
            at_most=self.at_most,
            ties=self.ties,
            beside=self.beside,
            by_text=self.by_text,
            totals=self.totals,
            together=self.together,
            denied=self.denied,
        )

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

    def beside(self, column: int, other: int) -> dict[str, int]:
        """The texts of a column in the rows in which another holds anything, with how often each is there."""
        rows = self.cells.execute(
            f"select c{column}, count(*) from cells where c{other} is not null and c{column} is not null "
            "group by all order by all"
        )
        return dict(rows.fetchall())

    def together(self, columns: Sequence[int]) -> list[tuple[tuple[str | None, ...], int]]:
        """The different rows that these columns have, with how often each is there."""
        named = ", ".join(f"c{column}" for column in columns)
        rows = self.cells.execute(f"select {named}, count(*) from cells group by all order by all")
        return [(row[:-1], int(row[-1])) for row in rows.fetchall()]

    def by_text(self, column: int, other: int) -> dict[str, dict[str, int]]:
        """The texts of a column for each text of another, with how often each is there."""
        rows = self.cells.execute(
            f"select c{other}, c{column}, count(*) from cells where c{other} is not null "
            f"and c{column} is not null group by all order by all"
        )
        groups: dict[str, dict[str, int]] = {}
        for group, text, count in rows.fetchall():
            groups.setdefault(group, {})[text] = count
        return groups

    def denied(self, columns: Sequence[int], texts: Collection[str]) -> tuple[int, int, int]:
        """How many responses there are, how many have all columns filled, how many hold these texts alone.

        The texts are those by which boxes say that they were not ticked.
        """
        full = " and ".join(f"c{column} is not null" for column in columns)
        none = " and ".join(f"coalesce(c{column} in {listed(sorted(texts))}, false)" for column in columns)
        row = self.cells.execute(
            f"select count(*), count(*) filter ({full}), count(*) filter ({none}) from cells"
        ).fetchone()
        return (int(row[0]), int(row[1]), int(row[2])) if row else (0, 0, 0)

    @cached_property
    def has_label_row(self) -> bool:
        """Whether the first row reads like a second row of headings: a question mark, words among numbers."""
        names = [f"c{h.column}" for h in self.written]
        first = self.cells.execute(f"select {', '.join(names)} from cells order by record limit 1").fetchone()
        found = 0
        for heading, text in zip(self.written, first, strict=True) if first else ():
            others = {other: n for other, n in self.texts[heading.column].items() if other != text}
            if not text or self.texts[heading.column][text] > 1 or sum(others.values()) < _ENOUGH_BELOW:
                continue
            among_numbers = as_number(text) is None and all(as_number(other) is not None for other in others)
            asks = text.endswith("?") and not any(other.endswith("?") for other in others)
            found += among_numbers or asks
        return found >= _LABELLED

    def totals(self, columns: Sequence[int]) -> dict[float, int]:
        """What the numbers of these columns add up to in a row that has any of them, and in how many rows."""
        return _totals(self.cells, columns)

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
            for date in read:
                # a year of two digits is read as one of four, too
                cast = f"(case when {date} >= date '1900-01-01' then {date} end)"
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
            again = delimited.is_header(table.first[:header], [heading.column for heading in headings])
            connection.execute(f"delete from cells where {again}")
            texts = delimited.distinct(connection, [heading.column for heading in headings])
            kept = tuple(h for h in headings if not h.blank or texts[h.column])
            parted = _parted(kept, texts, formats[name], connection)
            rows = [list(row) for row in table.first[:header]]
            variables = dict(enumerate(spss.variables(export), 1)) if name == "spss" else {}
            yield Looked(
                name, reason, encoding, first_row, header, kept, parted, texts, connection, rows, variables
            )
    except delimited.UnreadableError as error:
        raise SurveyError(f"{export.name}: {error}") from None


def _totals(cells: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> dict[float, int]:
    numbers = [f"try_cast(c{column} as double)" for column in columns]
    added = " + ".join(f"coalesce({number}, 0)" for number in numbers)
    anything = " or ".join(f"{number} is not null" for number in numbers)
    rows = cells.execute(f"select {added}, count(*) from cells where {anything} group by all order by all")
    return {float(total): int(count) for total, count in rows.fetchall()}


def _parted(
    headings: Sequence[Heading], texts: Texts, layout: Format, cells: duckdb.DuckDBPyConnection
) -> dict[int, tuple[Heading, str]]:
    """The headings that hold a question and an option, taken apart where a finder names just those."""
    tools = tools_of(headings)
    blank = blanks(texts, layout.not_shown)
    texts = {column: without(values, blank) for column, values in texts.items()}
    asked = [heading for heading in headings if not described(heading, tools)]
    parted = regrouped(asked, lambda group: _together(group, texts, layout, cells))
    groups: dict[str, set[int]] = {}
    for column, (_, finder) in parted.items():
        groups.setdefault(finder, set()).add(column)
    every = Columns.of(headings)
    sure: dict[int, tuple[Heading, str]] = {}
    for finder, columns in groups.items():
        named = every.find(finder)
        # an empty column more is none of its answers, and the text beside an Other may be headed as its box
        more = [h for h in named if h.column not in columns and texts[h.column] and not is_other(h.label)]
        if columns <= {h.column for h in named} and not more:
            sure |= {h.column: parted.get(h.column, (h, finder)) for h in named}
    return sure


def _together(
    columns: Sequence[Heading], texts: Texts, layout: Format, cells: duckdb.DuckDBPyConnection
) -> bool:
    """Whether the cells of some columns may answer one question.

    They are boxes, items with the same few levels, or numbers that add up to the same in each row.
    """
    filled = [values for h in columns if not is_other(h.label) and (values := texts.get(h.column))]
    if not filled:
        return False
    if all_add_up(filled, lambda: _totals(cells, [h.column for h in columns])):
        return True
    no = unticked_texts(filled, layout)
    boxes = [{fold(text) for text in values} - no for values in filled]
    if sum(len(ticks) < 2 for ticks in boxes) > 0.7 * len(boxes):
        return len(filled) > 1 or len(columns) > _FEW_COLUMNS
    return alike([frozenset(fold(text) for text in values) for values in filled], MOST_LEVELS)


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
