"""What weighted numbers say of the sums of weights behind them: equations, each with a least and a most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.disclosure.conditions import WEIGHT, Conditions, Sum
from pipeline.disclosure.counts import Published
from pipeline.disclosure.rules import Cells, Rules, Slot, bases_of, both, slot_of
from pipeline.estimates.weight_classes import EVEN, MARGIN, Classes, ends_of
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED, Levels, Step, parts_of
from pipeline.tidy.contract import records
from pipeline.tidy.measures import Measure, Role


def weighted_sums(
    published: Sequence[Published], rules: Rules, known: Classes, levels: Levels
) -> Iterator[tuple[Sum, str]]:
    """What every weighted number of one wave says of the sums that it is made of, with its question."""
    seen: set[Sum] = set()
    for one in published:
        for (name, by, group, _), rows in one.frame.groupby(["question", "by", "group", "item"], sort=False):
            level = levels[str(rows["wave"].iloc[0]), str(name)]
            if level == SUPPRESSED:
                continue
            column = rules.column(str(by), str(group), one.where)
            for total in Column(column, rules, known, one, STEPS[level]).sums(rows):
                if total.parts and total not in seen:
                    seen.add(total)
                    yield total, str(name)


_Parted = list[tuple[Conditions, int]]
"""who meets some conditions, by the place of their class"""


@dataclass(frozen=True)
class Column:
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
        exclusive = survey.questions[name].form.is_exclusive
        adding: list[tuple[Mapping[str, Any], _Parted, _Parted]] = []
        shown = rows[rows["weighted_base"].notna()]
        for row in records(shown):
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
            if not slot.base or row["role"] == Role.NOT_APPLICABLE:
                weight = float(row["weighted_respondents"]) / self.known.mean
                yield self._between(
                    [(chosen, 1.0, 1)], *ends_of(weight, self.step.people), row["respondents"]
                )
                continue
            yield from self._of_base(row, base)
            if exclusive and row["measure"] == Measure.OPTION:
                adding.append((row, chosen, base))
            elif not exclusive or not self._adds_up(row, rows):
                yield from self._of_shares([(row, chosen, base)], 1)
        adding.sort(key=lambda share: order[str(share[0]["option"])])
        if self.published.whole or abs(sum(float(row["share"]) for row, *_ in adding) - 1) < MARGIN:
            yield from self._of_shares(adding, len(rows) - len(shown))

    def _adds_up(self, row: Mapping[str, Any], rows: pd.DataFrame) -> bool:
        """Whether a net is what the options beside it add up to: none of its members is hidden."""
        members = self.rules.survey.members(str(row["question"]), str(row["option"]))
        inside = rows[(rows["measure"] == Measure.OPTION) & rows["option"].isin(members)]
        return bool(inside["weighted_base"].notna().all())

    def _base(self, row: Mapping[str, Any], slot: Slot) -> _Parted | None:
        """Who the share of a row is of; None where that is not known."""
        bases = list(bases_of(self.rules.survey, str(row["question"]), slot, self.published.dkns))
        if not bases:
            return []
        dimension, cells, by_valid = bases[-1]
        if not by_valid and row["valid_cases"] != row["sample_size"]:
            return None
        return self._parted({**self.column, dimension: self.column.get(dimension, cells) & cells})

    def _of_shares(
        self, rows: Sequence[tuple[Mapping[str, Any], _Parted, _Parted]], more: int
    ) -> Iterator[Sum]:
        """What shares that add up say: each says what it comes to together with those before it.

        `more` is how many come after them that are not shown.
        """
        so_far: list[tuple[_Parted, float, int]] = []
        comes_to = 0.0
        # a share of 0 or 1 says no more than its count
        some = [share for share in rows if 0 < float(share[0]["share"]) < 1]
        for place, (row, chosen, base) in enumerate(some):
            weight, people = float(row["weighted_base"]) / self.known.mean, float(row["respondents"])
            parts = float(parts_of(np.array(weight), *map(np.array, self.step)))
            of_share = float(np.floor(float(row["share"]) * parts + 0.5))
            so_far.append((chosen, 1.0, 1))
            comes_to += of_share
            if comes_to >= parts:
                continue
            if of_share > 1:
                yield self._between([*so_far, (base, -(comes_to - 0.5) / parts, 1)], 0, np.inf, people)
            # each of those that come later has at least a part, so that it may be more
            if comes_to < parts - (len(some) - place - 1 + more):
                yield self._between([*so_far, (base, -(comes_to + 0.5) / parts, 1)], -np.inf, 0, people)

    def _parted(self, conditions: Cells) -> _Parted:
        by_class = self.known.of(conditions.items())
        if by_class is None:
            return []
        others = dict(by_class)
        inside = others.pop(WEIGHT, frozenset(self.known.cells))
        return [
            (frozenset({**others, WEIGHT: frozenset([cell])}.items()), int(cell))
            for cell in sorted(inside, key=int)
        ]

    def _of_base(self, row: Mapping[str, Any], base: _Parted) -> Iterator[Sum]:
        """What a weighted base and an effective one say."""
        if not row["weighted_base"] or not base:
            return
        weight, size = float(row["weighted_base"]) / self.known.mean, float(row["effective_base"])
        people, cases = self.step.people, float(row["valid_cases"])
        low, high = ends_of(weight, people)
        yield self._between([(base, 1.0, 1)], low, high, cases)
        fewest, most = ends_of(size, people)
        if size >= cases - EVEN:
            fewest, most = np.ceil(cases / people - 0.5) * people - people / 2, np.inf
        least = weight**2 / most + MARGIN if most < np.inf else 0.0
        yield self._between([(base, 1.0, 2)], least, weight**2 / fewest if fewest > 0 else np.inf, cases)

    def _between(
        self, sums: Sequence[tuple[_Parted, float, int]], least: float, most: float, people: float
    ) -> Sum:
        """Sums of weights, or of their squares (power 2), each times a factor, between two ends."""
        factors: dict[Conditions, float] = {}
        for parted, factor, power in sums:
            for conditions, place in parted:
                weight = factor * float(self.known.weights[power][place])
                factors[conditions] = factors.get(conditions, 0.0) + weight
        # who of those with like weights makes up a sum is not known, so it may be that much more or less
        room = sum(self.known.spread[power] * abs(factor) for _, factor, power in sums) * np.sqrt(people)
        least, most = least - room, most + room
        return Sum(tuple(factors), least - MARGIN, most - MARGIN, tuple(factors.values()))
