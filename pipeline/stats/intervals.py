"""Intervals of a share, of a mean and of a difference, at 95% unless said otherwise; all take arrays.

The default of the pipeline is `wilson`: the score interval with the number of cases and the normal quantile
where all weights are equal, else with the effective size that `wilson_size` gives and t. `wilson_kish` takes
Kish's size and the normal quantile. The others lean on the standard error and on t with `df` degrees of
freedom, as R's svyciprop does. Where there is no error to lean on, at shares of 0 and 1, they are the share
itself; where there is no base, NaN.
"""

from __future__ import annotations

from statistics import NormalDist
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from pipeline.stats.variance import Array

CONFIDENCE = 0.95
Method = Literal["wilson", "wilson_kish", "wilson_design", "logit", "beta", "korn_graubard", "wald"]
NAMES: dict[str, str] = {
    "wilson": "Wilson",
    "wilson_kish": "Wilson (Kish's size)",
    "wilson_design": "Wilson (design-based)",
    "logit": "logit",
    "beta": "beta",
    "korn_graubard": "Korn–Graubard",
    "wald": "Wald",
    "t": "t",
}
"""how each is called in print; `t` is that of a mean"""
Limits = tuple[Array, Array]
_EQUAL = 1 - 1e-12  # Kish's size ÷ cases, from which on weights are equal but for rounding
_HALVINGS = 60  # of a bracket 40 wide, to the last digit of a double


def share_limits(
    method: Method, share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike
) -> Limits:
    """The limits of shares by one of the methods, from their standard errors and bases.

    `effective` is Kish's size of the base, `cases` the respondents in it, unweighted; the degrees of freedom
    are `cases` − 1.
    """
    df = np.asarray(cases, dtype=np.float64) - 1
    if method == "wilson":
        return _score(share, *wilson_size(share, error, effective, cases))
    if method == "wilson_kish":
        return wilson(share, effective)
    if method in ("beta", "korn_graubard"):
        return beta(share, error, df, cap=cases if method == "korn_graubard" else np.inf)
    by_error = {"wilson_design": wilson_design, "logit": logit, "wald": wald}
    return by_error[method](share, error, df)


def effective_size(share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike) -> Array:
    """How many equally weighted cases a weighted share is worth.

    The cases where all weights are equal; else the smaller of Kish's size, `effective`, and that of the
    linearised variance, p(1−p)/SE², which is Kish's where SE is 0. Kish's alone is too large where the answer
    depends on the weight, the other alone where a share is rare: docs/coverage.md.
    """
    given = (np.asarray(values, dtype=np.float64) for values in (share, error, effective, cases))
    p, se, kish, n = np.broadcast_arrays(*given)
    design = np.divide(p * (1 - p), se**2, out=kish.copy(), where=se > 0)
    return np.where(kish >= n * _EQUAL, n, np.minimum(kish, design))


def wilson_size(
    share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike
) -> tuple[Array, Array]:
    """The size and the quantile with which the default interval is made.

    Where weights are equal, the cases and that of the normal distribution; else `effective_size`, and t on
    that size less one (infinite where it is not above 1: the interval is then everything).
    """
    size = effective_size(share, error, effective, cases)
    equal = size >= np.asarray(cases, dtype=np.float64) * _EQUAL
    some = size > 1
    quantile = np.where(some, _t(np.where(some, size - 1, 1.0), CONFIDENCE), np.inf)
    return size, np.where(equal, NormalDist().inv_cdf(0.5 + CONFIDENCE / 2), quantile)


