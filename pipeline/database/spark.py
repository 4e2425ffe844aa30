"""A survey's database on Spark: the rows of respondents stay there, and only what is counted of them leaves.

It reads what `survey export parquet` writes. The statements are those that DuckDB executes, as SQLGlot
translates them. Nothing but DataFrames and SQL is asked of Spark, so that Spark Connect will do.
"""

from __future__ import annotations

import os
import shutil
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from pipeline.database.origin import is_current, origin
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.project.sql import folder, literal, statement

try:
    import sqlglot
    from sqlglot import exp
except ImportError:
    raise SurveyError(
        "Spark wants SQLGlot, PySpark and PyArrow, and there is no SQLGlot; run: make .venv/.spark"
    ) from None

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

_PERSON = "respondent"
_TYPES = {
    "UTINYINT": "SMALLINT", "USMALLINT": "INT", "UINT": "BIGINT", "UBIGINT": "BIGINT",
    "USERDEFINED": "STRING",
}  # fmt: skip
"""Spark has no unsigned numbers and no words as types: the next larger signed ones, and texts, hold them"""
# else Spark broadcasts what it takes for small by the size of compressed files, and runs out of memory
_QUERIES = {"spark.sql.autoBroadcastJoinThreshold": "-1"}
_SESSION = {
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
}
_HERE = {"spark.sql.shuffle.partitions": "2", "spark.driver.memory": "3g"}
"""for a session in this machine, whose parts need not be many"""


def session(address: str) -> SparkSession:
    """A session of the Spark at an address, as local[2] or spark://host:7077.

    SurveyError where PySpark, what goes with it, or Java is missing, and where there is no Spark.
    """
    is_remote, is_here = address.startswith("sc:"), address.startswith("local")
    if not is_remote and not (shutil.which("java") or os.environ.get("JAVA_HOME")):
        raise SurveyError(
            "Spark runs on Java, and there is none: install a Java runtime, version 17 or later "
            "(Debian: openjdk-17-jre-headless), or say where it is in JAVA_HOME"
        )
    if is_here:
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
    settings = _QUERIES | ({} if is_remote else _SESSION) | (_HERE if is_here else {})
    try:
        with _quiet():
            import pyarrow  # noqa: F401
            from pyspark.sql import SparkSession

            builder = SparkSession.builder
            builder = builder.remote(address) if is_remote else builder.master(address)
            for name, value in settings.items():
                builder = builder.config(name, value)
            started: SparkSession = builder.getOrCreate()
    except ImportError as error:
        raise SurveyError(
            f"Spark wants SQLGlot, PySpark and PyArrow, and there is no {error.name}; run: make .venv/.spark"
        ) from None
    except Exception as error:
        raise SurveyError(
            f"no Spark at {address!r}: {_why(error)}; write local[2] or spark://HOST:7077"
        ) from None
    return started


@contextmanager
def _quiet() -> Iterator[None]:
    """Keep to ourselves what Java and PySpark print while they start; what is wrong comes as an error."""
    sys.stderr.flush()
    before, nothing = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, 2)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        os.dup2(before, 2)
        os.close(before)
        os.close(nothing)


