"""The cells of a wave as rows of the database: answers, states, texts, flags, ids, weights, screening."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple, Protocol

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd

from pipeline.answers.bases import came_to_the_end, says_no
from pipeline.answers.meaning import Condition, Tick
from pipeline.database.coding import Answers, Coding, Places
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.states import Slots, States
from pipeline.declarations.quality import options_of
from pipeline.declarations.questionnaire import Survey
from pipeline.exports.cells import Block, Cells
from pipeline.project.sql import Engine, listed, temporary_views


class Coder(Protocol):
    """What turns the cells of a wave into answers: in blocks on this machine, or otherwise on others."""

    rows_stay: bool
    """whether the rows of respondents must stay where they are"""

    def look(self, wave: MappedWave, cells: Cells, /) -> None:
        """Note what became of each question, and the answers that people are screened or flagged by.

        All who were received have rows in all_ticked, all_answers, all_grids, all_response_bits and
        all_answer_sets.
        """

    def write_answers(self, wave: MappedWave, cells: Cells, /) -> None:
        """The answers of the analysed respondents of a wave as rows of coded.answers."""


def load(connection: Engine, survey: Survey, wave: MappedWave, cells: Cells, coder: Coder) -> None:
    """Turn the cells of one wave, the view `cells`, into rows of the tables of everything received."""
    meaning = wave.meaning
    for denied in meaning.denied:
        _insert(
            connection, wave, "all_denied", str(survey.position(denied.question)), says_no(meaning, denied)
        )
    for tick in meaning.ticks:
        if tick.unless:
            flag = f"{survey.position(tick.question)}, 'text_beside_answer'"
            beside = f"({box(tick)}) and c{tick.unless} not in {listed(('', *tick.same))}"
            _insert(connection, wave, "all_flags", flag, beside)
    for question, column in meaning.beside:
        flag = f"{survey.position(question)}, 'text_beside_grid'"
        _insert(connection, wave, "all_flags", flag, f"c{column} is not null")
    for question, column in meaning.texts:
        text = f"{survey.position(question)}, c{column}"
        _insert(connection, wave, "all_texts", text, f"c{column} is not null")
    if meaning.weight is not None:
        _insert(connection, wave, "all_weights", f"c{meaning.weight}")
    if meaning.id is not None:
        _insert(connection, wave, "all_ids", f"c{meaning.id}", f"c{meaning.id} is not null")
    _insert(connection, wave, "all_respondents")
    if meaning.finished:
        _insert(connection, wave, "all_finished", came_to_the_end(meaning.finished))
    coder.look(wave, cells)
    for position, (_, conditions) in enumerate(meaning.screens, 1):
        if conditions:
            where = " and ".join(_holds(survey, wave.number, condition) for condition in conditions)
            _insert(connection, wave, "all_screens", str(position), where)


def _insert(connection: Engine, wave: MappedWave, table: str, columns: str = "", where: str = "") -> None:
    """A row a response into a table that begins with wave and respondent, of the cells of a wave."""
    selected = ", ".join(filter(None, (str(wave.number), "respondent", columns)))
    condition = f" where {where}" if where else ""
    connection.execute(f"insert into {table} select {selected} from cells{condition}")


def box(tick: Tick) -> str:
    """Whether a row has a text in a column of a tick that says that it was ticked, in SQL over the cells."""
    return " or ".join(f"c{column} not in {listed(('', *tick.unticked))}" for column in tick.columns)


def _holds(survey: Survey, wave: int, condition: Condition) -> str:
    """A condition of a screening rule, in SQL over the cells of the wave."""
    if condition.question:
        options = ", ".join(str(survey.option_number(condition.question, o)) for o in condition.options)
        return (
            f"respondent in (select respondent from all_ticked where wave = {wave} "
            f"and question = {survey.position(condition.question)} and option in ({options}))"
        )
    parts = [f"c{condition.column} in {listed(condition.texts)}"] if condition.texts else []
    parts += [f"c{condition.column} is null"] if condition.blank else []
    return f"({' or '.join(parts)})" if parts else "false"


class BlockCoder:
    """Codes a block of rows at a time, on this machine."""

    rows_stay = False

    def __init__(self, connection: duckdb.DuckDBPyConnection, survey: Survey) -> None:
        self._connection = connection
        self._survey = survey

    def look(self, wave: MappedWave, cells: Cells) -> None:
        """As `Coder.look`."""
        connection, meaning, slots = self._connection, wave.meaning, Slots(self._survey, wave)
        wanted = Wanted.of(self._survey, wave)
        for block, received, counted in Coding(self._survey, meaning).blocks(cells):
            _insert_answers(connection, wave, "all_ticked", block, _of(received, wanted.received))
            _insert_answers(connection, wave, "all_answers", block, _of(counted, wanted.counted))
            for answers in _of(counted, wanted.grids):
                _fill(connection, wave, "all_grids", _grid(answers, block))
            denied = _denied(connection, wave, block) if meaning.denied else {}
            states = slots.states(len(block), counted, denied)
            for word in range(slots.words):
                _fill(connection, wave, "all_response_bits", _bits(states, word, block))
            first, second = states.digests
            sets = {
                "respondent": block.respondents, "answers": states.answers, "first": first, "second": second
            }  # fmt: skip
            _fill(connection, wave, "all_answer_sets", sets)

    def write_answers(self, wave: MappedWave, cells: Cells) -> None:
        """As `Coder.write_answers`."""
        excluded = np.zeros(wave.export.rows + 1, dtype=bool)
        known = self._connection.execute("select respondent from all_excluded where wave = ?", [wave.number])
        excluded[known.fetchnumpy()["respondent"]] = True
        for block, _, counted in Coding(self._survey, wave.meaning).blocks(cells):
            left = excluded[block.respondents]
            kept = [answers.only(~left[answers.rows]) for answers in counted] if left.any() else counted
            _insert_answers(self._connection, wave, "coded.answers", block, kept)


class Wanted(NamedTuple):
    """The questions whose answers are looked at before anybody is excluded."""

    received: set[str]
    """as received: those that people are screened by, or whose boxes say what a column says joined"""
    counted: set[str]
    """as counted: those that rules of data quality ask about"""
    grids: set[str]

    @classmethod
    def of(cls, survey: Survey, wave: MappedWave) -> Wanted:
        """Those of a wave."""
        meaning = wave.meaning
        screening = {condition.question for _, conditions in meaning.screens for condition in conditions}
        return cls(
            screening | {column.question for column in meaning.twice},
            {name for where, _ in options_of(wave.fielding.wave.quality) for name in where},
            {name for name, asked in survey.questions.items() if asked.form.by_item},
        )


def _fill(
    connection: duckdb.DuckDBPyConnection,
    wave: MappedWave,
    table: str,
    columns: Mapping[str, npt.ArrayLike],
    selected: str = "*",
) -> None:
    """Rows of numbers, a column an array, into a table that begins with the wave."""
    with temporary_views(connection, rows_to_insert=pd.DataFrame(columns, copy=False)):
        connection.execute(f"insert into {table} select {wave.number}, {selected} from rows_to_insert")


def _of(answers: Sequence[Answers], questions: Collection[str]) -> list[Answers]:
    return [some for some in answers if some.kinds.name in questions]


def _insert_answers(
    connection: duckdb.DuckDBPyConnection,
    wave: MappedWave,
    table: str,
    block: Block,
    answers: Sequence[Answers],
) -> None:
    """A row an answer into a table of answers."""
    for plain in (True, False):
        some = [one for one in answers if one.kinds.is_plain == plain]
        if not any(len(one.rows) for one in some):
            continue
        columns = {
            "respondent": np.concatenate([block.respondents[one.rows] for one in some]),
            "question": np.concatenate([np.full(len(one.rows), one.kinds.question) for one in some]),
            "item": np.concatenate([one.kinds.item[one.which] for one in some]),
            "option": np.concatenate([one.kinds.option[one.which] for one in some]),
        }
        numbers = "null, null"
        if not plain:
            columns["rank"] = np.concatenate([one.kinds.rank[one.which] for one in some])
            columns["value"] = np.concatenate([one.kinds.value[one.which] for one in some])
            numbers = "nullif(rank, 0), case when not isnan(value) then value end"
        _fill(connection, wave, table, columns, f"respondent, question, item, option, {numbers}")


def _bits(states: States, word: int, block: Block) -> dict[str, npt.ArrayLike]:
    """The columns of all_response_bits."""
    return {
        "respondent": block.respondents,
        "word": np.full(len(block), word),
        "given": states.given[word],
        "answered": states.answered[word],
        "dkns": states.dkns[word],
        "unrouted": states.unrouted[word],
        "last_question": states.last_question,
    }


def _grid(answers: Answers, block: Block) -> dict[str, npt.ArrayLike]:
    """The columns of all_grids; what is not known, or does not apply, is no answer to an item."""
    known = answers.only(answers.kinds.is_answered[answers.which])
    options = known.kinds.option[known.which]
    lowest, highest = np.full(len(block), np.iinfo(np.uint16).max), np.zeros(len(block), dtype=np.int64)
    np.minimum.at(lowest, known.rows, options)
    np.maximum.at(highest, known.rows, options)
    answered = np.bincount(known.rows, minlength=len(block))
    some = answered > 0
    return {
        "respondent": block.respondents[some],
        "question": np.full(int(some.sum()), known.kinds.question),
        "answered": answered[some],
        "lowest": lowest[some],
        "highest": highest[some],
    }


def _denied(connection: duckdb.DuckDBPyConnection, wave: MappedWave, block: Block) -> dict[int, Places]:
    """The rows of a block that say No to some options of a question, by question."""
    known = connection.execute(
        "select respondent, question from all_denied where wave = ? and respondent between ? and ?",
        [wave.number, block.before + 1, block.before + len(block)],
    ).fetchnumpy()
    rows = np.asarray(known["respondent"], dtype=np.int64) - block.before - 1
    questions = np.asarray(known["question"])
    return {int(question): rows[questions == question] for question in np.unique(questions)}
