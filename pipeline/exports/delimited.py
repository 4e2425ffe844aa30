"""Delimited text as a table of cells, every record accounted for."""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice, takewhile
from pathlib import Path
from typing import TextIO

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.exports import encodings
from pipeline.exports.cells import WHITE
from pipeline.project.sql import literal

QUOTE, FEED, RETURN = b'"\n\r'
_SURROGATE = re.compile("[\ud800-\udfff]")
_DELIMITERS = (",", ";", "\t", "|")
# seldom used, and frequent within cells: only where all of the first records agree, on so many cells at least
_RARE_DELIMITERS = {"\x1f": 2, "^": 2, "~": 2, ":": 3}
# the line with which Excel is told the delimiter
_SEP_LINE = re.compile(r"\"?sep=(.)\"?[\r\n]*", re.IGNORECASE)
LOOKED_AT = 8  # records read to find the delimiter and the header
# rows a column from which on columns are read one by one: before, planning to do so costs more than it saves
_ROWS_A_COLUMN = 125
_TOGETHER = 16  # columns read by one query
_UNNESTED = 200  # columns that one query lists and takes apart: the time for a list grows with its square
# below this size Python's reader counts the records too: DuckDB drops what an unclosed quote swallows
_COUNTED_TWICE = 50_000_000
# bytes of the longest record: the reader's buffers are as large, so the larger is tried where it is wanted
_LONGEST = (2_000_000, 134_217_728)
_CHUNK = 8_000_000
# rows whose texts are held at a time; of a hundred columns and more, and a few such groups a thread
_ROWS_A_GROUP = 40_960
_READ_CSV = (
    "$path, header = false, auto_detect = false, all_varchar = true, delim = $delimiter, quote = '\"', "
    "escape = '\"', strict_mode = true, null_padding = false, max_line_size = $longest, columns = $columns"
)
# a cell may be longer than the 131,072 characters that csv allows by itself
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class UnreadableError(Exception):
    """Why a file is no table; `key` is the key of [source] that could help."""

    def __init__(self, message: str, key: str = "file") -> None:
        super().__init__(message)
        self.key = key


class TitleError(UnreadableError):
    """A title stands above the header, which begins in the line `first_row`."""

    def __init__(self, path: Path, first_row: int) -> None:
        super().__init__(
            f"the header of {path.name} begins in line {first_row}, below a title; say "
            f"first_row = {first_row} under [source]",
            "first_row",
        )
        self.first_row = first_row


@dataclass(frozen=True)
class Delimited:
    """A file of delimited text: how it is read, and its first records that are not empty lines.

    `above` is how many lines stand above the header: a title, empty ones, the delimiter. `lines` are those
    that end outside quotes, -1 where a quote is left open, and `broken` says whether others end inside.
    `direct` says whether DuckDB reads it from the disk: UTF-8 alone, lines that all end in one way, and no
    quote in a line above the header. Other files go through Python.
    """

    path: Path
    encoding: str
    delimiter: str
    above: int
    first: tuple[tuple[str, ...], ...]
    lines: int
    broken: bool
    direct: bool


def look(path: Path, encoding: str = "", delimiter: str = "", first_row: int = 1) -> Delimited:
    """How `path` is to be read; UnreadableError where that cannot be told.

    `encoding` is the declared one, or empty: then UTF-8, or UTF-16 where the file's mark says so. So is
    `delimiter`. The header begins in the line `first_row` or, where that is empty, below.
    """
    with path.open("rb") as stream:
        mark = stream.read(2)
    known = _known(encoding, mark)
    lines, broken, mixed = _scan(path, known)
    with path.open(encoding=known, newline="") as text:
        beginning = list(islice(text, first_row + 199))
    if beginning:
        beginning[0] = beginning[0].lstrip("\ufeff")
    above = first_row - 1
    if beginning and (told := _SEP_LINE.fullmatch(beginning[0])):
        delimiter, above = delimiter or told[1], max(above, 1)
    above += sum(1 for _ in takewhile(lambda line: not line.strip(), beginning[above:]))
    start = "".join(beginning[above:])
    if not start:
        raise _empty(path, first_row)
    delimiter = delimiter or _delimiter(path, start, above)
    blank = takewhile(lambda row: not any(cell.strip(WHITE) for cell in row), _records(start, delimiter))
    above += _lines_before(start, delimiter, len(list(blank)))
    start = "".join(beginning[above:])
    first = tuple(tuple(record) for record in islice(_records(start, delimiter), LOOKED_AT))
    if not first:
        raise _empty(path, first_row)
    direct = _is_utf_8(known) and not mixed and '"' not in "".join(beginning[:above])
    return Delimited(path, known, delimiter, above, first, lines, broken, direct)


