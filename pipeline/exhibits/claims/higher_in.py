"""`higher_in`: a group is higher than everybody else, or of two groups than the other.

The p, Holm-adjusted over the comparisons of the exhibit, is held against a level that protects the whole
report (pipeline/estimates/comparisons.py).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.estimates.tests import with_limits
from pipeline.exhibits.claims import phrases
from pipeline.exhibits.claims.verdict import Row, Tested, Verdict, like, numbers
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import p_value, percent
from pipeline.tidy.measures import KindOfTest

HOLDS_IF = "the difference is above 0 and the adjusted p at most {level}"
LISTED = 3
HEADLINE = "Higher in {group} than {others}: {answers}"
OF_REPORT = True

_EVERYBODY, _OTHER = "everybody else", "the other group"


def possible(_tested: Tested, answers: Sequence[Row]) -> Iterator[list[str]]:
    """Every answer in every group."""
    yield from ([f"{row['of']}.{row['group']}"] for row in answers if row["by"])


def compared(tests: pd.DataFrame, verdict: Mapping[Any, Any], row: Row) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The tests of groups against everybody else, or of two groups, and among them those of the row."""
    if verdict["second"] == _OTHER:
        family = tests[tests["test"] == KindOfTest.TWO_GROUPS]
        of_group = family["first"].eq(row["group"]) | family["second"].eq(row["group"])
    else:
        family = tests[(tests["test"] == KindOfTest.GROUP_AND_OTHERS) & (tests["wave"] == verdict["wave"])]
        of_group = family["first"].eq(row["group"])
    return family, like(family[of_group], row)


def verdict(tested: Tested, reference: str) -> Verdict:
    """The verdict on an answer in a group."""
    exhibit, tests = tested.source.exhibit, tested.tests
    if not exhibit.by or tested.shape not in ("answers", "two_waves"):
        raise SurveyError(f"higher_in is tested where groups are compared; {exhibit.id!r} has none")
    row = tested.row(reference)
    if not row["group"]:
        raise SurveyError(f"higher_in = {reference}: in which group? write {reference}.GROUP")
    others = _OTHER if tested.shape == "two_waves" else _EVERYBODY
    family, of_row = compared(tests, {"wave": row["wave"], "second": others}, row)
    sign = 1 if (of_row["first"] == row["group"]).any() else -1
    if of_row.empty:
        return Verdict("higher_in", reference, False, phrases.nothing_claimed(row), row["wave"], row["group"])
    result = _turned(with_limits(of_row, tested.level).iloc[0].to_dict(), sign)
    against = row["share"] - result["difference"]
    holds = bool(result["difference"] > 0 and result["adjusted_p"] <= tested.level)
    verb = "is" if holds else "is not clearly"
    sentence = (
        f"{phrases.share(row)} in “{row['group_label']}” {verb} higher than the {percent(against)} of "
        f"{others}: {phrases.difference(result)}, {p_value(result['adjusted_p'])}, Holm-adjusted over "
        f"{len(family)} comparisons, {phrases.held_against(tested.level)}; {phrases.cases(row)} in the group"
        f"{phrases.when(tested, row)}"
    )
    return Verdict("higher_in", reference, holds, sentence, row["wave"], row["group"], others, row["share"],
                   against, level=tested.level, comparisons=len(family), method=result["method"],
                   **numbers(result))  # fmt: skip


def _turned(result: Row, sign: int) -> Row:
    """A test, with its difference reversed where the sign is negative."""
    low, high = sorted((sign * result["low"], sign * result["high"]))
    return result | {"difference": sign * result["difference"], "low": low, "high": high}
