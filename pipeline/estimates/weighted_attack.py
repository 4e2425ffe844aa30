"""The attack on weighted numbers: who knows what everybody weighs takes the sums of weights apart.

The attacker has every table, targets.csv, and the weight of every class of respondents: those who gave the
same answers to the questions that a wave is weighted by or, where weights follow from no such answers, those
with the same weight. A weighted number says between which ends a sum of weights lies: one more equation for
`ranges`, over tables that have the classes as a dimension. `safe` finds how coarse numbers must be.
"""

from __future__ import annotations

import contextlib
import hashlib
import itertools
import json
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from pipeline.disclosure import counts, protect
from pipeline.disclosure.counts import Counts, Family, Key, Published
from pipeline.disclosure.protect import Pin
from pipeline.disclosure.ranges import WEIGHT, Component, Conditions, Count, Dimension, Floats, Search, Sum
from pipeline.disclosure.rules import Cells, Rules, Slot, Wave, bases_of, both, slot_of
from pipeline.estimates import weighted_steps
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED, Levels, Step, multiple, parts_of
from pipeline.project import files
from pipeline.project.code import code_hash
from pipeline.stats.variance import Array, effective_cases

_MOST_CLASSES = 10
"""of weights that follow from no answers; more are put into as many classes of like weights"""
_CLASS = "class of weight"
_MARGIN = 1e-6
_EVEN = 1e-9


@dataclass(frozen=True)
class Classes:
    """The respondents of a wave as whoever knows the weights tells them apart."""

    weights: Mapping[int, Array]
    """the mean of each class: of weights (1), whose mean over respondents is 1, and of their squares (2)"""
    spread: Mapping[int, float]
    """their standard deviation within a class: 0 but where the weights of one are only alike"""
    answers: Mapping[str, tuple[str, ...]]
    """what each class answered to the questions that weights follow from; empty for no answer"""
    people: tuple[int, ...]
    """how many are in each, where that is known without the tables"""
    respondents: int
    effective: float
    """Kish's size of all respondents"""
    mean: float
    """what a weight of 1 is as declared"""
    segments: pd.DataFrame
    """the class of each respondent, and what they answered to the questions of segments"""

    @property
    def cells(self) -> list[str]:
        """What each class is called."""
        return list(map(str, range(len(self.weights[1]))))

    def count(self, conditions: Conditions) -> int:
        """How many meet conditions on segments and classes."""
        held = np.ones(len(self.segments), dtype=np.bool_)
        for dimension, cells in conditions:
            column = self.segments[_CLASS if dimension == WEIGHT else dimension[1]]
            held &= column.isin(cells).to_numpy()
        return int(held.sum())

    def whole(self, levels: Iterable[int]) -> tuple[float, float]:
        """Kish's size of all respondents as waves.csv has it, and in what steps; NaN where it is not shown.

        It is as coarse as the coarsest of the questions, whose `levels` are given.
        """
        coarsest = [STEPS[level].people for level in levels if level < SUPPRESSED]
        if not coarsest:
            return np.nan, np.nan
        step = max(1.0, *coarsest)
        return min(float(multiple(np.array(self.effective), np.array(step))), self.respondents), step

    def sums(self, levels: Iterable[int]) -> Iterator[Sum]:
        """What the effective size of all respondents says of how many are in each class."""
        size, step = self.whole(levels)
        if self.answers and size > 0:
            parts = tuple(frozenset([(WEIGHT, frozenset([cell]))]) for cell in self.cells)
            low, high = _ends(size, step)
            low = min(low, np.ceil(self.respondents / step - 0.5) * step - step / 2)
            least, most = self.respondents**2 / high, self.respondents**2 / low if low > 0 else np.inf
            yield Sum(parts, least + _MARGIN, most + _MARGIN, tuple(self.weights[2]))

    def of(self, conditions: Iterable[tuple[Dimension, frozenset[str]]]) -> Conditions | None:
        """Conditions with classes in place of the answers that tell them; None where nobody meets them."""
        found: dict[Dimension, frozenset[str]] = {}
        inside = set(range(len(self.cells)))
        told = False
        for dimension, cells in conditions:
            if dimension == WEIGHT:
                inside, told = inside & set(map(int, cells)), True
            elif dimension[0] == "answer" and dimension[1] in self.answers:
                own = self.answers[dimension[1]]
                inside, told = {place for place in inside if own[place] in cells}, True
            else:
                found[dimension] = cells
        if told:
            found[WEIGHT] = frozenset(map(str, inside))
        return frozenset(found.items()) if inside else None


