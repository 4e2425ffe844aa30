"""The second stage: text cells become a database of coded answers, states and bases' ingredients.

Nothing reads the database before its checks pass: it is built aside, checked, and swapped in by rename.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from pipeline.answers.columns import assign
from pipeline.answers.interpret import attempt
from pipeline.answers.meaning import Answer, Condition, Mapped
from pipeline.database import declared_tables, quality_flags
from pipeline.database.connection import hashes_of_rows, origin_of_database
from pipeline.database.origin import origin
from pipeline.database.weights import weigh
from pipeline.declarations import survey, wave
from pipeline.declarations.survey import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding
from pipeline.exports import delimited
from pipeline.exports.tools import Heading, formats
from pipeline.ingest import Export, load_export
from pipeline.project import files, progress
from pipeline.project.errors import Problem, SurveyError, quoted
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.process import unheard
from pipeline.project.sql import folder, literal, statement
from pipeline.text.folding import fold, is_beginning, likeness

_OF_QUESTIONS = ("questions", "columns", "answers", "reading", "changes")
"""the tables of declarations whose keys are questions"""
_STATES = ("database/said", "database/barred", "database/marks")
_ANALYSED = (
    "database/respondents", "database/answers", "database/unions", "database/texts", "database/responses",
    "database/flags",
)  # fmt: skip
"""the statements of what the views show, in the order in which they need one another"""
_SAME_WORDING = 0.6  # the likeness below which a code heads another question
_TICKED = "ticked"
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
            limited(connection, questionnaire, spilt),
        ):
            mapped, problems = _map_all(connection, paths, questionnaire, document, fieldings, exports)
            if len(mapped) == len(fieldings):
                problems += over_waves(questionnaire, document, fieldings, mapped, problems)
            if problems:
                raise SurveyError(problems)
            notices = [notice for meaning in mapped for notice in meaning.notices]
            declared_tables.declare(connection, questionnaire, fieldings, exports, mapped)
            for number, (fielding, export, meaning) in enumerate(
                zip(fieldings, exports, mapped, strict=True), 1
            ):
                _open_cells(connection, paths, fielding, export, meaning.columns)
                _code(connection, questionnaire, number, meaning)
                notices += _repeated(connection, number, fielding, meaning, export)
                quality_flags.keep_times(connection, number, fielding, meaning)
                problems += _boxes_that_disagree(connection, questionnaire, number, fielding, meaning)
                _recode(connection, declared_tables.Numbers(questionnaire), number, meaning)
            if any(asked.kind == "allocation" for asked in questionnaire.questions.values()):
                connection.execute(statement("database/allocations"))
            for name in _STATES:
                connection.execute(statement(name))
            quality_flags.flag(connection, questionnaire, fieldings, mapped)
            for name in _ANALYSED:
                connection.execute(statement(name))
            for _, view in folder("database/views"):
                connection.execute(view)
            problems += [*_copies(connection, fieldings), *_check(connection, fieldings)]
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


def _copies(connection: duckdb.DuckDBPyConnection, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """Waves that are another: at least half of the ids are the other's, or all answers are."""
    told: set[tuple[int, int]] = set()
    for name, what in (
        ("database/shared_ids", "the id of a respondent of"),
        ("database/same_answers", "the answers of one of"),
    ):
        for early, late, shared, respondents in connection.execute(statement(name)).fetchall():
            if 2 * shared >= respondents and (early, late) not in told:
                told.add((early, late))
                yield fieldings[late - 1].document.problem(
                    f"{shared} of {respondents} respondents have {what} {fieldings[early - 1].name}: is it "
                    "the same export again? name the file of this wave, or take the wave file away",
                    *("source", "file"),
                )


def _weigh(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, fieldings: Sequence[Fielding]
) -> Iterator[Problem]:
    """Weigh the respondents of each wave; what stands in the way of that."""
    for number, fielding in enumerate(fieldings, 1):
        try:
            weigh(connection, questionnaire, number, fielding)
        except SurveyError as error:
            yield from error.problems


