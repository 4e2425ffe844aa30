"""What executes statements as a DuckDB connection does, with the rows of respondents in a Spark session."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
from sqlglot import exp

from pipeline.spark.session import rows, told
from pipeline.spark.translation import (
    in_spark,
    is_script,
    name_of,
    parsed,
    tables_of,
    take_doubles,
    translated,
)

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

_PERSON = "respondent"
_TYPES = {
    "TINYINT": "INT", "SMALLINT": "INT", "USMALLINT": "INT", "INTEGER": "INT", "UINTEGER": "BIGINT",
    "BIGINT": "BIGINT", "UBIGINT": "DECIMAL(38, 0)", "HUGEINT": "DECIMAL(38, 0)", "DOUBLE": "DOUBLE",
    "BOOLEAN": "BOOLEAN",
}  # fmt: skip
"""the types of DuckDB's as Spark has them; decimals are the same, and all others are texts"""
CELLS = "cells"


@dataclass
class _People:
    """A table with rows of respondents: what was put into it, of which some is only to be read again."""

    parts: list[DataFrame] = field(default_factory=list)
    is_file: bool = True
    """whether it is nothing but files, or cells, so that it costs nothing to read it again"""


class SparkEngine:
    """Executes statements as a DuckDB connection does, with the rows of respondents in a Spark session.

    Tables without respondents are in DuckDB, in memory, and what is counted comes there: a statement goes to
    Spark only where it reads a table that has rows of respondents. What is put into such a table is written
    to files in `scratch` before it is read.
    """

    def __init__(self, session: SparkSession, scratch: Path | None = None) -> None:
        self.session = session
        self.local = duckdb.connect()
        self._scratch = scratch
        self._people: dict[str, _People] = {}
        self._views: dict[str, exp.Expression] = {}
        self._kept: dict[str, DataFrame] = {}
        self._changes = Counter[str]()
        self._made: dict[str, object] = {}

    def execute(self, query: str, values: Any = None, /) -> duckdb.DuckDBPyConnection:
        """Execute a statement, with values in place of its parameters; its rows can be fetched."""
        if is_script(query):
            return self._script(query)
        tree = parsed(query)
        if isinstance(tree, exp.Drop):
            return self._drop(next(tree.find_all(exp.Table)).name)
        if isinstance(tree, exp.Create):
            return self._create(tree, query)
        if isinstance(tree, exp.Insert):
            return self._insert(tree, query, values)
        if not self._reads_people(tree):
            if isinstance(tree, exp.Update):
                self._changes[name_of(tree.this)] += 1
            return self.local.execute(query, dict(values or {}))
        doubles = take_doubles(tree)
        self.local.register("rows_of_spark", rows(self._frame(tree, values)))
        cast = ", ".join(f"{name}::double as {name}" for name in doubles)
        return self.local.execute(f"select *{f' replace ({cast})' * bool(cast)} from rows_of_spark")

    def register(self, name: str, frame: pd.DataFrame, /) -> None:
        """Let statements read a frame by a name, on either side."""
        self.local.register(name, frame)
        self._changes[name] += 1

    def texts(self, table: str, columns: Sequence[int]) -> list[tuple[int, str | None, int]]:
        """Every text of some columns of a table, as (column, text or None, how many cells hold it)."""
        if not columns:
            return []
        cells = ", ".join(f"{column}, c{column}" for column in columns)
        stacked = self.frame(table).selectExpr(f"stack({len(columns)}, {cells}) as (cell, text)")
        counted = rows(stacked.groupBy("cell", "text").count()).to_pydict()
        return list(zip(*counted.values(), strict=True))

    def frame(self, name: str) -> DataFrame:
        """The rows of a table, or of a view."""
        self._ready(name)
        return self.session.table(in_spark(name))

    def add(self, name: str, part: DataFrame, is_file: bool = False) -> None:
        """Put rows into a table that has respondents, by the names of its columns; a new one takes all.

        With `is_file` they are read again whenever the table is, and not written before.
        """
        table = self._people.setdefault(name, _People())
        if types := self._types(name):
            missing = [column for column in types if column not in part.columns]
            of = {column: "null" if column in missing else f"`{column}`" for column in types}
            part = part.selectExpr(
                *(f"cast({of[column]} as {type_}) as {column}" for column, type_ in types.items())
            )
        table.parts.append(part)
        table.is_file = table.is_file and is_file
        self._changes[name] += 1

    @property
    def people(self) -> list[str]:
        """The tables that have rows of respondents."""
        return list(self._people)

    def close(self) -> None:
        """Let go of what was kept; the session stays."""
        for frame in self._kept.values():
            frame.unpersist()
        for name in self._made:
            self.session.catalog.dropTempView(in_spark(name))
        self.local.close()

    # what is told apart by its tables

    def _reads_people(self, tree: exp.Expression) -> bool:
        return any(self._has_people(name) for name in tables_of(tree))

    def _has_people(self, name: str) -> bool:
        """Whether a table or a view is on Spark; a view that counts respondents is counted for it."""
        if name in self._views:
            self._ready(name)
        return name in self._people or name in self._views

    # statements

    def _script(self, script: str) -> duckdb.DuckDBPyConnection:
        """Create tables: those with respondents are on Spark, and empty here, where their types are known."""
        self.local.execute(script)
        created = self.local.execute(
            "select schema_name, table_name from duckdb_columns() "
            f"where not internal and column_name = '{_PERSON}'"
        )
        for schema, table in created.fetchall():
            self._people.setdefault(table if schema == "main" else f"{schema}.{table}", _People())
        return self.local

    def _create(self, tree: exp.Create, sql: str) -> duckdb.DuckDBPyConnection:
        """A view, or a temporary table of a query."""
        if not tree.expression:
            return self.local.execute(sql)
        name, query = name_of(tree.this), tree.expression
        self._changes[name] += 1
        if not self._reads_people(query):
            return self.local.execute(sql)
        if tree.args["kind"] == "VIEW":
            self._views[name] = query
            return self.local
        frame = self._frame(query)
        if _PERSON not in frame.columns:
            return self._counted(name, frame)
        self._kept[name] = frame.cache()
        self.add(name, self._kept[name], is_file=True)
        return self.local

    def _insert(self, tree: exp.Insert, sql: str, values: Any) -> duckdb.DuckDBPyConnection:
        name, query = name_of(tree.this), tree.expression
        reads_people = self._reads_people(query)
        if name not in self._people:
            self._changes[name] += 1
            if not reads_people:
                return self.local.execute(sql, dict(values or {}))
            self.local.register("rows_of_spark", rows(self._frame(query, values)))
            by_name = "by name " * bool(tree.args.get("by_name"))
            return self.local.execute(f"insert into {name} {by_name}select * from rows_of_spark")
        if reads_people:
            query.set("order", None)
            frame = self._frame(query, values)
        else:
            found: Any = self.local.sql(query.sql(dialect="duckdb"), params=values).to_arrow_table()
            if not found.num_rows:
                return self.local
            frame = self.session.createDataFrame(found)
        if not tree.args.get("by_name"):
            frame = frame.toDF(*self._types(name))
        self.add(name, frame, is_file=tables_of(query) == [CELLS])
        return self.local

    def _drop(self, name: str) -> duckdb.DuckDBPyConnection:
        if frame := self._kept.pop(name, None):
            frame.unpersist()
        self._people.pop(name, None)
        self._changes[name] += 1
        is_here = self._views.pop(name, None) is None
        for kind in ("table", "view") if is_here else ():
            known = f"select 1 from duckdb_{kind}s() where {kind}_name = ? and schema_name = 'main'"
            if self.local.execute(known, [name]).fetchall():
                self.local.execute(f"drop {kind} {name}")
        return self.local

    # rows on Spark

    def _frame(self, tree: exp.Expression, values: Mapping[str, Any] | None = None) -> DataFrame:
        """What a statement selects on Spark."""
        names = tables_of(tree)
        for name in names:
            self._ready(name)
        small = {name for name in names if not self._has_people(name)}
        with told("understand a statement"):
            return self.session.sql(translated(tree, values, small))

    def _ready(self, name: str) -> object:
        """Let Spark see a table as it is now; a mark that is another once it has changed."""
        of = self._views.get(name)
        mark: object = self._changes[name]
        if of is not None:
            mark = (mark, *(self._ready(inner) for inner in tables_of(of)))
        if name in self._made and self._made[name] == mark:
            return mark
        self._made[name] = mark
        if name in self._people:
            frame = self._settled(name)
        elif of is not None:
            frame = self._frame(of)
            if _PERSON not in frame.columns:
                del self._views[name]
                self._counted(name, frame)
        else:
            frame = self._sent(name)
        with told("read its tables"):
            frame.createOrReplaceTempView(in_spark(name))
        return mark

    def _counted(self, name: str, frame: DataFrame) -> duckdb.DuckDBPyConnection:
        """What was counted of respondents as a table here."""
        self.local.register("counted_by_spark", rows(frame))
        return self.local.execute(f"create or replace temp table {name} as select * from counted_by_spark")

    def _settled(self, name: str) -> DataFrame:
        """The rows of a table with respondents: of files, so that nothing is worked out twice."""
        table = self._people[name]
        if not table.parts:
            return self._empty(self._types(name))
        whole = table.parts[0]
        for part in table.parts[1:]:
            whole = whole.unionByName(part)
        if table.is_file or self._scratch is None:
            return whole
        place = self._scratch / "spark" / f"{in_spark(name)}.{self._changes[name]}"
        with told("write what it coded"):
            whole.write.parquet(str(place.absolute()))
        table.parts = [self.session.read.schema(whole.schema).parquet(str(place.absolute()))]
        return table.parts[0]

    def _types(self, name: str) -> dict[str, str]:
        """The columns of a table here, with their types on Spark; none of a table that is not here."""
        try:
            columns = self.local.execute(f"describe select * from {name}").fetchall()
        except duckdb.CatalogException:
            return {}
        return {column: _type(kind) for column, kind, *_ in columns}

    def _sent(self, name: str) -> DataFrame:
        """The rows of a table here, on Spark."""
        types = self._types(name)
        casts = ", ".join(f"{column}::{_here(type_)} as {column}" for column, type_ in types.items())
        table: Any = self.local.sql(f"select {casts} from {name}").to_arrow_table()
        return self.session.createDataFrame(table) if table.num_rows else self._empty(types)

    def _empty(self, types: Mapping[str, str]) -> DataFrame:
        return self.session.createDataFrame([], ", ".join(f"{name} {type_}" for name, type_ in types.items()))


def _type(kind: str) -> str:
    """A type of DuckDB's as Spark has it."""
    if kind.endswith("[]"):
        return f"ARRAY<{_type(kind[:-2])}>"
    return kind if kind.startswith("DECIMAL") else _TYPES.get(kind, "STRING")


def _here(type_: str) -> str:
    """A type of Spark's as DuckDB has it."""
    if type_.startswith("ARRAY"):
        return f"{_here(type_[6:-1])}[]"
    return "INTEGER" if type_ == "INT" else type_