def classes(
    people: pd.DataFrame, targets: Sequence[str], segments: Sequence[str], mean: float
) -> Classes | None:
    """The classes of one wave, None where all weights are equal.

    `people` has the columns respondent, weight, question and option of `sql/classes.sql`.
    """
    weight = people.groupby("respondent")["weight"].first()
    if weight.round(9).nunique() < 2:
        return None
    size = float(effective_cases(weight.sum(), (weight**2).sum()))
    chosen = people.dropna(subset="question").pivot(index="respondent", columns="question", values="option")
    chosen = chosen.reindex(index=weight.index, columns=list(dict.fromkeys((*targets, *segments))))
    chosen = chosen.astype(object).where(chosen.notna(), "")
    tried = [tuple(dict.fromkeys(targets))] if targets else []
    tried += [some for number in (1, 2) for some in itertools.combinations(chosen.columns, number)]
    answers: dict[str, tuple[str, ...]] = {}
    of = pd.Series(weight.round(9).rank(method="dense") - 1)
    for some in tried:
        cells = chosen.groupby(list(some), sort=True).ngroup()
        ends = weight.groupby(cells).agg(["min", "max"])
        if len(ends) <= len(weight) / 2 and (ends["max"] - ends["min"] < _EVEN).all():
            first = chosen.groupby(cells)[list(some)].first()
            answers, of = {name: tuple(first[name]) for name in some}, cells.astype(float)
            break
    if not answers and of.max() >= _MOST_CLASSES:
        of = (weight.rank(method="first") - 1) * _MOST_CLASSES // len(weight)
    powers = pd.DataFrame({1: weight, 2: weight**2}).groupby(of.astype(int).to_numpy())
    within = pd.DataFrame({1: weight, 2: weight**2}) - powers.transform("mean")
    spread = np.sqrt((within**2).mean())
    return Classes(
        {power: powers[power].mean().to_numpy(dtype=np.float64) for power in (1, 2)},
        {power: float(spread[power]) if spread[power] > _EVEN else 0.0 for power in (1, 2)},
        answers,
        () if answers else tuple(map(int, powers.size())),
        len(weight),
        size,
        mean,
        chosen.assign(**{_CLASS: of.astype(int).astype(str)}),
    )


def safe(
    show: Callable[[Levels], Sequence[Published]],
    rules: Rules,
    people: Mapping[Wave, int],
    protected: Sequence[Key],
    known: Mapping[Wave, Classes],
    questions: Sequence[str],
) -> dict[tuple[str, str], int]:
    """How coarse the numbers of each question must be in waves that are weighted and have protected counts.

    `show` makes all that would be published of it. Each question has the finest step with which no count can
    be told of it.
    """
    exact = show({})
    holding = {wave for wave in known if _can_be_told(exact, rules, people, protected, known[wave], wave)}
    levels = {(wave, name): 0 for wave in known if wave in holding for name in questions}
    waves = {wave for wave, _ in levels}
    while waves:
        raised = set()
        for pin, of in told(show(levels), rules, people, protected, known, levels, waves):
            of = of or [name for wave, name in levels if wave == pin.wave]
            # those named may be suppressed already, and then it is the others that tell
            left = [name for wave, name in levels if wave == pin.wave and levels[wave, name] < SUPPRESSED]
            of = [name for name in of if name in left] or left
            low = min(levels[pin.wave, name] for name in of)
            raised |= {(pin.wave, name) for name in of if levels[pin.wave, name] == low}
        for key in raised:
            levels[key] += 1
        waves = {wave for wave, _ in raised}
    return levels


