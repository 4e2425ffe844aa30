"""The columns of each wave, opened as cells and interpreted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from pipeline.answers import bases
from pipeline.answers.columns import Assigned, assign, is_other
from pipeline.answers.interpret import attempt
from pipeline.answers.meaning import Mapped
from pipeline.declarations import survey, wave_files
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding
from pipeline.exports.cells import UNTOUCHED, Cells, DamagedError
from pipeline.exports.ingested import Export, load_export
from pipeline.exports.tools import Heading, formats
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.memory import limited
from pipeline.project.paths import Paths
from pipeline.project.sql import Engine, listed, literal, temporary_views
from pipeline.text.folding import fold


@dataclass(frozen=True)
class DeclaredWaves:
    """The questionnaire of a survey and its waves, or some of them, as declared."""

    paths: Paths
    questionnaire: Survey
    document: Document
    fieldings: Sequence[Fielding]
    tables: Mapping[str, str] = field(default_factory=dict)
    """the table in which an engine has the cells of a wave, where that is not the file that `ingest` wrote"""

    def table_of(self, fielding: Fielding) -> str:
        """The cells of a wave, in SQL, with the number of each respondent."""
        return self.tables.get(fielding.name) or cells_of(self.paths.cells(fielding.name))

    def exports(self) -> list[Export]:
        """What was ingested of each wave beside its cells; SurveyError where that is not there."""
        return [load_export(self.paths, fielding.name) for fielding in self.fieldings]


def declared_waves(paths: Paths) -> DeclaredWaves:
    """All waves of a survey; SurveyError with what is wrong with their declarations."""
    questionnaire, document = survey.load(paths)
    return DeclaredWaves(paths, questionnaire, document, wave_files.load(paths, questionnaire))


def mapped_waves(declared: DeclaredWaves, own_texts: bool = False) -> list[Mapped]:
    """What the columns of each wave mean, from what `ingest` wrote; SurveyError with all that means nothing.

    With `own_texts` the texts that no dictionary codes are in `left`.
    """
    mapped, problems = attempt_waves(declared, own_texts)
    if problems:
        raise SurveyError(problems)
    return mapped


def attempt_waves(declared: DeclaredWaves, own_texts: bool = False) -> tuple[list[Mapped], list[Problem]]:
    """What the columns of each wave mean, as far as they do, and all that means nothing."""
    exports = declared.exports()
    with duckdb.connect() as connection, limited(connection, declared.questionnaire.memory_limit, None):
        return map_all(connection, declared, exports, own_texts)


def mapped_question(connection: Engine, declared: DeclaredWaves, question: str) -> Mapped:
    """What the columns of one question of the one wave `declared` mean, once `normalise` has read them all.

    Only they are looked at, and nothing that is wrong is told.
    """
    (fielding,), (export,) = declared.fieldings, declared.exports()
    assigned, _ = assign(declared.questionnaire, fielding, export.headings)
    asked = assigned.only(question)
    columns = [one.column for one in asked.questions[question]]
    whole = Cells(declared.paths.cells(fielding.name), declared.table_of(fielding))
    blank, _ = _blank(connection, whole, fielding, columns, asked.questions)
    cells = replace(whole, blank=blank, untouched=_untouched(fielding, asked.questions))
    try:
        texts = cells.distinct(connection, _closed(declared, fielding, asked))
    except DamagedError:
        raise _damaged(declared.paths, whole.path) from None
    mapped, _ = attempt(declared.questionnaire, declared.document, fielding, asked, texts)
    return mapped


def map_all(
    connection: Engine,
    declared: DeclaredWaves,
    exports: Sequence[Export],
    own_texts: bool = False,
) -> tuple[list[Mapped], list[Problem]]:
    """What the columns of each wave mean, but of one whose cells cannot be opened; and what means nothing."""
    questionnaire = declared.questionnaire
    mapped: list[Mapped] = []
    problems: list[Problem] = []
    for fielding, export in zip(declared.fieldings, exports, strict=True):
        assigned, unclaimed = assign(questionnaire, fielding, export.headings)
        problems += unclaimed
        try:
            closed = _closed(declared, fielding, assigned, own_texts)
            with opened_cells(connection, declared, fielding, export, assigned.questions) as cells:
                texts = cells.distinct(connection, closed)
                meaning, unread = attempt(questionnaire, declared.document, fielding, assigned, texts)
                for counted, counts in bases.statements(questionnaire, meaning):
                    ((*row,),) = connection.execute(counts).fetchall()
                    meaning.bases |= bases.read(counted, row)
        except SurveyError as error:
            if not error.problems:
                raise
            problems += error.problems
            continue
        if export.repeated_headers:
            rows = "row is" if export.repeated_headers == 1 else "rows are"
            seen = (
                f"{export.repeated_headers} {rows} the header of the export again, and no response: left out"
            )
            meaning.notices.append(fielding.document.problem(seen, "source", "file"))
        mapped.append(meaning)
        # that a column was not found says already that nobody can be screened by it
        problems += [p for p in unread if not unclaimed or p.place[:1] != ("exclude",)]
    return mapped, problems


def _closed(
    declared: DeclaredWaves, fielding: Fielding, assigned: Assigned, own_texts: bool = False
) -> list[int]:
    """The columns of a wave whose texts must all be known."""
    # where a box may say No, only its cells distinguish the box of an Other from the text beside it
    wanted = own_texts or bool(formats[fielding.wave.source.format].unticked)
    return assigned.closed(declared.questionnaire, fielding.wave, wanted)


@contextmanager
def opened_cells(
    connection: Engine,
    declared: DeclaredWaves,
    fielding: Fielding,
    export: Export,
    questions: Mapping[str, Sequence[Heading]],
) -> Iterator[Cells]:
    """The wave's cells as a view `cells` for the length of a `with`; null where a text means an empty cell.

    Of boxes that say No where they are untouched, a cell that is empty by itself holds UNTOUCHED.
    SurveyError where a text that is said to mean an empty cell stands in none of the cells it is said of.
    """
    columns, paths = [heading.column for heading in export.headings], declared.paths
    whole = Cells(paths.cells(fielding.name), declared.table_of(fielding))
    blank, problems = _blank(connection, whole, fielding, columns, questions)
    if problems:
        raise SurveyError(problems)
    untouched = _untouched(fielding, questions)
    selected = []
    for n, texts in blank.items():
        cell = f"coalesce(c{n}, {literal(UNTOUCHED)})" if n in untouched else f"c{n}"
        kept = f"case when {cell} not in {listed(sorted(texts))} then {cell} end" if texts else cell
        selected.append(f"{kept} as c{n}")
    with ExitStack() as stack:
        try:
            cells = f"select respondent, {', '.join(selected)} from {whole.source} as cells"
            stack.enter_context(temporary_views(connection, cells=cells))
        except duckdb.Error:
            raise _damaged(paths, whole.path) from None
        try:
            yield replace(whole, blank=blank, untouched=untouched)
        except DamagedError:
            raise _damaged(paths, whole.path) from None


def _damaged(paths: Paths, cells: Path) -> SurveyError:
    return SurveyError(
        f"{paths.shown(cells)} is missing or damaged; run: survey ingest --survey {paths.survey}"
    )


def _untouched(fielding: Fielding, questions: Mapping[str, Sequence[Heading]]) -> set[int]:
    """The columns of boxes that say No where they are untouched; the text beside an Other is none of them."""
    no = {name for name, reading in fielding.wave.reading.items() if reading.unticked == "no"}
    boxes = (heading for name in no & set(questions) for heading in questions[name])
    return {heading.column for heading in boxes if not is_other(heading.label)}


def _blank(
    connection: Engine,
    cells: Cells,
    fielding: Fielding,
    columns: Sequence[int],
    questions: Mapping[str, Sequence[Heading]],
) -> tuple[dict[int, set[str]], list[Problem]]:
    """The texts that mean an empty cell, as the cells spell them, by column; and those that stand in none."""
    declared: list[tuple[tuple[str, ...], list[str], Sequence[int]]] = [
        (("source",), fielding.wave.source.blank, columns)
    ]
    declared += [
        (("reading", name), reading.blank, [heading.column for heading in questions[name]])
        for name, reading in fielding.wave.reading.items()
        if name in questions
    ]
    blank: dict[int, set[str]] = {column: set() for column in columns}
    problems: list[Problem] = []
    for place, texts, concerned in declared:
        spellings = _spellings(connection, cells, texts, concerned)
        problems += [
            fielding.document.problem(f"blank: {text!r} stands in no cell", *place, "blank", index)
            for index, text in enumerate(texts)
            if not spellings[text]
        ]
        for column in concerned:
            blank[column].update(spelt for spelling in spellings.values() for spelt in spelling)
    return blank, problems


def texts_of(path: Path, columns: Sequence[int]) -> Counter[str]:
    """The texts in some columns of the cells at `path` as they stand there, each with how many hold it."""
    texts: Counter[str] = Counter()
    with duckdb.connect() as connection:
        for counts in Cells(path, cells_of(path)).distinct(connection, columns).values():
            texts.update(counts)
    return texts


def cells_of(path: Path) -> str:
    """The cells that `ingest` wrote to `path`, with the number of each respondent: the row, from 1."""
    return (
        "(select * exclude (file_row_number), (file_row_number + 1)::uinteger as respondent "
        f"from read_parquet({literal(str(path))}, file_row_number = true))"
    )


def _spellings(
    connection: Engine, cells: Cells, blank: Sequence[str], columns: Sequence[int]
) -> dict[str, list[str]]:
    """How the cells of some columns spell each text that means an empty one."""
    spellings: dict[str, list[str]] = {text: [] for text in blank}
    if not blank:
        return spellings
    try:
        counts = cells.distinct(connection, columns).values()
    except DamagedError:
        return {text: [text] for text in blank}  # that the file is damaged is said when the cells are opened
    folded = {fold(text): text for text in blank}
    for text in sorted({text for of_column in counts for text in of_column}):
        if fold(text) in folded:
            spellings[folded[fold(text)]].append(text)
    return spellings
