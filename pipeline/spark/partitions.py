"""A survey's database as Parquet, which Spark reads and writes: what `survey export parquet` writes too."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.database.origin import is_current, origin
from pipeline.database.partitions import Stored
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import VIEWS_FILE, Paths
from pipeline.project.sql import literal
from pipeline.spark.engine import SparkEngine
from pipeline.spark.session import told
from pipeline.spark.translation import views, views_script

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

_CODED = "coded."


def opened(session: SparkSession, paths: Paths) -> SparkEngine:
    """The partitions of a survey; SurveyError where they are not there, or not up to date."""
    engine = SparkEngine(session)
    shown, again = paths.shown(paths.partitions), f"survey export parquet --survey {paths.survey}"
    if not paths.partitions.is_dir():
        raise SurveyError(f"no {shown}, which Spark reads; run: {again}")
    engine.local.execute("create schema coded")
    for entry in sorted(paths.partitions.iterdir()):
        if entry.is_dir() or entry.suffix == ".parquet":
            _open(engine, entry)
    known = dict(engine.execute("select name, sha256 from coded.origins").fetchall())
    if not is_current(known, origin(paths, known)):
        raise SurveyError(
            f"survey.toml, a wave file or the pipeline is newer than {shown}; run: {again} (or ingest and "
            "normalise, with --engine)"
        )
    for view in views():
        engine.execute(view)
    return engine


def _open(engine: SparkEngine, entry: Path) -> None:
    """A table of the database, of one file or of one a wave."""
    with told("read the partitions"):
        frame = engine.session.read.parquet(str(entry.absolute()))
    name = f"{_CODED}{entry.stem}"
    if "respondent" in frame.columns:
        engine.add(name, frame, is_file=True)
        return
    there = f"{entry}/*/*.parquet" if entry.is_dir() else str(entry)
    engine.local.execute(f"create table {name} as select * from read_parquet({literal(there)})")


def write(engine: SparkEngine, place: Path) -> None:
    """Write every table of a database into a folder, with the views as SQL for Spark."""
    named = "select table_name from duckdb_tables() where schema_name = 'coded' order by table_name"
    stored = []
    for (name,) in engine.local.execute(named).fetchall():
        table, target = f"{_CODED}{name}", str((place / name).absolute())
        with told("write the partitions"):
            frame = engine.frame(table) if table in engine.people else None
            # of no rows Spark writes no file, by which the columns would be known
            by_wave = frame is not None and not frame.isEmpty()
            if frame is not None and by_wave:
                frame.write.partitionBy("wave").parquet(target)
        if not by_wave:
            into = f"{literal(f'{target}.parquet')} (format parquet)"
            engine.local.execute(f"copy (select * from {table} order by all) to {into}")
        stored.append(Stored(name, by_wave))
    files.remove_hidden(place)
    files.write(place / VIEWS_FILE, views_script(stored, ""), files.PRIVATE)
