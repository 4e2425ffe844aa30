"""A t interval of the log odds, turned back into shares, as R's svyciprop makes it.

Korn, E. L. and Graubard, B. I. (1999), Analysis of Health Surveys, 2.4. The share itself where there is no
standard error.
"""

from __future__ import annotations

import numpy as np

from pipeline.stats.limits import Estimate, Limits, Taken, t_quantile

NAME = "logit"
LISTED = 4
ENDS = "1 ÷ (1 + e^−l), where l = ln(p ÷ (1 − p)) ± q × error ÷ (p (1 − p))"
NEEDS_ERROR = True


def limits(of: Estimate) -> Limits:
    """The interval of the log odds, as shares."""
    inside = np.where(of.has_error, of.share, 0.5)
    odds = np.log(inside / (1 - inside))
    half = t_quantile(of.df) * of.error / (inside * (1 - inside))
    return of.unless(of.has_error, (1 / (1 + np.exp(half - odds)), 1 / (1 + np.exp(-odds - half))))


def taken(of: Estimate) -> Taken:
    """A quantile of t, and no size."""
    return float("nan"), "", float(of.df)
