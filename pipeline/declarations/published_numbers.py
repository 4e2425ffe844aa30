"""published.csv: numbers that others printed, each with its own source, question and base."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, ValidationError, field_validator

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.references import OPTION, ItemRef, Mention, QuestionId, Scope, WaveName, mistakes
from pipeline.declarations.toml import Declared
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.folding import visible

COLUMNS = (
    "wave", "question", "option", "item", "group", "percent", "n",
    "source", "wording", "mode", "address", "grade",
)  # fmt: skip


def _groups(mention: Mention) -> list[str]:
    """The options of a question, and its nets and bands."""
    survey, of = mention.survey, mention.of
    return [*mention.options, *survey.nets(of), *survey.questions[of].nets]


ANSWER = replace(OPTION, known=lambda m: _groups(m) or list(m.survey.questions[m.of].items), near=_groups)


class Published(Declared):
    """One printed percentage. `wave` names one of the survey's own; empty, the number is a sibling's.

    `percent` keeps its printed digits. `wording` is what a sibling asked, `mode` how it was answered
    (single, multiple, or empty where that is not known). Grade A: read in the publisher's own text;
    B: quoted by a third party.
    """

    wave: WaveName = ""
    question: QuestionId
    option: Annotated[str, ANSWER] = Field(min_length=1)
    item: ItemRef = ""
    group: str
    percent: Decimal = Field(ge=0, le=100, max_digits=9, decimal_places=6)
    n: int | None = Field(ge=1, le=10**9)
    source: str = Field(min_length=1)
    wording: str
    mode: Literal["", "single", "multiple"]
    address: str
    grade: Literal["A", "B"]

    @field_validator("n", mode="before")
    @classmethod
    def _unknown(cls, value: object) -> object:
        return None if value == "" else value


def load(paths: Paths, survey: Survey, waves: Sequence[str]) -> list[Published]:
    """The published numbers of a survey; none without a published.csv, SurveyError for what is wrong."""
    rows, problems = load_partly(paths, survey, waves)
    if problems:
        raise SurveyError(problems)
    return rows


def load_partly(paths: Paths, survey: Survey, waves: Sequence[str]) -> tuple[list[Published], list[Problem]]:
    """The published numbers that can be read, and everything that is wrong."""
    path = paths.published_file
    if not path.is_file():
        return [], []
    shown = paths.shown(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        return [], [Problem(shown, 0, "is not UTF-8 text; save it as UTF-8")]
    reader = csv.reader(io.StringIO(text, newline=""))
    header = next(reader, [])
    if tuple(header) != COLUMNS:
        return [], [Problem(shown, 1, f"the header is not {','.join(COLUMNS)}")]
    rows: list[Published] = []
    problems: list[Problem] = []
    seen: dict[tuple[str | int | None, ...], int] = {}
    for cells in reader:
        line = reader.line_num
        if not any(cells):
            continue
        if len(cells) != len(COLUMNS):
            problems.append(Problem(shown, line, f"{len(cells)} cells for {len(COLUMNS)} columns"))
            continue
        try:
            row = Published.model_validate(dict(zip(COLUMNS, cells, strict=True)))
        except ValidationError as error:
            problems += [
                Problem(shown, line, f"{'.'.join(map(str, e['loc']))}: {e['msg']}, seen {e['input']!r}")
                for e in error.errors()
            ]
            continue
        problems += [
            Problem(shown, line, message) for message in _wrong_names(row, Scope(survey, waves=waves))
        ]
        problems += [
            Problem(shown, line, f"{name}: {cell!r} holds a control character; delete it")
            for name, cell in zip(COLUMNS, cells, strict=True)
            if visible(cell) != cell
        ]
        key = (row.wave, row.question, row.option, row.item, row.group, row.source, row.wording, row.n)
        if key in seen:
            problems.append(Problem(shown, line, f"the number of line {seen[key]} again; delete one"))
        seen.setdefault(key, line)
        rows.append(row)
    return rows, problems


def _wrong_names(row: Published, scope: Scope) -> Iterator[str]:
    """What is wrong with the names in a row; the wave and the answers of a sibling are not this survey's."""
    for message, place in mistakes(row, scope):
        if row.wave or place == ("question",):
            yield message
    asked = scope.survey.questions.get(row.question)
    if row.wave and not row.item and asked and asked.form.by_item:
        yield f"{row.question!r} is a grid, so the number needs an item; {did_you_mean('', asked.items)}"
