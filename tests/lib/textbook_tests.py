"""Tests of differences as textbooks have them, which no survey here is judged by: what references print."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, ndtr

from pipeline.stats.tests import Tested
from pipeline.stats.variance import Array


def z_test(
    share: ArrayLike, cases: ArrayLike, other: ArrayLike, other_cases: ArrayLike, pooled: bool = False
) -> tuple[Array, Array]:
    """Two shares with their effective sizes by the normal distribution: z and p.

    Pooled, with one share for both in the variance.
    """
    p, n, q, m = (np.asarray(v, dtype=np.float64) for v in (share, cases, other, other_cases))
    if pooled:
        both = (p * n + q * m) / (n + m)
        variance = both * (1 - both) * (1 / n + 1 / m)
    else:
        variance = p * (1 - p) / n + q * (1 - q) / m
    statistic = np.divide(p - q, np.sqrt(variance), out=np.full(variance.shape, np.nan), where=variance > 0)
    return statistic, np.asarray(2 * ndtr(-np.abs(statistic)))


def mcnemar(only_first: float, only_second: float) -> Tested:
    """Two options on the same respondents, unweighted, without the continuity correction.

    McNemar, Q. (1947), Psychometrika 12, 153-157.
    """
    statistic = (only_first - only_second) ** 2 / (only_first + only_second)
    return Tested(statistic, 1, float(chdtrc(1, statistic)))
