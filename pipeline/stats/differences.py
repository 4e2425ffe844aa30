"""The difference of two shares of independent samples: its interval and its p value, by Newcombe's method."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from pipeline.stats.limits import CONFIDENCE, Limits, score
from pipeline.stats.variance import Array, arrays

_HALVINGS = 60  # of a bracket 40 wide, to the last digit of a double


def newcombe(
    share: ArrayLike, cases: ArrayLike, other: ArrayLike, other_cases: ArrayLike,
    confidence: ArrayLike = CONFIDENCE,
) -> Limits:  # fmt: skip
    """The interval of a share less another, of independent samples, from the score interval of each.

    Method 10 of Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890. The same combination of any two
    intervals is Zou and Donner's MOVER.
    """
    from scipy.special import ndtri

    return _combined(share, cases, other, other_cases, -ndtri((1 - np.asarray(confidence)) / 2))


def newcombe_p(share: ArrayLike, cases: ArrayLike, other: ArrayLike, other_cases: ArrayLike) -> Array:
    """The two-sided p value at which `newcombe` just reaches 0, so that test and interval agree.

    1 where the shares are equal, NaN where a base is empty. Found by halving z between 0 and 40.
    """
    p, size, q, other_size = arrays(share, cases, other, other_cases)
    least, most = np.zeros(p.shape), np.full(p.shape, 40.0)
    for _ in range(_HALVINGS):
        z = (least + most) / 2
        low, high = _combined(p, size, q, other_size, z)
        differs = np.where(p > q, low > 0, high < 0)
        least, most = np.where(differs, z, least), np.where(differs, most, z)
    from scipy.special import ndtr

    value = np.where(p == q, 1.0, 2 * ndtr(-least))
    return np.where((size > 0) & (other_size > 0), value, np.nan)


def _combined(
    share: ArrayLike, cases: ArrayLike, other: ArrayLike, other_cases: ArrayLike, z: ArrayLike
) -> Limits:
    p, q = (np.asarray(values, dtype=np.float64) for values in (share, other))
    low, high = score(p, cases, z)
    other_low, other_high = score(q, other_cases, z)
    difference = p - q
    return (
        difference - np.hypot(p - low, other_high - q),
        difference + np.hypot(high - p, q - other_low),
    )
