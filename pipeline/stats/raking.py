"""Weights that make a sample agree with known margins, within limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pipeline.stats.variance import Array

TOLERANCE = 1e-10
ROUNDS = 5000
_NO_LIMITS = (0.0, np.inf)


class RakingError(ValueError):
    """Why weights cannot be raked: a group without respondents, or no convergence."""


def rake(
    base: ArrayLike,
    groups: Sequence[ArrayLike],
    targets: Sequence[ArrayLike],
    limits: tuple[float, float] = _NO_LIMITS,
) -> Array:
    """Weights from `base`, one a respondent, whose sums over each margin's groups are its targets.

    `groups` holds for each margin the group of every respondent, from 0, and `targets` what each group must
    sum to. With `limits`, multiples of the mean weight, weights are cut to them after every round, and the
    rounds go on until limits and targets both hold. RakingError where a group with a target has nobody, where
    somebody stands in a group whose target is 0, or where 5,000 rounds do not bring every sum within 1e-10 of
    its target. Deming, W. E. and Stephan, F. F. (1940), Annals of Mathematical Statistics 11, 427-444.
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
    mean = margins[0][1].sum() / len(weights)
    worst = np.inf
    for _ in range(ROUNDS):
        for group, target in margins:
            there = np.bincount(group, weights=weights, minlength=len(target))
            factor = np.divide(target, there, out=np.ones_like(target), where=there > 0)
            weights *= factor[group]
        if limits != _NO_LIMITS:
            weights = np.clip(weights, limits[0] * mean, limits[1] * mean)
        sums = [(np.bincount(group, weights=weights, minlength=len(t)), t) for group, t in margins]
        worst = max(float(np.max(np.abs(there - target)) / target.sum()) for there, target in sums)
        if worst < TOLERANCE:
            return weights
    limited = " within the limits" if limits != _NO_LIMITS else ""
    raise RakingError(
        f"no weights{limited} after {ROUNDS} rounds: a group is still {worst:.1%} of all off its target"
    )
