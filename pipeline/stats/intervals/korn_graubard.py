"""Clopper and Pearson's interval with the effective size p(1 − p)/SE², at most the number of cases.

Korn, E. L. and Graubard, B. I. (1998), Survey Methodology 24, 193-201, who cap it at n. At 0 and 1, where
there is no standard error, the size is the number of cases.
"""

from __future__ import annotations

import math

import numpy as np

from pipeline.stats.limits import EXACT_ENDS, Estimate, Limits, Taken, beta_limits

NAME = "Korn–Graubard"
LISTED = 6
ENDS = EXACT_ENDS
NEEDS_ERROR = False


def limits(of: Estimate) -> Limits:
    """The exact interval of that many cases."""
    return beta_limits(of, _size(of))


def taken(of: Estimate) -> Taken:
    """The size of the linearised variance, capped."""
    return float(_size(of)), "p (1 − p) ÷ error², at most the valid cases", math.nan


def _size(of: Estimate) -> np.ndarray:
    return np.minimum(of.design_size(math.inf), of.cases)
