"""The cells of a wave as rows of what was received: answers, texts, flags, ids, weights, screening."""

from __future__ import annotations

from typing import Any

import duckdb
import pandas as pd

from pipeline.answers.bases import came_to_the_end, says_no
from pipeline.answers.meaning import Answer, Condition
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.rows import frame
from pipeline.declarations.questionnaire import Survey
from pipeline.exports import delimited
from pipeline.project.sql import execute, listed, literal, query, temporary_table, temporary_views

_TICKED = "ticked"
_CODES = {
    "cell": "BIGINT", "text": "VARCHAR", "question": "USMALLINT", "item": "USMALLINT", "option": "USMALLINT",
    "rank": "BIGINT", "value": "DOUBLE",
}  # fmt: skip


def load(connection: duckdb.DuckDBPyConnection, survey: Survey, wave: MappedWave) -> None:
    """Turn the view `cells` of one wave into rows of the tables of everything received."""
    _answers(connection, survey, wave)
    meaning = wave.meaning
    for denied in meaning.denied:
        _insert(
            connection, wave, "all_denied", str(survey.position(denied.question)), says_no(meaning, denied)
        )
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
    for position, (_, conditions) in enumerate(meaning.screens, 1):
        if conditions:
            where = " and ".join(_holds(survey, wave.number, condition) for condition in conditions)
            _insert(connection, wave, "all_screens", str(position), where)


def _insert(
    connection: duckdb.DuckDBPyConnection, wave: MappedWave, table: str, columns: str = "", where: str = ""
) -> None:
    """A row a response into a table that begins with wave and respondent, of the cells of a wave."""
    selected = ", ".join(filter(None, (str(wave.number), "respondent", columns)))
    condition = f" where {where}" if where else ""
    connection.execute(f"insert into {table} select {selected} from cells{condition}")


def _answers(connection: duckdb.DuckDBPyConnection, survey: Survey, wave: MappedWave) -> None:
    """What the cells of a wave mean, as answers: each filled cell is joined to the codes of its text."""
    codes: list[dict[str, Any]] = []
    cells: list[str] = []
    for tick in wave.meaning.ticks:
        ticked = " or ".join(f"c{column} not in {listed(('', *tick.unticked))}" for column in tick.columns)
        unless = f" and c{tick.unless} is null" if tick.unless else ""
        codes.append(_code(survey, len(cells), _TICKED, tick.question, tick.answer))
        cells.append(f"case when ({ticked}){unless} then {literal(_TICKED)} end")
        if tick.unless:
            flag = f"{survey.position(tick.question)}, 'text_beside_answer'"
            beside = f"({ticked}) and c{tick.unless} not in {listed(('', *tick.same))}"
            _insert(connection, wave, "all_flags", flag, beside)
    for column in wave.meaning.coded:
        codes += [
            _code(survey, len(cells), text, column.question, answer)
            for text, answers in column.codes.items()
            for answer in answers
        ]
        cells.append(f"c{column.column}")
    cell_codes = frame(codes, _CODES)
    twice = _cells_that_repeat(cell_codes)
    once = [(cell, text) for cell, text in enumerate(cells) if cell not in twice]
    repeating = [(cell, text) for cell, text in enumerate(cells) if cell in twice]
    with (
        temporary_views(connection, rows_of_codes=cell_codes),
        temporary_table(connection, "cell_codes", "select * from rows_of_codes"),
    ):
        for stack in delimited.stacked(connection, once, "respondent,") if once else ():
            _insert_answers(connection, wave, stack)
        if repeating:
            whole = " union all ".join(delimited.stacked(connection, repeating, "respondent,"))
            _insert_answers(connection, wave, whole, "distinct")


def _insert_answers(
    connection: duckdb.DuckDBPyConnection, wave: MappedWave, stack: str, distinct: str = ""
) -> None:
    connection.execute(
        f"insert into all_answers select {distinct} {wave.number}, respondent, question, item, option, rank, "
        f"value from ({stack}) as filled_cells join cell_codes using (cell, text)"
    )


def _code(survey: Survey, cell: int, text: str, question: str, answer: Answer) -> dict[str, Any]:
    """What one text of a cell means."""
    return {
        "cell": cell,
        "text": text,
        "question": survey.position(question),
        "item": survey.item_number(question, answer.item),
        "option": survey.option_number(question, answer.option),
        "rank": answer.rank,
        "value": answer.value,
    }


def _cells_that_repeat(codes: pd.DataFrame) -> set[int]:
    """The cells of questions of which an answer may stand in two places, and is to be counted once."""
    answer = ["question", "item", "option", "rank", "value"]
    places = codes.drop_duplicates([*answer, "cell"])
    in_two_cells = places["question"][places.duplicated(answer, keep=False)]
    twice_in_one = codes["question"][codes.duplicated([*answer, "cell", "text"], keep=False)]
    return set(codes["cell"][codes["question"].isin({*in_two_cells, *twice_in_one})])


def _holds(survey: Survey, wave: int, condition: Condition) -> str:
    """A condition of a screening rule, in SQL over the cells of the wave."""
    if condition.question:
        options = ", ".join(str(survey.option_number(condition.question, o)) for o in condition.options)
        return (
            f"respondent in (select respondent from all_answers where wave = {wave} "
            f"and question = {survey.position(condition.question)} and option in ({options}))"
        )
    parts = [f"c{condition.column} in {listed(condition.texts)}"] if condition.texts else []
    parts += [f"c{condition.column} is null"] if condition.blank else []
    return f"({' or '.join(parts)})" if parts else "false"


def recode(connection: duckdb.DuckDBPyConnection, survey: Survey, wave: MappedWave) -> None:
    """Move who wrote what a dictionary knows from Other to the option that it stands for."""
    for question, other in dict.fromkeys((recode.question, recode.other) for recode in wave.meaning.recodes):
        recodes = [r for r in wave.meaning.recodes if (r.question, r.other) == (question, other)]
        rows = [
            {"place": recode.column, "text": text, "option": survey.option_number(question, option)}
            for recode in recodes
            for text, option in recode.texts.items()
        ]
        places = ", ".join(str(recode.column) for recode in recodes)
        cells = ", ".join(f"c{recode.column}" for recode in recodes)
        key = {
            "wave": wave.number,
            "question": survey.position(question),
            "other": survey.option_number(question, other),
        }
        with temporary_views(
            connection,
            recoded_texts=frame(rows, {"place": "BIGINT", "text": "VARCHAR", "option": "USMALLINT"}),
            texts_beside_other="select respondent, recoded_texts.option from (select respondent, "
            f"unnest([{places}]) as place, unnest([{cells}]) as text from cells) as written "
            "left join recoded_texts using (place, text) where text is not null",
        ):
            query(connection, "database/other_recoded", **key)
            query(connection, "database/other_taken_back", **key)


def complete(connection: duckdb.DuckDBPyConnection, shares_points: bool) -> None:
    """Add what the answers of all waves tell together: points of 0, and bits of what everybody did."""
    if shares_points:
        execute(connection, "database/allocations")
    execute(connection, "database/answered_bits", "database/unrouted_bits", "database/response_bits")
