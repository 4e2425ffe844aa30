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

_WHITE = "' ' || chr(9) || chr(10) || chr(11) || chr(12) || chr(13) || chr(160) || chr(65279)"
_DELIMITERS = (",", ";", "\t", "|")
LOOKED_AT = 8  # records read to find the delimiter and the header
# below this size Python's reader counts the records too: DuckDB drops what an unclosed quote swallows
_COUNTED_TWICE = 50_000_000
# a cell may be longer than the 131,072 characters that csv allows by itself
csv.field_size_limit(min(sys.maxsize, 2**31 - 1))


class UnreadableError(Exception):
    """Why a file is no table; `key` is the key of [source] that could help."""

    def __init__(self, message: str, key: str = "file") -> None:
        super().__init__(message)
        self.key = key


@dataclass(frozen=True)
class Delimited:
    """A file of delimited text: how it is read, and its first records that are not empty lines."""

    path: Path
    encoding: str
    delimiter: str
    first: tuple[tuple[str, ...], ...]


def look(path: Path, data: bytes, encoding: str) -> Delimited:
    """How `path`, which holds `data`, is to be read; UnreadableError where that cannot be told.

    `encoding` is the declared one, or empty: then UTF-8, or UTF-16 where the file's mark says so.
    """
    known = _encoding(path, data, encoding)
    with path.open(encoding=known, newline="") as stream:
        start = "".join(islice(stream, 200))
    start = start.removeprefix("\ufeff")
    if not start.strip():
        raise UnreadableError(f"{path.name} is empty")
    delimiter = max(_DELIMITERS, key=lambda candidate: _cells(start, candidate))
    records = islice(_records(start, delimiter), LOOKED_AT)
    return Delimited(path, known, delimiter, tuple(tuple(record) for record in records))


def load(
    connection: duckdb.DuckDBPyConnection, text: Delimited, data: bytes, header: int, width: int
) -> None:
    """The records after the header as a table `cells` with `record` and a column c<n> for each column.

    Cells have no white space around them, and are null where nothing is left.
    UnreadableError where a record has other than `width` cells (further empty ones aside), or where the file
    ends inside a quoted cell. DuckDB reads UTF-8 alone without downloading an extension; other encodings
    go through Python, and never through a converted copy on the disk, which would hold dropped columns.
    """
    if text.encoding not in ("utf-8", "utf-8-sig"):
        _load_in_python(connection, text, header, width)
        return
    try:
        connection.execute(
            f"create table cells as select row_number() over () as record, {trimmed(width)} "
            "from read_csv($path, "
            "header = false, auto_detect = false, all_varchar = true, delim = $delimiter, quote = '\"', "
            "escape = '\"', strict_mode = true, null_padding = false, parallel = false, "
            "max_line_size = 134217728, columns = $columns) offset $header",
            {
                "path": _literally(text.path),
                "delimiter": text.delimiter,
                "columns": {f"c{column}": "VARCHAR" for column in range(1, width + 1)},
                "header": header,
            },
        )
    except duckdb.Error as error:
        raise UnreadableError(_said(text, width, str(error))) from None
    if len(data) < _COUNTED_TWICE or data.count(b'"') % 2:
        (loaded,) = connection.execute("select count(*) from cells").fetchone() or (0,)
        _check_count(text, header, int(loaded))


def _encoding(path: Path, data: bytes, declared: str) -> str:
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = declared or ("utf-16" if marked else "utf-8-sig")
    try:
        if codecs.lookup(encoding).name == "utf-8":
            encoding = "utf-8-sig"  # the same, and a byte-order mark is no part of the first heading
        nul = data.decode(encoding).find("\0")
    except (LookupError, ValueError) as error:
        if not isinstance(error, UnicodeDecodeError):
            raise UnreadableError(f"no encoding {encoding!r}", "encoding") from None
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(
            f"line {line} of {path.name} is not {encoding} text (byte 0x{data[error.start]:02x}); "
            'say encoding = "cp1252" or "mac_roman" under [source]',
            "encoding",
        ) from None
    if nul >= 0:
        raise UnreadableError(
            f"{path.name} holds NUL characters: it is no text, or UTF-16 without its mark; then say "
            'encoding = "utf-16-le" under [source]',
            "encoding",
        )
    return encoding


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
    rows = connection.execute(
        f"select place, text, count(*) from (select unnest({list(columns)}) as place, "
        f"unnest([{', '.join(f'c{column}' for column in columns)}]) as text from cells) "
        "where text is not null group by all order by all"
    ).fetchall()
    for column, text, count in rows:
        found[column][text] = count
    return found


def trimmed(width: int) -> str:
    """The columns without white space around their cells, null where nothing is left."""
    return ", ".join(f"nullif(trim(c{n}, {_WHITE}), '') as c{n}" for n in range(1, width + 1))


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
