"""The database as those open it who read it: of what is declared now, and whole."""

from __future__ import annotations

import duckdb
import pandas as pd

from pipeline.database.origin import is_current, origin
from pipeline.declarations.questionnaire import Survey
from pipeline.project.errors import SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths


def open_database(paths: Paths, questionnaire: Survey) -> duckdb.DuckDBPyConnection:
    """The survey's database, read-only and held to its `memory_limit`.

    SurveyError where there is none, where it is not up to date, and where a table of it cannot be read.
    """
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
            hashes_of_rows(connection)
    except duckdb.Error:
        connection.close()
        raise SurveyError(f"{shown} is damaged; {again}") from None
    except SurveyError:
        connection.close()
        raise
    return connection


def view(connection: duckdb.DuckDBPyConnection, name: str) -> pd.DataFrame:
    """A labelled view with all its rows, in its order."""
    rows: pd.DataFrame = connection.view(name).df()
    return rows


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


def hashes_of_rows(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """A hash of the rows of every table, in whatever order they are stored.

    duckdb.Error where a table cannot be read: a file that was cut short or written over can be opened, and
    says so only then. DuckDB may hash otherwise in another version, which has another lock file, and runs
    everything again anyway.
    """
    hashes = {}
    tables = "select table_name from duckdb_tables() where schema_name = 'coded' and not temporary"
    for (name,) in connection.execute(tables).fetchall():
        ((hashes[name],),) = connection.execute(
            "select concat_ws(' ', count(*), coalesce(bit_xor(hash(row_)), 0), coalesce(sum(hash(row_)), 0)) "
            f"from coded.{name} as row_"
        ).fetchall()
    return hashes
