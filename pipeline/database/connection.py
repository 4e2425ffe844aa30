"""The database as those open it who read it: of what is declared now, and whole."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipeline.database.origin import is_current, origin
from pipeline.declarations.questionnaire import Survey
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.sql import Engine

if TYPE_CHECKING:
    import pandas as pd


def open_database(paths: Paths, questionnaire: Survey) -> duckdb.DuckDBPyConnection:
    """The survey's database, read-only and held to its `memory_limit`.

    SurveyError where there is none, where it is not up to date, and where a table of it cannot be read.
    """
    connection, _ = open_hashed(paths, questionnaire)
    return connection


def open_hashed(paths: Paths, questionnaire: Survey) -> tuple[duckdb.DuckDBPyConnection, str]:
    """As `open_database`, with the hash of the rows, for which a database may have been read through."""
    shown, again = paths.shown(paths.database), f"run: survey normalise --survey {paths.survey}"
    if not paths.database.is_file():
        raise SurveyError(f"no {shown}; {again}")
    try:
        connection = duckdb.connect(str(paths.database), read_only=True)
    except duckdb.Error:
        raise SurveyError(
            f"{shown} cannot be read: another program may be writing to it, or it is damaged; close that "
            f"program, or {again}"
        ) from None
    try:
        with limited(connection, questionnaire.memory_limit, paths.spilt, paths.database):
            known = _made_from(connection)
            if not is_current(known, origin(paths, known)):
                raise SurveyError(f"survey.toml, a wave file or the pipeline is newer than {shown}; {again}")
            rows = _hash_of_rows(paths, connection)
    except duckdb.Error:
        connection.close()
        raise SurveyError(f"{shown} is damaged; {again}") from None
    except SurveyError:
        connection.close()
        raise
    return connection, rows


def view(connection: Engine, name: str) -> pd.DataFrame:
    """A labelled view with all its rows, in its order."""
    return connection.execute(f"select * from {name}").df()


def origin_of_database(paths: Paths) -> dict[str, str]:
    """The origin of the database that is there; nothing where there is none, or it cannot be read."""
    try:
        with duckdb.connect(str(paths.database), read_only=True) as connection:
            return _made_from(connection)
    except duckdb.Error:
        return {}


def _made_from(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    try:
        return dict(connection.execute("select name, sha256 from coded.origins").fetchall())
    except (duckdb.CatalogException, duckdb.BinderException):
        # another version of the pipeline made it
        return {}


def _hash_of_rows(paths: Paths, connection: duckdb.DuckDBPyConnection) -> str:
    """The hash of the rows of a database: as `normalise` noted it, of a file with the bytes that it left.

    Of another file all rows are read. duckdb.Error where a table cannot be read: a file that was cut short or
    written over can be opened, and says so only then.
    """
    with suppress(OSError, ValueError, KeyError, TypeError):
        noted = json.loads(paths.stored.read_text("utf-8"))
        if noted["file"] == files.sha256(paths.database):
            return str(noted["rows"])
    return read_through(connection)


def note_hashes(paths: Paths, database: Path, rows: str) -> None:
    """Note the bytes of a new database, still in another place, and the hash of its rows."""
    noted = {"file": files.sha256(database), "rows": rows}
    files.write(paths.stored, json.dumps(noted), files.PRIVATE)


def read_through(connection: duckdb.DuckDBPyConnection) -> str:
    """Read every table, and hash what it holds in whatever order its rows are stored; duckdb.Error as above.

    What it was made from is no part of the hash. DuckDB may hash otherwise in another version, which has
    another lock file, and runs everything again anyway.
    """
    hashes = []
    tables = (
        "select table_name from duckdb_tables() where schema_name = 'coded' and not temporary order by all"
    )
    for (name,) in connection.execute(tables).fetchall():
        ((rows,),) = connection.execute(
            "select concat_ws(' ', count(*), coalesce(bit_xor(hash(row_)), 0), coalesce(sum(hash(row_)), 0)) "
            f"from coded.{name} as row_"
        ).fetchall()
        if name != "origins":
            hashes.append(f"{name} {rows}")
    return hashlib.md5("\n".join(hashes).encode(), usedforsecurity=False).hexdigest()
