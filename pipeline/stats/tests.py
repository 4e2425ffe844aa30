"""Tests of differences, each a pure function of estimates or of counts, with its p value two-sided."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import chdtrc, fdtrc, stdtr

from pipeline.stats.variance import cell_covariance

_NO_VARIANCE = 1e-10  # a sum of design effects below this is rounding


@dataclass(frozen=True)
class Tested:
    """A test: its statistic, its degrees of freedom (of F two, else the second is 0), its p value."""

    statistic: float
    df: float
    p: float
    df2: float = 0.0


def t_test(difference: float, error: float, df: float) -> Tested:
    """A difference against 0; for two groups the error is √(SE₁² + SE₂²), unpooled."""
    statistic = difference / error
    return Tested(statistic, df, float(2 * stdtr(df, -abs(statistic))))


def z_test(share: float, cases: float, other: float, other_cases: float, pooled: bool = False) -> Tested:
    """Two shares with their effective sizes by the normal distribution; pooled, with one share for both."""
    if pooled:
        both = (share * cases + other * other_cases) / (cases + other_cases)
        variance = both * (1 - both) * (1 / cases + 1 / other_cases)
    else:
        variance = share * (1 - share) / cases + other * (1 - other) / other_cases
    statistic = (share - other) / math.sqrt(variance)
    return Tested(statistic, math.inf, 2 * NormalDist().cdf(-abs(statistic)))


def mcnemar(only_first: float, only_second: float) -> Tested:
    """Two options on the same respondents, unweighted, without the continuity correction.

    McNemar, Q. (1947), Psychometrika 12, 153-157.
    """
    statistic = (only_first - only_second) ** 2 / (only_first + only_second)
    return Tested(statistic, 1, float(chdtrc(1, statistic)))


def pearson(table: ArrayLike) -> Tested:
    """Independence of rows and columns of counts: Pearson, K. (1900), Philosophical Magazine 50, 157-175."""
    observed = np.asarray(table, dtype=np.float64)
    expected = np.outer(observed.sum(axis=1), observed.sum(axis=0)) / observed.sum()
    statistic = float(((observed - expected) ** 2 / expected).sum())
    df = (observed.shape[0] - 1) * (observed.shape[1] - 1)
    return Tested(statistic, df, float(chdtrc(df, statistic)))


@dataclass(frozen=True)
class RaoScott:
    """The second-order test, an F, and the first-order one: Pearson's statistic with its corrected p."""

    second: Tested
    first: Tested


def rao_scott(weights: ArrayLike, squares: ArrayLike, n: int) -> RaoScott:
    """Independence of rows and columns of a weighted table; Σw and Σw² of each cell, rows by columns.

    Rao, J. N. K. and Scott, A. J. (1984), Annals of Statistics 12, 46-60, in the form of svychisq of R's
    survey package: the metric of the design effects uses the observed shares of the cells, and n is that of
    the wave. Rows and columns without anybody are left out. NaN where the contrasts have no variance, as with
    rows that are the columns: there is nothing to test (svy says F = 0 and p = 1 there).
    """
    w, q = np.asarray(weights, dtype=np.float64), np.asarray(squares, dtype=np.float64)
    keep = np.ix_(w.sum(axis=1) > 0, w.sum(axis=0) > 0)
    w, q = w[keep], q[keep]
    rows, columns = w.shape
    total = w.sum()
    shares = (w / total).ravel()
    covariance = cell_covariance(q.ravel(), shares, total, n)
    main = np.column_stack(
        [np.ones(rows * columns)]
        + [np.repeat(np.eye(rows)[:, r], columns) for r in range(1, rows)]
        + [np.tile(np.eye(columns)[:, c], rows) for c in range(1, columns)]
    )
    crossed = np.column_stack(
        [
            np.kron(np.eye(rows)[:, r], np.eye(columns)[:, c])
            for r in range(1, rows)
            for c in range(1, columns)
        ]
    )
    contrasts = crossed - main @ np.linalg.lstsq(main, crossed, rcond=None)[0]
    inverse = np.diag(np.divide(1.0, shares, out=np.zeros_like(shares), where=shares > 0))
    simple = contrasts.T @ inverse @ contrasts / n
    design = contrasts.T @ inverse @ covariance @ inverse @ contrasts
    effects = np.linalg.solve(simple, design)
    trace = float(np.trace(effects))
    if trace < _NO_VARIANCE:
        nothing = Tested(math.nan, math.nan, math.nan, math.nan)
        return RaoScott(nothing, nothing)
    df = trace**2 / float(np.trace(effects @ effects))
    statistic = pearson(w * n / total).statistic
    second, size = statistic / trace, effects.shape[0]
    return RaoScott(
        Tested(second, df, float(fdtrc(df, df * (n - 1), second)), df * (n - 1)),
        Tested(statistic, size, float(chdtrc(size, statistic / (trace / size)))),
    )


def friedman(ranked: ArrayLike) -> Tested:
    """Whether items are ranked alike; one row a respondent, one column an item, ties sharing their places.

    Friedman, M. (1937), Journal of the American Statistical Association 32, 675-701, corrected for ties.
    """
    values = np.asarray(ranked, dtype=np.float64)
    n, k = values.shape
    ranks, ties = np.empty_like(values), 0.0
    for row in range(n):
        found, where, counts = np.unique(values[row], return_inverse=True, return_counts=True)
        last = counts.cumsum()
        ranks[row] = (last - (counts - 1) / 2)[where]
        ties += float((counts**3 - counts).sum())
        del found
    spread = float(((ranks.sum(axis=0) - n * (k + 1) / 2) ** 2).sum())
    statistic = 12 * spread / (n * k * (k + 1) - ties / (k - 1))
    return Tested(statistic, k - 1, float(chdtrc(k - 1, statistic)))


def holm(p: Sequence[float]) -> list[float]:
    """p values adjusted so that the chance of any false rejection is held.

    Holm, S. (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    order = sorted(range(len(p)), key=lambda i: p[i])
    adjusted, least = [0.0] * len(p), 0.0
    for place, i in enumerate(order):
        least = max(least, min(1.0, (len(p) - place) * p[i]))
        adjusted[i] = least
    return adjusted


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """p values adjusted so that the share of false rejections is held.

    Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal Statistical Society B 57, 289-300.
    """
    order = sorted(range(len(p)), key=lambda i: p[i], reverse=True)
    adjusted, most = [0.0] * len(p), 1.0
    for place, i in enumerate(order):
        most = min(most, len(p) / (len(p) - place) * p[i])
        adjusted[i] = most
    return adjusted


def net_promoter_score(promoters: float, detractors: float, cases: float) -> tuple[float, float]:
    """The share of promoters less that of detractors, and its standard error (with n − 1), both × 100."""
    p, d = promoters / cases, detractors / cases
    return 100 * (p - d), 100 * math.sqrt((p + d - (p - d) ** 2) / (cases - 1))