def remembered(
    path: Path,
    show: Callable[[Levels], Sequence[Published]],
    rules: Rules,
    people: Mapping[Wave, int],
    protected: Sequence[Key],
    known: Mapping[Wave, Classes],
    questions: Sequence[str],
) -> dict[tuple[str, str], int]:
    """What `safe` says; from the notes at `path` where those are of the same estimates, else noted there.

    `disclosure.remembered` has written there what is hidden.
    """
    exact = show({})
    notes = json.loads(path.read_text("utf-8"))
    sums = hashlib.sha256(notes["key"].encode())
    for wave in sorted(known):
        sums.update(f"{wave}{known[wave].answers}{known[wave].segments.to_csv()}".encode())
    sums.update(code_hash(["disclosure", "estimates", "stats", "tidy"]).encode())
    for own in exact:
        sums.update(own.frame[["wave", *weighted_steps.NUMBERS]].to_csv(index=False).encode())
    key = sums.hexdigest()
    with contextlib.suppress(ValueError, KeyError, TypeError):
        if notes["weights"] == key:
            return {(wave, name): int(level) for wave, name, level in notes["levels"]}
    levels = safe(show, rules, people, protected, known, questions)
    listed = [(wave, name, level) for (wave, name), level in sorted(levels.items())]
    files.write(path, json.dumps(notes | {"weights": key, "levels": listed}), files.PRIVATE)
    return levels


def _can_be_told(
    published: Sequence[Published],
    rules: Rules,
    people: Mapping[Wave, int],
    protected: Sequence[Key],
    known: Classes,
    wave: Wave,
) -> bool:
    """Whether a wave has a protected count of which not everything is known from what must stay published."""
    own = [replace(one, frame=one.frame[one.frame["wave"] == wave]) for one in published]
    found = _by_class(counts.collected(own, rules, people), wave, known, protected, rules)
    return any(
        count.protected and component.most_that_can_be(place, rules.span) > 0
        for component in protect.components(found)
        for place, count in enumerate(component.counts)
    )


def told(
    published: Sequence[Published],
    rules: Rules,
    people: Mapping[Wave, int],
    protected: Sequence[Key],
    known: Mapping[Wave, Classes],
    levels: Levels,
    waves: Iterable[Wave],
) -> Iterator[tuple[Pin, list[str]]]:
    """The protected counts that weighted numbers may tell, each with the questions whose numbers tell it."""
    for wave in sorted(waves):
        own_levels = [level for (of, _), level in levels.items() if of == wave]
        if all(level == SUPPRESSED for level in own_levels):
            continue  # no weighted number is left, and counts have an attack of their own
        own = [replace(one, frame=one.frame[one.frame["wave"] == wave]) for one in published]
        found = _by_class(counts.collected(own, rules, people), wave, known[wave], protected, rules)
        counted = {
            count.conditions: (component, place)
            for component in protect.components(found)
            for place, count in enumerate(component.counts)
        }
        sums = list(_sums(own, rules, known[wave], levels))
        sums += [(each, "") for each in known[wave].sums(own_levels)]
        for conditions, width, names in _Wave(wave, found, known[wave], rules, sums).ranges():
            component, place = counted[conditions]
            if width < component.most_that_can_be(place, rules.span):
                yield Pin(wave, conditions, 0, 0), names


