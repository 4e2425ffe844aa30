"""Rows and tables together: what is left out of a bundle so that both reveal no more than the tables alone.

Tables cross every question with every segment, and rows that show their answers fit them in one way only. So
it is assumed that who has the tables knows of each row the group that it is in, of every single choice by
which any table is broken down. Classes for k-anonymity are taken at that detail; those of fewer than k are
left out.

Then tables less rows are tables of those who were left out. They must be of nobody, of enough people, or of
all in the group; where those left out who were asked a question are too few, its answers are withheld in
further classes. At last the attack of `disclosure` is run with what the rows tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.declarations.public import quasi_identifiers, removed
from pipeline.declarations.questionnaire import TOP
from pipeline.disclosure import protect, rules
from pipeline.disclosure.conditions import OUTSIDE, Conditions, Dimension
from pipeline.disclosure.counts import Published
from pipeline.disclosure.protect import Pin
from pipeline.disclosure.rows import Seen
from pipeline.estimates.run import Estimates
from pipeline.project.errors import SurveyError
from pipeline.public.anonymity import Flags, Numbers, enough_out, next_out
from pipeline.public.responses import IN_BASE, Responses, coarse

Cell = NDArray[np.object_]
Part = tuple[str, str]
"""a question, and an item of it where it is a grid"""


@dataclass(frozen=True)
class Release:
    """Which respondents of a wave have a row, and whose answers to which questions are withheld."""

    wave: str
    known: Sequence[str]
    """the questions whose answers others may know"""
    respondents: pd.Index
    """those analysed; what follows is of each of them"""
    classes: Numbers
    """who shares all that others may know"""
    rows: Flags
    """who has a row"""
    withheld: Mapping[Part, Flags]
    """who has no answer to a question, or to an item of a grid, although there is a row"""


def releases(estimated: Estimates, source: Responses) -> list[Release]:
    """What may be published of each wave beside its tables; SurveyError where that is nothing."""
    published = [
        Published(frame, wave.where, wave.dkns)
        for frame, wave in zip(estimated.shown, estimated.published, strict=True)
    ]
    waves_of_people = set(source.people.index.get_level_values("wave"))
    names = [name for name in source.waves if name in waves_of_people]
    waves = {name: _Wave(source, estimated.rules, published, name) for name in names}
    for wave in waves.values():
        wave.settle()
    # every turn leaves out or withholds more, so it ends, if need be where no row is left
    while pins := _pinned(estimated, published, waves):
        for name, wave in waves.items():
            pins_of_wave = [pin for pin in pins if pin.wave == name]
            # leaving out a class changes all that follows, so one at a time
            rows = [pin for pin in pins_of_wave if not wave.to_withhold(pin)]
            for pin in rows[:1]:
                wave.leave_out(pin)
            for pin in () if rows else pins_of_wave:
                wave.withhold(pin)
            wave.settle()
    return [wave.release() for wave in waves.values()]


def _pinned(estimated: Estimates, published: Sequence[Published], waves: Mapping[str, _Wave]) -> list[Pin]:
    """The protected counts that can be computed from all tables and the rows."""
    seen = {name: wave.seen() for name, wave in waves.items()}
    return protect.pinned(published, estimated.rules, estimated.people, estimated.protected, seen)


@dataclass(frozen=True)
class _Group:
    """Some people of a wave whose answers tables show, or the difference between two such groups."""

    people: Flags
    questions: set[str]
    """the questions whose answers they show"""
    shown: bool = False
    """whether a column is of them"""


@dataclass
class _Wave:
    """The respondents of a wave, the columns of the tables they are in, and what is left out so far."""

    source: Responses
    rules: rules.Rules
    published: Sequence[Published]
    name: str
    out: Flags = field(init=False)
    """the classes that are left out, by number"""
    withheld: dict[Part, Flags] = field(init=False)
    """the classes whose answers are not there, those left out among them"""
    last: Pin | None = None
    """the count for which a class was left out last"""
    _exact: dict[Dimension, Cell | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.out = self._sizes < self.source.public.k
        removed_questions = removed(self.source.survey, self.source.public)
        parts = [
            (name, item)
            for name, asked in self.source.survey.questions.items()
            if name not in {*removed_questions, *self.known}
            for item in (asked.items if asked.form.by_item else [""])
        ]
        self.withheld = {part: self.out.copy() for part in parts}

    @cached_property
    def people(self) -> pd.Index:
        """The respondents analysed."""
        people = self.source.people.index
        of_wave: pd.Index = people[people.get_level_values("wave") == self.name]
        respondents: pd.Index = of_wave.get_level_values("respondent")
        return respondents

    @cached_property
    def _columns(self) -> dict[Conditions, set[str]]:
        """Who is in each column of the tables, as conditions, and the questions that the column is shown for.

        Columns of a filter are shown for the questions of its exhibits; the others are taken to be for all.
        """
        columns: dict[Conditions, set[str]] = {frozenset(): set(self.source.survey.questions)}
        for published in self.published:
            rows = published.frame[published.frame["wave"] == self.name]
            shown = set(rows["question"] if published.where else self.source.survey.questions)
            for by, group in dict.fromkeys(zip(rows["by"], rows["group"], strict=True)):
                column = frozenset(self.rules.column(str(by), str(group), published.where).items())
                columns.setdefault(column, set()).update(shown)
        return columns

    @cached_property
    def known(self) -> list[str]:
        """The questions whose answers others may know: those declared, and those hidden in vain.

        In vain the bundle leaves out, or makes coarser, a question by which tables are broken down.
        """
        public = self.source.public
        declared = quasi_identifiers(self.source.survey, public)
        hidden = {*removed(self.source.survey, public), *public.coarsen}
        crossed = {
            dimension[1] for column in self._columns for dimension, _ in column if dimension[0] == "answer"
        }
        return [*declared, *(name for name in self.source.survey.questions
                             if name in (crossed & hidden) - set(declared))]  # fmt: skip

    # what each respondent answered

    @cached_property
    def _based(self) -> dict[tuple[str, str], Flags]:
        """Who is in the base of each question, and of each item of a grid."""
        states = self.source.states
        states_in_base = states[(states["wave"] == self.name) & states["state"].isin(IN_BASE)]
        by_question = states_in_base.groupby(["question", "item"], observed=True)["respondent"]
        return {(str(name), str(item)): self.people.isin(those) for (name, item), those in by_question}

    def based(self, question: str, item: str = "") -> Flags:
        """Who is in the base of a question, or of an item of a grid."""
        return self._based.get((question, item), np.zeros(len(self.people), dtype=np.bool_))

    def exactly(self, dimension: Dimension) -> Cell | None:
        """The cell of a dimension that each respondent is in; None for a dimension that is not considered."""
        if dimension not in self._exact:
            self._exact[dimension] = self._counted(dimension)
        return self._exact[dimension]

    def _counted(self, dimension: Dimension) -> Cell | None:
        kind, question, *parts = dimension
        answers = self.source.of(question)
        answers = answers[answers.index.get_level_values("wave") == self.name].droplevel("wave")
        based = self.based(question)
        cells = np.full(len(self.people), OUTSIDE, dtype=object)
        if kind == "answer":
            rows = answers[answers["item"] == parts[0]] if parts[0] else answers
            options = rows["option"].reindex(self.people)
            return options.astype(object).where(options.notna(), OUTSIDE).to_numpy(object)
        cells[based] = "rest"
        if kind in ("box", "apart", "net", "any") and self.source.survey.questions[question].form.several:
            chosen = self.source.survey.members(question, parts[0]) if kind == "net" else parts
            if kind in ("apart", "any"):
                cells[:] = OUTSIDE
            cells[self.people.isin(answers.index[answers["option"].isin(chosen)])] = "chosen"
        elif kind == "known":
            state = self.source.state[question].xs(self.name, level="wave").reindex(self.people)
            cells[based] = state.astype(object)[based]
        elif kind == "place":
            rank = answers.loc[answers["item"] == parts[0], "rank"].reindex(self.people).to_numpy(float)
            for cell, last in (("ranked", np.inf), ("top_3", TOP), ("first", 1)):
                cells[rank <= last] = cell
        elif kind == "band":
            bands = self.source.bands
            rows = bands[(bands["wave"] == self.name) & (bands["question"] == question)]
            cells[self.people.get_indexer(pd.Index(rows["respondent"]))] = rows["net"]
        else:
            return None
        return cells

    def shown(self, dimension: Dimension) -> list[frozenset[str] | None] | None:
        """For each respondent the cells that a row leaves possible; None where rows show nothing of them.

        A number is taken to reveal its band in the tables.
        """
        question, exact, part = dimension[1], self.exactly(dimension), self.part(dimension)
        if exact is None or (question not in self.known and part not in self.withheld):
            return None
        cells = {cell: frozenset([cell]) for cell in dict.fromkeys(exact)}
        if dimension == ("answer", question, ""):
            labels = self._labels(question)
            alike: dict[str, set[str]] = {}
            for cell, label in labels.items():
                alike.setdefault(label, set()).add(cell)
            cells = {cell: frozenset(alike[label]) for cell, label in labels.items()}
        hidden = self.withheld.get(part, np.zeros_like(self.out))[self.numbers]
        return [None if withheld else cells[cell] for cell, withheld in zip(exact, hidden, strict=True)]

    def part(self, dimension: Dimension) -> Part:
        """The question of a dimension, and the item where it is a grid."""
        question = dimension[1]
        return question, dimension[2] if self.source.survey.questions[question].form.by_item else ""

    def _labels(self, question: str) -> dict[str, str]:
        """What a row shows of each answer to a single choice: the answer, or the group that it is in.

        Where others may know the answers, those that columns of the tables separate stay separate.
        """
        survey, public = self.source.survey, self.source.public
        coarser = public.coarsen.get(question)
        into = {o: name for name, group in coarser.groups.items() for o in group.options} if coarser else {}
        hidden = question in removed(survey, public)
        dimension = ("answer", question, "")
        columns = [dict(column) for column in self._columns if question in self.known]
        groups = sorted({column[dimension] for column in columns if dimension in column}, key=sorted)
        return {
            cell: " ".join(
                ["" if hidden else into.get(cell, cell), *(str(int(cell in group)) for group in groups)]
            )
            for cell in (*survey.options(question), OUTSIDE)
        }

    def _detail(self, question: str) -> list[str]:
        """What others may know of each respondent's answer to a question that is known."""
        if self.source.survey.questions[question].form.is_measured:
            _, chosen = coarse(self.source, question)
            answers = chosen[chosen.index.get_level_values("wave") == self.name].droplevel("wave")
            return list(answers.reindex(self.people).fillna(OUTSIDE))
        exact, labels = self.exactly(("answer", question, "")), self._labels(question)
        return [] if exact is None else [labels[cell] for cell in exact]

    @cached_property
    def numbers(self) -> Numbers:
        """The class of each respondent, from 0; the smallest classes come first."""
        keys = list(zip(*(self._detail(name) for name in self.known), strict=True))
        keys = keys or [()] * len(self.people)
        sizes = pd.Series(keys, dtype=object).value_counts()
        rising = sorted(sizes.index, key=lambda key: (sizes[key], key))
        places = {key: number for number, key in enumerate(rising)}
        return np.array([places[key] for key in keys], dtype=np.int64)

    @cached_property
    def _sizes(self) -> Numbers:
        return np.bincount(self.numbers)

    def _by_class(self, people: Flags) -> Numbers:
        """How many of some people are in each class."""
        return np.bincount(self.numbers[people], minlength=len(self._sizes))

    # columns, and what they differ by

    def _meets(self, column: Iterable[tuple[Dimension, frozenset[str]]]) -> Flags:
        met = np.ones(len(self.people), dtype=np.bool_)
        for dimension, cells in column:
            exact = self.exactly(dimension)
            if exact is not None:
                met &= pd.Series(exact).isin(cells).to_numpy()
        return met

    @cached_property
    def _groups(self) -> list[_Group]:
        """The people in each column of the tables, and those by whom two columns differ."""
        groups: dict[bytes, _Group] = {}
        met = {column: self._meets(column) for column in self._columns}
        for column, questions in self._columns.items():
            people = met[column]
            groups.setdefault(people.tobytes(), _Group(people, set(), True)).questions.update(questions)
        by_dimension: dict[Dimension, list[Flags]] = {}
        for column, questions in self._columns.items():
            for one in column:
                rest = self._meets(column - {one}) & ~met[column]
                groups.setdefault(rest.tobytes(), _Group(rest, set())).questions.update(questions)
                if len(column) == 1:
                    by_dimension.setdefault(one[0], []).append(met[column])
        for columns in by_dimension.values():
            # the people who are in the same columns of one question
            _, alike = np.unique(np.stack(columns), axis=1, return_inverse=True)
            for number in np.unique(alike):
                same = alike.ravel() == number
                groups.setdefault(same.tobytes(), _Group(same, set(self.source.survey.questions)))
        return [group for group in groups.values() if group.people.any()]

    # leaving out

    @property
    def fewest(self) -> int:
        """The least number of people in the tables less the rows, unless that is nobody."""
        return max(self.source.public.k, self.rules.base)

    def settle(self) -> None:
        """Leave out and withhold until tables less rows are of nobody, enough people, or all in a group."""
        # groups that tables show for all questions, large enough to be shown
        broad = [group for group in self._groups if len(group.questions) == len(self.source.survey.questions)]
        shown = [group.people for group in broad if group.people.sum() >= self.rules.base]
        self.out = enough_out(self.out, [(self._by_class(people), 0) for people in shown], self.fewest)
        if self.out.all():
            raise SurveyError("\n".join(self._refusal()))
        for part in self.withheld:
            out = self.withheld[part] | self.out
            for on in self.source.survey.questions[part[0]].asked:
                # an answer to a routed question reveals the answer that led to it
                out = out | self.withheld.get((on, ""), out)
            base = self.based(*part)
            groups = [
                (self._by_class(group.people & base), self.rules.base if group.shown else 0)
                for group in self._groups
                if part[0] in group.questions
            ]
            self.withheld[part] = enough_out(out, groups, self.fewest)

    def _refusal(self) -> Iterator[str]:
        """Why no row is left, and what would help."""
        yield (
            f"{self.name}: no row can be published beside the tables, which tell apart too few by "
            f"{', '.join(self.known)}"
        )
        yield (
            "coarser segments in survey.toml, fewer bands and filters in report.toml, or fewer "
            "quasi_identifiers under [public] would keep more"
        )
        if self.last:
            asked = ", ".join(sorted({dimension[1] for dimension, _ in self.last.conditions}))
            yield f"with fewer left out, tables and rows would tell {str(self.last).partition(': ')[2]}"
            yield f"name one of these under remove in [public], or coarsen it: {asked}"

    def leave_out(self, pin: Pin) -> None:
        """Leave out a further class, so that a count is known less closely.

        People help of whom the table shows as little: those of other counts that it hides.
        """
        self.last = pin
        hidden = self._hidden_like(pin)
        beside = self._by_class_of(counted for counted in hidden if counted & pin.conditions)
        for sizes in (beside, self._by_class_of(hidden), self._sizes):
            further = next_out(self.out, sizes)
            if further.any():
                self.out = self.out | further
                return

    def withhold(self, pin: Pin) -> None:
        """Withhold the answers of further classes, so that a count is known less closely."""
        for part in self.to_withhold(pin):
            self.withheld[part] = self.withheld[part] | self._further(part, pin)

    def _further(self, part: Part, pin: Pin) -> Flags:
        """The classes whose answers are withheld next: those with most of this answer, and in the end all."""
        hidden = self._hidden_like(pin)
        answer = {condition for condition in pin.conditions if self.part(condition[0]) == part}
        base = self._by_class(self.based(*part))
        gave = self._by_class_of(counted for counted in hidden if answer <= counted) * ~self.withheld[part]
        order = np.argsort(-gave / np.maximum(base, 1), kind="stable")
        wanted = self.rules.span - (pin.high - pin.low)
        further = np.zeros_like(self.out)
        further[order[: 1 + np.searchsorted(np.cumsum(gave[order]), wanted)]] = True
        further &= gave > 0
        if not further.any():
            columns = self._by_class_of(counted - answer for counted in hidden)
            further = next_out(self.withheld[part], np.minimum(columns, base))
        return further if further.any() else ~further

    def _by_class_of(self, counts: Iterable[Conditions]) -> Numbers:
        """How many people of some counts are in each class."""
        people = np.zeros_like(self._sizes)
        for conditions in counts:
            people += self._by_class(self._meets(conditions))
        return people

    def _hidden_like(self, pin: Pin) -> list[Conditions]:
        """The hidden counts of the same questions."""
        dimensions = dict(pin.conditions).keys()
        return [counted for counted in self._hidden if dict(counted).keys() == dimensions]

    @cached_property
    def _hidden(self) -> set[Conditions]:
        return protect.hidden(self.published, self.rules, self.name)

    def to_withhold(self, pin: Pin) -> list[Part]:
        """The questions whose answers could be withheld to hide a count; if there is none, rows must go."""
        parts = dict.fromkeys(map(self.part, dict(pin.conditions)))
        return [part for part in parts if part in self.withheld and not self.withheld[part].all()]

    # what comes of it

    def seen(self) -> Seen:
        """What the rows show of the dimensions of the tables, to those who know the groups each row is in."""
        rows = np.flatnonzero(~self.out[self.numbers])

        def of(dimension: Dimension) -> Sequence[frozenset[str] | None] | None:
            cells = self.shown(dimension)
            return [cells[row] for row in rows] if cells else None

        return Seen(of, frozenset(("answer", name, "") for name in self.known))

    def release(self) -> Release:
        """Who has a row, and which answers of theirs are withheld."""
        rows = ~self.out[self.numbers]
        withheld = {part: rows & without[self.numbers] for part, without in self.withheld.items()}
        return Release(self.name, self.known, self.people, self.numbers, rows, withheld)
