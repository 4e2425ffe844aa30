"""What intervals are made of: sizes, quantiles and the formulas that several methods share; all take arrays.

An interval is at 95% unless another confidence is named.
"""

from __future__ import annotations

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from pipeline.stats.variance import Array, arrays

CONFIDENCE = 0.95
NORMAL = NormalDist().inv_cdf(0.5 + CONFIDENCE / 2)
"""the quantile of the normal distribution, in standard errors to each side"""
SCORE_ENDS = "(p + q² ÷ 2n ± q √(p (1 − p) ÷ n + q² ÷ 4n²)) ÷ (1 + q² ÷ n)"
EXACT_ENDS = (
    "Clopper and Pearson: from the point of beta(np, n − np + 1) with 2.5% below it to the point of "
    "beta(np + 1, n − np) with 2.5% above it"
)
"""the two ends that `score` and `clopper_pearson` compute, as a receipt writes them"""
Limits = tuple[Array, Array]
_EQUAL = 1 - 1e-12  # Kish's size ÷ cases, from which on weights are equal but for rounding


@dataclass(frozen=True, init=False)
class Estimate:
    """Shares with what an interval of them may lean on; four arrays of one shape.

    `share` is 0 to 1, `error` its standard error, `effective` Kish's size of its base, and `cases` the
    respondents in it, unweighted.
    """

    share: Array
    error: Array
    effective: Array
    cases: Array

    def __init__(self, share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike) -> None:
        for name, values in zip(self.__annotations__, arrays(share, error, effective, cases), strict=True):
            object.__setattr__(self, name, values)

    @property
    def df(self) -> Array:
        """The degrees of freedom of its standard error."""
        return self.cases - 1

    @property
    def has_error(self) -> NDArray[np.bool_]:
        """Where there is a standard error: not at shares of 0 and 1, and not without a base."""
        return np.asarray(self.error > 0)

    def design_size(self, otherwise: ArrayLike) -> Array:
        """How many cases the linearised variance is worth, p(1 − p)/SE²; `otherwise` without an error."""
        size = np.array(np.broadcast_to(otherwise, self.share.shape), dtype=np.float64)
        return np.divide(self.share * (1 - self.share), self.error**2, out=size, where=self.has_error)

    def unless(self, some: np.ndarray, limits: Limits) -> Limits:
        """`limits` where there is something to lean on, else the share itself."""
        return np.where(some, limits[0], self.share), np.where(some, limits[1], self.share)


Taken = tuple[float, str, float]
"""What an interval takes of one estimate, for its receipt: a size in cases, what this size is, and the
degrees of freedom of its quantile of t. The size is NaN where it takes none; the degrees of freedom are
infinite for the quantile of the normal distribution, and NaN where it takes no quantile.
"""


def effective_size(share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike) -> Array:
    """How many equally weighted cases a weighted share is worth.

    The cases where all weights are equal; else the smaller of Kish's size, `effective`, and that of the
    linearised variance, p(1−p)/SE², which is Kish's where SE is 0. Kish's alone is too large where the answer
    depends on the weight, the other alone where a share is rare: docs/coverage.md.
    """
    of = Estimate(share, error, effective, cases)
    return np.where(is_equal(of.effective, of.cases), of.cases,
                    np.minimum(of.effective, of.design_size(of.effective)))  # fmt: skip


def is_equal(effective: Array, cases: Array) -> np.ndarray:
    """Whether weights are equal: as many effective cases as cases."""
    return np.asarray(effective >= cases * _EQUAL)


def t_quantile(df: ArrayLike, confidence: ArrayLike = CONFIDENCE) -> Array:
    """How many standard errors an interval of t reaches to each side."""
    from scipy.special import stdtrit

    # from the tail, which is exact where 1 less it is not
    return -np.asarray(stdtrit(np.asarray(df, dtype=np.float64), (1 - np.asarray(confidence)) / 2))


def score(share: ArrayLike, cases: ArrayLike, quantile: ArrayLike = NORMAL) -> Limits:
    """The lower and upper limit of the score interval of a share, both within 0 and 1.

    `share` in 0 to 1, `cases` the (effective) number of cases; arrays of one shape. NaN where there
    are no cases. Wilson, E. B. (1927), Journal of the American Statistical Association 22, 209-212;
    as method 3 of Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872.
    """
    p, n = arrays(share, cases)
    square = np.asarray(quantile, dtype=np.float64) ** 2
    with np.errstate(divide="ignore", invalid="ignore"):
        centre = (p + square / (2 * n)) / (1 + square / n)
        half = np.sqrt(square) / (1 + square / n) * np.sqrt(p * (1 - p) / n + square / (4 * n**2))
    # an infinite quantile leaves nothing out
    low = np.where((p == 0) | np.isinf(square), 0.0, np.maximum(centre - half, 0.0))
    high = np.where((p == 1) | np.isinf(square), 1.0, np.minimum(centre + half, 1.0))
    nothing = ~(n > 0)
    return np.where(nothing, np.nan, low), np.where(nothing, np.nan, high)


def clopper_pearson(yes: ArrayLike, cases: ArrayLike) -> Limits:
    """The exact interval: Clopper, C. J. and Pearson, E. S. (1934), Biometrika 26, 404-413."""
    # imported here: the default interval needs none of it
    from scipy.special import betaincinv

    y, n = arrays(yes, cases)
    tail = (1 - CONFIDENCE) / 2
    with np.errstate(invalid="ignore"):
        low = np.where(y > 0, betaincinv(np.maximum(y, 1e-300), n - y + 1, tail), 0.0)
        high = np.where(y < n, betaincinv(y + 1, np.maximum(n - y, 1e-300), 1 - tail), 1.0)
    return low, high


def beta_limits(of: Estimate, size: Array) -> Limits:
    """Clopper and Pearson's interval of a share of `size` cases; the share itself where that is no number.

    Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24, 193-201. The degrees of freedom are n − 1
    for a sample without clusters, for which their correction of the effective size is 1.
    """
    some = np.isfinite(size) & (size > 0) & (of.df >= 1)
    cases = np.where(some, size, 1.0)
    return of.unless(some, clopper_pearson(of.share * cases, cases))


def mean_limits(
    mean: ArrayLike, error: ArrayLike, df: ArrayLike, confidence: ArrayLike = CONFIDENCE
) -> Limits:
    """The mean ± t · SE; NaN where there is no error, or no degree of freedom."""
    m, se = arrays(mean, error)
    half = t_quantile(np.where(np.asarray(df) > 0, df, np.nan), confidence) * se
    return m - half, m + half