class _Wave:
    """The tables of a wave, taken apart: those of segments alone, and of each question with the segments.

    Questions are told apart by their tables, so that each is looked at alone while those of the segments stay
    as they are; where these change, every question must have a table that fits the change.
    """

    def __init__(
        self, wave: Wave, found: Counts, known: Classes, rules: Rules, sums: Sequence[tuple[Sum, str]]
    ) -> None:
        self._wave, self._found, self._known, self._rules = wave, found, known, rules
        self._sums = [(counts.family_of(own.parts[0]), own, name) for own, name in sums]
        self._counts: dict[Family, list[Count]] = {}
        for (_, conditions), count in found.counts.items():
            self._counts.setdefault(counts.family_of(conditions), []).append(count)
        families = dict.fromkeys([*self._counts, *(family for family, _, _ in self._sums)])
        self._alone = [family for family in families if not self._asked(family)]
        self._clusters: list[tuple[set[str], list[Family]]] = []
        for family in families:
            if names := self._asked(family):
                joined = [own for own in self._clusters if own[0] & names]
                rest = [own for own in self._clusters if not own[0] & names]
                merged = names.union(*(own[0] for own in joined))
                self._clusters = [*rest, (merged, [f for own in joined for f in own[1]] + [family])]

    def _is_segment(self, dimension: Dimension) -> bool:
        return dimension == WEIGHT or (dimension[0] == "answer" and self._rules.identifies(dimension[1]))

    def _asked(self, family: Family) -> set[str]:
        """The questions of a family that are no segments."""
        return {dimension[1] for dimension in family if not self._is_segment(dimension)}

    def ranges(self) -> Iterator[tuple[Conditions, int, list[str]]]:
        """The protected counts not found as wide as they must be: how wide, and what questions tell."""
        span, safe = self._rules.span, True
        for names, families in self._clusters:
            if self._is_protected(families):
                component = self._component(families, self._known.count)
                for conditions, width in Search(component).ranges(span).items():
                    if width < span:
                        safe = False
                        yield conditions, width, sorted(names)
        if not safe or not self._is_protected(self._alone):
            return
        component, culprits = self._component(self._alone, None), set[str]()

        def accepted(table: Floats) -> bool:
            failing: set[str] = set()
            for names, families in self._clusters:
                fixed = self._component(families, lambda own: component.value(table, own))
                if not Search(fixed).is_possible():
                    failing.update(names)
            culprits.update(failing)
            return not failing

        every = {name for _, _, name in self._sums if name}
        found = Search(component, accepted).ranges(span)
        alone = [name for name in every if self._rules.identifies(name)]
        for conditions, width in found.items():
            if width < span:
                yield conditions, width, sorted(culprits.union(alone)) or sorted(every)

    def _is_protected(self, families: Iterable[Family]) -> bool:
        return any(count.protected for family in families for count in self._counts.get(family, []))

    def _component(self, families: Sequence[Family], fixed: Callable[[Conditions], int] | None) -> Component:
        """The counts of some families; what these say of segments alone is as `fixed` says."""
        counts = [count for family in families for count in self._counts.get(family, [])]
        whose = families if fixed else [family for _, own in self._clusters for family in own]
        parts = {frozenset(filter(self._is_segment, family)) for family in whose}
        for part in sorted(parts - {frozenset()}, key=sorted):
            if part:
                dimensions = sorted(part)
                each = [list(self._found.cells[self._wave, dimension]) for dimension in dimensions]
                for cells in itertools.product(*each):
                    conditions = frozenset(
                        (dimension, frozenset([cell]))
                        for dimension, cell in zip(dimensions, cells, strict=True)
                    )
                    known = fixed(conditions) if fixed else 0
                    counts.append(Count(conditions, known, hidden=not fixed))
        inside = set(families)
        total = Count(frozenset([(WEIGHT, frozenset(self._found.cells[self._wave, WEIGHT]))]), 0)
        total.value = self._found.people[self._wave]
        every = [count.conditions for count in counts]
        of = [own for family, own, _ in self._sums if family in inside]
        of += [own for _, family, own in self._found.sums if family in inside]
        unions = [own for _, family, own in self._found.unions if family in inside]
        dimensions_of = {d for conditions in every for d, _ in conditions}
        dimensions_of |= {d for own in of for part in own.parts for d, _ in part}
        boxes: dict[str, list[Dimension]] = {}
        for dimension in sorted(dimensions_of):
            if dimension[0] in ("box", "net", "known"):
                boxes.setdefault(dimension[1], []).append(dimension)
        cells_of = {d: list(self._found.cells.get((self._wave, d), ("given",))) for d in dimensions_of}
        return Component(
            [*counts, total] if WEIGHT in dimensions_of else counts,
            cells_of,
            self._found.people[self._wave],
            of,
            unions,
            boxes.values(),
            self._wave,
        )


def too_fine(frame: pd.DataFrame, known: Mapping[Wave, Classes], levels: Levels) -> Iterator[str]:
    """The weighted numbers of a table that are finer than they may be, a sentence each."""
    own = frame[frame["weighted_base"].notna() & (frame["weighted_base"] > 0)]
    for row in own.to_dict("records"):
        wave, name = str(row["wave"]), str(row["question"])
        level = levels.get((wave, name))
        if level is None:
            continue
        step = STEPS[min(level, SUPPRESSED - 1)]
        weight = float(row["weighted_base"]) / known[wave].mean
        parts = float(parts_of(np.array(weight), *map(np.array, step)))
        of_shares = [] if pd.isna(row["share"]) else [float(row["share"]) * parts, weight / step.people]
        if level == SUPPRESSED or any(abs(number - round(number)) > _MARGIN for number in of_shares):
            yield f"{wave}: {name} {row['option'] or row['item']} has a weighted number that is too fine"


