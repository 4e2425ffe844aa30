"""One fielding: <wave>.toml as frozen models, and the order of waves."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, field_validator

from pipeline.declarations.quality import Options, Quality, is_about_repeats
from pipeline.declarations.questionnaire import NO_ANSWER
from pipeline.declarations.references import (
    IS_NO_SINGLE_CHOICE,
    OPTION,
    OPTION_OR_ITEM,
    QUESTION,
    OptionOrItem,
    QuestionId,
    QuestionOrHeading,
    Reference,
    Rule,
    options_and,
    single_choices,
)
from pipeline.declarations.toml import Declared, Document, Number
from pipeline.exports.tools import formats
from pipeline.text.values import Numerals
from pipeline.tidy.quality_rules import quality_rules


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Fielded(Declared):
    """The first and the last day of the field period."""

    from_: datetime.date = Field(alias="from")
    to: datetime.date


if TYPE_CHECKING:
    ExportFormat = str
else:
    ExportFormat = Literal[tuple(formats)]
Dates = Literal["", "day first", "month first"]
Decimal = Literal["", ".", ","]
Thousands = Literal["", ".", ",", "'", " "]


class Source(Declared):
    """The export: one file, a folder of parts that are headed alike, or a list where there are several.

    `questionnaire` is the file in which the tool defines what was asked; `survey new-wave` compares the next
    wave's with it.
    """

    file: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    format: ExportFormat
    sha256: list[str] = []
    url: list[str] = []
    licence: str = ""
    citation: str = ""
    encoding: str = ""
    questionnaire: str = ""
    separator: str = ""
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n\x00]$')] | None = None
    header_rows: Annotated[int, Field(ge=1)] | None = None
    sheet: str = ""
    first_row: Annotated[int, Field(ge=1)] = 1
    dates: Dates = ""
    decimal: Decimal = ""
    thousands: Thousands = ""
    blank: list[str] = []

    _file = field_validator("file", "sha256", "url", "blank", mode="before")(_listed)


class Reading(Declared):
    """How the cells of one question are read, where it is not as [source] says."""

    blank: list[str] = []
    decimal: Decimal = ""
    thousands: Thousands = ""
    dates: Dates = ""
    separator: str = ""
    unticked: Literal["", "no", "not_asked"] = ""
    expected: str = ""

    _blank = field_validator("blank", mode="before")(_listed)


REPEATED = "a response that repeats another"
"""the reason, in the survey flow, of what `duplicates` leaves out"""
RESPONDENTS = "respondents"
"""what a line of [unsettled] is called that concerns who is in the file"""
UNSETTLED = Reference(
    lambda m: [*m.survey.questions, RESPONDENTS],
    "[unsettled] names a question or respondents, and {name!r} is neither; {hint}",
)
# the columns of [respondents] that each describe a response
ROLES = ("id", "started", "submitted", "weight")
ALL, SUBMITTED = "all", "submitted"
"""what `finished` may be but a column with its texts: everybody, or who has a time under `submitted`"""


class Respondents(Declared):
    """The columns that describe a response and not an answer; `drop` never reaches the disk.

    `duplicates` says which of the responses that repeat one another are counted, and `finished` who came to
    the end of the questionnaire, whatever they left empty.
    """

    id: str = ""
    started: str = ""
    submitted: str = ""
    weight: str = ""
    finished: str | dict[str, list[str]] = ""
    drop: list[str] = []
    duplicates: Literal["", "keep_first", "keep_last", "keep_all"] = ""

    _drop = field_validator("drop", mode="before")(_listed)

    @field_validator("finished", mode="before")
    @classmethod
    def _finished(cls, value: Any) -> Any:
        if value in (ALL, SUBMITTED):
            return value
        if isinstance(value, dict) and len(value) == 1:
            ((heading, texts),) = value.items()
            listed = _listed(texts)
            if isinstance(listed, list) and listed and all(text and isinstance(text, str) for text in listed):
                return {heading: listed}
        raise ValueError(
            f'"{ALL}", "{SUBMITTED}", or a column with the texts that say so is wanted, such as '
            '{ "Finished" = ["True"] }'
        )


QUALITY_RULE = Reference(
    lambda _: quality_rules(), "no rule of data quality {name!r}; {hint}", listed="the rules are"
)


class Exclude(Declared):
    """One screening rule: all of `where` must hold, or one of the rules of `quality`.

    A key of `where` is a question or a heading.
    """

    reason: str
    where: Annotated[dict[QuestionOrHeading, Options], Field(min_length=1)] = {}
    quality: Annotated[list[Annotated[str, QUALITY_RULE]], Field(min_length=1)] = []


_NO_ANSWER = "{name!r} is no answer to be joined with others"
POOLED_OPTION = OPTION.with_rules(Rule(lambda m: m.options[m.name].role != "substantive", _NO_ANSWER))
NOT_OFFERED = replace(OPTION_OR_ITEM, message=OPTION.message, up=1)


class Change(Declared):
    """What differs from the wave before, for one question."""

    status: Literal["same", "reworded", "broken"] = "same"
    note: str = ""
    pool: dict[Annotated[str, POOLED_OPTION], list[Annotated[str, replace(POOLED_OPTION, up=1)]]] = {}
    not_offered: list[Annotated[str, NOT_OFFERED]] = []


TARGET_QUESTION = QUESTION.with_rules(
    IS_NO_SINGLE_CHOICE, near=single_choices, listed="the single choices are"
)
TARGET_GROUP = Reference(
    options_and(nets=True),
    "{of!r} has no option or net {name!r}; {hint}; a net is declared under [questions.{of}.nets] of "
    "survey.toml",
).with_rules(
    Rule(
        lambda m: m.name in m.options and m.options[m.name].role in NO_ANSWER,
        "{name!r} is no answer: who gave none keeps the part of the sample that they have",
    )
)


class Target(Declared):
    """What the groups of one question are in the population, and who says so.

    `shares` is by option or net of the question; percentages, parts or counts, of which the sum is all.
    """

    source: Annotated[str, Field(min_length=1)]
    shares: Annotated[dict[Annotated[str, TARGET_GROUP], Annotated[Number, Field(gt=0)]], Field(min_length=1)]


class Weights(Declared):
    """How the weights of a wave are made: raked to targets, cut to limits (multiples of the mean weight)."""

    targets: dict[Annotated[str, TARGET_QUESTION], Target] = {}
    trim: tuple[Annotated[Number, Field(ge=0, lt=1)], Annotated[Number, Field(gt=1)]] | None = None


class Wave(Declared):
    """Where each question is in one export, and what is true of that export alone."""

    title: str
    fielded: Fielded | None = None
    synthetic: bool = False
    source: Source
    respondents: Respondents = Respondents()
    exclude: list[Exclude] = []
    columns: dict[QuestionId, list[str]] = {}
    answers: dict[QuestionId, dict[str, OptionOrItem | Number]] = {}
    reading: dict[QuestionId, Reading] = {}
    changes: dict[QuestionId, Change] = {}
    weights: Weights = Weights()
    quality: Quality = Quality()
    unsettled: dict[Annotated[str, UNSETTLED], Annotated[str, Field(min_length=1)]] = {}

    @property
    def weighting(self) -> str:
        """How respondents are weighted, in words; empty where each counts the same."""
        parts = [f"the column {self.respondents.weight!r}"] if self.respondents.weight else []
        if self.weights.targets:
            parts.append(f"raking to {', '.join(self.weights.targets)} (tables/targets.csv)")
        if parts and self.weights.trim:
            low, high = self.weights.trim
            parts.append(f"cut to {low:g} to {high:g} times the mean")
        return ", ".join(parts)

    @property
    def duplicates(self) -> str:
        """What becomes of responses that repeat another: as declared, or `rule` where a rule says so."""
        by_rule = any(is_about_repeats(name) for rule in self.exclude for name in rule.quality)
        return "rule" if by_rule else self.respondents.duplicates

    def numerals(self, question: str = "") -> Numerals | None:
        """How numbers are written in the cells of a question, or in the whole export; None where not said."""
        return written(self.reading.get(question, Reading())) or written(self.source)

    def separator(self, question: str) -> str:
        """What joins several answers in the cells of a question; empty where not said."""
        return self.reading.get(question, Reading()).separator or self.source.separator

    def dates(self, question: str) -> str:
        """Whether the day or the month comes first in the dates of a question; empty where not said."""
        return self.reading.get(question, Reading()).dates or self.source.dates

    def not_offered(self, question: str) -> list[str]:
        """The options and items of a question that this wave is said not to have offered."""
        change = self.changes.get(question)
        return change.not_offered if change else []

    def lines(self, question: str) -> dict[str, str]:
        """What [answers] maps to an option or item of a question; numbers are left out."""
        mapped = self.answers.get(question, {})
        return {text: to for text, to in mapped.items() if isinstance(to, str)}

    @field_validator("columns", mode="before")
    @classmethod
    def _finders(cls, value: Any) -> Any:
        return {k: _listed(v) for k, v in value.items()} if isinstance(value, dict) else value


def written(cells: Source | Reading) -> Numerals | None:
    """How numbers are written; a point between thousands leaves the comma to decimals."""
    if not (cells.decimal or cells.thousands):
        return None
    return Numerals(cells.decimal or ("," if cells.thousands == "." else "."), cells.thousands)


@dataclass(frozen=True)
class Fielding:
    """A wave with its name, its files and the places of its lines."""

    name: str
    wave: Wave
    document: Document
    exports: tuple[Path, ...]


def in_order(waves: Mapping[str, Fielded | None]) -> list[str]:
    """The names of waves, the earliest first: by the first day of the field period, the last day, the name.

    A wave without dates stands behind all waves whose names come before its own (`by_name`), so that it
    moves none of the others.
    """
    named = sorted(waves, key=by_name)
    dated = {name: fielded for name, fielded in waves.items() if fielded}
    order = sorted(
        (name for name in named if name in dated), key=lambda name: (dated[name].from_, dated[name].to)
    )
    for name in named:
        if name not in dated:
            before = [place for place, other in enumerate(order) if by_name(other) < by_name(name)]
            order.insert(max(before, default=-1) + 1, name)
    return order


def by_name(name: str) -> tuple[list[str | int], str]:
    """What sorts names: numbers in them are compared as numbers, so that wave2 comes before wave10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name
