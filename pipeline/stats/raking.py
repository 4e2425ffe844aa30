"""Weights that make a sample agree with known margins."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

TOLERANCE = 1e-10
ROUNDS = 5000


class RakingError(ValueError):
    """Why weights cannot be raked: a group without respondents, or no convergence."""


def rake(base: ArrayLike, groups: Sequence[ArrayLike], targets: Sequence[ArrayLike]) -> NDArray[np.float64]:
    """Weights from `base`, one a respondent, whose sums over each margin's groups are its targets.

    `groups` holds for each margin the group of every respondent, from 0, and `targets` what each group must
    sum to. RakingError where a group with a target has nobody, where somebody stands in a group whose target
    is 0, or where 5,000 rounds do not bring every sum within 1e-10 of its target. Deming, W. E. and Stephan,
    F. F. (1940), Annals of Mathematical Statistics 11, 427-444.
    """
    weights = np.array(base, dtype=np.float64)
    margins = [
        (np.asarray(group, dtype=np.int64), np.asarray(target, dtype=np.float64))
        for group, target in zip(groups, targets, strict=True)
    ]
    for number, (group, target) in enumerate(margins, 1):
        there = np.bincount(group, weights=weights, minlength=len(target))
        for place in np.flatnonzero((there > 0) != (target > 0)):
            what = "nobody is in" if target[place] > 0 else "a target of 0 for the respondents of"
            raise RakingError(f"margin {number}: {what} group {place + 1}")
    worst = np.inf
    for _ in range(ROUNDS):
        for group, target in margins:
            there = np.bincount(group, weights=weights, minlength=len(target))
            factor = np.divide(target, there, out=np.ones_like(target), where=there > 0)
            weights *= factor[group]
        sums = [(np.bincount(group, weights=weights, minlength=len(t)), t) for group, t in margins]
        worst = max(float(np.max(np.abs(there - target)) / target.sum()) for there, target in sums)
        if worst < TOLERANCE:
            return weights
    raise RakingError(f"no weights after {ROUNDS} rounds: a group is still {worst:.1%} off its target")