def _by_class(found: Counts, wave: Wave, known: Classes, protected: Iterable[Key], rules: Rules) -> Counts:
    """Counts with the classes of weights in place of the answers that tell them."""
    every = known.cells
    given = len(known.answers) < 2 and not any(map(rules.sensitive, known.answers))
    made = replace(found, counts={}, sums=[], unions=[], given=given)
    wanted = set(protected)
    for key, count in found.counts.items():
        conditions = known.of(key[1])
        if conditions is None:
            continue
        own = made.counts.setdefault(
            (wave, conditions), replace(count, conditions=conditions, protected=False)
        )
        if own.hidden and not count.hidden:
            own.value, own.hidden = count.value, False
        own.cost = None if own.cost is None or count.cost is None else max(own.cost, count.cost)
        own.protected |= key in wanted
    sizes = [
        (every, found.people[wave]),
        *(([cell], n) for cell, n in zip(every, known.people, strict=False)),
    ]
    for cells, size in sizes:
        conditions = frozenset([(WEIGHT, frozenset(cells))])
        made.counts[wave, conditions] = Count(conditions, size)
    for of, _, total in found.sums:
        parts = [part for part in map(known.of, total.parts) if part is not None]
        if parts:
            made.sums.append((of, counts.family_of(parts[0]), replace(total, parts=tuple(parts))))
    for of, _, union in found.unions:
        whole, some = known.of(union.whole), [part for part in map(known.of, union.parts) if part]
        if whole is not None:
            own_union = replace(union, whole=whole, parts=tuple(some))
            made.unions.append((of, counts.family_of(whole), own_union))
    made.cells[wave, WEIGHT] = dict.fromkeys(every)
    return made


def _sums(
    published: Sequence[Published], rules: Rules, known: Classes, levels: Levels
) -> Iterator[tuple[Sum, str]]:
    """What every weighted number of one wave says of the sums that it is made of, with its question."""
    seen: set[Sum] = set()
    for one in published:
        filtered = rules.filtered(one.where)
        for (name, by, group, _), rows in one.frame.groupby(["question", "by", "group", "item"], sort=False):
            level = levels[str(rows["wave"].iloc[0]), str(name)]
            if level == SUPPRESSED:
                continue
            column = both(rules.grouped(str(by), str(group)), filtered)
            for made in _Column(column, rules, known, one, STEPS[level]).sums(rows):
                if made.parts and made not in seen:
                    seen.add(made)
                    yield made, str(name)


_Parted = list[tuple[Conditions, int]]
"""who meets some conditions, by the place of their class"""


