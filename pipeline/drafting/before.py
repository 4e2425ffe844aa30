"""The wave before, as a draft asks of it: what is declared of it, and what its cells mean."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from pipeline.answers.meaning import Mapped
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding, Wave
from pipeline.exports.tools import Heading
from pipeline.text.folding import Fitting, fold

NOT_DEFINED = "not in the questionnaire"
"""what is said beside a question, option or item that an export has and its definition lacks"""


@dataclass(frozen=True)
class KnownAnswers:
    """The options or items of a question by what was asked and seen of them, to look texts up in."""

    are_items: bool
    labels: Mapping[str, str]
    """of each option or item, as the questionnaire has it"""
    lines: Mapping[str, str]
    """the option or item of each text that the wave file says of"""
    offered: Collection[str]
    """those that the wave offered"""

    @cached_property
    def by_label(self) -> Fitting[str]:
        """The labels, to find the option of a text."""
        return Fitting(self.labels)

    @cached_property
    def by_line(self) -> Fitting[str]:
        """The texts of the wave file, to find the one that fits a text."""
        return Fitting({line: line for line in self.lines})


@dataclass(frozen=True)
class Before:
    """A survey with one of its waves; NOTHING is that of a first wave, which nothing was carried over to."""

    survey: Survey
    document: Document
    """survey.toml"""
    fielding: Fielding
    mapped: Mapped
    dropped: Sequence[str] = ()
    """the headings of the columns that the wave drops"""
    older: Mapping[str, str] = field(default_factory=dict)
    """the questions that the wave did not ask, and the wave that asked each last"""
    by_definition: bool = False
    """whether it is no wave, but the definition of a questionnaire"""

    @property
    def name(self) -> str:
        """The name of the wave; empty for none."""
        return self.fielding.name

    @property
    def called(self) -> str:
        """What it is called in a remark: the name of the wave, or the questionnaire."""
        return self.name or "the questionnaire"

    def asked_in(self, question: str) -> str:
        """The name of the wave that a question is compared with."""
        return self.older.get(question, self.name)

    @property
    def wave(self) -> Wave:
        """What is declared of the wave."""
        return self.fielding.wave

    @property
    def columns(self) -> Mapping[str, Sequence[Heading]]:
        """The columns of each question that the wave asked."""
        return self.mapped.columns

    @cached_property
    def labels(self) -> dict[tuple[str, str], str]:
        """The label that the wave gave each option and item, by question and id."""
        full = {(o.question, o.option or o.item): o.label for o in self.mapped.offers}
        return full | {(o.question, o.option or o.item): o.mapped for o in self.mapped.offers if o.mapped}

    @cached_property
    def known_answers(self) -> dict[str, KnownAnswers]:
        """The options or items of each question."""
        offered: dict[str, set[str]] = {}
        for offer in self.mapped.offers:
            offered.setdefault(offer.question, set()).update((offer.item, offer.option))
        known = {}
        for name, asked in self.survey.questions.items():
            labels = asked.items or option_labels(self.survey, name)
            there = offered.get(name, set()) & set(labels)
            known[name] = KnownAnswers(bool(asked.items), labels, self.wave.lines(name), there)
        return known

    def wordings(self, question: str) -> list[str]:
        """The wordings above the columns of a question."""
        return wordings(self.columns[question])


def with_older(before: Before, others: Sequence[Before]) -> Before:
    """A wave with the questions that it did not ask, as the first of other waves has them that did."""
    older: dict[str, Before] = {}
    for other in others:
        for name in other.columns:
            if name not in before.columns:
                older.setdefault(name, other)
    if not older:
        return before
    tables: dict[str, Any] = {}
    for table in ("columns", "answers", "reading"):
        added = {n: getattr(w.wave, table)[n] for n, w in older.items() if n in getattr(w.wave, table)}
        tables[table] = {**getattr(before.wave, table), **added}
    wave = before.wave.model_copy(update=tables)
    mapped = replace(
        before.mapped,
        columns={
            **before.mapped.columns,
            **{name: tuple(other.columns[name]) for name, other in older.items()},
        },
        offers=[
            *before.mapped.offers,
            *(o for name, other in older.items() for o in other.mapped.offers if o.question == name),
        ],
    )
    names = {name: other.name for name, other in older.items()}
    return replace(before, fielding=replace(before.fielding, wave=wave), mapped=mapped, older=names)


def _nothing() -> Before:
    data: dict[str, Any] = {"title": "", "questions": {}}
    source = {"file": "none", "format": "flat", "encoding": "utf-8"}
    fielding = Fielding("", Wave.model_validate({"title": "", "source": source}), Document("", {}, {}), ())
    return Before(Survey.model_validate(data), Document("", data, {}), fielding, Mapped())


NOTHING = _nothing()


def wordings(columns: Sequence[Heading]) -> list[str]:
    """The wordings above some columns; where headings are options, there is none."""
    return list(dict.fromkeys(fold(h.text) for h in columns if not (len(columns) > 1 and h.bare)))


def option_labels(survey: Survey, question: str) -> dict[str, str]:
    """The labels of the options of a question, as the questionnaire has them."""
    return {identifier: option.label for identifier, option in survey.options(question).items()}
