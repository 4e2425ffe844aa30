"""Standard errors of weighted shares and means and of their differences, by linearisation.

Weights are fixed and there are no strata or clusters, as in a survey that anybody may answer. A domain is
part of the whole sample, so `n` is always that of all analysed respondents of the wave. Everything is a
function of sums of weights and of squared weights, which SQL returns, and takes arrays of them.

Source: Binder, D. A. (1983), International Statistical Review 51, 279-292. R's survey package gives the same
numbers with svydesign(ids = ~1, weights = ~w).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


@dataclass(frozen=True, init=False)
class Sums:
    """Σw and Σw² over bases, and over those of them who said yes; four arrays of one shape."""

    weight: Array
    squares: Array
    yes_weight: Array
    yes_squares: Array

    def __init__(
        self, weight: ArrayLike, squares: ArrayLike, yes_weight: ArrayLike, yes_squares: ArrayLike
    ) -> None:
        sums = (weight, squares, yes_weight, yes_squares)
        for name, values in zip(self.__annotations__, sums, strict=True):
            object.__setattr__(self, name, _array(values))

    @property
    def share(self) -> Array:
        """Σw over yes ÷ Σw; NaN for an empty base."""
        return _ratio(self.yes_weight, self.weight)


def kish_deff(weight: ArrayLike, squares: ArrayLike, cases: ArrayLike) -> Array:
    """The design effect of unequal weights, n Σw² / (Σw)²: Kish, L. (1965), Survey Sampling, 11.7."""
    return _ratio(_array(cases) * _array(squares), _array(weight) ** 2)


def effective_cases(weight: ArrayLike, squares: ArrayLike) -> Array:
    """Kish's effective sample size, (Σw)² / Σw²; NaN for an empty base."""
    return _ratio(_array(weight) ** 2, _array(squares))


def share_error(sums: Sums, n: ArrayLike) -> Array:
    """The standard error of a share: √(n/(n−1) · Σw²(y−p)²) / Σw, with n of the whole wave."""
    p = sums.share
    squares = sums.yes_squares * (1 - p) ** 2 + (sums.squares - sums.yes_squares) * p**2
    return _ratio(np.sqrt(_n_ratio(n) * np.maximum(squares, 0)), sums.weight)


def group_less_total(group: Sums, total: Sums, n: ArrayLike) -> tuple[Array, Array]:
    """A group's share less that of the total it is part of, and the standard error, with the overlap.

    Each respondent adds w(y−p_g)/W_g where in the group, less w(y−p)/W.
    """
    p, of_group = total.share, group.share
    inside = [
        (group.yes_squares, _ratio(1 - of_group, group.weight) - _ratio(1 - p, total.weight)),
        (group.squares - group.yes_squares, _ratio(p, total.weight) - _ratio(of_group, group.weight)),
    ]
    rest = total.squares - total.yes_squares - (group.squares - group.yes_squares)
    outside = [
        (total.yes_squares - group.yes_squares, _ratio(1 - p, total.weight)),
        (rest, _ratio(p, total.weight)),
    ]
    variance = sum(squares * influence**2 for squares, influence in (*inside, *outside))
    return of_group - p, np.sqrt(_n_ratio(n) * np.maximum(variance, 0))


def difference_of_domains(
    cells: Mapping[tuple[bool | None, bool | None], tuple[float, float]], n: ArrayLike
) -> tuple[Array, Array]:
    """The difference of two shares of the same or overlapping bases in one sample, and its standard error.

    `cells` has (Σw, Σw²) by whether a respondent counts in the first share and in the second, None for who is
    not in its base. The error is the linearised one of Σw((y−p)/Σw of the first base − (z−q)/Σw of the
    second), a sum over the analysed (Woodruff 1971, J. Am. Stat. Assoc. 66, on functions of totals).
    """
    shares, weights = [], []
    for side in (0, 1):
        yes, no = (sum(w for key, (w, _) in cells.items() if key[side] is chosen) for chosen in (True, False))
        weights.append(yes + no)
        shares.append(yes / weights[side] if weights[side] else np.nan)
    total = 0.0
    for key, (_, squares) in cells.items():
        parts = [
            0.0 if chosen is None else (float(chosen) - share) / weight
            for chosen, share, weight in zip(key, shares, weights, strict=True)
        ]
        total += squares * (parts[0] - parts[1]) ** 2
    return _array(shares[0] - shares[1]), np.sqrt(_n_ratio(n) * max(total, 0.0))


def cell_covariance(squares: ArrayLike, shares: ArrayLike, weight: float, n: int) -> Array:
    """The covariance matrix of the shares of the cells that everybody falls into one of.

    `squares` is Σw² of each cell, `shares` its share of `weight`, which is Σw of all.
    """
    q, p = _array(squares), _array(shares)
    spread = np.diag(q) - np.outer(q, p) - np.outer(p, q) + q.sum() * np.outer(p, p)
    return np.asarray(_n_ratio(n) * spread / weight**2)


def mean_error(weight: ArrayLike, deviations: ArrayLike, n: ArrayLike) -> Array:
    """The standard error of a mean, √(n/(n−1) · Σw²(x−m)²) / Σw; unweighted over everybody it is s/√n.

    `deviations` is Σw²(x−m)², `weight` Σw, both over those who gave a number.
    """
    return _ratio(np.sqrt(_n_ratio(n) * _array(deviations)), _array(weight))


def net_promoter_score(
    base: tuple[ArrayLike, ArrayLike],
    promoters: tuple[ArrayLike, ArrayLike],
    detractors: tuple[ArrayLike, ArrayLike],
    n: ArrayLike,
) -> tuple[Array, Array]:
    """The share of promoters less that of detractors, and its standard error, both × 100.

    Each group is (Σw, Σw²). It is the mean of 1 for a promoter, −1 for a detractor and 0 for who is neither,
    and its error is that of a mean.
    """
    weight, squares = map(_array, base)
    (up, up_squares), (down, down_squares) = ((_array(w), _array(q)) for w, q in (promoters, detractors))
    score = _ratio(up - down, weight)
    rest = squares - up_squares - down_squares
    deviations = up_squares * (1 - score) ** 2 + down_squares * (1 + score) ** 2 + rest * score**2
    return _array(100 * score), 100 * mean_error(weight, deviations, n)


def arrays(*values: ArrayLike) -> tuple[Array, ...]:
    """Numbers as arrays of one shape."""
    return np.broadcast_arrays(*map(_array, values))


def _array(values: ArrayLike) -> Array:
    return np.asarray(values, dtype=np.float64)


def _ratio(part: ArrayLike, whole: ArrayLike) -> Array:
    """`part` ÷ `whole`, NaN where there is no whole."""
    a, b = arrays(part, whole)
    return np.asarray(np.divide(a, b, out=np.full(b.shape, np.nan), where=b > 0))


def _n_ratio(n: ArrayLike) -> Array:
    cases = _array(n)
    return _ratio(cases, np.where(cases > 1, cases - 1, np.nan))