def mapped_waves(
    paths: Paths,
    questionnaire: Survey,
    document: Document,
    fieldings: Sequence[Fielding],
    own_texts: bool = False,
) -> list[Mapped]:
    """What the columns of each wave mean, from what `ingest` wrote; SurveyError with all that means nothing.

    With `own_texts` the texts that no dictionary codes are in `left`.
    """
    mapped, problems = attempt_waves(paths, questionnaire, document, fieldings, own_texts)
    if problems:
        raise SurveyError(problems)
    return mapped


def attempt_waves(
    paths: Paths,
    questionnaire: Survey,
    document: Document,
    fieldings: Sequence[Fielding],
    own_texts: bool = False,
) -> tuple[list[Mapped], list[Problem]]:
    """What the columns of each wave mean, as far as they do, and all that means nothing."""
    exports = [load_export(paths, fielding.name) for fielding in fieldings]
    with duckdb.connect() as connection, limited(connection, questionnaire, None):
        return _map_all(connection, paths, questionnaire, document, fieldings, exports, own_texts)


def over_waves(
    questionnaire: Survey,
    document: Document,
    fieldings: Sequence[Fielding],
    mapped: Sequence[Mapped],
    known: Sequence[Problem],
) -> Iterator[Problem]:
    """What no wave shows alone, but for what may come of the problems `known` of single waves."""
    touched = {place[1] for place in (p.place for p in known) if len(place) > 1 and place[0] in _OF_QUESTIONS}
    found = [*_never_offered(questionnaire, document, mapped)]
    found += _rules_that_matched_nothing(questionnaire, document, mapped)
    found += _labels_that_changed(fieldings, mapped)
    found += codes_reused(fieldings, mapped)
    found += quality_flags.not_asked(fieldings, mapped)
    # a column that is nobody's may be that of a question which seems to have none
    if any(problem.place == ("columns",) for problem in known):
        found = [problem for problem in found if problem.place[:1] == ("changes",)]
    yield from (problem for problem in found if touched.isdisjoint(problem.place))


def _map_all(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    questionnaire: Survey,
    document: Document,
    fieldings: Sequence[Fielding],
    exports: Sequence[Export],
    own_texts: bool = False,
) -> tuple[list[Mapped], list[Problem]]:
    """What the columns of each wave mean, but of one whose cells cannot be opened; and what means nothing."""
    mapped: list[Mapped] = []
    problems: list[Problem] = []
    for fielding, export in zip(fieldings, exports, strict=True):
        assigned, unclaimed = assign(questionnaire, fielding, export.headings)
        problems += unclaimed
        try:
            _open_cells(connection, paths, fielding, export, assigned.questions)
            # where a box may say No, the box of an Other is told from the text beside it by what it holds
            wanted = own_texts or bool(formats[fielding.wave.source.format].unticked)
            texts = delimited.distinct(connection, assigned.closed(questionnaire, fielding.wave, wanted))
            meaning, unread = attempt(questionnaire, document, fielding, assigned, texts)
        except SurveyError as error:
            if not error.problems:
                raise
            problems += error.problems
            continue
        mapped.append(meaning)
        # who cannot be screened by a question whose column was not found is told by that
        problems += [p for p in unread if not unclaimed or p.place[:1] != ("exclude",)]
    return mapped, problems


