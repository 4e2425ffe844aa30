"""What claims on a change between two waves share: `grew`, `fell` and `no_clear_change`.

Their p is Holm-adjusted over the changes of the exhibit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.estimates.tests import with_limits
from pipeline.exhibits.claims import phrases
from pipeline.exhibits.claims.verdict import Row, Tested, Verdict, like, numbers
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import p_value, percent
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.measures import SURE, KindOfTest, Measure, answer_label


def possible(tested: Tested, answers: Sequence[Row]) -> Iterator[list[str]]:
    """Every answer of all respondents between every two waves of which the change is shown."""
    changes = tested.table[tested.table["measure"] == Measure.CHANGE]
    pairs = list(dict.fromkeys(zip(changes["group"], changes["wave"], strict=True)))
    for row in answers:
        if not row["by"]:
            yield from ([f"{row['of']}.{early}.{late}"] for early, late in pairs)


def compared(tests: pd.DataFrame, verdict: Mapping[Any, Any], row: Row) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tests between waves, and among them the one of the row between the waves of the verdict."""
    family = tests[tests["test"] == KindOfTest.TWO_WAVES]
    of_waves = family[(family["first"] == verdict["first"]) & (family["second"] == verdict["second"])]
    return family, like(of_waves, row, ("item", "option"))


def judge(
    claim: str, words: tuple[str, str], holds_if: Callable[[float, float, float], bool]
) -> Callable[[Tested, str], Verdict]:
    """The `verdict` of a claim: `holds_if` is asked of the difference, its adjusted p and the level.

    `words` say what an answer did where the claim holds, and where it does not.
    """

    def verdict(tested: Tested, reference: str) -> Verdict:
        exhibit = tested.source.exhibit
        if exhibit.by or tested.shape not in ("two_waves", "all_waves"):
            raise SurveyError(f"{claim} is tested between waves; {exhibit.id!r} compares none")
        change = tested.row(reference, change=True)
        early, late = change["group"], change["wave"]
        family, of_row = compared(tested.tests, {"first": late, "second": early}, change)
        if of_row.empty:
            return Verdict(claim, reference, False, phrases.nothing_claimed(change), late, late, early)
        level = tested.level if claim_kinds()[claim].of_report else SURE
        result = with_limits(of_row, level).iloc[0].to_dict()
        sides = like(tested.table, result)
        before, after = (sides[sides["wave"] == wave].iloc[0].to_dict() for wave in (early, late))
        holds = holds_if(result["difference"], result["adjusted_p"], level)
        sentence = (
            f"“{answer_label(change)}” {words[0] if holds else words[1]} from {percent(before['share'])} of "
            f"{phrases.cases(before)} in {early} to {percent(after['share'])} of {phrases.cases(after)} in "
            f"{late}: {phrases.difference(result)}, {p_value(result['adjusted_p'])}, Holm-adjusted over "
            f"{len(family)} changes, {phrases.held_against(level)}"
        )
        return Verdict(claim, reference, holds, sentence, late, late, early, after["share"], before["share"],
                       level=level, comparisons=len(family), method=result["method"],
                       **numbers(result))  # fmt: skip

    return verdict
