"""The default: Wilson's score interval with a size that fits equal and unequal weights.

Where all weights are equal it takes the number of cases and the quantile of the normal distribution, else
`effective_size` and t on that size less one. The formula and its source: `pipeline.stats.limits.score`;
how often the interval holds the true share: docs/coverage.md.
"""

from __future__ import annotations

import numpy as np

from pipeline.stats.limits import (
    NORMAL,
    SCORE_ENDS,
    Estimate,
    Limits,
    Taken,
    effective_size,
    is_equal,
    score,
    t_quantile,
)

NAME = "Wilson"
LISTED = 1
ENDS = SCORE_ENDS
NEEDS_ERROR = False


def limits(of: Estimate) -> Limits:
    """The score interval; everything where the size is not above 1."""
    size = _size(of)
    some = size > 1
    quantile = np.where(some, t_quantile(np.where(some, size - 1, 1.0)), np.inf)
    return score(of.share, size, np.where(is_equal(size, of.cases), NORMAL, quantile))


def taken(of: Estimate) -> Taken:
    """The cases, or the smaller of two sizes."""
    size = float(_size(of))
    if size >= of.cases:
        return size, "valid cases", np.inf
    size_is = "p (1 − p) ÷ error²" if size < of.effective else "effective base"
    return size, f"{size_is}, the smaller of two", size - 1


def _size(of: Estimate) -> np.ndarray:
    return effective_size(of.share, of.error, of.effective, of.cases)