def _open_cells(
    connection: duckdb.DuckDBPyConnection,
    paths: Paths,
    fielding: Fielding,
    export: Export,
    questions: Mapping[str, Sequence[Heading]],
) -> None:
    """The wave's cells as a view `cells`, with the texts that mean an empty cell as null.

    SurveyError where a text that is said to mean an empty cell stands in none of the cells it is said of.
    """
    path = paths.cells(fielding.name)
    every = [heading.column for heading in export.headings]
    said: list[tuple[tuple[str, ...], list[str], list[int]]] = [
        (("source",), fielding.wave.source.blank, every)
    ]
    said += [
        (("reading", name), reading.blank, [heading.column for heading in questions[name]])
        for name, reading in fielding.wave.reading.items()
        if name in questions
    ]
    blank: dict[int, set[str]] = {column: set() for column in every}
    problems: list[Problem] = []
    for place, texts, columns in said:
        spellings = _spellings(connection, path, texts, columns)
        problems += [
            fielding.document.problem(f"blank: {text!r} stands in no cell", *place, "blank", index)
            for index, text in enumerate(texts)
            if not spellings[text]
        ]
        for column in columns:
            blank[column].update(spelt for own in spellings.values() for spelt in own)
    if problems:
        raise SurveyError(problems)
    selected = [
        f"case when c{n} not in ({', '.join(map(literal, sorted(texts)))}) then c{n} end as c{n}"
        if texts
        else f"c{n}"
        for n, texts in blank.items()
    ]
    try:
        connection.execute(
            f"create or replace temp view cells as select respondent, {', '.join(selected)} "
            f"from {cells_of(path)}"
        )
    except duckdb.Error:
        raise SurveyError(
            f"{paths.shown(path)} is missing or damaged; run: survey ingest --survey {paths.survey}"
        ) from None


def cells_of(path: Path) -> str:
    """The cells that `ingest` wrote to `path`, with the number of each respondent: the row, from 1."""
    return (
        "(select * exclude (file_row_number), (file_row_number + 1)::uinteger as respondent "
        f"from read_parquet({literal(str(path))}, file_row_number = true))"
    )


def _spellings(
    connection: duckdb.DuckDBPyConnection, path: Path, blank: Sequence[str], columns: Sequence[int]
) -> dict[str, list[str]]:
    """How the cells of some columns spell each text that means an empty one."""
    spellings: dict[str, list[str]] = {text: [] for text in blank}
    if not blank:
        return spellings
    found: set[str] = set()
    try:
        connection.execute(f"create or replace temp view cells as select * from {cells_of(path)}")
        for stack in delimited.stacked(connection, [(column, f"c{column}") for column in columns]):
            texts = connection.execute(f"select distinct text from ({stack}) as stack").fetchall()
            found.update(text for (text,) in texts)
    except duckdb.Error:
        return {text: [text] for text in blank}  # a damaged file is told of when the cells are opened
    folded = {fold(text): text for text in blank}
    for text in sorted(found):
        if fold(text) in folded:
            spellings[folded[fold(text)]].append(text)
    return spellings


def _never_offered(questionnaire: Survey, document: Document, mapped: Sequence[Mapped]) -> list[Problem]:
    """Questions, items and options of the questionnaire that no wave has."""
    problems: list[Problem] = []
    offered = {(o.question, i) for m in mapped for o in m.offers for i in (o.item, o.option) if i}
    asked = {question for m in mapped for question in m.columns}
    for name, question in questionnaire.questions.items():
        if name not in asked:
            problems.append(document.problem(f"{name!r} has no column in any wave", "questions", name))
            continue
        parts = [("options", option) for option in question.options]
        parts += [("items", item) for item in question.items]
        problems += [
            document.problem(f"{name}: {part!r} is in no wave's export", "questions", name, key, part)
            for key, part in parts
            if (name, part) not in offered
        ]
    return problems


def _rules_that_matched_nothing(
    questionnaire: Survey, document: Document, mapped: Sequence[Mapped]
) -> list[Problem]:
    used = {rule for meaning in mapped for rule in meaning.rules}
    return [
        document.problem(
            f"{name}: {rule!r} matched no text beside Other in any wave; delete the line",
            *("questions", name, "others", rule),
        )
        for name, question in questionnaire.questions.items()
        for rule in question.others
        if (name, rule) not in used
    ]


