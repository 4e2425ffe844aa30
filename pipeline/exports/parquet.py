"""Parquet files as tables of text; the names of the columns are the first row of the header."""

from __future__ import annotations

from pathlib import Path

import duckdb

from pipeline.exports.delimited import LOOKED_AT, UnreadableError, trimmed

SUFFIXES = (".parquet",)


def first(path: Path) -> list[list[str]]:
    """The names of the columns and the first rows, as text."""
    with duckdb.connect() as connection:
        names = _open(connection, path)
        try:
            rows = connection.execute(f"select * from texts limit {LOOKED_AT - 1}").fetchall()
        except duckdb.Error:
            raise _unreadable(path) from None
    return [names, *([cell or "" for cell in row] for row in rows)]


def load(connection: duckdb.DuckDBPyConnection, path: Path, header: int, width: int) -> None:
    """The rows below a header of `header` rows, of which the names of the columns are the first."""
    _open(connection, path)
    try:
        connection.execute(
            f"create table cells as select row_number() over () as record, {trimmed(width)} "
            f"from (select * from texts offset {header - 1})"
        )
    except duckdb.Error:
        raise _unreadable(path) from None


def _unreadable(path: Path) -> UnreadableError:
    return UnreadableError(f"{path.name} cannot be read as a Parquet file")


def _open(connection: duckdb.DuckDBPyConnection, path: Path) -> list[str]:
    """Create the view `texts` with columns c1, c2, … as text; the names they have in the file.

    Whole numbers have no decimals, and the answers of a list are joined by `; `.
    """
    source = f"read_parquet('{str(path).replace(chr(39), chr(39) * 2)}')"
    try:
        columns = connection.execute(f"describe select * from {source}").fetchall()
    except duckdb.Error:
        raise _unreadable(path) from None
    cells = [
        f"{_as_text(name.replace(chr(34), chr(34) * 2), kind)} as c{n}"
        for n, (name, kind, *_) in enumerate(columns, 1)
    ]
    connection.execute(f"create or replace temp view texts as select {', '.join(cells)} from {source}")
    return [str(name) for name, *_ in columns]


def _as_text(name: str, kind: str) -> str:
    if kind.endswith("[]"):
        return f"array_to_string(\"{name}\", '; ')"
    if kind in ("FLOAT", "DOUBLE"):
        digits = 7 if kind == "FLOAT" else 15
        return f'case when not isnan("{name}") then format(\'{{:.{digits}g}}\', "{name}"::double) end'
    return f'"{name}"::varchar'