def _why(error: Exception) -> str:
    """What Spark says is wrong, in a line: that of Java where there is one."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return next((line for line in lines if line.startswith(": ")), lines[0]).strip(": .")


class SparkEngine:
    """Executes statements as a DuckDB connection does, with the rows of respondents in a Spark session.

    Tables without respondents are in DuckDB too, in memory, and what is counted comes there: a statement goes
    to Spark only where it reads a table that has rows of respondents.
    """

    def __init__(self, session: SparkSession, paths: Paths) -> None:
        """Open the partitions of a survey; SurveyError where they are not there, or not up to date."""
        self._spark = session
        self._local = duckdb.connect()
        self._local.execute("create schema coded")
        self._people: set[str] = set()
        self._kept: dict[str, DataFrame] = {}
        shown, again = paths.shown(paths.partitions), f"survey export parquet --survey {paths.survey}"
        if not paths.partitions.is_dir():
            raise SurveyError(f"no {shown}, which Spark reads; run: {again}")
        for entry in sorted(paths.partitions.iterdir()):
            if entry.is_dir() or entry.suffix == ".parquet":
                self._open(entry)
        known = dict(self._local.execute("select name, sha256 from coded.origins").fetchall())
        if not is_current(known, origin(paths, known)):
            raise SurveyError(f"survey.toml, a wave file or the pipeline is newer than {shown}; run: {again}")
        for view in _views():
            self._create(_parsed(view))

    def execute(self, query: str, values: Mapping[str, Any] | None = None, /) -> duckdb.DuckDBPyConnection:
        """Execute a statement, with values in place of its parameters; its rows can be fetched."""
        tree = _parsed(query)
        if isinstance(tree, exp.Drop):
            return self._drop(next(tree.find_all(exp.Table)).name)
        if isinstance(tree, exp.Create):
            return self._create(tree)
        if not self._reads_people(tree):
            return self._local.execute(query, dict(values or {}))
        doubles = _take_doubles(tree)
        self._local.register("rows_of_spark", _rows(self._spark.sql(translated(tree, values))))
        cast = ", ".join(f"{name}::double as {name}" for name in doubles)
        return self._local.execute(f"select *{f' replace ({cast})' * bool(cast)} from rows_of_spark")

    def register(self, name: str, frame: pd.DataFrame, /) -> None:
        """Let statements read a frame by a name, on either side."""
        self._local.register(name, frame)
        signed = ", ".join(
            f"{column}::bigint as {column}" for column in frame if frame[column].dtype.kind in "iu"
        )
        rows = self._local.execute(f"select *{f' replace ({signed})' * bool(signed)} from {name}")
        self._view(name, self._spark.createDataFrame(rows.to_arrow_table()))

    def close(self) -> None:
        """Let go of what was kept; the session stays."""
        for frame in self._kept.values():
            frame.unpersist()
        self._local.close()

    def _open(self, entry: Path) -> None:
        """A table of the database, of one file or of one a wave."""
        frame = self._spark.read.parquet(str(entry))
        name = f"coded.{entry.stem}"
        self._view(name, frame)
        if _PERSON in frame.columns:
            self._people.add(name)
            return
        files = f"{entry}/*/*.parquet" if entry.is_dir() else str(entry)
        self._local.execute(f"create table {name} as select * from read_parquet({literal(files)})")

    def _create(self, tree: exp.Expression) -> duckdb.DuckDBPyConnection:
        """A view or a temporary table; one that has no rows of respondents is in DuckDB too."""
        name, query = _name(tree.this), tree.expression
        frame = self._spark.sql(translated(query))
        if not self._reads_people(query):
            self._view(name, frame)
            return self._local.execute(tree.sql(dialect="duckdb"))
        if tree.args["kind"] == "TABLE":
            frame = self._kept[name] = frame.cache()
        self._view(name, frame)
        if _PERSON in frame.columns:
            self._people.add(name)
            return self._local
        self._local.register("counted_by_spark", _rows(frame))
        return self._local.execute(f"create temp table {name} as select * from counted_by_spark")

    def _drop(self, name: str) -> duckdb.DuckDBPyConnection:
        self._spark.catalog.dropTempView(name)
        if frame := self._kept.pop(name, None):
            frame.unpersist()
        self._people.discard(name)
        for kind in ("table", "view"):
            known = f"select 1 from duckdb_{kind}s() where {kind}_name = ?"
            if self._local.execute(known, [name]).fetchall():
                self._local.execute(f"drop {kind} {name}")
        return self._local

    def _view(self, name: str, frame: DataFrame) -> None:
        frame.createOrReplaceTempView(_in_spark(name))

    def _reads_people(self, tree: exp.Expression) -> bool:
        named = {part.alias for part in tree.find_all(exp.CTE)}
        tables = (table for table in tree.find_all(exp.Table) if table.db or table.name not in named)
        return any(_name(table) in self._people for table in tables)


def _rows(frame: DataFrame) -> Any:
    """The rows of a frame; SurveyError where Spark fails, as where a worker cannot read a file."""
    from pyspark.errors import PySparkException

    try:
        return frame.toArrow()
    except PySparkException as error:
        raise SurveyError(f"Spark could not count: {_why(error)}") from None


def translated(tree: exp.Expression, values: Mapping[str, Any] | None = None, pretty: bool = False) -> str:
    """A statement of DuckDB's as Spark takes it, with values in place of its parameters."""
    text: str = tree.transform(_translate, dict(values or {})).sql(dialect="spark", pretty=pretty)
    return text


def views_script(tables: Iterable[tuple[str, bool]], place: str) -> str:
    """A script for Spark SQL: the tables below a place and the labelled views, as temporary views."""
    create = "create or replace temporary view"
    lines = [
        "-- The labelled views over these files, for Spark SQL; the codes behind the labels are in coded_….\n"
    ]
    for name, by_wave in tables:
        path = literal(f"{place}{name}{'' if by_wave else '.parquet'}")
        lines.append(f"{create} coded_{name} using parquet options (path {path});\n")
    for view in _views():
        tree = _parsed(view)
        lines.append(
            f"{create} {_in_spark(_name(tree.this))} as\n{translated(tree.expression, pretty=True)};\n"
        )
    return "\n".join(lines)


def _parsed(sql: str) -> exp.Expression:
    return sqlglot.parse_one(sql, read="duckdb")


def _views() -> Iterator[str]:
    yield statement("database/responses")
    for _, view in folder("database/views"):
        yield view


def _translate(node: exp.Expression, values: Mapping[str, Any]) -> exp.Expression:
    if isinstance(node, exp.Table) and node.db:
        return exp.alias_(exp.to_table(_in_spark(_name(node))), node.alias or node.name, table=True)
    if isinstance(node, exp.Placeholder):
        return exp.convert(values[node.name])
    if isinstance(node, exp.DataType) and node.this.name in _TYPES:
        return exp.DataType.build(_TYPES[node.this.name])
    return node


def _take_doubles(tree: exp.Expression) -> list[str]:
    """Take `::double` off the columns of a statement: DuckDB does it, else some last digits would differ."""
    names = []
    for column in tree.selects:
        cast = column.unalias()
        if isinstance(cast, exp.Cast) and cast.to.is_type("double"):
            names.append(column.alias_or_name)
            cast.replace(cast.this)
    return names


def _name(table: exp.Expression) -> str:
    return f"{table.db}.{table.name}" if table.db else table.name


def _in_spark(name: str) -> str:
    """Temporary views of Spark have no schema."""
    return name.replace(".", "_")
