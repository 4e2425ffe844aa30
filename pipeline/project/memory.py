"""How much memory the database may take, and where it goes with what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.project.errors import SurveyError
from pipeline.project.sql import literal


def limit(connection: duckdb.DuckDBPyConnection, memory_limit: str | None, folder: Path | None) -> None:
    """Hold a connection to the `memory_limit` of survey.toml; beyond it, tables go to files in `folder`.

    Without a folder nothing goes to a file, and what does not fit is an error. The buffers of readers and
    writers, and Python itself, come on top of the limit.
    """
    connection.execute(f"set temp_directory = {literal(str(folder or ''))}")
    if memory_limit:
        connection.execute(f"set memory_limit = {literal(memory_limit)}")


@contextmanager
def limited(
    connection: duckdb.DuckDBPyConnection, memory_limit: str | None, folder: Path | None
) -> Iterator[None]:
    """As `limit`; SurveyError where the memory is not enough for what is done within."""
    limit(connection, memory_limit, folder)
    try:
        yield
    except duckdb.OutOfMemoryException:
        cause = (
            f"a memory_limit of {memory_limit} is not enough" if memory_limit else "the memory is not enough"
        )
        raise SurveyError(
            f"{cause} for so many responses; say a higher memory_limit in survey.toml, or use a machine "
            "that has more (docs/scale.md says how much is wanted)"
        ) from None
