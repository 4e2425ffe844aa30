"""Intervals of a share."""

from __future__ import annotations

from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

CONFIDENCE = 0.95


def wilson(
    share: ArrayLike, cases: ArrayLike, confidence: float = CONFIDENCE
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The lower and upper limit of the score interval of a share, both within 0 and 1.

    `share` in 0 to 1, `cases` the (effective) number of cases; arrays of one shape. NaN where there
    are no cases. Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212;
    as method 3 of Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872.
    """
    p = np.asarray(share, dtype=np.float64)
    n = np.asarray(cases, dtype=np.float64)
    z = NormalDist().inv_cdf(0.5 + confidence / 2)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = np.where(p == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(p == 1, 1.0, np.minimum(centre + half, 1.0))
    nothing = ~(n > 0)
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)
