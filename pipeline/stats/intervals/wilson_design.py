"""Wilson's score interval with the effective size p(1 − p)/SE², not capped, and t on n − 1.

The formula and its source: `pipeline.stats.limits.score`. The share itself where there is no standard error.
"""

from __future__ import annotations

from pipeline.stats.limits import SCORE_ENDS, Estimate, Limits, Taken, score, t_quantile

NAME = "Wilson (design-based)"
LISTED = 3
ENDS = SCORE_ENDS
NEEDS_ERROR = True


def limits(of: Estimate) -> Limits:
    """The score interval."""
    return of.unless(of.has_error, score(of.share, of.design_size(1.0), t_quantile(of.df)))


def taken(of: Estimate) -> Taken:
    """The size of the linearised variance."""
    return float(of.design_size(float("inf"))), "p (1 − p) ÷ error²", float(of.df)
