"""Rows made in Python as rows of the database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.project.sql import Engine, temporary_views

_TYPES = {
    "USMALLINT": "UInt16", "UINTEGER": "UInt32", "BIGINT": "Int64", "DOUBLE": "float64",
    "BOOLEAN": "boolean",
}  # fmt: skip
"""the types of columns as pandas has them; all others go in as texts"""


def frame(rows: Sequence[Mapping[str, object]], types: Mapping[str, str]) -> pd.DataFrame:
    """`rows` as a frame with the columns and types (DuckDB's) of `types`, also where there are none."""
    return pd.DataFrame(rows, columns=list(types)).astype(
        {name: _TYPES.get(type_, "str") for name, type_ in types.items()}
    )


def fill(connection: Engine, table: str, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert rows into a table of the schema; a column that a row does not have is null."""
    columns = connection.execute(f"select * from {table} limit 0").description or []
    types = {str(column[0]): str(column[1]) for column in columns}
    with temporary_views(connection, rows_to_insert=frame(rows, types)):
        connection.execute(f"insert into {table} select * from rows_to_insert")
