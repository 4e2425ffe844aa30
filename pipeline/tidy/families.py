"""The table of the comparisons that a report could make, as it is written and read."""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from pipeline.text.rounding import thousands
from pipeline.tidy.measures import SURE


@dataclass(frozen=True)
class Comparisons:
    """The families of a survey, a row each with the columns of comparisons.csv.

    `unadjusted` are the comparisons whose p is below 0.05, `smallest_p` is after Holm, and `holding` are
    those that may be claimed.
    """

    families: pd.DataFrame

    @property
    def level(self) -> float:
        """What an adjusted p is held against: 0.05 times the part of families selected; of none, of one."""
        if self.families.empty:
            return SURE
        return SURE * max(int(self.families["selected"].sum()), 1) / len(self.families)

    def in_words(self) -> str:
        """How many comparisons there are, and how many hold."""
        if self.families.empty:
            return "no two groups (segments in survey.toml) and no two waves could be compared"
        tested, holding, more = (
            int(self.families[name].sum()) for name in ("comparisons", "holding", "unadjusted")
        )
        hold = "holds" if holding == 1 else "hold"
        return (
            f"{thousands(tested)} comparisons of a group with the others or of two waves could be tested, of "
            f"which {thousands(holding)} {hold} after adjustment; without it {thousands(more)} would have"
        )