@dataclass(frozen=True)
class _Column:
    """What the rows of a column say of the weights of its base and of those whom they count."""

    column: Cells
    rules: Rules
    known: Classes
    published: Published
    step: Step

    def sums(self, rows: pd.DataFrame) -> Iterator[Sum]:
        """An equation for each end of every number."""
        survey = self.rules.survey
        name = str(rows["question"].iloc[0])
        order = {option: place for place, option in enumerate(survey.options(name))}
        exclusive = survey.questions[name].kind in ("single", "grid")
        adding: list[tuple[Mapping[Hashable, Any], _Parted, _Parted]] = []
        shown = rows[rows["weighted_base"].notna()]
        for row in shown.to_dict("records"):
            slot = slot_of(survey, row)
            if slot is None:
                # who gave a number, or ranked an item
                given: Cells = {("given", name, str(row["item"])): frozenset(["given"])}
                yield from self._of_base(row, self._parted(both(self.column, given)))
                continue
            chosen = self._parted(both({slot.dimension: slot.chosen}, self.column))
            base = self._base(row, slot)
            if base is None:
                continue
            if not slot.base or row["role"] == "not_applicable":
                weight = float(row["weighted_respondents"]) / self.known.mean
                yield self._between([(chosen, 1.0, 1)], *_ends(weight, self.step.people), row["respondents"])
                continue
            yield from self._of_base(row, base)
            if exclusive and row["measure"] == "option":
                adding.append((row, chosen, base))
            elif not exclusive or not self._adds_up(row, rows):
                yield from self._of_shares([(row, chosen, base)], 1)
        adding.sort(key=lambda own: order[str(own[0]["option"])])
        if self.published.whole or abs(sum(float(row["share"]) for row, *_ in adding) - 1) < _MARGIN:
            yield from self._of_shares(adding, len(rows) - len(shown))

    def _adds_up(self, row: Mapping[Hashable, Any], rows: pd.DataFrame) -> bool:
        """Whether a net is what the options beside it add up to: none of its own is hidden."""
        members = self.rules.survey.members(str(row["question"]), str(row["option"]))
        inside = rows[(rows["measure"] == "option") & rows["option"].isin(members)]
        return bool(inside["weighted_base"].notna().all())

    def _base(self, row: Mapping[Hashable, Any], slot: Slot) -> _Parted | None:
        """Who the share of a row is of; None where that is not known."""
        bases = list(bases_of(self.rules.survey, str(row["question"]), slot, self.published.dkns))
        if not bases:
            return []
        dimension, cells, by_valid = bases[-1]
        if not by_valid and row["valid_cases"] != row["sample_size"]:
            return None
        return self._parted({**self.column, dimension: self.column.get(dimension, cells) & cells})

    def _of_shares(
        self, rows: Sequence[tuple[Mapping[Hashable, Any], _Parted, _Parted]], more: int
    ) -> Iterator[Sum]:
        """What shares say that come one upon the other: each says what they come to with those before it.

        So many `more` come after them that are not shown.
        """
        so_far: list[tuple[_Parted, float, int]] = []
        comes_to = 0.0
        some = [own for own in rows if 0 < float(own[0]["share"]) < 1]  # of the others the counts say it all
        for place, (row, chosen, base) in enumerate(some):
            weight, people = float(row["weighted_base"]) / self.known.mean, float(row["respondents"])
            parts = float(parts_of(np.array(weight), *map(np.array, self.step)))
            own = float(np.floor(float(row["share"]) * parts + 0.5))
            so_far.append((chosen, 1.0, 1))
            comes_to += own
            if comes_to >= parts:
                continue
            if own > 1:
                yield self._between([*so_far, (base, -(comes_to - 0.5) / parts, 1)], 0, np.inf, people)
            # each of those that come later has at least a part, so that it may be more
            if comes_to < parts - (len(some) - place - 1 + more):
                yield self._between([*so_far, (base, -(comes_to + 0.5) / parts, 1)], -np.inf, 0, people)

    def _parted(self, conditions: Cells) -> _Parted:
        own = self.known.of(conditions.items())
        if own is None:
            return []
        told = dict(own)
        inside = told.pop(WEIGHT, frozenset(self.known.cells))
        return [
            (frozenset({**told, WEIGHT: frozenset([cell])}.items()), int(cell))
            for cell in sorted(inside, key=int)
        ]

    def _of_base(self, row: Mapping[Hashable, Any], base: _Parted) -> Iterator[Sum]:
        """What a weighted base and an effective one say."""
        if not row["weighted_base"] or not base:
            return
        weight, size = float(row["weighted_base"]) / self.known.mean, float(row["effective_base"])
        people, cases = self.step.people, float(row["valid_cases"])
        low, high = _ends(weight, people)
        yield self._between([(base, 1.0, 1)], low, high, cases)
        fewest, most = _ends(size, people)
        if size >= cases - _EVEN:
            fewest, most = np.ceil(cases / people - 0.5) * people - people / 2, np.inf
        least = weight**2 / most + _MARGIN if most < np.inf else 0.0
        yield self._between([(base, 1.0, 2)], least, weight**2 / fewest if fewest > 0 else np.inf, cases)

    def _between(
        self, sums: Sequence[tuple[_Parted, float, int]], least: float, most: float, people: float
    ) -> Sum:
        """Sums of weights, or of their squares (power 2), each times a factor, between two ends."""
        factors: dict[Conditions, float] = {}
        for parted, factor, power in sums:
            for conditions, place in parted:
                own = factor * float(self.known.weights[power][place])
                factors[conditions] = factors.get(conditions, 0.0) + own
        # which of those with like weights make up a sum is not known: it may be so much more or less
        room = sum(self.known.spread[power] * abs(factor) for _, factor, power in sums) * np.sqrt(people)
        least, most = least - room, most + room
        return Sum(tuple(factors), least - _MARGIN, most - _MARGIN, tuple(factors.values()))


def _ends(value: float, step: float) -> tuple[float, float]:
    """Between which numbers one lies that is `value` in whole steps; nothing above 0 becomes 0."""
    low = 0.0 if value < 1.5 * step else value - step / 2
    return low, value + step / 2