def _empty(path: Path, first_row: int) -> UnreadableError:
    if first_row > 1:
        return UnreadableError(f"{path.name} is empty from line {first_row} on", "first_row")
    return UnreadableError(f"{path.name} is empty")


def load(connection: duckdb.DuckDBPyConnection, text: Delimited, header: int, width: int) -> None:
    """The records after the header as a table `cells` with `record` and a column c<n> for each column.

    Cells have no white space around them, and are null where nothing is left.
    UnreadableError where a record has other than `width` cells (further empty ones aside), or where the file
    ends inside a quoted cell. DuckDB reads UTF-8 alone without downloading an extension; other encodings
    go through Python, and never through a converted copy on the disk, which would hold dropped columns.
    """
    if not text.direct:
        _load_in_python(connection, text, header, width)
        return
    source = f"select row_number() over () as record, {trimmed(width)} from {_reader(text, header)}"
    _read(connection, text, width, f"create table cells as {source}")
    (loaded,) = connection.execute("select count(*) from cells").fetchone() or (0,)
    hold(text, header, int(loaded))


def copy(
    connection: duckdb.DuckDBPyConnection,
    text: Delimited,
    header: int,
    width: int,
    columns: str,
    target: Path,
    where: str = "true",
) -> int:
    """Write some of the cells that `load` would load, in their order, to `target` as Parquet; how many rows.

    They go from file to file a few at a time. UnreadableError as in `load`, but for the number of
    records, which is for `hold`.
    """
    cells = f"(select {trimmed(width)} from {_reader(text, header)})"
    form = f"(format parquet, row_group_size {_ROWS_A_GROUP})"
    statement = f"copy (select {columns} from {cells} where {where}) to {literal(str(target))} {form}"
    return _read(connection, text, width, statement)


def _reader(text: Delimited, header: int) -> str:
    """DuckDB's reader below the header: by several threads where no cell holds a line break."""
    if text.broken:
        return f"read_csv({_READ_CSV}, parallel = false, skip = {text.above}) offset {header}"
    return f"read_csv({_READ_CSV}, parallel = true, skip = {text.above + len(head(text, header))})"


def head(text: Delimited, header: int) -> list[str]:
    """The lines of the header: below what stands above it, up to the end of its last record."""
    lines: list[str] = []
    with _opened(text) as stream:

        def noted() -> Iterator[str]:
            for line in stream:
                lines.append(line)
                yield line

        records = (record for record in csv.reader(noted(), delimiter=text.delimiter) if record)
        for _ in islice(records, header):
            pass
    return lines


@contextmanager
def _opened(text: Delimited) -> Iterator[TextIO]:
    """The lines of a file from its header on."""
    with text.path.open(encoding=text.encoding, newline="") as stream:
        for _ in islice(stream, text.above):
            pass
        yield stream


def _read(connection: duckdb.DuckDBPyConnection, text: Delimited, width: int, statement: str) -> int:
    parameters = {
        "path": _literally(text.path),
        "delimiter": text.delimiter,
        "columns": {f"c{column}": "VARCHAR" for column in range(1, width + 1)},
    }
    for longest in _LONGEST:
        try:
            done = connection.execute(statement, parameters | {"longest": longest}).fetchone()
            return int(done[0]) if done else 0
        except (duckdb.OutOfMemoryException, duckdb.IOException):
            raise  # no fault of the export: the memory, or the disk that the cells go to
        except duckdb.Error as error:
            if "line size" in str(error) and longest < _LONGEST[-1]:
                continue
            raise UnreadableError(_said(text, width, str(error))) from None
    return 0


def _is_utf_8(encoding: str) -> bool:
    return encoding in ("utf-8", "utf-8-sig")


