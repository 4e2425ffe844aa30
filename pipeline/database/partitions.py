"""The tables of the database as Parquet, those by wave a file a wave, and the views over them as SQL."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from pipeline.database.declared_tables import STATES
from pipeline.project.sql import folder, listed, literal, query


class Stored(NamedTuple):
    """A table as Parquet: a file, or a file a wave."""

    name: str
    by_wave: bool


_SCHEMA = """-- The labelled views over these files, for the DuckDB shell in this folder. The codes behind the
-- labels are in the schema coded.
create schema if not exists coded;
"""
_STATES = f"create type state as enum {listed(STATES)};\n"


def write_partitions(connection: duckdb.DuckDBPyConnection, place: Path) -> tuple[list[str], list[Stored]]:
    """Write every table into a folder: a line on each, and how it is stored."""
    # one thread, so that the same rows are the same bytes
    connection.execute("set threads = 1")
    lines, tables = [], []
    for name, has_wave in query(connection, "database/tables_to_export").fetchall():
        ((rows,),) = connection.execute(f"select count(*) from coded.{name}").fetchall()
        by_wave = has_wave and rows > 0 and name != "waves"
        target = place / (name if by_wave else f"{name}.parquet")
        connection.execute(
            f"copy (select * from coded.{name} order by all) to {literal(str(target))} "
            f"(format parquet{', partition_by (wave)' if by_wave else ''})"
        )
        tables.append(Stored(name, by_wave))
        lines.append(f"{name}: {rows:,} rows{', by wave' if by_wave else ''}")
    return lines, tables


def views_script(connection: duckdb.DuckDBPyConnection, tables: Iterable[Stored], place: str) -> str:
    """A script for DuckDB: the tables below a place, with or without its name before them, and the views."""
    script = [_SCHEMA, _STATES]
    for name, by_wave in tables:
        source = literal(f"{place}{name}/*/*.parquet" if by_wave else f"{place}{name}.parquet")
        types = ", hive_types = {'wave': usmallint}" if by_wave else ""
        script.append(f"create view coded.{name} as select * from read_parquet({source}{types});\n")
    script += [f"{view}\n" for (view,) in query(connection, "database/views_to_export").fetchall()]
    script += [f"{view.rstrip()};\n" for _, view in folder("database/views")]
    return "\n".join(script)
