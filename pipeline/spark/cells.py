"""The parts of an export as cells on Spark, with the rows that may be responses and the columns that exist.

What Spark would read otherwise than one machine does is looked for before, and refused by name.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlparse

from pipeline.exports import parquet
from pipeline.exports.cells import WHITE
from pipeline.exports.delimited import UnreadableError, head, records
from pipeline.exports.file import Table
from pipeline.exports.ingested import Export
from pipeline.exports.tools import Heading
from pipeline.project import files
from pipeline.project.sql import literal
from pipeline.spark.engine import SparkEngine
from pipeline.spark.session import rows, told
from pipeline.spark.translation import condition

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

_PLACES = ("file", "block", "task", "place")
"""where a row stands: its file, where in it a task began to read, that task, and its place there"""
_BETWEEN = "\x1f"
_OF_A_TASK = (1 << 33) - 1  # bits of monotonically_increasing_id that count within a task
_AS_THEY_ARE = ("string", "tinyint", "smallint", "int", "bigint", "boolean", "date", "timestamp_ntz")


@dataclass(frozen=True)
class Part:
    """A part of an export, as it is read on one machine."""

    path: Path
    table: Table
    header: int
    """rows of the header"""


def write(
    session: SparkSession,
    parts: Sequence[Part],
    headings: Sequence[Heading],
    dropped: Collection[int],
    place: Path,
) -> Export:
    """Write the cells of the columns that are not dropped to a folder; UnreadableError if that cannot be.

    A row is left out that is blank throughout, or the header again. What is known of the export comes back.
    """
    from pyspark.sql import Observation
    from pyspark.sql.functions import expr

    for part in parts:
        _refuse(part)
    header, width = parts[0].header, len(headings)
    first = parts[0].table.text.first if parts[0].table.text else parts[0].table.first
    kept = [heading for heading in headings if heading.column not in dropped]
    if not kept:
        raise UnreadableError("every column is dropped", "format")
    unnamed = [heading for heading in kept if heading.blank]
    everything = [heading.column for heading in headings]
    read = _read(session, parts, width)
    counted = Observation("rows")
    cells = read.selectExpr(
        *(f"c{heading.column}" for heading in kept),
        f"coalesce({', '.join(f'c{column}' for column in everything)}) is not null as filled",
        f"{_is_header(first[:header], everything)} as is_header",
        "misshapen", "file", "block",
    ).observe(
        counted,
        expr("count(*) as records"),
        expr("count_if(not filled) as blank"),
        expr("count_if(is_header) as headers"),
        expr("count_if(misshapen) as misshapen"),
        *(expr(f"count(c{heading.column}) as filled_{heading.column}") for heading in unnamed),
    )  # fmt: skip
    responses = cells.where("filled and not is_header").selectExpr(
        *(f"c{heading.column}" for heading in kept), "file", "block", "spark_partition_id() as task",
        f"monotonically_increasing_id() & {_OF_A_TASK}L as place",
    )  # fmt: skip
    with told("read the export"):
        responses.write.mode("append").parquet(str(place.absolute()))
    files.remove_hidden(place)
    seen: dict[str, int] = dict(counted.get)
    _hold(parts, seen, width)
    # of Parquet the header is the names of the columns, and no row
    rows_of_header = header * len(parts) if parts[0].table.text else 0
    headers = rows_of_header and sum(any(map(str.strip, row)) for row in first[:header]) * len(parts)
    blanks = rows_of_header - headers
    if seen["headers"] < headers:
        raise UnreadableError(f"not every part is headed like {parts[0].path.name}, row by row")
    received = seen["records"] - rows_of_header
    again, blank = seen["headers"] - headers, seen["blank"] - blanks
    there = received - again - blank
    if there < 1:
        raise UnreadableError(f"{parts[0].path.name} holds no response below its header")
    empty = {heading.column for heading in unnamed if not seen[f"filled_{heading.column}"]}
    hashes = tuple(files.sha256(part.path) for part in parts)
    return Export(tuple(h for h in kept if h.column not in empty), there, blank, again, hashes)


def open_cells(engine: SparkEngine, name: str, place: Path, exports: Sequence[Path]) -> None:
    """Let an engine read the cells in a folder as a table, in which respondents are numbered from 1.

    They are in the order of the files, and in each as they stand there.
    """
    with told("read what it has ingested"):
        written = engine.session.read.parquet(str(place.absolute()))
    spans = rows(
        written.groupBy("file", "block", "task")
        .agg({"place": "min", "*": "count"})
        .withColumnsRenamed({"min(place)": "first", "count(1)": "rows"})
    ).to_pylist()
    order = {str(path.resolve()): number for number, path in enumerate(exports)}

    def where(span: dict[str, Any]) -> tuple[int, str, int, int]:
        # a file that has moved since stands where its name puts it
        path = _path(span["file"])
        return order.get(path, len(order)), path, span["block"], span["first"]

    spans.sort(key=where)
    before = 1
    for span in spans:
        span["shift"] = before - span.pop("first")
        before += span.pop("rows")
    import pyarrow as pa
    from pyspark.sql.functions import broadcast

    numbered = written.join(
        broadcast(engine.session.createDataFrame(pa.Table.from_pylist(spans))), ["file", "block", "task"]
    )
    columns = [column for column in written.columns if column not in _PLACES]
    engine.add(name, numbered.selectExpr("place + shift as respondent", *columns), is_file=True)


def _refuse(part: Part) -> None:
    """UnreadableError where Spark would read a file otherwise than one machine, or not at all."""
    name, text = part.path.name, part.table.text
    if part.path.suffix.lower() in parquet.SUFFIXES:
        if part.header != 1:
            raise UnreadableError(f"{name} has rows of a header below its names, which Spark does not read")
        return
    if text is None:
        raise UnreadableError(
            f"{name} is read on one machine alone: of text Spark reads UTF-8 whose lines all end in one way, "
            "and beside it Parquet"
        )
    if text.above:
        raise UnreadableError(
            f"{name} has {text.above} lines above its header; Spark reads none", "first_row"
        )
    lone = [
        row for row in part.table.first[: part.header] if sum(bool(cell.strip(WHITE)) for cell in row) == 1
    ]
    if lone:
        raise UnreadableError(
            f"a row of the header of {name} has one cell, as a response may: Spark cannot tell"
        )


def _read(session: SparkSession, parts: Sequence[Part], width: int) -> DataFrame:
    """Every record of the parts: cells c1, c2, … without white space around them, null where nothing is."""
    paths = [_literally(part.path) for part in parts]
    where = ["_metadata.file_path as file", "_metadata.file_block_start as block"]
    if parts[0].path.suffix.lower() in parquet.SUFFIXES:
        with told("read the export"):
            frame = session.read.parquet(*paths)
        cells = [_as_text(name, kind) for name, kind in frame.dtypes]
        read = frame.selectExpr(*(f"{cell} as c{n}" for n, cell in enumerate(cells, 1)), *where)
        read = read.selectExpr("*", "false as misshapen")
    else:
        texts = [part.table.text for part in parts if part.table.text]
        delimiter, broken = texts[0].delimiter, any(text.broken for text in texts)
        # where cells hold line breaks Spark would make others of them, if it found out itself how lines end
        ends = {"lineSep": _end(parts)} if broken else {}
        names = [f"c{column} string" for column in range(1, width + 1)]
        frame = session.read.schema(", ".join([*names, "misshapen string"])).csv(
            paths, sep=delimiter, quote='"', escape='"', encoding="UTF-8", mode="PERMISSIVE",
            columnNameOfCorruptRecord="misshapen", unescapedQuoteHandling="RAISE_ERROR",
            multiLine=broken, **ends,
            ignoreLeadingWhiteSpace=False, ignoreTrailingWhiteSpace=False, maxColumns=width + 1,
        )  # fmt: skip
        cells = [f"c{column}" for column in range(1, width + 1)]
        read = frame.selectExpr(*cells, "misshapen is not null as misshapen", *where)
    white = "".join(f"\\u{ord(sign):04x}" for sign in WHITE)
    trimmed = (f"nullif(btrim(c{column}, '{white}'), '') as c{column}" for column in range(1, width + 1))
    return read.selectExpr(*trimmed, "misshapen", "file", "block")


def _end(parts: Sequence[Part]) -> str:
    """What lines end with; UnreadableError where they do not end alike in all parts."""
    last = {head(part.table.text, part.header)[-1] for part in parts if part.table.text}
    ends = {line[len(line.rstrip("\r\n")) :] for line in last}
    if len(ends) > 1:
        raise UnreadableError("the lines of the parts end in several ways, and cells hold line breaks")
    return ends.pop()


def _is_header(header: Sequence[Sequence[str]], columns: Sequence[int]) -> str:
    """As `delimited.is_header`, without a condition a column: Spark reads no such long row of them."""
    cells = ", ".join(f"coalesce(c{column}, '')" for column in columns)
    repeats = []
    for row in header:
        texts = [cell.strip(WHITE) for cell in row]
        if sum(map(bool, texts)) > 1:
            texts += [""] * (len(columns) - len(texts))
            repeats.append(condition(literal(_BETWEEN.join(texts[: len(columns)]))))
    return f"concat_ws('{_BETWEEN}', {cells}) in ({', '.join(repeats)})" if repeats else "false"


def _as_text(name: str, kind: str) -> str:
    column = f"`{name.replace('`', '``')}`"
    if kind in _AS_THEY_ARE or kind.startswith("decimal"):
        return f"cast({column} as string)"
    if kind == "array<string>":
        return f"concat_ws('; ', {column})"
    raise UnreadableError(
        f"the column {name!r} holds {kind}, which Spark writes otherwise as text than one machine"
    )


def _hold(parts: Sequence[Part], seen: dict[str, int], width: int) -> None:
    """UnreadableError where a record has not as many cells as the header, or not all records were read."""
    names = ", ".join(part.path.name for part in parts[:3]) + ", …" * (len(parts) > 3)
    if seen["misshapen"]:
        raise UnreadableError(
            f"{seen['misshapen']} records of {names} have other than the {width} cells of the header; "
            "without --engine survey ingest tells the line of the first"
        )
    texts = [part.table.text for part in parts if part.table.text]
    lines = sum(text.lines for text in texts)
    if texts and (any(text.broken for text in texts) or lines != seen["records"]):
        lines = sum(map(records, texts))
    if texts and lines != seen["records"]:
        raise UnreadableError(
            f"{names}: {lines} records, of which Spark read {seen['records']}; a quote inside a cell may be "
            "missing its pair: export again"
        )


def _literally(path: Path) -> str:
    """A path in which Spark sees no pattern."""
    return re.sub(r"([*?\[\]{}\\])", r"\\\1", str(path.resolve()))


def _path(address: Any) -> str:
    return unquote(urlparse(str(address)).path)
