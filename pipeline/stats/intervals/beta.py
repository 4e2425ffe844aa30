"""Clopper and Pearson's interval with the effective size p(1 − p)/SE², not capped.

The formulas and their sources: `beta_limits` and `clopper_pearson` of `pipeline.stats.limits`. The share
itself where there is no standard error.
"""

from __future__ import annotations

import math

from pipeline.stats.limits import EXACT_ENDS, Estimate, Limits, Taken, beta_limits

NAME = "beta"
LISTED = 5
ENDS = EXACT_ENDS
NEEDS_ERROR = True


def limits(of: Estimate) -> Limits:
    """The exact interval of that many cases."""
    return beta_limits(of, of.design_size(math.inf))


def taken(of: Estimate) -> Taken:
    """The size of the linearised variance."""
    return float(of.design_size(math.inf)), "p (1 − p) ÷ error²", math.nan
