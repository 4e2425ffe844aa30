"""Flags of estimates: low base, uncertain, suppressed; and what a suppressed one no longer shows."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipeline.tidy.measures import FEWEST_EFFECTIVE, LOW_BASE, Flag
from pipeline.tidy.tables import BLANKED

_ROUNDING = 1e-9


def is_enough(estimates: pd.DataFrame) -> pd.Series:
    """Which estimates have the people and the effective base to be tested: 30 of either."""
    return (estimates["valid_cases"].fillna(0) >= LOW_BASE) & ~_under(estimates, LOW_BASE)


def _under(estimates: pd.DataFrame, fewest: int) -> pd.Series:
    """Which estimates have an effective base below `fewest`; not those without one, which are of nobody."""
    return estimates["effective_base"].astype(float) < fewest * (1 - _ROUNDING)


def flagged(estimates: pd.DataFrame, fewest: int) -> pd.DataFrame:
    """`estimates` with `flag`.

    low_base under 30 valid cases or an effective base of 30; uncertain under an effective base of 10;
    suppressed, and blanked, under `fewest` valid cases.
    """
    cases = estimates["valid_cases"]
    conditions = [cases < fewest, _under(estimates, FEWEST_EFFECTIVE), ~is_enough(estimates)]
    out = estimates.assign(flag=np.select(conditions, [Flag.SUPPRESSED, Flag.UNCERTAIN, Flag.LOW_BASE], ""))
    return blanked(out, out["flag"] == Flag.SUPPRESSED)


def blanked(estimates: pd.DataFrame, hidden: pd.Series) -> pd.DataFrame:
    """`estimates` flagged as suppressed, and without their numbers, where they are `hidden`."""
    out = estimates.assign(flag=estimates["flag"].mask(hidden, Flag.SUPPRESSED))
    for column in BLANKED:
        values = out[column].astype("Int64") if column in ("respondents", "total_mentions") else out[column]
        out[column] = values.mask(hidden)
    return out
