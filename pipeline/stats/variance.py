"""Standard errors of weighted shares and of their differences, by linearisation.

Weights are fixed and there are no strata or clusters, as in a survey that anybody may answer. A domain is
part of the whole sample, so `n` is always that of all analysed respondents of the wave. Everything is a
function of sums of weights and of squared weights, which SQL returns.

Source: Binder, D. A. (1983), International Statistical Review 51, 279-292. R's survey package gives the same
numbers with svydesign(ids = ~1, weights = ~w).
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True)
class Sums:
    """Σw and Σw² over a base, and over those of it who said yes."""

    weight: float
    squares: float
    yes_weight: float
    yes_squares: float

    @property
    def share(self) -> float:
        """Σw over yes ÷ Σw; NaN for an empty base."""
        return self.yes_weight / self.weight if self.weight else math.nan


def kish_deff(weight: float, squares: float, cases: int) -> float:
    """The design effect of unequal weights, n Σw² / (Σw)²: Kish, L. (1965), Survey Sampling, 11.7."""
    return cases * squares / weight**2 if weight else math.nan


def effective_cases(weight: float, squares: float) -> float:
    """Kish's effective sample size, (Σw)² / Σw²; NaN for an empty base."""
    return weight**2 / squares if squares else math.nan


def share_error(sums: Sums, n: int) -> float:
    """The standard error of a share: √(n/(n−1) · Σw²(y−p)²) / Σw, with n of the whole wave."""
    p = sums.share
    squares = sums.yes_squares * (1 - p) ** 2 + (sums.squares - sums.yes_squares) * p**2
    return math.sqrt(_n_ratio(n) * squares) / sums.weight if sums.weight else math.nan


def group_less_total(group: Sums, total: Sums, n: int) -> tuple[float, float]:
    """A group's share less that of the total it is part of, and the standard error, with the overlap.

    Each respondent adds w(y−p_g)/W_g where in the group, less w(y−p)/W.
    """
    difference = group.share - total.share
    inside = [
        (group.yes_squares, (1 - group.share) / group.weight - (1 - total.share) / total.weight),
        (group.squares - group.yes_squares, -group.share / group.weight + total.share / total.weight),
    ]
    outside = [
        (total.yes_squares - group.yes_squares, -(1 - total.share) / total.weight),
        (
            total.squares - total.yes_squares - (group.squares - group.yes_squares),
            total.share / total.weight,
        ),
    ]
    variance = _n_ratio(n) * sum(squares * influence**2 for squares, influence in (*inside, *outside))
    return difference, math.sqrt(variance)


def paired_difference(
    cells: Mapping[tuple[bool, bool], tuple[float, float]], n: int
) -> tuple[float, float, float]:
    """One share less another of the same respondents, its standard error, and the covariance of the two.

    `cells` has (Σw, Σw²) of those who said yes to the first (True) and to the second, for all four cases.
    """
    weight = sum(w for w, _ in cells.values())
    shares = [sum(w for key, (w, _) in cells.items() if key[place]) / weight for place in (0, 1)]
    errors = [
        (squares, (key[0] - shares[0]) / weight, (key[1] - shares[1]) / weight)
        for key, (_, squares) in cells.items()
    ]
    ratio = _n_ratio(n)
    covariance = ratio * sum(squares * a * b for squares, a, b in errors)
    variance = ratio * sum(squares * (a - b) ** 2 for squares, a, b in errors)
    return shares[0] - shares[1], math.sqrt(variance), covariance


def cell_covariance(squares: ArrayLike, shares: ArrayLike, weight: float, n: int) -> NDArray[np.float64]:
    """The covariance matrix of the shares of the cells that everybody falls into one of.

    `squares` is Σw² of each cell, `shares` its share of `weight`, which is Σw of all.
    """
    q, p = np.asarray(squares, dtype=np.float64), np.asarray(shares, dtype=np.float64)
    total = q.sum()
    spread = np.diag(q) - np.outer(q, p) - np.outer(p, q) + total * np.outer(p, p)
    return np.asarray(_n_ratio(n) * spread / weight**2)


def mean_error(values: Sequence[float], weights: Sequence[float], n: int) -> tuple[float, float]:
    """A weighted mean and its standard error, √(n/(n−1) · Σw²(x−m)²) / Σw; unweighted it is s/√n."""
    x, w = np.asarray(values, dtype=np.float64), np.asarray(weights, dtype=np.float64)
    weight = math.fsum(w)
    mean = math.fsum(w * x) / weight
    return mean, math.sqrt(_n_ratio(n) * math.fsum((w * (x - mean)) ** 2)) / weight


def _n_ratio(n: int) -> float:
    return n / (n - 1) if n > 1 else math.nan
