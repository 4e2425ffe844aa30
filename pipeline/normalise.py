"""The second stage: text cells become a database of coded answers, states and bases' ingredients.

Nothing reads the database before its checks pass: it is built aside, checked, and swapped in by rename.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

import duckdb

from pipeline.answers.waves import map_all, open_cells
from pipeline.database import declared_tables, quality_flags
from pipeline.database.checks import copies, failed_checks, over_waves
from pipeline.database.connection import hashes_of_rows, origin_of_database
from pipeline.database.load import boxes_that_disagree, code_answers, find_repeated, recode
from pipeline.database.origin import origin
from pipeline.database.weights import weigh
from pipeline.declarations import survey, wave
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.exports.ingested import load_export
from pipeline.project import files, progress
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.process import unheard
from pipeline.project.sql import folder, statement

_STATES = ("database/said", "database/barred", "database/marks")
_ANALYSED = (
    "database/respondents", "database/answers", "database/unions", "database/texts", "database/responses",
    "database/flags",
)  # fmt: skip
"""the statements of what the views show, in the order in which they need one another"""
_CONTENT = (
    "waves",
    "questions",
    "wordings",
    "items",
    "options",
    "offers",
    "respondents",
    "responses",
    "answers",
    "nets",
    "targets",
    "quality",
    "quality_rules",
)


def normalise(paths: Paths) -> str:
    """Build the database of a survey from what `ingest` wrote; the md5 of its rows.

    SurveyError lists every heading, answer and declaration that fits nothing, and every check that
    selects rows, or says that the disk is full; the database that was there stays as it was.
    """
    # before anything is read: what changes meanwhile is newer than the database
    made_from = origin(paths, origin_of_database(paths))
    questionnaire, document = survey.load(paths)
    fieldings = wave.load(paths, questionnaire)
    exports = [load_export(paths, fielding.name) for fielding in fieldings]
    with (
        ExitStack() as whole,
        files.scratch(paths.interim) as spilt,
        files.aside(paths.database, files.PRIVATE) as temporary,
    ):
        # DuckDB lets everybody read what it writes, its log too, so it writes where nobody else may look
        unseen = spilt / paths.database.name
        with (
            duckdb.connect(str(unseen)) as connection,
            limited(connection, questionnaire.memory_limit, spilt),
        ):
            mapped, problems = map_all(connection, paths, questionnaire, document, fieldings, exports)
            if len(mapped) == len(fieldings):
                problems += over_waves(questionnaire, document, fieldings, mapped, problems)
            if problems:
                raise SurveyError(problems)
            notices = [notice for meaning in mapped for notice in meaning.notices]
            declared_tables.declare(connection, questionnaire, fieldings, exports, mapped)
            for number, (fielding, export, meaning) in enumerate(
                zip(fieldings, exports, mapped, strict=True), 1
            ):
                open_cells(connection, paths, fielding, export, meaning.columns)
                code_answers(connection, questionnaire, number, meaning)
                notices += find_repeated(connection, number, fielding, meaning, export)
                quality_flags.keep_times(connection, number, fielding, meaning)
                problems += boxes_that_disagree(connection, questionnaire, number, fielding, meaning)
                recode(connection, declared_tables.Numbers(questionnaire), number, meaning)
            if any(asked.kind == "allocation" for asked in questionnaire.questions.values()):
                connection.execute(statement("database/allocations"))
            for name in _STATES:
                connection.execute(statement(name))
            quality_flags.flag(connection, questionnaire, fieldings, mapped)
            for name in _ANALYSED:
                connection.execute(statement(name))
            for _, view in folder("database/views"):
                connection.execute(view)
            problems += [*copies(connection, fieldings), *failed_checks(connection, fieldings)]
            problems += _weigh(connection, questionnaire, fieldings)
            if problems:
                raise SurveyError(problems)
            connection.execute("create table coded.origins (name varchar, sha256 varchar)")
            connection.executemany("insert into coded.origins values (?, ?)", list(made_from.items()))
            # a connection that is closed says nothing of what it could not write
            connection.execute("checkpoint")
        content = _stored(paths, unseen, questionnaire, fieldings, spilt)
        unseen.replace(temporary)
        # Ctrl-C waits until the new database has its place
        whole.enter_context(unheard())
        files.write(paths.interim / "normalised.md5", content + "\n", files.PRIVATE)
        # what another program had not written into the database before is none of this one's
        files.prune(paths.outputs, (), f"{paths.database.name}.wal")
    for notice in notices:
        progress.notice(str(notice))
    return content


def _weigh(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, fieldings: Sequence[Fielding]
) -> Iterator[Problem]:
    """Weigh the respondents of each wave; what stands in the way of that."""
    for number, fielding in enumerate(fieldings, 1):
        try:
            weigh(connection, questionnaire, number, fielding)
        except SurveyError as error:
            yield from error.problems


def _stored(
    paths: Paths, file: Path, questionnaire: Survey, fieldings: Sequence[Fielding], spilt: Path
) -> str:
    """The md5 of every row that the file of a database holds, and of what else is declared.

    The file itself never has the same bytes. SurveyError where it does not hold all that was to go into it.
    """
    try:
        if Path(f"{file}.wal").exists():
            raise duckdb.IOException("what stands in its log is not in the file")
        with (
            duckdb.connect(str(file), read_only=True) as connection,
            limited(connection, questionnaire.memory_limit, spilt),
        ):
            found = hashes_of_rows(connection)
    except duckdb.Error:
        raise SurveyError(
            f"{paths.shown(paths.database)} could not be written: what was written cannot be read again. Is "
            "the disk full, or damaged? Mend that, and run it again; what was there is as it was"
        ) from None
    said = "".join(own.model_dump_json() for own in (questionnaire, *(f.wave for f in fieldings)))
    content = "".join(found[name] for name in _CONTENT) + said
    return hashlib.md5(content.encode(), usedforsecurity=False).hexdigest()
