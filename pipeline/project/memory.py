"""How much memory the database may take, and where it goes with what does not fit."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipeline.project.errors import SurveyError
from pipeline.project.sql import literal

_MEGABYTES = 500
"""what the database may take where survey.toml says nothing: more is no faster up to a million responses"""
_TIMES = 3
"""of the bytes of a file of cells, or of a database, that are larger than that"""


def limit(
    connection: duckdb.DuckDBPyConnection, memory_limit: str | None, folder: Path | None, *reads: Path
) -> str | None:
    """Hold a connection to the `memory_limit` of survey.toml; beyond it, tables go to files in `folder`.

    Where none is declared it follows the size of the files that are read. Without a folder nothing goes to a
    file, what does not fit is an error, and there is no limit but a declared one. The buffers of readers and
    writers, and Python itself, come on top of the limit, which comes back.
    """
    connection.execute(f"set temp_directory = {literal(str(folder or ''))}")
    if folder and not memory_limit:
        size = sum(path.stat().st_size for path in reads if path.is_file())
        memory_limit = f"{max(_MEGABYTES, _TIMES * size // 1_000_000)} MB"
    if memory_limit:
        connection.execute(f"set memory_limit = {literal(memory_limit)}")
    return memory_limit


@contextmanager
def limited(
    connection: duckdb.DuckDBPyConnection, memory_limit: str | None, folder: Path | None, *reads: Path
) -> Iterator[None]:
    """As `limit`; SurveyError where the memory is not enough for what is done within."""
    held_to = limit(connection, memory_limit, folder, *reads)
    try:
        yield
    except duckdb.OutOfMemoryException:
        cause = f"a memory_limit of {held_to} is not enough" if held_to else "the memory is not enough"
        raise SurveyError(
            f"{cause} for so many responses; say a higher memory_limit in survey.toml, or use a machine "
            "that has more (docs/scale.md says how much is wanted)"
        ) from None
