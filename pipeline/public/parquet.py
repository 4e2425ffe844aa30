"""The database as Parquet: a folder that any engine reads, partitioned by wave, with the views as SQL.

It holds what the database holds, so it is for who may see that: a row a respondent, and texts that are not
private.
"""

from __future__ import annotations

from collections.abc import Iterator

import duckdb

from pipeline.database.connection import open_database
from pipeline.declarations import survey
from pipeline.project import files
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.sql import folder, literal

_VIEWS = "views.sql"
_SCHEMA = """-- The labelled views over these files: run it in this folder, in the DuckDB shell or by an
-- engine that reads partitioned Parquet. The codes behind the labels are in the schema coded.
create schema if not exists coded;
"""


def parquet(paths: Paths) -> list[str]:
    """Write parquet/: a table of the database each, those by wave a file a wave, and views.sql; lines on it.

    SurveyError where the database is not there or not up to date; an earlier export is then as it was.
    """
    said, sql = [], [_SCHEMA]
    questionnaire, _ = survey.load(paths)
    with (
        open_database(paths, questionnaire) as connection,
        limited(connection, questionnaire.memory_limit, paths.spilt),
        files.folder_aside(paths.partitions, files.PRIVATE) as place,
    ):
        # one thread, so that the same rows are the same bytes
        connection.execute("set threads = 1")
        for name, count, by_wave in _tables(connection):
            target = place / (name if by_wave else f"{name}.parquet")
            connection.execute(
                f"copy (select * from coded.{name} order by all) to {literal(str(target))} "
                f"(format parquet{', partition_by (wave)' if by_wave else ''})"
            )
            source = literal(f"{name}/*/*.parquet" if by_wave else f"{name}.parquet")
            kept = ", hive_types = {'wave': utinyint}" if by_wave else ""
            sql.append(f"create view coded.{name} as select * from read_parquet({source}{kept});\n")
            said.append(f"{name}: {count:,} rows{', by wave' if by_wave else ''}")
        sql += [f"{view.rstrip()};\n" for _, view in folder("database/views")]
        files.write(place / _VIEWS, "\n".join(sql), files.PRIVATE)
    return [*said, f"{paths.shown(paths.partitions)} written, with {_VIEWS}"]


def _tables(connection: duckdb.DuckDBPyConnection) -> Iterator[tuple[str, int, bool]]:
    """The tables of answers and codes, how many rows each has, and whether it is divided by wave."""
    rows = connection.execute(
        "select table_name, bool_or(column_name = 'wave') from duckdb_columns() "
        "where schema_name = 'coded' and table_name <> 'origins' group by table_name order by table_name"
    ).fetchall()
    for name, has_wave in rows:
        (count,) = connection.execute(f"select count(*) from coded.{name}").fetchone() or (0,)
        yield name, count, has_wave and count > 0 and name != "waves"
