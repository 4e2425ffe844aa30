"""The second stage: text cells become a database of coded answers, states and bases' ingredients.

Nothing reads the database before its checks pass: it is built aside, checked, and swapped in by rename. What
goes into it is for `database.build`.
"""

from __future__ import annotations

import hashlib
from contextlib import ExitStack, closing
from dataclasses import replace
from pathlib import Path

import duckdb

from pipeline.answers.waves import DeclaredWaves, declared_waves
from pipeline.database.build import build, sign
from pipeline.database.connection import note_hashes, origin_of_database, read_through
from pipeline.database.load import BlockCoder
from pipeline.database.origin import origin
from pipeline.project import files, progress
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.process import unheard


def normalise(paths: Paths, engine: str = "") -> str:
    """Build the database of a survey from what `ingest` wrote; the md5 of its rows and of its declarations.

    `engine` is the address of a Spark that builds it, as Parquet in partitions; no md5 is made of that.
    SurveyError lists every heading, answer and declaration that fits nothing, and every check that
    selects rows, or says that the disk is full; the database that was there stays as it was.
    """
    if engine:
        for notice in _on_spark(paths, engine):
            progress.notice(str(notice))
        return ""
    # before anything is read: what changes meanwhile is newer than the database
    made_from = origin(paths, origin_of_database(paths))
    declared = declared_waves(paths)
    cells = [paths.cells(fielding.name) for fielding in declared.fieldings]
    with (
        ExitStack() as whole,
        files.scratch(paths.interim) as spilt,
        files.aside(paths.database, files.PRIVATE) as temporary,
    ):
        # DuckDB lets everybody read what it writes, its log too, so it writes where nobody else may look
        unseen = spilt / paths.database.name
        with (
            duckdb.connect(str(unseen)) as connection,
            limited(connection, declared.questionnaire.memory_limit, spilt, *cells),
        ):
            notices = build(connection, declared, BlockCoder(connection, declared.questionnaire))
            sign(connection, made_from)
            # a connection that is closed says nothing of what it could not write
            connection.execute("checkpoint")
        rows = _stored(unseen, declared, spilt)
        models = (declared.questionnaire, *(fielding.wave for fielding in declared.fieldings))
        declarations = "".join(model.model_dump_json() for model in models)
        content = hashlib.md5(f"{rows}{declarations}".encode(), usedforsecurity=False).hexdigest()
        unseen.replace(temporary)
        # Ctrl-C waits until the new database has its place
        whole.enter_context(unheard())
        note_hashes(paths, temporary, rows)
        files.write(paths.normalised, content + "\n", files.PRIVATE)
        # what another program had not written into the database before is none of this one's
        files.prune(paths.outputs, (), f"{paths.database.name}.wal")
    for notice in notices:
        progress.notice(str(notice))
    return content


def _on_spark(paths: Paths, engine: str) -> list[Problem]:
    """Build the partitions of a survey on Spark, from the cells that it has written."""
    from pipeline.spark import partitions
    from pipeline.spark.cells import open_cells
    from pipeline.spark.coding import SparkCoder
    from pipeline.spark.engine import SparkEngine
    from pipeline.spark.session import session

    made_from = origin(paths)
    declared = declared_waves(paths)
    tables = {fielding.name: f"cells_of_{number}" for number, fielding in enumerate(declared.fieldings, 1)}
    there = session(engine)
    with (
        files.scratch(paths.interim) as scratch,
        files.folder_aside(paths.partitions, files.PRIVATE) as aside,
        closing(SparkEngine(there, scratch)) as spark,
    ):
        for fielding in declared.fieldings:
            if not paths.parts(fielding.name).is_dir():
                again = f"survey ingest --engine {engine} --survey {paths.survey}"
                raise SurveyError(f"wave {fielding.name} is not ingested on Spark yet; run: {again}")
            open_cells(spark, tables[fielding.name], paths.parts(fielding.name), fielding.exports)
        coder = SparkCoder(spark, declared.questionnaire)
        notices = build(spark, replace(declared, tables=tables), coder)
        sign(spark, made_from)
        partitions.write(spark, aside)
    return notices


def _stored(file: Path, declared: DeclaredWaves, spilt: Path) -> str:
    """The hash of every row that the file of a database holds; its bytes are never the same.

    SurveyError where it does not hold all that was to go into it.
    """
    try:
        if Path(f"{file}.wal").exists():
            raise duckdb.IOException("what stands in its log is not in the file")
        with (
            duckdb.connect(str(file), read_only=True) as connection,
            limited(connection, declared.questionnaire.memory_limit, spilt, file),
        ):
            return read_through(connection)
    except duckdb.Error:
        paths = declared.paths
        raise SurveyError(
            f"{paths.shown(paths.database)} could not be written: what was written cannot be read again. Is "
            "the disk full, or damaged? Mend that, and run it again; what was there is as it was"
        ) from None
