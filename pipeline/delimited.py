"""Delimited text as a table of cells, every record accounted for."""

from __future__ import annotations

import codecs
import csv
import io
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import duckdb
import pandas as pd

from pipeline.statements import literal

# what stands around a cell and means nothing; none of it is visible ASCII
_WHITE = " \t\n\v\f\r\xa0\ufeff"
_SURROGATE = re.compile("[\ud800-\udfff]")
_DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 8  # records read to find the delimiter and the header
# rows a column from which on columns are read one by one: before, planning to do so costs more than it saves
_ROWS_A_COLUMN = 125
_TOGETHER = 16  # columns read by one query
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


@dataclass(frozen=True)
class Delimited:
    """A file of delimited text: how it is read, and its first records that are not empty lines.

    `lines` are those that end outside quotes, -1 where a quote is left open, and `broken` says whether others
    end inside.
    """

    path: Path
    encoding: str
    delimiter: str
    first: tuple[tuple[str, ...], ...]
    lines: int
    broken: bool


def look(path: Path, encoding: str) -> Delimited:
    """How `path` is to be read; UnreadableError where that cannot be told.

    `encoding` is the declared one, or empty: then UTF-8, or UTF-16 where the file's mark says so.
    """
    with path.open("rb") as stream:
        mark = stream.read(2)
    known = _known(encoding, mark)
    lines, broken = _scan(path, known)
    with path.open(encoding=known, newline="") as text:
        start = "".join(islice(text, 200))
    start = start.removeprefix("\ufeff")
    if not start.strip():
        raise UnreadableError(f"{path.name} is empty")
    delimiter = max(_DELIMITERS, key=lambda candidate: _cells(start, candidate))
    records = islice(_records(start, delimiter), LOOKED_AT)
    return Delimited(path, known, delimiter, tuple(tuple(record) for record in records), lines, broken)


def load(connection: duckdb.DuckDBPyConnection, text: Delimited, header: int, width: int) -> None:
    """The records after the header as a table `cells` with `record` and a column c<n> for each column.

    Cells have no white space around them, and are null where nothing is left.
    UnreadableError where a record has other than `width` cells (further empty ones aside), or where the file
    ends inside a quoted cell. DuckDB reads UTF-8 alone without downloading an extension; other encodings
    go through Python, and never through a converted copy on the disk, which would hold dropped columns.
    """
    if not is_utf_8(text.encoding):
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
        return f"read_csv({_READ_CSV}, parallel = false) offset {header}"
    with text.path.open(encoding=text.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=text.delimiter)
        for _ in islice((record for record in reader if record), header):
            pass
        return f"read_csv({_READ_CSV}, parallel = true, skip = {reader.line_num})"


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


def is_utf_8(encoding: str) -> bool:
    """Whether an encoding that `look` has found is UTF-8, with a mark or without."""
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


def _scan(path: Path, encoding: str) -> tuple[int, bool]:
    """`lines` and `broken` of a file; UnreadableError if it is no text."""
    decoder = codecs.getincrementaldecoder(encoding)()
    lines, broken, quoted, last = 0, False, False, b"\n"
    before = 0
    with path.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            held = len(decoder.getstate()[0])
            try:
                if held or not chunk.isascii() or not is_utf_8(encoding):
                    _refuse(path, encoding, decoder.decode(chunk))
                else:
                    _refuse(path, encoding, chunk)
            except UnicodeDecodeError as error:
                raise _undecodable(path, encoding, before - held + error.start) from None
            except UnicodeError as error:
                said = f"is not {encoding} text ({error})"
                if codecs.lookup(encoding).name in ("utf-16", "utf-32"):
                    said = f'has no byte-order mark; say encoding = "{encoding}-le" or "{encoding}-be"'
                raise UnreadableError(f"{path.name} {said}", "encoding") from None
            for number, part in enumerate(chunk.split(b'"')):
                quoted ^= number > 0
                if quoted:
                    broken = broken or b"\n" in part or b"\r" in part
                else:
                    lines += part.count(b"\n")
            before += len(chunk)
            last = chunk[-1:]
    held = len(decoder.getstate()[0])
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        raise _undecodable(path, encoding, before - held) from None
    # what an open quote swallows is on no line, so that the lines say nothing of the records
    return (-1 if quoted else lines + (last != b"\n")), broken


def _refuse(path: Path, encoding: str, content: str | bytes) -> None:
    """UnreadableError where a part of a file, as bytes of ASCII or decoded, holds what no text does."""
    if (b"\0" in content) if isinstance(content, bytes) else ("\0" in content):
        raise UnreadableError(
            f"{path.name} holds NUL characters: it is no text, or UTF-16 without its mark; then say "
            'encoding = "utf-16-le" under [source]',
            "encoding",
        )
    if isinstance(content, str) and not is_utf_8(encoding) and _SURROGATE.search(content):
        raise UnreadableError(f"{path.name} is not {encoding} text (half a surrogate pair)", "encoding")


def _undecodable(path: Path, encoding: str, position: int) -> UnreadableError:
    data = path.read_bytes()
    line = data.count(b"\n", 0, position) + 1
    return UnreadableError(
        f"line {line} of {path.name} is not {encoding} text (byte 0x{data[position]:02x}); "
        'say encoding = "cp1252" or "mac_roman" under [source]',
        "encoding",
    )


