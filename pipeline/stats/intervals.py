"""Intervals of a share, of a mean and of a difference, at 95% unless said otherwise.

`wilson` takes the effective number of cases and the normal quantile, and is the default of the pipeline.
The others lean on the standard error and on t with `df` degrees of freedom, as R's svyciprop does.
"""

from __future__ import annotations

import math
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
    return _score(share, cases, NormalDist().inv_cdf(0.5 + confidence / 2))


def wilson_design(
    share: float, error: float, df: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The score interval with effective size p(1−p)/SE², not capped, and t; the share itself at 0 and 1."""
    if not error > 0:
        return share, share
    low, high = _score(share, share * (1 - share) / error**2, _t(df, confidence))
    return float(low), float(high)


def logit(share: float, error: float, df: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """A t interval of the log odds, turned back into shares; the share itself at 0 and 1.

    Korn, E. L. and Graubard, B. I. (1999), Analysis of Health Surveys, 2.4.
    """
    if not error > 0:
        return share, share
    odds, half = math.log(share / (1 - share)), _t(df, confidence) * error / (share * (1 - share))
    return 1 / (1 + math.exp(half - odds)), 1 / (1 + math.exp(-odds - half))


def beta(
    share: float, error: float, df: float, cap: float = math.inf, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Clopper and Pearson's interval with the effective size p(1−p)/SE², at most `cap`.

    Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24, 193-201, who cap it at n. `df` is n − 1 for
    a sample without clusters, for which their correction of the effective size is 1. At 0 and 1, where there
    is no standard error, the size is the cap; the share itself where that is infinite.
    """
    cases = min(share * (1 - share) / error**2, cap) if error > 0 else cap
    if not math.isfinite(cases) or df < 1:
        return share, share
    return clopper_pearson(share * cases, cases, confidence)


def clopper_pearson(yes: float, cases: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The exact interval: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413."""
    # imported here: the default interval needs none of it
    from scipy.special import betaincinv

    tail = (1 - confidence) / 2
    low = float(betaincinv(yes, cases - yes + 1, tail)) if yes > 0 else 0.0
    high = float(betaincinv(yes + 1, cases - yes, 1 - tail)) if yes < cases else 1.0
    return low, high


def wald(share: float, error: float, df: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The share ± t · SE; not kept within 0 and 1."""
    half = _t(df, confidence) * error
    return share - half, share + half


def newcombe(
    share: float, cases: float, other: float, other_cases: float, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """The interval of a share less another, of independent samples, from the score interval of each.

    Method 10 of Newcombe, R. G. (1998), Statistics in Medicine 17, 873-890. The same combination of any two
    intervals is Zou and Donner's MOVER.
    """
    (low, high), (other_low, other_high) = (
        [float(limit) for limit in wilson(p, n, confidence)]
        for p, n in ((share, cases), (other, other_cases))
    )
    difference = share - other
    return (
        difference - math.hypot(share - low, other_high - other),
        difference + math.hypot(high - share, other - other_low),
    )


def _t(df: float, confidence: float) -> float:
    from scipy.special import stdtrit

    return float(stdtrit(df, 0.5 + confidence / 2))


def _score(share: ArrayLike, cases: ArrayLike, z: float) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    p = np.asarray(share, dtype=np.float64)
    n = np.asarray(cases, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(p * (1 - p) / n + z**2 / (4 * n**2))
    low = np.where(p == 0, 0.0, np.maximum(centre - half, 0.0))
    high = np.where(p == 1, 1.0, np.minimum(centre + half, 1.0))
    nothing = ~(n > 0)
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)
