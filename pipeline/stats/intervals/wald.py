"""The share ± t · SE, the textbook's interval; not kept within 0 and 1."""

from __future__ import annotations

import numpy as np

from pipeline.stats.limits import Estimate, Limits, Taken, t_quantile

NAME = "Wald"
LISTED = 7
ENDS = "p ± q × error"
NEEDS_ERROR = True


def limits(of: Estimate) -> Limits:
    """The share less and plus as many errors."""
    half = np.where(of.has_error, t_quantile(of.df) * of.error, of.error)
    return of.share - half, of.share + half


def taken(of: Estimate) -> Taken:
    """A quantile of t, and no size."""
    return float("nan"), "", float(of.df)