def _records(text: str, delimiter: str) -> Iterator[list[str]]:
    """The records of a text; empty lines are none, as DuckDB has it."""
    return (record for record in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter) if record)


def _cells(start: str, delimiter: str) -> tuple[int, int]:
    """How many cells the first records agree on with a delimiter (0: on none), and how many the first has."""
    widths = [len(record) for record in islice(_records(start, delimiter), 4)]
    return (widths[0] if len(set(widths)) == 1 and widths[0] > 1 else 0), widths[0]


def _load_in_python(connection: duckdb.DuckDBPyConnection, text: Delimited, header: int, width: int) -> None:
    content = text.path.read_bytes().decode(text.encoding).removeprefix("\ufeff")
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(content, newline=""), delimiter=text.delimiter, strict=True)
    try:
        for record in reader:
            if record and (len(record) < width or any(record[width:])):
                raise UnreadableError(_misshapen(text, reader.line_num, len(record), width))
            if record:
                rows.append(record[:width])
    except csv.Error:
        raise UnreadableError(_cut(text, reader.line_num)) from None
    load_rows(connection, rows, header, width)


def load_rows(
    connection: duckdb.DuckDBPyConnection, rows: Sequence[Sequence[str]], header: int, width: int
) -> None:
    """Rows of `width` texts below a header of `header` rows, as the table `cells`."""
    frame = pd.DataFrame(rows[header:], columns=[f"c{column}" for column in range(1, width + 1)], dtype=str)
    frame.insert(0, "record", range(1, len(frame) + 1))
    connection.execute(f"create table cells as select record, {trimmed(width)} from frame")


def distinct(connection: duckdb.DuckDBPyConnection, columns: Sequence[int]) -> dict[int, dict[str, int]]:
    """Every distinct text of columns of the table or view `cells`, with how many cells hold it."""
    found: dict[int, dict[str, int]] = {column: {} for column in columns}
    if not found:
        return found
    for stack in stacked(connection, [(column, f"c{column}") for column in columns]):
        rows = connection.execute(
            f"select cell, text, count(*) from ({stack}) as stack group by all order by all"
        ).fetchall()
        for column, text, count in rows:
            found[column][text] = count
    return found


def stacked(
    connection: duckdb.DuckDBPyConnection, texts: Sequence[tuple[int, str]], carried: str = ""
) -> list[str]:
    """Queries of the table or view `cells` that stack its columns: a row for each text that is not null.

    `texts` are numbers of cells with the SQL of their text, and `carried` columns that come along, each with
    a comma behind it. The columns are `carried`, `cell` and `text`.
    Many rows are read a column at a time: the few texts of a column stand in a dictionary of Parquet, and
    whatever groups or joins them works on that. It holds a buffer for each column that a query reads, which
    is why there are several queries.
    """
    (rows,) = connection.execute("select count(*) from cells").fetchone() or (0,)
    if rows > _ROWS_A_COLUMN * len(texts):
        parts = [
            f"select {carried} {cell}::integer as cell, {text} as text from cells where {text} is not null"
            for cell, text in texts
        ]
        return [
            " union all ".join(parts[first : first + _TOGETHER]) for first in range(0, len(parts), _TOGETHER)
        ]
    numbers, listed = [cell for cell, _ in texts], ", ".join(text for _, text in texts)
    return [
        f"select * from (select {carried} unnest({numbers}::integer[]) as cell, unnest([{listed}]) as text "
        "from cells) as apart where text is not null"
    ]


def trimmed(width: int) -> str:
    """The columns without white space around their cells, null where nothing is left.

    Few cells begin or end with any, and to see that is a part of the work of trimming.
    """
    white, visible = literal(_WHITE), "between '!' and '\x7f'"
    return ", ".join(
        f"case when c{n} {visible} and reverse(c{n}) {visible} then c{n} "
        f"else nullif(trim(c{n}, {white}), '') end as c{n}"
        for n in range(1, width + 1)
    )


def hold(text: Delimited, header: int, loaded: int) -> None:
    """UnreadableError where other than `loaded` records are below the header, by a second reader's count.

    Those of a large file are its lines; where they are not, they are counted too.
    """
    if text.path.stat().st_size < _COUNTED_TWICE or text.lines != header + loaded:
        _check_count(text, header, loaded)


def _check_count(text: Delimited, header: int, loaded: int) -> None:
    with text.path.open(encoding=text.encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=text.delimiter, strict=True)
        try:
            records = sum(1 for record in reader if record) - header
        except csv.Error:
            raise UnreadableError(_cut(text, reader.line_num)) from None
    if records != loaded:
        raise UnreadableError(
            f"{text.path.name} has {records} records below its header, of which {loaded} could be read; a "
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
    return (
        f"line {line} of {text.path.name} has {cells} cells, where the header has {width} parted by "
        f"{text.delimiter!r}; a line break or quote inside a cell may have lost its quotes: export again"
    )


def _said(text: Delimited, width: int, said: str) -> str:
    """What is wrong, from DuckDB's error; the row that it quotes is left out, it is somebody's."""
    line = re.search(r"Line: (\d+)", said)
    found = re.search(r"Expected Number of Columns: \d+ Found: (\d+)", said)
    if line and found:
        return _misshapen(text, int(line[1]), int(found[1]), width)
    where = f"line {line[1]} of {text.path.name}" if line else text.path.name
    return f"{where} cannot be read; a quote inside a cell may be missing its pair: export again"
