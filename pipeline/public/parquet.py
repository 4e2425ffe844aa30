"""The database as Parquet: a folder that any engine reads, partitioned by wave, with the views as SQL.

It holds what the database holds, so it is for people who may see that: a row a respondent, and texts that
are not private.
"""

from __future__ import annotations

from pipeline.database.connection import open_database
from pipeline.database.partitions import views_script, write_partitions
from pipeline.declarations import survey
from pipeline.project import files
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.project.memory import limited
from pipeline.project.paths import VIEWS_FILE, Paths

_DIALECTS = {"duckdb": "DuckDB", "spark": "Spark"}


def parquet(paths: Paths, dialect: str = "duckdb", absolute: bool = False) -> list[str]:
    """Write parquet/: a table of the database each, those by wave a file a wave, and views.sql; lines on it.

    The views are in the `dialect` of DuckDB or of Spark, and name their files by the whole path where that is
    to be `absolute`, else from this folder. SurveyError where the database is not there or not up to date; an
    earlier export is then as it was.
    """
    if dialect not in _DIALECTS:
        raise SurveyError(f"no dialect {dialect!r}; {did_you_mean(dialect, _DIALECTS)}")
    questionnaire, _ = survey.load(paths)
    place = f"{paths.partitions.absolute()}/" if absolute else ""
    with (
        open_database(paths, questionnaire) as connection,
        limited(connection, questionnaire.memory_limit, paths.spilt, paths.database),
        files.folder_aside(paths.partitions, files.PRIVATE) as aside,
    ):
        lines, tables = write_partitions(connection, aside)
        if dialect == "spark":
            from pipeline.spark.translation import views_script as views_of_spark

            script = views_of_spark(tables, place)
        else:
            script = views_script(connection, tables, place)
        files.write(aside / VIEWS_FILE, script, files.PRIVATE)
    return [*lines, f"{paths.shown(paths.partitions)} written, with {VIEWS_FILE} for {_DIALECTS[dialect]}"]
