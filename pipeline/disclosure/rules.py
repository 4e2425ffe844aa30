"""What a survey protects, and what an estimate counts: cells of dimensions, as conditions on people.

A dimension is a question, an item of a grid, a box of a multiple choice, a place of a ranking; its cells are
the answers to it, and who is in a count meets conditions on cells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Bands
from pipeline.disclosure.conditions import Dimension
from pipeline.tidy.measures import COUNTED, Measure, Role

CHOSEN, ANSWERED, DKNS, REST = "chosen", "answered", "dkns", "rest"
Wave = str
Cells = Mapping[Dimension, frozenset[str]]


@dataclass(frozen=True)
class Rules:
    """What a survey protects: its thresholds, its segments, and what it calls sensitive."""

    survey: Survey
    bands: Mapping[str, Bands]

    @property
    def base(self) -> int:
        """The fewest valid cases of which anything is shown."""
        return self.survey.privacy.base

    @property
    def span(self) -> int:
        """How far apart what a protected count can be must lie."""
        return self.survey.privacy.span

    def few(self, count: Any) -> bool:
        """Whether so many could be identified by a table that identifies."""
        return bool(pd.notna(count)) and 0 < int(count) < self.survey.privacy.count

    def identifies(self, question: str) -> bool:
        """Whether a question tells what somebody is: a segment, or what bands are made of."""
        return question in self.survey.segments or question in {bands.of for bands in self.bands.values()}

    def sensitive(self, question: str) -> bool:
        """Whether a question is marked so."""
        return self.survey.questions[question].sensitive

    def grouped(self, by: str, group: str) -> dict[Dimension, frozenset[str]]:
        """Who is in a group, as conditions."""
        if not by:
            return {}
        if by in self.bands:
            return {answer_to(self.bands[by].of): frozenset(self.bands[by].groups[group].options)}
        return {answer_to(by): frozenset([group])}

    def filtered(self, where: Mapping[str, Sequence[str]]) -> dict[Dimension, frozenset[str]]:
        """Who is left by a filter, as conditions."""
        conditions: dict[Dimension, frozenset[str]] = {}
        for name, options in where.items():
            if self.survey.questions[name].form.is_one_choice:
                conditions[answer_to(name)] = frozenset(options)
            elif self.survey.questions[name].form.several and len(options) == 1:
                conditions[("box", name, options[0])] = frozenset([CHOSEN])
            else:
                conditions[("any", name, *sorted(options))] = frozenset([CHOSEN])
        return conditions

    def column(self, by: str, group: str, where: Mapping[str, Sequence[str]]) -> Cells:
        """Who is in a group of those whom a filter leaves, as conditions."""
        return both(self.grouped(by, group), self.filtered(where))

    def is_identifying(self, question: str, column: Cells) -> bool:
        """Whether few people in a cell could be identified: a segment by a segment, or anything sensitive."""
        of = {dimension[1] for dimension in column}
        crossed = self.identifies(question) and any(self.identifies(name) for name in of - {question})
        return crossed or self.sensitive(question) or any(self.sensitive(name) for name in of)

    def is_identifying_base(self, column: Cells) -> bool:
        """Whether the base of a column is itself a count that could identify somebody."""
        of = {dimension[1] for dimension in column}
        return len([name for name in of if self.identifies(name)]) > 1 or any(map(self.sensitive, of))


@dataclass(frozen=True)
class Slot:
    """What an estimate counts: cells of a dimension, and those of its base."""

    dimension: Dimension
    chosen: frozenset[str]
    base: frozenset[str]


def answer_to(question: str, item: str = "") -> Dimension:
    """The dimension of the answers to a question, or of an item of a grid, of which one was given."""
    return ("answer", question, item)


def slot_of(survey: Survey, row: Mapping[str, Any]) -> Slot | None:
    """What an estimate counts, and who its base is, as cells of a dimension; None for a value."""
    name, item, option, measure = (str(row[key]) for key in ("question", "item", "option", "measure"))
    form = survey.questions[name].form
    if measure not in COUNTED:
        return None
    if form.is_exclusive:
        base = [i for i, option in survey.options(name).items() if option.role != "not_applicable"]
        return Slot(answer_to(name, item), frozenset(survey.members(name, option)), frozenset(base))
    chosen = frozenset([CHOSEN])
    if form.several and row["role"] == Role.NOT_APPLICABLE:
        return Slot(("apart", name, option), chosen, frozenset())
    if form.several:
        return Slot(("box" if measure == Measure.OPTION else "net", name, option), chosen, chosen | {REST})
    if form.is_ranked:
        places = ["first", "top_3", "ranked"]
        base = [*places, REST]
        return Slot(("place", name, item), frozenset(places[: places.index(measure) + 1]), frozenset(base))
    if form.is_measured:
        bands = [*survey.questions[name].nets, REST]
        return Slot(("band", name), frozenset([option]), frozenset(bands))
    return Slot(("text", name), chosen, chosen | {REST})


def both(one: Cells, other: Cells) -> Cells:
    """Who meets both of some conditions."""
    every = {**one, **other}
    return {d: cells & one.get(d, cells) & other.get(d, cells) for d, cells in every.items()}


def bases_of(
    survey: Survey, question: str, slot: Slot, dkns: str
) -> Iterator[tuple[Dimension, frozenset[str], bool]]:
    """The base of a count as cells of a dimension: the sample, and the valid cases where DKNS is excluded."""
    if slot.base:
        yield slot.dimension, slot.base, False
    if dkns == "exclude" and slot.dimension[0] == "answer":
        roles = survey.options(question)
        yield slot.dimension, frozenset(o for o in slot.base if roles[o].role != "dkns"), True
    elif dkns == "exclude" and slot.dimension[0] == "box":
        yield ("known", question), frozenset([ANSWERED]), True
