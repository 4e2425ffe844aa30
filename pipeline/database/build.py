"""The steps by which the cells of all waves become a database: declarations, answers, states, flags."""

from __future__ import annotations

from collections.abc import Mapping

from pipeline.answers.plausibility import doubts
from pipeline.answers.waves import DeclaredWaves, map_all, opened_cells
from pipeline.database import declared_tables, quality_flags
from pipeline.database.checks import boxes_that_disagree, copies, failed_checks, over_waves, unanswered
from pipeline.database.load import Coder, load
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.repeated import find_repeated
from pipeline.database.rows import fill
from pipeline.database.weights import weigh
from pipeline.exports.cells import Cells
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.sql import Engine, execute, folder, schema


def build(connection: Engine, declared: DeclaredWaves, coder: Coder) -> list[Problem]:
    """Fill an empty database from what `ingest` wrote; what a person should look at and what stops nothing.

    `coder` turns cells into answers where the connection leads.

    SurveyError lists every heading, answer and declaration that fits nothing, or else every check that
    selects rows: the database is then good for nothing.
    """
    questionnaire, fieldings = declared.questionnaire, declared.fieldings
    waves = _mapped(connection, declared)
    connection.execute(schema("database/schema"))
    execute(connection, "database/responses")
    declared_tables.declare(connection, questionnaire, waves)
    notices = [notice for wave in waves for notice in wave.meaning.notices]
    notices += doubts(questionnaire, fieldings, [wave.meaning for wave in waves])
    problems: list[Problem] = []
    cells_of: dict[int, Cells] = {}
    for wave in waves:
        with opened_cells(connection, declared, wave.fielding, wave.export, wave.meaning.columns) as cells:
            load(connection, questionnaire, wave, cells, coder)
            cells_of[wave.number] = cells
            notices += find_repeated(connection, wave)
            quality_flags.keep_times(connection, wave, coder.rows_stay)
            problems += boxes_that_disagree(connection, questionnaire, wave)
    quality_flags.flag(connection, questionnaire, waves)
    execute(connection, "database/excluded")
    for wave in waves:
        coder.write_answers(wave, cells_of[wave.number])
    execute(connection, "database/unions", "database/texts", "database/states", "database/flags")
    notices += unanswered(connection, fieldings)
    unweighable: list[Problem] = []
    for wave in waves:
        try:
            weigh(connection, questionnaire, wave.number, wave.fielding)
        except SurveyError as error:
            unweighable += error.problems
    execute(connection, "database/respondents")
    for _, view in folder("database/views"):
        connection.execute(view)
    problems += [*copies(connection, fieldings), *failed_checks(connection, fieldings), *unweighable]
    if problems:
        raise SurveyError(problems)
    return notices


def sign(connection: Engine, made_from: Mapping[str, str]) -> None:
    """Note what the database was made from."""
    fill(connection, "coded.origins", [{"name": name, "sha256": hash_} for name, hash_ in made_from.items()])


def _mapped(connection: Engine, declared: DeclaredWaves) -> list[MappedWave]:
    """What the columns of each wave mean; SurveyError with all that fits nothing."""
    exports = declared.exports()
    mapped, problems = map_all(connection, declared, exports)
    if len(mapped) == len(declared.fieldings):
        problems += over_waves(declared, mapped, problems)
    if problems:
        raise SurveyError(problems)
    parts = zip(declared.fieldings, exports, mapped, strict=True)
    return [MappedWave(number, *part) for number, part in enumerate(parts, 1)]
