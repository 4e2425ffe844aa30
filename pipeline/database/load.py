"""The cells of a wave as rows of the database: answers, texts, flags, repeated responses."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import duckdb
import pandas as pd

from pipeline.answers.meaning import Answer, Condition, Mapped
from pipeline.database import declared_tables, quality_flags
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.exports import delimited
from pipeline.exports.ingested import Export
from pipeline.project.errors import Problem
from pipeline.project.sql import literal, statement

_TICKED = "ticked"


def code_answers(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, number: int, meaning: Mapped
) -> None:
    """Turn the view `cells` of one wave into rows of all_answers and all_respondents."""
    numbers = declared_tables.Numbers(questionnaire)
    codes: list[dict[str, Any]] = []
    cells: list[str] = []
    for tick in meaning.ticks:
        told = ", ".join(map(literal, ("", *tick.unticked)))
        filled = " or ".join(f"c{column} not in ({told})" for column in tick.columns)
        unless = f" and c{tick.unless} is null" if tick.unless else ""
        codes.append(_code_row(numbers, len(cells), _TICKED, tick.question, tick.answer))
        cells.append(f"case when ({filled}){unless} then {literal(_TICKED)} end")
        if tick.unless:
            connection.execute(
                f"insert into all_flags select {number}, respondent, {numbers.questions[tick.question]}, "
                f"'text_beside_answer' from cells where ({filled}) and c{tick.unless} not in "
                f"({', '.join(map(literal, ('', *tick.same)))})"
            )
    for column in meaning.coded:
        codes += [
            _code_row(numbers, len(cells), text, column.question, answer)
            for text, answers in column.codes.items()
            for answer in answers
        ]
        cells.append(f"c{column.column}")
    types = {"cell": "int64", "text": "str", "question": "uint16", "item": "uint16", "option": "uint16"}
    frame = declared_tables.frame(codes, types | {"rank": "Int64", "value": "float64"})
    connection.register("frame", frame)
    connection.execute("create or replace temp table cell_codes as select * from frame")
    connection.unregister("frame")
    several = _several_places(frame)
    for name, wanted in (("database/coded_cells", False), ("database/coded_once", True)):
        own = [(cell, text) for cell, text in enumerate(cells) if (cell in several) is wanted]
        stacks = delimited.stacked(connection, own, "respondent,") if own else []
        for stack in [" union all ".join(stacks)] if wanted and own else stacks:
            connection.execute(f"create or replace temp view wave_cells as {stack}")
            connection.execute(statement(name), {"wave": number})
    for question, place in meaning.beside:
        connection.execute(
            f"insert into all_flags select {number}, respondent, {numbers.questions[question]}, "
            f"'text_beside_grid' from cells where c{place} is not null"
        )
    for question, place in meaning.texts:
        connection.execute(
            f"insert into all_texts select {number}, respondent, {numbers.questions[question]}, c{place} "
            f"from cells where c{place} is not null"
        )
    if meaning.weight is not None:
        connection.execute(
            f"insert into all_weights select {number}, respondent, c{meaning.weight} from cells"
        )
    if meaning.id is not None:
        connection.execute(
            f"insert into all_ids select {number}, respondent, c{meaning.id} from cells "
            f"where c{meaning.id} is not null"
        )
    _respondents(connection, questionnaire, number, meaning)


def find_repeated(
    connection: duckdb.DuckDBPyConnection, number: int, fielding: Fielding, meaning: Mapped, export: Export
) -> Iterator[Problem]:
    """Find the responses of a wave whose cells are open that repeat others; a line on them, where there are.

    Who has the same id is the same; without an id, whose cells all say the same, where there are enough of
    them, or the time of the response among them, to be no chance.
    """
    columns = [f"c{heading.column}" for heading in export.headings]
    id_ = "null" if meaning.id is None else f"c{meaning.id}"
    # with ids for all, no other cell need be read
    cells = f"hash({', '.join(columns)})::varchar"
    filled = f"list_aggregate([{', '.join(columns)}], 'count')"
    connection.execute(
        f"create or replace temp view told_apart as select respondent, {id_}::varchar as id, "
        f"case when {id_} is null then {cells} end as cells, "
        f"case when {id_} is null then {filled} end as filled from cells"
    )
    told = fielding.wave.respondents
    fewest = 1 if told.started or told.submitted else quality_flags.FEWEST_ANSWERS
    connection.execute(statement("database/repeated"), {"wave": number, "fewest": fewest})
    (count,) = connection.execute(
        "select count(*) from all_repeated where wave = ? and place > 1", [number]
    ).fetchone() or (0,)
    connection.execute("update coded.waves set repeated = ? where wave = ?", [count, number])
    said = fielding.wave.duplicates
    if which := declared_tables.KEPT.get(said):
        connection.execute(
            "insert into all_screens select wave, respondent, 0 from all_repeated "
            f"where wave = {number} and {which}"
        )
    if count and said != "rule":
        what = "have the id of an earlier one" if meaning.id is not None else "say the same as an earlier one"
        then = "all are counted" if said in ("", "keep_all") else f"one of each is counted ({said})"
        if not said:
            then += '; say duplicates = "keep_first", "keep_last" or "keep_all" under [respondents]'
        place = "duplicates" if said else "id"
        yield fielding.document.problem(
            f"{count} of {export.rows} responses {what}: {then}", "respondents", place
        )


def boxes_that_disagree(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Survey,
    number: int,
    fielding: Fielding,
    meaning: Mapped,
) -> list[Problem]:
    """Respondents whose boxes say other than the column in which their answers stand joined."""
    numbers, problems = declared_tables.Numbers(questionnaire), []
    for column in meaning.twice:
        rows = [
            {"text": text, "option": numbers.option(column.question, answer.option)}
            for text, answers in column.codes.items()
            for answer in answers
        ]
        connection.register("frame", declared_tables.frame(rows, {"text": "str", "option": "uint16"}))
        connection.execute(
            "create or replace temp table said as select respondent, option from cells join frame on "
            f"c{column.column} = frame.text"
        )
        key = {"wave": number, "question": numbers.questions[column.question]}
        apart = connection.execute(statement("database/disagreeing"), key).fetchall()
        connection.unregister("frame")
        if apart:
            listed = ", ".join(str(respondent) for (respondent,) in apart[:5])
            problems.append(
                fielding.document.problem(
                    f"{column.question}: the boxes of {len(apart)} respondents (response {listed}"
                    f"{', …' if len(apart) > 5 else ''} of the export) say other than the column in which "
                    "their answers are joined; export again, or drop that column",
                    *("columns", column.question),
                )
            )
    return problems


def recode(
    connection: duckdb.DuckDBPyConnection, numbers: declared_tables.Numbers, number: int, meaning: Mapped
) -> None:
    """Move who wrote what a dictionary knows from Other to the option that it stands for."""
    for question, other in dict.fromkeys((recoding.question, recoding.other) for recoding in meaning.recodes):
        own = [r for r in meaning.recodes if (r.question, r.other) == (question, other)]
        rows = [
            {"place": recoding.column, "text": text, "option": numbers.option(question, option)}
            for recoding in own
            for text, option in recoding.texts.items()
        ]
        connection.register(
            "frame", declared_tables.frame(rows, {"place": "int64", "text": "str", "option": "uint16"})
        )
        cells = ", ".join(f"c{recoding.column}" for recoding in own)
        places = ", ".join(str(recoding.column) for recoding in own)
        connection.execute(
            "create or replace temp table written as select respondent, frame.option "
            f"from (select respondent, unnest([{places}]) as place, unnest([{cells}]) as text from cells) "
            "as own left join frame using (place, text) where text is not null"
        )
        connection.unregister("frame")
        key = {"wave": number, "question": numbers.questions[question]}
        connection.execute(statement("database/recoded"), key | {"other": numbers.option(question, other)})
        connection.execute(statement("database/uncoded"), key | {"other": numbers.option(question, other)})


def _several_places(codes: pd.DataFrame) -> set[int]:
    """The cells of questions of which an answer may stand in two places, and is to be counted once."""
    said = ["question", "item", "option", "rank", "value"]
    places = codes.drop_duplicates([*said, "cell"])
    twice = [places.duplicated(said, keep=False), codes.duplicated([*said, "cell", "text"], keep=False)]
    questions = {q for frame, own in zip((places, codes), twice, strict=True) for q in frame["question"][own]}
    return set(codes["cell"][codes["question"].isin(questions)])


def _code_row(
    numbers: declared_tables.Numbers, cell: int, text: str, question: str, answer: Answer
) -> dict[str, Any]:
    return {
        "cell": cell,
        "text": text,
        "question": numbers.questions[question],
        "item": numbers.item(question, answer.item),
        "option": numbers.option(question, answer.option),
        "rank": answer.rank,
        "value": answer.value,
    }


def _respondents(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, number: int, meaning: Mapped
) -> None:
    """One row a response received, and one a screening rule by answers or texts that holds of it."""
    numbers = declared_tables.Numbers(questionnaire)
    connection.execute(f"insert into all_respondents select {number}, respondent from cells")
    for position, (_, conditions) in enumerate(meaning.screens, 1):
        if conditions:
            connection.execute(
                f"insert into all_screens select {number}, respondent, {position} from cells "
                f"where {' and '.join(_holds(numbers, number, c) for c in conditions)}"
            )


def _holds(numbers: declared_tables.Numbers, wave_number: int, condition: Condition) -> str:
    if condition.question:
        options = ", ".join(str(numbers.option(condition.question, o)) for o in condition.options)
        return (
            f"respondent in (select respondent from all_answers where wave = {wave_number} "
            f"and question = {numbers.questions[condition.question]} and option in ({options}))"
        )
    listed = ", ".join(literal(text) for text in condition.texts)
    parts = [f"c{condition.column} in ({listed})"] if listed else []
    parts += [f"c{condition.column} is null"] if condition.blank else []
    return f"({' or '.join(parts)})" if parts else "false"
