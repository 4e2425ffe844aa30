"""The attack on weighted numbers, by somebody who knows the weight of every respondent.

The attacker has every table, targets.csv, and the weight of every class of respondents: those who gave the
same answers to the questions that a wave is weighted by or, where weights follow from no such answers, those
with the same weight. A weighted number says between which limits a sum of weights lies: one more equation for
`ranges`, over tables that have the classes as a dimension; `weighted_levels` finds how coarse to be.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from pipeline.disclosure import counts, protect
from pipeline.disclosure.conditions import WEIGHT, Conditions, Count, Dimension, Floats, Sum
from pipeline.disclosure.counts import Counts, Family, Key, Published
from pipeline.disclosure.protect import Pin
from pipeline.disclosure.ranges import Component
from pipeline.disclosure.rules import Rules, Wave
from pipeline.disclosure.search import Search
from pipeline.estimates.weight_classes import MARGIN, Classes
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED, Levels, parts_of
from pipeline.estimates.weighted_sums import weighted_sums
from pipeline.tidy.contract import records


@dataclass(frozen=True)
class Attacker:
    """What an attacker knows beside the tables, and the counts that must not be disclosed."""

    rules: Rules
    people: Mapping[Wave, int]
    """the respondents analysed in each wave"""
    protected: Sequence[Key]
    classes: Mapping[Wave, Classes]
    """who weighs what in the waves that are weighted"""


def can_be_disclosed(published: Sequence[Published], attacker: Attacker, wave: Wave) -> bool:
    """Whether a wave has a protected count of which not everything is known from what must stay published."""
    counts_of_wave = _by_class(attacker, wave, _of_wave(published, wave))
    return any(
        count.protected and component.most_that_can_be(place, attacker.rules.span) > 0
        for component in protect.components(counts_of_wave)
        for place, count in enumerate(component.counts)
    )


def _of_wave(published: Sequence[Published], wave: Wave) -> list[Published]:
    """What is published of one wave."""
    return [replace(one, frame=one.frame[one.frame["wave"] == wave]) for one in published]


def disclosed(
    published: Sequence[Published], attacker: Attacker, levels: Levels, waves: Iterable[Wave]
) -> Iterator[tuple[Pin, list[str]]]:
    """The protected counts that weighted numbers may disclose, each with the questions whose numbers do."""
    for wave in sorted(waves):
        levels_of_wave = [level for (of, _), level in levels.items() if of == wave]
        if all(level == SUPPRESSED for level in levels_of_wave):
            continue  # no weighted number is left, and counts have an attack of their own
        published_of_wave, classes_of_wave = _of_wave(published, wave), attacker.classes[wave]
        counts_of_wave = _by_class(attacker, wave, published_of_wave)
        counted = {
            count.conditions: (component, place)
            for component in protect.components(counts_of_wave)
            for place, count in enumerate(component.counts)
        }
        sums = list(weighted_sums(published_of_wave, attacker.rules, classes_of_wave, levels))
        sums += [(each, "") for each in classes_of_wave.sums(levels_of_wave)]
        tables = _Wave(wave, counts_of_wave, classes_of_wave, attacker.rules, sums)
        for conditions, width, names in tables.ranges():
            component, place = counted[conditions]
            if width < component.most_that_can_be(place, attacker.rules.span):
                yield Pin(wave, conditions, 0, 0), names


class _Wave:
    """The tables of a wave in parts: those of segments alone, and those of each question with the segments.

    Each question is searched alone while the tables of the segments stay as they are; where these change,
    every question must have a table that fits the change.
    """

    def __init__(
        self, wave: Wave, published: Counts, known: Classes, rules: Rules, sums: Sequence[tuple[Sum, str]]
    ) -> None:
        self._wave, self._published, self._known, self._rules = wave, published, known, rules
        self._sums = [(counts.family_of(total.parts[0]), total, name) for total, name in sums]
        for dimension, cells in itertools.chain(*(part for total, _ in sums for part in total.parts)):
            # that somebody gave a number is a cell that no count is of
            published.cells.setdefault((wave, dimension), dict.fromkeys(cells))
        self._counts: dict[Family, list[Count]] = {}
        for (_, conditions), count in published.counts.items():
            self._counts.setdefault(counts.family_of(conditions), []).append(count)
        families = dict.fromkeys([*self._counts, *(family for family, _, _ in self._sums)])
        self._alone = [family for family in families if not self._asked(family)]
        self._clusters: list[tuple[set[str], list[Family]]] = []
        for family in families:
            if names := self._asked(family):
                joined = [cluster for cluster in self._clusters if cluster[0] & names]
                rest = [cluster for cluster in self._clusters if not cluster[0] & names]
                merged = names.union(*(of_cluster for of_cluster, _ in joined))
                self._clusters = [*rest, (merged, [f for _, inside in joined for f in inside] + [family])]

    def _is_segment(self, dimension: Dimension) -> bool:
        return dimension == WEIGHT or (dimension[0] == "answer" and self._rules.identifies(dimension[1]))

    def _asked(self, family: Family) -> set[str]:
        """The questions of a family that are no segments."""
        return {dimension[1] for dimension in family if not self._is_segment(dimension)}

    def ranges(self) -> Iterator[tuple[Conditions, int, list[str]]]:
        """The protected counts whose range is too narrow: its width, and the questions that narrow it."""
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
                fixed = self._component(families, lambda conditions: component.value(table, conditions))
                if not Search(fixed).is_possible():
                    failing.update(names)
            culprits.update(failing)
            return not failing

        every = {name for _, _, name in self._sums if name}
        alone = [name for name in every if self._rules.identifies(name)]
        for conditions, width in Search(component, accepted).ranges(span).items():
            if width < span:
                yield conditions, width, sorted(culprits.union(alone)) or sorted(every)

    def _is_protected(self, families: Iterable[Family]) -> bool:
        return any(count.protected for family in families for count in self._counts.get(family, []))

    def _component(self, families: Sequence[Family], fixed: Callable[[Conditions], int] | None) -> Component:
        """The counts of some families; those of segments alone have the values that `fixed` gives."""
        counts = [count for family in families for count in self._counts.get(family, [])]
        whose = families if fixed else [family for _, of_cluster in self._clusters for family in of_cluster]
        parts = {frozenset(filter(self._is_segment, family)) for family in whose} - {frozenset()}
        cells = self._published.cells
        for part in sorted(parts, key=sorted):
            dimensions = sorted(part)
            for chosen in itertools.product(*(cells[self._wave, dimension] for dimension in dimensions)):
                each = zip(dimensions, chosen, strict=True)
                conditions = frozenset((dimension, frozenset([cell])) for dimension, cell in each)
                known = fixed(conditions) if fixed else 0
                counts.append(Count(conditions, known, hidden=not fixed))
        if any(WEIGHT in family for family in (*families, *parts)):
            everybody = frozenset([(WEIGHT, frozenset(cells[self._wave, WEIGHT]))])
            counts.append(Count(everybody, self._published.people[self._wave]))
        inside = set(families)
        weighed = [total for family, total, _ in self._sums if family in inside]
        return protect.component_of(self._published, self._wave, inside, counts, weighed)


def too_fine(frame: pd.DataFrame, known: Mapping[Wave, Classes], levels: Levels) -> Iterator[str]:
    """The weighted numbers of a table that are finer than they may be, a sentence each."""
    for row in records(frame[frame["weighted_base"] > 0]):
        wave, name = str(row["wave"]), str(row["question"])
        level = levels.get((wave, name))
        if level is None:
            continue
        step = STEPS[min(level, SUPPRESSED - 1)]
        weight = float(row["weighted_base"]) / known[wave].mean
        parts = float(parts_of(np.array(weight), *map(np.array, step)))
        of_shares = [] if pd.isna(row["share"]) else [float(row["share"]) * parts, weight / step.people]
        if level == SUPPRESSED or any(abs(number - round(number)) > MARGIN for number in of_shares):
            yield f"{wave}: {name} {row['option'] or row['item']} has a weighted number that is too fine"


def _by_class(attacker: Attacker, wave: Wave, published: Sequence[Published]) -> Counts:
    """The counts of a wave with classes of weights in place of the answers that these follow from."""
    rules, known = attacker.rules, attacker.classes[wave]
    counted = counts.collected(published, rules, attacker.people)
    every = known.cells
    given = len(known.answers) < 2 and not any(map(rules.sensitive, known.answers))
    made = replace(counted, counts={}, sums=[], unions=[], given=given)
    wanted = set(attacker.protected)
    for key, count in counted.counts.items():
        conditions = known.of(key[1])
        if conditions is None:
            continue
        value = None if count.hidden else count.value
        made.note((wave, conditions), value, count.cost, key in wanted)
    sizes = [
        (every, counted.people[wave]),
        *(([cell], n) for cell, n in zip(every, known.people, strict=False)),
    ]
    for cells, size in sizes:
        conditions = frozenset([(WEIGHT, frozenset(cells))])
        made.counts[wave, conditions] = Count(conditions, size)
    for of, _, total in counted.sums:
        parts = [part for part in map(known.of, total.parts) if part is not None]
        if parts:
            made.sums.append((of, counts.family_of(parts[0]), replace(total, parts=tuple(parts))))
    for of, _, union in counted.unions:
        whole, some = known.of(union.whole), [part for part in map(known.of, union.parts) if part]
        if whole is not None:
            union_by_class = replace(union, whole=whole, parts=tuple(some))
            made.unions.append((of, counts.family_of(whole), union_by_class))
    made.cells[wave, WEIGHT] = dict.fromkeys(every)
    return made
