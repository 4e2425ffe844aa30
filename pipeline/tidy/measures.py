"""The measures of tables: what a row tells of an answer, and the columns that tell it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

POOL = "pool"
"""the measure of options that are joined to compare waves"""
LOW_BASE = 30
"""the fewest people, and the smallest effective base, that are tested and claimed of"""
FEWEST_EFFECTIVE = 10
"""the smallest effective base of which a number is printed"""
MEASURES = (
    "option", "net", POOL, "mean", "lower_quartile", "median", "upper_quartile",
    "ranked", "first", "top_3", "mean_rank", "net_promoter_score", "written",
)  # fmt: skip
PARTS = ("combination", "reached", "continued", "bin")
"""the measures of `part_shares`"""
SHARES = ("option", "net", POOL, "ranked", "first", "top_3", "written", *PARTS)
"""the measures that are shares of a base; the others are values"""
BLANKED = [
    "share", "value", "standard_error", "low", "high", "respondents", "total_mentions",
    "weighted_respondents", "weighted_base", "effective_base", "deff",
]  # fmt: skip
"""what is left out of an estimate that is not shown"""

CHANGES = ("change", "difference")
"""the measures that compare two waves, or two groups, in percentage points"""
QUOTABLE = (
    *CHANGES, "option", "net", "mean", "lower_quartile", "median", "upper_quartile", "ranked", "first",
    "top_3", "mean_rank", "net_promoter_score", "written", "n", "respondents", "low", "high",
)  # fmt: skip
"""what a reference may say of the number that it wants, beside whose it is"""


def main_measures(measures: Iterable[str]) -> tuple[str, str]:
    """What an exhibit without nets shows: shares of options; of items ranked, if deep those in the top 3."""
    return "option", "top_3" if "top_3" in set(measures) else "ranked"


def answer_label(row: Mapping[Any, Any]) -> str:
    """What an answer of a table is called: its item and its option, or the one of them that it has."""
    return ": ".join(str(row[part]) for part in ("item_label", "option_label") if row[part])


COLUMNS = [
    "wave", "question", "item", "item_label", "option", "option_label", "role", "measure",
    "by", "group", "group_label", "letter", "share", "value", "standard_error", "low", "high", "interval",
    "higher_than", "respondents", "sample_size", "valid_cases", "total_mentions",
    "weighted_respondents", "weighted_base", "effective_base", "deff", "flag",
]  # fmt: skip
SUMS = ["weight", "weight_squares", "yes_weight", "yes_squares", "analysed", "screened"]
"""what comparisons need of an estimate beside COLUMNS: sums of weights with a mean of 1"""
ALL = "All respondents"
CROSS = "×"

SURE, LIKELY = 0.05, 0.10
"""the p below which a difference holds, and gets a capital letter; and the one of a small letter"""
