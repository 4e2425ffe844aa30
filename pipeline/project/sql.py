"""SQL of the package: one statement a file, with a two-line header, runnable in the DuckDB shell."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, Any, Protocol

import duckdb

if TYPE_CHECKING:
    import pandas as pd


class Rows(Protocol):
    """What a statement selects."""

    @property
    def description(self) -> Any:
        """The name and the type of each column, among other things."""

    def df(self) -> pd.DataFrame:
        """All rows as a frame."""

    def fetchall(self) -> list[Any]:
        """All rows as tuples."""


class Engine(Protocol):
    """What executes the statements that count: a DuckDB connection, or `spark.engine.SparkEngine`."""

    def execute(self, query: Any, parameters: Any = ..., /) -> Rows:
        """Execute a statement of DuckDB's, with values in place of its parameters."""

    def register(self, view_name: str, python_object: Any, /) -> Any:
        """Let statements read a frame by a name."""


_PARAMETER = re.compile(r"\$([a-z_]+)")


def statement(name: str) -> str:
    """The statement of a room of the package: "database/answers" is database/sql/answers.sql."""
    room, _, file = name.partition("/")
    return (resources.files("pipeline") / room / "sql" / f"{file}.sql").read_text(encoding="utf-8")


def schema(name: str) -> str:
    """The script, of several statements, that creates the tables of a room: "database/schema" is its file."""
    return (resources.files("pipeline") / f"{name}.sql").read_text(encoding="utf-8")


def folder(name: str) -> Iterator[tuple[str, str]]:
    """(name, statement) of every file in a folder of statements, in name order, as of "database/views"."""
    room, _, inner = name.partition("/")
    place: Traversable = resources.files("pipeline") / room / "sql" / inner
    for file in sorted(place.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")


def query(connection: Engine, name: str, **values: object) -> Rows:
    """Execute a statement of the package with those of the values that it asks for; rows can be fetched."""
    sql = statement(name)
    return connection.execute(sql, {key: values[key] for key in _PARAMETER.findall(sql)})


def execute(connection: Engine, *names: str) -> None:
    """Execute statements of the package that ask for nothing, one after the other."""
    for name in names:
        query(connection, name)


@contextmanager
def temporary_views(connection: Engine, **sources: str | pd.DataFrame) -> Iterator[None]:
    """Views for the length of a `with`, each of a query or of a DataFrame, by the name that SQL reads it by.

    A later one may read those before it. duckdb.Error where a query cannot be run, or a name is taken.
    """
    made: list[str] = []
    try:
        for name, source in sources.items():
            if isinstance(source, str):
                connection.execute(f"create temp view {name} as {source}")
            else:
                connection.register(name, source)
            made.append(name)
        yield
    finally:
        for name in reversed(made):
            # after an error of the database nothing can be dropped any more
            with suppress(duckdb.Error):
                connection.execute(f"drop view {name}")


@contextmanager
def temporary_table(connection: Engine, name: str, query: str) -> Iterator[None]:
    """A table with the rows of a query for the length of a `with`; duckdb.Error as with `temporary_views`."""
    connection.execute(f"create temp table {name} as {query}")
    try:
        yield
    finally:
        with suppress(duckdb.Error):
            connection.execute(f"drop table {name}")


def literal(text: str) -> str:
    """A text as SQL takes it literally, for the few places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"


def listed(texts: Iterable[str]) -> str:
    """Texts as SQL lists them, in brackets."""
    return f"({', '.join(map(literal, texts))})"
