"""`top`: each answer named is ahead of every other, in the paired test on the same respondents.

Who picks the highest and holds it against the others at the two-sided 5% is wrong in at most 5% of surveys
(Hung and Fithian, Rank verification for exponential families, Annals of Statistics 47).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pandas as pd

from pipeline.disclosure.flags import is_enough
from pipeline.estimates import weighted_steps
from pipeline.estimates.tests import item_pairs, option_pairs
from pipeline.exhibits.claims import phrases
from pipeline.exhibits.claims.verdict import FEW, Row, Tested, Verdict, id_of, like, numbers
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import p_value
from pipeline.tidy.contract import records
from pipeline.tidy.measures import LOW_BASE, SHARES, SURE, Flag, Measure, MethodOfTest, Role, answer_label

HOLDS_IF = "the difference is above 0 and p below {level}, against every other answer"
LISTED = 1
HEADLINE = "First: {answers}"
RESTS_ON = "others"
IS_OF_ALL = True

_MOST_FIRST = 3
_HOW = {MethodOfTest.T_PAIRED: "paired t test", MethodOfTest.NEWCOMBE: "by Newcombe's method"}


def possible(_tested: Tested, answers: Sequence[Row]) -> Iterator[list[str]]:
    """The highest answer, the two highest, and so on."""
    whole = [row for row in answers if not row["by"]]
    alike = [row for row in whole if competes_on(row) == competes_on(whole[0])]
    falling = sorted(alike, key=lambda row: -row["share"])
    for most in range(1, min(_MOST_FIRST, len(falling)) + 1):
        yield [row["of"] for row in falling[:most]]


def verdict(tested: Tested, references: Sequence[str]) -> Verdict:
    """The verdict on all the answers named."""
    exhibit, of = tested.source.exhibit, ", ".join(references)
    if tested.shape != "answers" or exhibit.by:
        raise SurveyError(f"top is tested on the answers of all respondents; {exhibit.kind} shows others")
    named = [tested.row(reference) for reference in references]
    if any(row["measure"] not in SHARES for row in named) or len({competes_on(row) for row in named}) > 1:
        raise SurveyError(f"top = {of}: shares are compared, of options or of one option of several items")
    tests = against_others(tested, references)
    first = named[0]
    few = [row for row in named if row["flag"] in FEW or pd.isna(row["valid_cases"])]
    if few:
        return Verdict("top", of, False, phrases.nothing_claimed(few[0]), first["wave"], id_of(first))
    if not tests:
        raise SurveyError(f"top = {of}: no other answer has a base of {LOW_BASE}")
    # the closest rival has the greatest one-sided p, here doubled
    closest = max(tests, key=lambda test: test["p"] if test["difference"] > 0 else 2 - test["p"])
    by_id = {id_of(row): row for row in records(_competing(tested, first))}
    one, other = by_id[closest["first"]], by_id[closest["second"]]
    holds = bool(closest["difference"] > 0 and closest["p"] < SURE)
    verb = "is" if holds else "is not clearly"
    sentence = (
        f"{phrases.share(one)} {verb} ahead of {phrases.share(other)}: {phrases.difference(closest)}, "
        f"{p_value(closest['p'])}, {_HOW[closest['method']]}, of {phrases.cases(first)}"
        f"{phrases.when(tested, first)}; the closest of {len(tests)}"
    )
    # p needs no adjustment, since the claim fails where a single test does
    result = numbers(closest | {"adjusted_p": closest["p"]})
    return Verdict("top", of, holds, sentence, first["wave"], id_of(one), id_of(other), one["share"],
                   other["share"], level=SURE, comparisons=len(tests), method=closest["method"],
                   **result)  # fmt: skip


def against_others(tested: Tested, references: Sequence[str]) -> list[Row]:
    """The tests that `top` rests on: of each answer named against each that is not, unadjusted."""
    named = [tested.row(reference) for reference in references]
    return [test for row in named for test in _against_others(tested, row, named)]


def _competing(tested: Tested, row: Row) -> pd.DataFrame:
    """The answers that one competes with: of its wave and measure, of a grid those of the other items."""
    rows = like(
        tested.table, row | {"by": ""}, ("wave", "measure", "by", *(["option"] if row["item"] else []))
    )
    return rows[rows["role"].isin([Role.SUBSTANTIVE, "", Measure.NET]) & is_enough(rows)]


def competes_on(row: Row) -> tuple[str, str]:
    """What answers have in common that compete: a measure, and of items the option."""
    return row["measure"], row["option"] if row["item"] else ""


def _against_others(tested: Tested, row: Row, named: Sequence[Row]) -> Iterator[Row]:
    """The tests of an answer against each answer that the claim does not name."""
    competing = _competing(tested, row)
    if row["flag"] not in FEW and row["place"] not in competing.index:
        raise SurveyError(f"top: “{answer_label(row)}” is no answer that competes with others")
    for hidden in records(competing[competing["flag"] == Flag.SUPPRESSED]):
        raise SurveyError(f"top: “{answer_label(hidden)}” is suppressed, so nothing can be ahead of it")
    places = {one["place"] for one in named}
    rivals = [place for place in competing.index if place not in places]
    source, question = tested.source, tested.source.exhibit.question
    if not rivals or row["place"] not in competing.index:
        return
    if row["item"]:
        with source.opened() as domain:
            choices = domain.overlaps(question, row, source.exhibit.dkns)
        joint = weighted_steps.overlaps(choices, row, source.estimated.levels)
        tests = item_pairs(competing, joint, row["place"], rivals, adjustment="none")
    else:
        pairs = [(row["place"], rival) for rival in rivals]
        tests = option_pairs(competing, source.together(tested.table), pairs, adjustment="none")
    yield from records(tests)
