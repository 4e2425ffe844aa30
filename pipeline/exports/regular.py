"""Regular text read in one pass: files that every reader of delimited text reads alike.

A file is regular where, below its header, each line is a record with as many cells as the header has, and
quotes stand around whole cells alone. Polars reads such a file several times as fast as the careful reader
of `delimited`. Others it would read without a word: it fills up a short record, makes a record of an empty
line, and takes a quote inside a cell for one of its own. So the bytes are looked at first, and what is not
regular is left to the careful reader.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from pipeline.exports.cells import ROWS_A_BLOCK, WHITE, coded, pinned
from pipeline.exports.delimited import FEED, QUOTE, RETURN, Delimited, by_place, head

if TYPE_CHECKING:
    import polars as pl

    _Kind = pl.DataType | type[pl.DataType]

_CHUNK = 16_000_000
_SAMPLE = 2_000
# a question has no more texts in a sample: ids, times and what people write have, and stay texts
_FEW = 300


@dataclass(frozen=True)
class _Regular:
    """A regular file: the lines up to the end of its header, and the records below."""

    path: Path
    delimiter: str
    above: int
    records: int


def copy(text: Delimited, header: int, width: int, columns: Sequence[int], target: Path) -> int | None:
    """Write the cells of some columns to `target` as Parquet, as `delimited.copy` would; how many records.

    None where the file is not regular: `target` is then not to be read.
    """
    regular = _regular(text, header, width)
    if regular is None:
        return None
    import polars as pl

    try:
        many, padded = _sample(regular, width, columns)
        with pinned(f"c{column}" for column in columns):
            # a text with white space around it may stand where the sample does not reach: then all again
            while further := _write(regular, width, columns, many, padded, target) - padded:
                padded |= further
    except pl.exceptions.PolarsError:
        # a record is longer than the header and another shorter: the careful reader says which
        return None
    return regular.records


def _write(
    regular: _Regular, width: int, columns: Sequence[int], many: set[str], padded: set[str], target: Path
) -> set[str]:
    """Write the cells; the columns that have texts with white space around them, which is not taken away."""
    import polars as pl

    names = [f"c{column}" for column in columns]
    read: dict[str, _Kind] = {f"c{column}": pl.String for column in range(1, width + 1)}
    read |= {name: coded(name) for name in names if name not in many | padded}
    cells = []
    for name in names:
        trimmed = pl.col(name).str.strip_chars(WHITE)
        trimmed = pl.when(trimmed != "").then(trimmed)
        kept = trimmed.cast(coded(name)) if name in padded - many else trimmed
        cells.append(kept.alias(name) if name in many | padded else pl.col(name))
    _scan(regular, read).select(cells).sink_parquet(
        target, compression="snappy", statistics=False, row_group_size=ROWS_A_BLOCK, maintain_order=True
    )
    return {name for name in names if name not in many and _has_white(coded(name).categories.to_series())}


def _scan(regular: _Regular, kinds: Mapping[str, _Kind], records: int | None = None) -> pl.LazyFrame:
    import polars as pl

    return pl.scan_csv(
        regular.path, has_header=False, separator=regular.delimiter, skip_lines=regular.above,
        schema=kinds, n_rows=records, infer_schema=False, glob=False,
    )  # fmt: skip


def _sample(regular: _Regular, width: int, columns: Sequence[int]) -> tuple[set[str], set[str]]:
    """The columns that hold many texts, and those whose texts have white space around them, by a sample."""
    import polars as pl

    kinds: dict[str, _Kind] = {f"c{column}": pl.String for column in range(1, width + 1)}
    names = [f"c{column}" for column in columns]
    sample = _scan(regular, kinds, _SAMPLE).select(names).collect()
    many = {name for name in names if sample[name].n_unique() > _FEW}
    return many, {name for name in names if name not in many and _has_white(sample[name].unique())}


def _has_white(texts: pl.Series) -> bool:
    return any(text != text.strip(WHITE) or not text for text in texts.drop_nulls().to_list())


def _regular(text: Delimited, header: int, width: int) -> _Regular | None:
    """How a file is to be read if it is regular, from its bytes; else None."""
    delimiter = text.delimiter.encode()
    if width < 2 or len(delimiter) > 1 or not text.direct:
        return None
    lines = head(text, header)
    # a return alone ends a line for csv, and none for the other readers
    if not all(line.endswith("\n") and "\r" not in line.removesuffix("\r\n") for line in lines):
        return None
    above = text.above + len(lines)
    records = cells = 0
    with text.path.open("rb") as stream:
        for _ in range(above):
            stream.readline()
        for chunk in _whole_records(stream):
            found = _counted(chunk, delimiter[0])
            if found is None:
                return None
            records, cells = records + found[0], cells + found[1]
    if not records or cells != width * records:
        return None
    return _Regular(text.path, text.delimiter, above, records)


def _counted(chunk: bytes, delimiter: int) -> tuple[int, int] | None:
    """How many records and cells whole records have; None where a quote or a return stands inside a cell."""
    # as if a line stood before and behind, so that each quote has something on either side
    signs = np.frombuffer(b"\n" + chunk + b"\n" * (not chunk.endswith(b"\n")), dtype=np.uint8)
    quotes = np.flatnonzero(signs == QUOTE)
    if len(quotes) % 2:
        return None
    # a quote that is doubled inside a cell ends one text and begins another, with nothing between them
    before, after = signs[quotes[::2] - 1], signs[quotes[1::2] + 1]
    begins = (before == delimiter) | (before == FEED) | (before == QUOTE)
    ends = (after == delimiter) | (after == FEED) | (after == RETURN) | (after == QUOTE)
    if not (begins.all() and ends.all()):
        return None
    returns, _ = by_place(signs, RETURN, quotes) if b"\r" in chunk else (quotes[:0], 0)
    if (signs[returns + 1] != FEED).any():
        return None
    feeds, _ = by_place(signs, FEED, quotes)
    records = len(feeds) - 1
    # there are more delimiters than quotes: those inside are told by the quotes around them
    delimiters = np.flatnonzero(signs == delimiter)
    so_far = np.searchsorted(delimiters, quotes)
    return records, len(delimiters) - int((so_far[1::2] - so_far[::2]).sum()) + records


def _whole_records(stream: BinaryIO) -> Iterator[bytes]:
    """The rest of a file in chunks that end outside quotes, each with a line."""
    while chunk := stream.read(_CHUNK):
        lines = [chunk, stream.readline()]
        quotes = sum(line.count(b'"') for line in lines)
        # one cell may go on for millions of lines
        while quotes % 2 and (line := stream.readline()):
            lines.append(line)
            quotes += line.count(b'"')
        yield b"".join(lines)
