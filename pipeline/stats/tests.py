"""Tests of differences, each a pure function of estimates or of counts, with its p value two-sided."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from pipeline.stats.variance import Array, arrays, cell_covariance

_NO_VARIANCE = 1e-10  # a sum of design effects below this is rounding
_ROUNDING = 1e-12  # and an error below this part of its difference, or of 1


@dataclass(frozen=True)
class Tested:
    """A test: its statistic, its degrees of freedom (of F two, else the second is 0), its p value."""

    statistic: float
    df: float
    p: float
    df2: float = 0.0


def t_test(difference: ArrayLike, error: ArrayLike, df: ArrayLike) -> tuple[Array, Array]:
    """Differences against 0: t and p; for two groups the error is √(SE₁² + SE₂²), unpooled.

    NaN where there is no error to divide by.
    """
    from scipy.special import stdtr

    d, se = arrays(difference, error)
    some = se > _ROUNDING * np.maximum(1, np.abs(d))
    statistic = np.divide(d, se, out=np.full(d.shape, np.nan), where=some)
    return statistic, np.asarray(2 * stdtr(df, -np.abs(statistic)))


def pearson(table: ArrayLike) -> Tested:
    """Independence of rows and columns of counts: Pearson, K. (1900), Philosophical Magazine 50, 157-175."""
    from scipy.special import chdtrc

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


def rao_scott(weights: ArrayLike, squares: ArrayLike, n: int, cases: int | None = None) -> RaoScott:
    """Independence of rows and columns of a weighted table; Σw and Σw² of each cell, rows by columns.

    Rao, J. N. K. and Scott, A. J. (1984), Annals of Statistics 12, 46-60, in the form of svychisq of R's
    survey package: the metric of the design effects uses the observed shares of the cells. n is that of the
    wave; `cases` are in the table, all of the wave unless said otherwise. Rows and columns without anybody
    are left out. NaN where there is nothing to test: where the contrasts have no variance, as with rows that
    are the columns (svy says F = 0 and p = 1 there), or where empty cells leave fewer contrasts than degrees
    of freedom (R stops there).
    """
    from scipy.special import chdtrc, fdtrc

    nothing = Tested(math.nan, math.nan, math.nan, math.nan)
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
    m = n if cases is None else cases
    simple = contrasts.T @ inverse @ contrasts / m
    design = contrasts.T @ inverse @ covariance @ inverse @ contrasts
    if np.linalg.matrix_rank(simple, tol=_NO_VARIANCE * np.abs(simple).max(), hermitian=True) < len(simple):
        return RaoScott(nothing, nothing)
    effects = np.linalg.solve(simple, design)
    trace = float(np.trace(effects))
    if trace < _NO_VARIANCE:
        return RaoScott(nothing, nothing)
    df = trace**2 / float(np.trace(effects @ effects))
    statistic = pearson(w * m / total).statistic
    second, size = statistic / trace, effects.shape[0]
    return RaoScott(
        Tested(second, df, float(fdtrc(df, df * (n - 1), second)), df * (n - 1)),
        Tested(statistic, size, float(chdtrc(size, statistic / (trace / size)))),
    )


def friedman(rank_sums: ArrayLike, respondents: int, ties: float = 0.0) -> Tested:
    """Whether items are ranked alike, from the sum of the ranks of each item over all respondents.

    `ties` is Σ(t³ − t) over the groups of t items that somebody ranked alike, each with their mean place.
    Friedman, M. (1937), Journal of the American Statistical Association 32, 675-701, corrected for ties.
    NaN where everybody ranked everything alike.
    """
    from scipy.special import chdtrc

    sums = np.asarray(rank_sums, dtype=np.float64)
    n, k = respondents, len(sums)
    spread = float(((sums - n * (k + 1) / 2) ** 2).sum())
    scale = n * k * (k + 1) - ties / (k - 1) if k > 1 else 0.0
    if scale <= 0:
        return Tested(math.nan, k - 1, math.nan)
    statistic = 12 * spread / scale
    return Tested(statistic, k - 1, float(chdtrc(k - 1, statistic)))


def holm(p: ArrayLike) -> Array:
    """p values adjusted, along the last axis, so that the chance of any false rejection is held.

    NaN is no test and counts for none. Holm, S. (1979), Scandinavian Journal of Statistics 6, 65-70.
    """
    values, order, count, place = _by_size(p)
    raised = np.minimum(1.0, (count - place) * np.take_along_axis(values, order, -1))
    return _back(np.maximum.accumulate(raised, axis=-1), order)


def benjamini_hochberg(p: ArrayLike) -> Array:
    """p values adjusted, along the last axis, so that the share of false rejections is held.

    NaN is no test and counts for none. Benjamini, Y. and Hochberg, Y. (1995), Journal of the Royal
    Statistical Society B 57, 289-300.
    """
    values, order, count, place = _by_size(p)
    raised = np.minimum(1.0, count / (place + 1) * np.take_along_axis(values, order, -1))
    # what stands after the last is no test, and is at most 1
    least = np.minimum.accumulate(np.where(np.isnan(raised), 1.0, raised)[..., ::-1], axis=-1)[..., ::-1]
    return _back(np.where(np.isnan(raised), np.nan, least), order)


def bonferroni(p: ArrayLike) -> Array:
    """p values times how many there are, along the last axis, at most 1."""
    values, _, count, _ = _by_size(p)
    return np.asarray(np.minimum(1.0, values * count), dtype=np.float64)


def unadjusted(p: ArrayLike) -> Array:
    """p values as they are."""
    return np.asarray(p, dtype=np.float64)


ADJUSTMENTS = {
    "holm": holm,
    "benjamini_hochberg": benjamini_hochberg,
    "bonferroni": bonferroni,
    "none": unadjusted,
}


def _by_size(p: ArrayLike) -> tuple[Array, np.ndarray, np.ndarray, np.ndarray]:
    """p values, their order from the smallest (NaN last), how many there are, and places from 0."""
    values = np.asarray(p, dtype=np.float64)
    count = np.sum(~np.isnan(values), axis=-1, keepdims=True)
    return values, np.argsort(values, axis=-1, kind="stable"), count, np.arange(values.shape[-1])


def _back(adjusted: Array, order: np.ndarray) -> Array:
    """Sorted values in the order in which they were given."""
    out = np.empty_like(adjusted)
    np.put_along_axis(out, order, adjusted, axis=-1)
    return out
