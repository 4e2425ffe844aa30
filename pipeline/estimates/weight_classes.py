"""The respondents of a wave in classes of weight, as an attacker who knows the weights distinguishes them."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from pipeline.disclosure.conditions import WEIGHT, Conditions, Dimension, Sum
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED, multiple
from pipeline.stats.variance import Array, effective_cases

_MOST_CLASSES = 10
"""of weights that follow from no answers; more are put into as many classes of like weights"""
_CLASS = "class of weight"
MARGIN = 1e-6
EVEN = 1e-9


@dataclass(frozen=True)
class Classes:
    """The respondents of a wave by their weights, as an attacker knows them."""

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
        meeting = np.ones(len(self.segments), dtype=np.bool_)
        for dimension, cells in conditions:
            column = self.segments[_CLASS if dimension == WEIGHT else dimension[1]]
            meeting &= column.isin(cells).to_numpy()
        return int(meeting.sum())

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
            low, high = ends_of(size, step)
            low = min(low, np.ceil(self.respondents / step - 0.5) * step - step / 2)
            least, most = self.respondents**2 / high, self.respondents**2 / low if low > 0 else np.inf
            yield Sum(parts, least + MARGIN, most + MARGIN, tuple(self.weights[2]))

    def of(self, conditions: Iterable[tuple[Dimension, frozenset[str]]]) -> Conditions | None:
        """Conditions on classes in place of the answers that tell these; None where nobody meets them."""
        others: dict[Dimension, frozenset[str]] = {}
        every = set(range(len(self.cells)))
        inside = [every]
        for dimension, cells in conditions:
            if dimension == WEIGHT:
                inside.append(set(map(int, cells)))
            elif dimension[0] == "answer" and dimension[1] in self.answers:
                answers = self.answers[dimension[1]]
                inside.append({place for place in every if answers[place] in cells})
            else:
                others[dimension] = cells
        places = set.intersection(*inside)
        if len(inside) > 1:
            others[WEIGHT] = frozenset(map(str, places))
        return frozenset(others.items()) if places else None


def classes(
    people: pd.DataFrame, targets: Sequence[str], segments: Sequence[str], mean: float
) -> Classes | None:
    """The classes of one wave, None where all weights are equal.

    `people` has a row a respondent with `weight` and a categorical column for each question of `targets` and
    `segments`: the option chosen, empty for none.
    """
    weight = people["weight"]
    if weight.round(9).nunique() < 2:
        return None
    size = float(effective_cases(weight.sum(), (weight**2).sum()))
    chosen = people[list(dict.fromkeys((*targets, *segments)))]
    tried = [tuple(dict.fromkeys(targets))] if targets else []
    tried += [some for number in (1, 2) for some in itertools.combinations(chosen.columns, number)]
    answers: dict[str, tuple[str, ...]] = {}
    of = pd.Series(weight.round(9).rank(method="dense") - 1)
    for some in tried:
        cells = chosen.groupby(list(some), sort=True, observed=True).ngroup()
        ends = weight.groupby(cells).agg(["min", "max"])
        if len(ends) <= len(weight) / 2 and (ends["max"] - ends["min"] < EVEN).all():
            first = chosen.groupby(cells)[list(some)].first()
            answers, of = {name: tuple(first[name]) for name in some}, cells.astype(float)
            break
    if not answers and of.max() >= _MOST_CLASSES:
        of = (weight.rank(method="first") - 1) * _MOST_CLASSES // len(weight)
    weights = pd.DataFrame({1: weight, 2: weight**2})
    powers = weights.groupby(of.astype(int).to_numpy())
    spread = np.sqrt(((weights - powers.transform("mean")) ** 2).mean())
    return Classes(
        {power: powers[power].mean().to_numpy(dtype=np.float64) for power in (1, 2)},
        {power: float(spread[power]) if spread[power] > EVEN else 0.0 for power in (1, 2)},
        answers,
        () if answers else tuple(map(int, powers.size())),
        len(weight),
        size,
        mean,
        chosen.assign(**{_CLASS: pd.Categorical(of.astype(int)).rename_categories(str)}),
    )


def ends_of(value: float, step: float) -> tuple[float, float]:
    """Between which numbers one lies that is `value` in whole steps; nothing above 0 becomes 0."""
    low = 0.0 if value < 1.5 * step else value - step / 2
    return low, value + step / 2