def _known(declared: str, mark: bytes) -> str:
    """The declared encoding, or the one that the first bytes of a file tell; UnreadableError if unknown."""
    encoding = declared or ("utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig")
    try:
        codecs.getincrementaldecoder(encoding)
        b"text".decode(encoding, "replace")  # some codecs are of no text
        # a byte-order mark is no part of the first heading
        return "utf-8-sig" if codecs.lookup(encoding).name == "utf-8" else encoding
    except (LookupError, ValueError):
        raise UnreadableError(f"no encoding {encoding!r}", "encoding") from None


def _scan(path: Path, encoding: str) -> tuple[int, bool, bool]:
    """`lines`, `broken`, and whether lines end in several ways; UnreadableError where a file is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, broken, quoted, last = 0, False, 0, b"\n"
    before, ends = 0, set[bytes]()
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            while chunk.endswith(b"\r") and (behind := stream.read(1)):
                chunk += behind
            held = len(decoder.getstate()[0])
            try:
                if _is_utf_8(encoding) and b"\0" in chunk:
                    raise _zeros(path)
                if held or not chunk.isascii() or not _is_utf_8(encoding):
                    decoded = decoder.decode(chunk)
                    if not _is_utf_8(encoding):
                        _refuse(path, encoding, decoded)
            except UnicodeDecodeError as error:
                raise _undecodable(path, encoding, before - held + error.start) from None
            except UnicodeError as error:
                said = f"is not {encoding} text ({error})"
                if codecs.lookup(encoding).name in ("utf-16", "utf-32"):
                    said = f'has no byte-order mark; say encoding = "{encoding}-le" or "{encoding}-be"'
                raise UnreadableError(f"{path.name} {said}", "encoding") from None
            signs = np.frombuffer(chunk + b" ", dtype=np.uint8)
            quotes = np.flatnonzero(signs == QUOTE)
            feeds, feeds_inside = by_place(signs, FEED, quotes, quoted)
            returns, returns_inside = by_place(signs, RETURN, quotes, quoted)
            both = int((signs[returns + 1] == FEED).sum())
            broken = broken or bool(feeds_inside or returns_inside)
            counts = {b"\r\n": both, b"\n": len(feeds) - both, b"\r": len(returns) - both}
            ends |= {end for end, count in counts.items() if count}
            lines += len(feeds)
            quoted = (quoted + len(quotes)) % 2
            before += len(chunk)
            last = chunk[-1:]
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _undecodable(path, encoding, before - held) from None
    # what an open quote swallows is on no line, so that the lines say nothing of the records
    return (-1 if quoted else lines + (last != b"\n")), broken, len(ends) > 1


def by_place(
    signs: npt.NDArray[np.uint8], sign: int, quotes: npt.NDArray[np.int64], quoted: int = 0
) -> tuple[npt.NDArray[np.int64], int]:
    """Where a sign stands outside quotes, and how often inside; `quoted` is 1 where the first is inside."""
    places = np.flatnonzero(signs == sign)
    inside = (np.searchsorted(quotes, places) + quoted) % 2 == 1
    return places[~inside], int(inside.sum())


def _refuse(path: Path, encoding: str, content: str) -> None:
    """UnreadableError where a part of a file that is not UTF-8 holds what no text does."""
    if "\0" in content:
        raise _zeros(path)
    if _SURROGATE.search(content):
        raise UnreadableError(f"{path.name} is not {encoding} text (half a surrogate pair)", "encoding")


def _zeros(path: Path) -> UnreadableError:
    wide = encodings.wide(path.read_bytes()) or "utf-16-le"
    return UnreadableError(
        f"{path.name} holds NUL characters: it is no text, or UTF-16 without its mark; then say "
        f'encoding = "{wide}" under [source]',
        "encoding",
    )


def _undecodable(path: Path, encoding: str, position: int) -> UnreadableError:
    data = path.read_bytes()
    if encodings.wide(data):
        return _zeros(path)
    line = (data.count(b"\n", 0, position) or data.count(b"\r", 0, position)) + 1
    likely = [f'"{name}"' for name in encodings.plausible(data)[:3]]
    if not _is_utf_8(encoding) and encodings.is_utf_8(data):
        then = "it is UTF-8: leave encoding out"
    elif encodings.nearly_utf_8(data):
        then = "the rest is UTF-8: it was damaged, or put together from two files; export again"
    elif likely:
        then = f"say encoding = {' or '.join(likely)} under [source]"
        then += ", whichever reads right" if len(likely) > 1 else ""
    else:
        then = 'say encoding under [source], such as "cp1252", or export as UTF-8'
    return UnreadableError(
        f"line {line} of {path.name} is not {encoding} text (byte 0x{data[position]:02x}); {then}", "encoding"
    )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a text; empty lines are none, as DuckDB has it."""
    return (record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record)


