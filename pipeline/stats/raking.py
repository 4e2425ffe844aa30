"""Weights that make a sample agree with known margins, within limits."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from pipeline.stats.variance import Array

TOLERANCE = 1e-12
ROUNDS = 5000
_NO_LIMITS = (0.0, np.inf)


class RakingError(ValueError):
    """Why weights cannot be raked: a group without respondents, or no convergence.

    `margin` and `group` are the places of the one that is furthest off, from 0, and `off` by how much of all.
    """

    def __init__(self, message: str, margin: int, group: int, off: float = 0.0) -> None:
        super().__init__(message)
        self.margin, self.group, self.off = margin, group, off


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
    somebody stands in a group whose target is 0, or where 5,000 rounds do not bring every sum within 1e-12 of
    its target, as a part of all. Deming, W. E. and Stephan, F. F. (1940), Annals of Mathematical Statistics
    11, 427-444.
    """
    weights = np.array(base, dtype=np.float64)
    margins = [
        (np.asarray(group, dtype=np.int64), np.asarray(target, dtype=np.float64))
        for group, target in zip(groups, targets, strict=True)
    ]
    for number, (group, target) in enumerate(margins):
        there = np.bincount(group, weights=weights, minlength=len(target))
        for place in np.flatnonzero((there > 0) != (target > 0)):
            what = "nobody is in" if target[place] > 0 else "a target of 0 for the respondents of"
            raise RakingError(f"margin {number + 1}: {what} group {place + 1}", number, int(place))
    mean = margins[0][1].sum() / len(weights)
    for _ in range(ROUNDS):
        for group, target in margins:
            there = np.bincount(group, weights=weights, minlength=len(target))
            factor = np.divide(target, there, out=np.ones_like(target), where=there > 0)
            weights *= factor[group]
        if limits != _NO_LIMITS:
            weights = np.clip(weights, limits[0] * mean, limits[1] * mean)
        off = [
            (np.bincount(group, weights=weights, minlength=len(target)) - target) / target.sum()
            for group, target in margins
        ]
        if max(float(np.abs(parts).max()) for parts in off) < TOLERANCE:
            return weights
    margin = max(range(len(off)), key=lambda place: float(np.abs(off[place]).max()))
    furthest = int(np.abs(off[margin]).argmax())
    limited = " within the limits" if limits != _NO_LIMITS else ""
    raise RakingError(
        f"no weights{limited} after {ROUNDS} rounds", margin, furthest, float(off[margin][furthest])
    )
