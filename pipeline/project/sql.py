"""SQL of the package: one statement a file, with a two-line header, runnable in the DuckDB shell."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import resources
from importlib.resources.abc import Traversable


def statement(name: str) -> str:
    """The statement of a room of the package: "database/answers" is database/sql/answers.sql."""
    room, _, file = name.partition("/")
    return (resources.files("pipeline") / room / "sql" / f"{file}.sql").read_text(encoding="utf-8")


def folder(name: str) -> Iterator[tuple[str, str]]:
    """(name, statement) of every file in a folder of statements, in name order, as of "database/views"."""
    room, _, inner = name.partition("/")
    place: Traversable = resources.files("pipeline") / room / "sql" / inner
    for file in sorted(place.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            yield file.name.removesuffix(".sql"), file.read_text(encoding="utf-8")


def literal(text: str) -> str:
    """A text as SQL takes it literally, for the few places where DuckDB takes no parameter."""
    return "'" + text.replace("'", "''") + "'"