def _labels_that_changed(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> list[Problem]:
    """Options read from a beginning whose full label differs from the wave before, undeclared."""
    problems: list[Problem] = []
    before: dict[tuple[str, str, str], str] = {}
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for offer in meaning.offers:
            key = (offer.question, offer.item, offer.option)
            first = before.get(key)
            if first is None or not is_beginning(offer.label):
                before[key] = offer.label
            told = first is not None and not is_beginning(first) and not is_beginning(offer.label)
            same = not told or fold(first or "") == fold(offer.label)
            if not same and offer.question not in fielding.wave.changes:
                problems.append(
                    fielding.document.problem(
                        f"{offer.question}: {offer.option or offer.item!r} read {first!r} in the wave before "
                        f"and {offer.label!r} here; say under [changes.{offer.question}] whether it is the "
                        'same, with status = "reworded" and a note if not',
                        *("changes", offer.question),
                    )
                )
    return problems


def codes_reused(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> list[Problem]:
    """Questions found by a code that heads another wording than in the wave before, undeclared."""
    problems: list[Problem] = []
    before: dict[tuple[str, str], tuple[str, str]] = {}
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for name, headings in meaning.columns.items():
            code, text = fold(headings[0].code), headings[0].text
            finders = {fold(finder) for finder in fielding.wave.columns.get(name, [name])}
            if not code or not text or code not in finders:
                continue
            wave_before, first = before.get((name, code), (fielding.name, text))
            if likeness(first, text) < _SAME_WORDING and name not in fielding.wave.changes:
                problems.append(
                    fielding.document.problem(
                        f"{name}: the code {headings[0].code!r} heads {quoted(first, 90)} in {wave_before} "
                        f"and {quoted(text, 90)} here; if it is the same question say so under "
                        f'[changes.{name}], with status = "reworded" and a note, else give it an '
                        "id of its own",
                        *("columns", name),
                    )
                )
            before[name, code] = fielding.name, text
    return problems


def _code(connection: duckdb.DuckDBPyConnection, questionnaire: Survey, number: int, meaning: Mapped) -> None:
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


def _repeated(
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


def _boxes_that_disagree(
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


def _recode(
    connection: duckdb.DuckDBPyConnection, numbers: declared_tables.Numbers, number: int, meaning: Mapped
) -> None:
    """Move who wrote what a dictionary knows from Other to the option that it stands for."""
    for question, other in dict.fromkeys((recode.question, recode.other) for recode in meaning.recodes):
        own = [r for r in meaning.recodes if (r.question, r.other) == (question, other)]
        rows = [
            {"place": recode.column, "text": text, "option": numbers.option(question, option)}
            for recode in own
            for text, option in recode.texts.items()
        ]
        connection.register(
            "frame", declared_tables.frame(rows, {"place": "int64", "text": "str", "option": "uint16"})
        )
        cells = ", ".join(f"c{recode.column}" for recode in own)
        places = ", ".join(str(recode.column) for recode in own)
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


def _check(connection: duckdb.DuckDBPyConnection, fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """Run sql/checks: each selects rows that are wrong, and none may come back."""
    documents = {fielding.name: fielding.document for fielding in fieldings}
    for name, check in folder("database/checks"):
        rows = connection.execute(check).fetchall()
        advice = check.splitlines()[1].removeprefix("-- Say: ")
        places: dict[tuple[str, str], list[int]] = {}
        for wave_name, respondent, question, _ in rows:
            places.setdefault((wave_name, question), []).append(respondent)
        for (wave_name, question), respondents in places.items():
            listed = ", ".join(str(r) for r in sorted(set(respondents))[:5])
            count = len(set(respondents))
            yield documents[wave_name].problem(
                f"{question}: {name.replace('_', ' ')} fails for {count} respondents "
                f"(response {listed}{', …' if count > 5 else ''} of the export): {advice}",
                *("columns", question),
            )


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
            limited(connection, questionnaire, spilt),
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