def _lines_before(start: str, delimiter: str, number: int) -> int:
    """How many lines stand before a record, by its number from 0; empty lines are none."""
    lines = 0
    reader = csv.reader(io.StringIO(start, newline=""), delimiter=delimiter)
    for record in reader:
        if record and not number:
            break
        number -= bool(record)
        lines = reader.line_num
    return lines


def _delimiter(path: Path, start: str, above: int) -> str:
    """The delimiter on which the first records agree, or else the one that cuts the first into most cells.

    TitleError where they agree only below records that are much narrower.
    """
    likely = max(_DELIMITERS, key=lambda candidate: _cells(start, candidate))
    agreed, _ = _cells(start, likely)
    if agreed:
        return likely
    for candidate in _DELIMITERS:
        if title := _title(start, candidate):
            raise TitleError(path, above + title + 1)
    for candidate, fewest in _RARE_DELIMITERS.items():
        widths = {len(record) for record in _records(start, candidate)}
        if len(widths) == 1 and min(widths) >= fewest and start.count("\n") + start.count("\r") > 1:
            return candidate
    return likely


def _title(start: str, delimiter: str) -> int:
    """How many lines stand above the first records of one width, where some there have half of it; or 0."""
    widths = [len(record) for record in islice(_records(start, delimiter), 2 * LOOKED_AT)]
    for first in range(1, len(widths) - 2):
        if widths[first : first + 3] == [max(widths)] * 3:
            if max(widths) > 2 and 2 * min(widths[:first]) <= max(widths):
                return _lines_before(start, delimiter, first)
            break
    return 0


def _cells(start: str, delimiter: str) -> tuple[int, int]:
    """How many cells the first records agree on with a delimiter (0: on none), and how many the first has."""
    widths = [len(record) for record in islice(_records(start, delimiter), 4)]
    return (widths[0] if len(set(widths)) == 1 and widths[0] > 1 else 0), widths[0]


def _load_in_python(connection: duckdb.DuckDBPyConnection, text: Delimited, header: int, width: int) -> None:
    rows: list[list[str]] = []
    with _opened(text) as stream:
        if not text.above:
            stream = io.StringIO(stream.read().removeprefix("\ufeff"), newline="")
        reader = csv.reader(stream, delimiter=text.delimiter, strict=True)
        try:
            for record in reader:
                if record and (len(record) < width or any(record[width:])):
                    raise UnreadableError(_misshapen(text, text.above + reader.line_num, len(record), width))
                if record:
                    rows.append(record[:width])
        except csv.Error:
            raise UnreadableError(_cut(text, text.above + reader.line_num)) from None
    load_rows(connection, rows, header, width)


def load_rows(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[str]], header: int, width: int
) -> None:
    """Rows of `width` texts below a header of `header` rows, as the table `cells`."""
    frame = pd.DataFrame(rows[header:], columns=[f"c{column}" for column in range(1, width + 1)], dtype=str)
    frame.insert(0, "record", range(1, len(frame) + 1))
    connection.execute(f"create table cells as select record, {trimmed(width)} from frame")


