"""What the rows of tables say: measures, roles, flags, tests, in words that columns take; and thresholds.

A word is a text: it compares equal to what stands in a CSV.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import Any

LOW_BASE = 30
"""the fewest people, and the smallest effective base, that are tested and claimed of"""
FEWEST_EFFECTIVE = 10
"""the smallest effective base of which a number is printed"""
SURE, LIKELY = 0.05, 0.10
"""the p below which a difference holds, and gets a capital letter; and the one of a small letter"""
ALL = "All respondents"
CROSS = "×"


class Word(StrEnum):
    """A word of a vocabulary, with what it means in a sentence."""

    meaning: str

    def __new__(cls, value: str, meaning: str) -> Word:
        """The word `value`, which is a text."""
        word = str.__new__(cls, value)
        word._value_ = value
        word.meaning = meaning
        return word

    def __repr__(self) -> str:
        # messages to users quote a word as they quote any other text
        return repr(self.value)


class Measure(Word):
    """What a row says of an answer, in the order of rows."""

    OPTION = "option", "the share who chose an option"
    NET = "net", "the share who chose any option of a net"
    POOL = "pool", "as `net`, of options that are joined to compare waves; in no file"
    MEAN = "mean", "the mean of numbers, or of the scores of a scale"
    LOWER_QUARTILE = "lower_quartile", "the number that a quarter are at or below"
    MEDIAN = "median", "the number that half are at or below"
    UPPER_QUARTILE = "upper_quartile", "the number that three quarters are at or below"
    RANKED = "ranked", "the share who ranked a thing at all"
    FIRST = "first", "the share who put it first"
    TOP_3 = "top_3", "the share who put it among the first three, where more than three can be ranked"
    MEAN_RANK = "mean_rank", "its mean place among those who ranked it"
    NET_PROMOTER_SCORE = "net_promoter_score", "the share of promoters less that of detractors, in points"
    WRITTEN = "written", "the share who wrote something, of a text"
    COMBINATION = "combination", "the share who chose exactly this combination of options"
    REACHED = "reached", "the share who came as far as this step"
    CONTINUED = "continued", "the same of those who came to the step before"
    BIN = "bin", "the share who gave a number of this class; `value` is its lower end"
    CHANGE = "change", "of an answer from wave to wave"
    DIFFERENCE = "difference", "of an answer between two groups"


class Role(Word):
    """What kind of answer an option is."""

    SUBSTANTIVE = "substantive", "an answer to the question"
    OTHER = "other", "the box beside which one may write"
    NONE = "none", "none of the options"
    DKNS = "dkns", "don't know, or not sure"
    NOT_APPLICABLE = "not_applicable", "the question does not apply: in no base"
    NET = "net", "several options together"


class Flag(Word):
    """What a reader must know before taking a number for what it looks like."""

    LOW_BASE = "low_base", f"under {LOW_BASE} valid cases, or an effective base under {LOW_BASE}"
    UNCERTAIN = (
        "uncertain",
        f"an effective base under {FEWEST_EFFECTIVE}: printed as `[u]`, and its number stands here alone",
    )
    SUPPRESSED = (
        "suppressed",
        "the numbers are blanked: the base is under `base` of `[privacy]`, 10 by default, or the number "
        "would tell of a few people ([privacy](privacy.md))",
    )
    NOT_ASKED = "not_asked", "the wave did not ask this, or did not offer it"
    NO_CLEAR_CHANGE = "no_clear_change", "the change or difference is not clear: adjusted p is 0.05 or more"
    LARGE = "large", "a share moved by more than ten points, and no wave file says how the question compares"
    TOO_FEW = (
        "too_few_to_say",
        f"fewer than `base` of `[privacy]` (10) of the base are flagged, or fewer than {LOW_BASE} would be "
        "left: the numbers are empty",
    )


class Comparability(Word):
    """How a question compares with the wave before."""

    SAME = "same", "the same question and answers"
    OPTIONS = "options", "the answers offered differ"
    REWORDED = "reworded", "the wave file says that the question was put in other words"
    BROKEN = "broken", "the wave file says that the two cannot be compared"


class KindOfTest(Word):
    """What is held against what."""

    TWO_GROUPS = "two_groups", "two groups of a segment"
    GROUP_AND_TOTAL = "group_and_total", "a group and all respondents, of whom it is a part"
    GROUP_AND_OTHERS = "group_and_others", "a group and everybody who is not in it"
    RAO_SCOTT = "rao_scott", "the answers and the groups of a segment: Rao and Scott's test of the crosstab"
    TWO_OPTIONS = "two_options", "two options, or things ranked, that the same respondents could choose"
    TWO_ITEMS = "two_items", "two items of a grid on the same respondents; of claims alone, in no file"
    FRIEDMAN = "friedman", "whether all things ranked are ranked alike"
    TWO_WAVES = "two_waves", "a wave and an earlier one"


class MethodOfTest(Word):
    """How p is found."""

    NEWCOMBE = "newcombe", "of shares: Newcombe's method 10 at the effective sizes of both"
    NEWCOMBE_OTHERS = (
        "newcombe, against the others",
        "of a group and all respondents, where a share is 0 or 1",
    )
    T = "t", "of values: unpooled"
    T_PAIRED = "t, paired", "of the same respondents; by `newcombe` where a share is 0 or 1"
    T_OVERLAPPING = "t, overlapping", "of a group and all respondents"
    F = "F", "Rao and Scott's of the second order"
    FIRST_ORDER = "chi-squared, p of the first order", "the statistic of Pearson with Rao and Scott's p"
    CHI_SQUARED = "chi-squared, unweighted", "Friedman's"


class Step(Word):
    """A step of the survey flow."""

    RECEIVED = "received", "all responses of the export"
    REPEATED = "repeated", "those that repeat another, where all are counted"
    UNMATCHED = "unmatched", "texts of a screening rule that stand in no cell; nobody is lost here"
    EXCLUDED = "excluded", "whom a screening rule leaves out"
    ANALYSED = "analysed", "who is counted"
    FLAGGED = "flagged", "whose answers to a question disagree with each other; they are counted"


POOL = Measure.POOL
PARTS = (Measure.COMBINATION, Measure.REACHED, Measure.CONTINUED, Measure.BIN)
"""the measures of `part_shares`"""
COUNTED = (
    Measure.OPTION,
    Measure.NET,
    Measure.RANKED,
    Measure.FIRST,
    Measure.TOP_3,
    Measure.WRITTEN,
)
"""the measures of a question whose `respondents` are a count of their own"""
CHANGES = (Measure.CHANGE, Measure.DIFFERENCE)
"""the measures that compare two waves, or two groups, in percentage points"""
SHARES = (*COUNTED, POOL, *PARTS)
"""the measures that are shares of a base; the others are values"""
QUOTABLE = (
    *(measure for measure in Measure if measure not in (POOL, *PARTS)),
    "n",
    "respondents",
    "low",
    "high",
)
"""what a reference may say of the number that it wants, beside whose it is"""


def main_measures(measures: Iterable[str]) -> tuple[str, str]:
    """What an exhibit without nets shows: shares of options; of items ranked, if deep those in the top 3."""
    return Measure.OPTION, Measure.TOP_3 if Measure.TOP_3 in set(measures) else Measure.RANKED


def answer_label(row: Mapping[Any, Any]) -> str:
    """What an answer of a table is called: its item and its option, or the one of them that it has."""
    return ": ".join(str(row[part]) for part in ("item_label", "option_label") if row[part])