def wilson(share: ArrayLike, cases: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """The lower and upper limit of the score interval of a share, both within 0 and 1.

    `share` in 0 to 1, `cases` the (effective) number of cases; arrays of one shape. NaN where there
    are no cases. Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212;
    as method 3 of Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872.
    """
    return _score(share, cases, NormalDist().inv_cdf(0.5 + confidence / 2))


def wilson_design(
    share: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: float = CONFIDENCE
) -> Limits:
    """The score interval with effective size p(1−p)/SE², not capped, and t."""
    p, se = _shaped(share, error)
    some = se > 0
    size = np.divide(p * (1 - p), se**2, out=np.ones_like(p), where=some)
    return _unless(some, p, _score(p, size, _t(df, confidence)))


def logit(share: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """A t interval of the log odds, turned back into shares.

    Korn, E. L. and Graubard, B. I. (1999), Analysis of Health Surveys, 2.4.
    """
    p, se = _shaped(share, error)
    some = se > 0
    inside = np.where(some, p, 0.5)
    odds = np.log(inside / (1 - inside))
    half = _t(df, confidence) * se / (inside * (1 - inside))
    return _unless(some, p, (1 / (1 + np.exp(half - odds)), 1 / (1 + np.exp(-odds - half))))


def beta(
    share: ArrayLike,
    error: ArrayLike,
    df: ArrayLike,
    cap: ArrayLike = np.inf,
    confidence: float = CONFIDENCE,
) -> Limits:
    """Clopper and Pearson's interval with the effective size p(1−p)/SE², at most `cap`.

    Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24, 193-201, who cap it at n. `df` is n − 1 for
    a sample without clusters, for which their correction of the effective size is 1. At 0 and 1, where there
    is no standard error, the size is the cap; the share itself where that is infinite.
    """
    p, se = _shaped(share, error)
    limit = np.broadcast_to(np.asarray(cap, dtype=np.float64), p.shape)
    size = np.minimum(np.divide(p * (1 - p), se**2, out=np.full(p.shape, np.inf), where=se > 0), limit)
    some = np.isfinite(size) & (size > 0) & (np.asarray(df) >= 1)
    cases = np.where(some, size, 1.0)
    return _unless(some, p, clopper_pearson(p * cases, cases, confidence))


def clopper_pearson(yes: ArrayLike, cases: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """The exact interval: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413."""
    # imported here: the default interval needs none of it
    from scipy.special import betaincinv

    y, n = _shaped(yes, cases)
    tail = (1 - confidence) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(y > 0, betaincinv(np.maximum(y, 1e-300), n - y + 1, tail), 0.0)
        high = np.where(y < n, betaincinv(y + 1, np.maximum(n - y, 1e-300), 1 - tail), 1.0)
    return low, high


def wald(share: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: float = CONFIDENCE) -> Limits:
    """The share ± t · SE; not kept within 0 and 1."""
    p, se = _shaped(share, error)
    half = np.where(se > 0, _t(df, confidence) * se, se)
    return p - half, p + half


def mean_limits(
    mean: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: ArrayLike = CONFIDENCE
) -> Limits:
    """The mean ± t · SE; NaN where there is no error, or no degree of freedom."""
    m, se = _shaped(mean, error)
    half = _t(np.where(np.asarray(df) > 0, df, np.nan), confidence) * se
    return m - half, m + half


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
    p, q = _shaped(share, other)
    size, other_size = _shaped(cases, other_cases)
    least, most = np.zeros(p.shape), np.full(p.shape, 40.0)
    for _ in range(_HALVINGS):
        z = (least + most) / 2
        low, high = _combined(p, size, q, other_size, z)
        apart = np.where(p > q, low > 0, high < 0)
        least, most = np.where(apart, z, least), np.where(apart, most, z)
    from scipy.special import ndtr

    found = np.where(p == q, 1.0, 2 * ndtr(-least))
    return np.where((size > 0) & (other_size > 0), found, np.nan)


def _combined(
    share: ArrayLike, cases: ArrayLike, other: ArrayLike, other_cases: ArrayLike, z: ArrayLike
) -> Limits:
    p, q = _shaped(share, other)
    low, high = _score(p, cases, z)
    other_low, other_high = _score(q, other_cases, z)
    difference = p - q
    return (
        difference - np.hypot(p - low, other_high - q),
        difference + np.hypot(high - p, q - other_low),
    )


def _shaped(first: ArrayLike, second: ArrayLike) -> tuple[Array, Array]:
    one, other = np.broadcast_arrays(np.asarray(first, dtype=float), np.asarray(second, dtype=float))
    return one, other


def _unless(some: np.ndarray, share: Array, limits: Limits) -> Limits:
    """`limits` where there is something to lean on, else the share itself."""
    return np.where(some, limits[0], share), np.where(some, limits[1], share)


def _t(df: ArrayLike, confidence: ArrayLike) -> Array:
    from scipy.special import stdtrit

    # from the tail, which is exact where 1 less it is not
    return -np.asarray(stdtrit(np.asarray(df, dtype=np.float64), (1 - np.asarray(confidence)) / 2))


def _score(share: ArrayLike, cases: ArrayLike, z: ArrayLike) -> Limits:
    p, n = _shaped(share, cases)
    square = np.asarray(z, dtype=np.float64) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + square / (2 * n)) / (1 + square / n)
        half = np.sqrt(square) / (1 + square / n) * np.sqrt(p * (1 - p) / n + square / (4 * n**2))
    # an infinite quantile leaves nothing out
    low = np.where((p == 0) | np.isinf(square), 0.0, np.maximum(centre - half, 0.0))
    high = np.where((p == 1) | np.isinf(square), 1.0, np.minimum(centre + half, 1.0))
    nothing = ~(n > 0)
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)