def is_header(header: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    """SQL that holds for a row of `cells` that repeats one of the rows of the header, in all of `columns`.

    A row of the header with fewer than two texts in these columns is repeated by no row.
    """
    repeats = []
    for row in header:
        texts = {column: row[column - 1].strip(WHITE) for column in columns if column <= len(row)}
        if sum(map(bool, texts.values())) > 1:
            same = (f"c{n} = {literal(t)}" if t else f"c{n} is null" for n, t in texts.items())
            repeats.append(f"({' and '.join(same)})")
    return f"coalesce({' or '.join(repeats) or 'false'}, false)"


def distinct(connection: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> dict[int, dict[str, int]]:
    """Every distinct text of columns of the table `cells`, with how many cells hold it."""
    counts: dict[int, dict[str, int]] = {column: {} for column in columns}
    (rows,) = connection.execute("select count(*) from cells").fetchone() or (0,)
    for stack in _stacked(columns, int(rows)):
        texts = f"select cell, text, count(*) from ({stack}) as stack where text is not null"
        for column, text, count in connection.execute(f"{texts} group by all order by all").fetchall():
            counts[column][text] = count
    return counts


def _stacked(columns: Sequence[int], rows: int) -> Iterator[str]:
    """Queries that stack columns of the table `cells`: a row for each cell, with its column and its text.

    Of many rows a column is read at a time, and a few by one query; of fewer, some columns are listed and
    taken apart, as to plan the other takes longer than it saves.
    """
    if rows > _ROWS_A_COLUMN * len(columns):
        parts = [f"select {column}::integer as cell, c{column} as text from cells" for column in columns]
        for first in range(0, len(parts), _TOGETHER):
            yield " union all ".join(parts[first : first + _TOGETHER])
        return
    for first in range(0, len(columns), _UNNESTED):
        some = list(columns[first : first + _UNNESTED])
        listed = ", ".join(f"c{column}" for column in some)
        yield f"select unnest({some}::integer[]) as cell, unnest([{listed}]) as text from cells"


def trimmed(width: int) -> str:
    """The columns without white space around their cells, null where nothing is left.

    Few cells begin or end with any, and to see that is a part of the work of trimming.
    """
    white, visible = literal(WHITE), "between '!' and '\x7f'"
    return ", ".join(
        f"case when c{n} {visible} and reverse(c{n}) {visible} then c{n} "
        f"else nullif(trim(c{n}, {white}), '') end as c{n}"
        for n in range(1, width + 1)
    )


def hold(text: Delimited, header: int, loaded: int) -> None:
    """UnreadableError where other than `loaded` records are below the header, by a second reader's count.

    Those of a large file are its lines; where they are not, they are counted too.
    """
    if text.path.stat().st_size < _COUNTED_TWICE or text.lines != text.above + header + loaded:
        _check_count(text, header, loaded)


def records(text: Delimited) -> int:
    """How many records a file has, with those of its header, by a second reader's count.

    UnreadableError where it ends inside a quoted cell.
    """
    with _opened(text) as stream:
        reader = csv.reader(stream, delimiter=text.delimiter, strict=True)
        try:
            return sum(1 for record in reader if record)
        except csv.Error:
            raise UnreadableError(_cut(text, text.above + reader.line_num)) from None


def _check_count(text: Delimited, header: int, loaded: int) -> None:
    below = records(text) - header
    if below != loaded:
        raise UnreadableError(
            f"{text.path.name} has {below} records below its header, of which {loaded} could be read; a "
            "quote inside a cell may be missing its pair: export again"
        )


def _literally(path: Path) -> str:
    """A path in which DuckDB sees no pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))


def _cut(text: Delimited, line: int) -> str:
    return (
        f"{text.path.name} ends inside a quoted cell (line {line}): it was cut short, or a quote is missing; "
        "export again"
    )


def _misshapen(text: Delimited, line: int, cells: int, width: int) -> str:
    why = "a line break or quote inside a cell may have lost its quotes: export again"
    if note := _note(text, width):
        line, cells = note
        why = (
            "it stands below the table: a note or a sum, or a response that was cut short; delete what is no "
            "response, or export again"
        )
    return (
        f"line {line} of {text.path.name} has {cells} cells, where the header has {width} parted by "
        f"{text.delimiter!r}; {why}"
    )


def _note(text: Delimited, width: int) -> tuple[int, int] | None:
    """The line and the cells of the first of the last records, if all of these are narrower than the header.

    None where others are misshapen too.
    """
    first = None
    with _opened(text) as stream:
        reader = csv.reader(stream, delimiter=text.delimiter, strict=True)
        try:
            for record in reader:
                if len(record) >= width and (first or any(record[width:])):
                    return None
                if record and len(record) < width:
                    first = first or (text.above + reader.line_num, len(record))
        except csv.Error:
            return None
    return first


def _said(text: Delimited, width: int, said: str) -> str:
    """What is wrong, from DuckDB's error; the row that it quotes is left out, it is somebody's."""
    line = re.search(r"Line: (\d+)", said)
    columns_found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", said)
    if line and columns_found:
        return _misshapen(text, int(line[1]), int(columns_found[1]), width)
    where = f"line {line[1]} of {text.path.name}" if line else text.path.name
    return f"{where} cannot be read; a quote inside a cell may be missing its pair: export again"
