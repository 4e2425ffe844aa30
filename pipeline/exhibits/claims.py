"""Claims of titles, tested with the statistics of the survey before anything is printed.

`top`: each answer named beats every other in the paired test on the same respondents. Who picks the highest
and holds it against the others at the two-sided 5% is wrong in at most 5% of surveys (Hung and Fithian, Rank
verification for exponential families, Annals of Statistics 47).
`majority`: the lower limit is above 50%.
`higher_in`: a group is higher than everybody else. `grew`, `fell`: the change between two waves. Of these the
p, Holm-adjusted over the comparisons of the exhibit, is held against a level that protects the whole report
(pipeline/estimates/comparisons.py).
`no_clear_change`: the adjusted p is not below 0.05.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.disclosure.flags import is_enough
from pipeline.estimates import weighted_steps
from pipeline.estimates.tests import item_pairs, option_pairs, with_limits
from pipeline.exhibits.quotes import find
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import end_in_points, half_up, p_value, percent, points, thousands
from pipeline.tidy.measures import LOW_BASE, SHARES, SURE, answer_label
from pipeline.tidy.printed import waves_of

CLAIMS = [
    "exhibit", "title", "claim", "of", "holds", "said", "wave", "first", "second", "estimate", "against",
    "difference", "low", "high", "p", "adjusted_p", "level", "comparisons", "method",
]  # fmt: skip
_MAJORITY = 0.5
_FEW = ("low_base", "uncertain", "suppressed")
_NAN = float("nan")
_HOW = {"t, paired": "paired t test", "newcombe": "by Newcombe's method"}

Row = dict[Any, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the numbers that say so.

    `estimate` and `against` are shares, `difference` the one less the other with its limits; `comparisons`
    are those that `adjusted_p` is adjusted over, and `level` is what it is held against.
    """

    claim: str
    of: str
    holds: bool
    said: str
    wave: str
    first: str
    second: str = ""
    estimate: float = _NAN
    against: float = _NAN
    difference: float = _NAN
    low: float = _NAN
    high: float = _NAN
    p: float = _NAN
    adjusted_p: float = _NAN
    level: float = _NAN
    comparisons: int = 1
    method: str = ""


@dataclass(frozen=True)
class Tested:
    """An exhibit with its table as computed and the tests of it, which claims are read off.

    `level` is what the adjusted p of a claim on groups or waves is held against.
    """

    source: Source
    found: pd.DataFrame
    tests: pd.DataFrame
    level: float

    @property
    def shape(self) -> str:
        """The shape of its table."""
        return self.source.exhibit.drawn.table

    def row(self, reference: str, change: bool = False) -> Row:
        """The row that a reference names, or its change between waves, with its `place` in the table."""
        place = find(self.found, reference.split("."), change)
        return self.found.iloc[place].to_dict() | {"place": self.found.index[place]}


def test(tested: Tested, claim: str, references: Sequence[str]) -> list[Verdict]:
    """The verdict on a claim of each of `references`; of `top` one on all of them together.

    SurveyError where the exhibit is not one of which that can be tested, or a reference names no row.
    """
    if claim == "top":
        return [_top(tested, references)]
    return [_KINDS[claim](tested, reference) for reference in references]


def _top(tested: Tested, references: Sequence[str]) -> Verdict:
    exhibit, of = tested.source.exhibit, ", ".join(references)
    if tested.shape != "answers" or exhibit.by:
        raise SurveyError(f"top is tested on the answers of all respondents; {exhibit.kind} shows others")
    named = [tested.row(reference) for reference in references]
    if any(row["measure"] not in SHARES for row in named) or len({competes_on(row) for row in named}) > 1:
        raise SurveyError(f"top = {of}: shares are compared, of options or of one option of several items")
    tests = against_others(tested, references)
    first = named[0]
    few = [row for row in named if row["flag"] in _FEW or pd.isna(row["valid_cases"])]
    if few:
        return Verdict("top", of, False, _nothing_claimed(few[0]), first["wave"], _id(first))
    if not tests:
        raise SurveyError(f"top = {of}: no other answer has a base of {LOW_BASE}")
    # the closest rival is that which p, taken to the side of the claim, says most for
    closest = max(tests, key=lambda test: test["p"] if test["difference"] > 0 else 2 - test["p"])
    own = {_id(row): row for row in _competing(tested, first).to_dict("records")}
    one, other = own[closest["first"]], own[closest["second"]]
    holds = bool(closest["difference"] > 0 and closest["p"] < SURE)
    verb = "is" if holds else "is not clearly"
    said = (
        f"{_share(one)} {verb} ahead of {_share(other)}: {_difference(closest)}, {p_value(closest['p'])}, "
        f"{_HOW[closest['method']]}, of {_cases(first)}{_when(tested, first)}; the closest of {len(tests)}"
    )
    # no adjustment: all of them have to hold
    numbers = _numbers(closest | {"adjusted_p": closest["p"]})
    return Verdict("top", of, holds, said, first["wave"], _id(one), _id(other), one["share"], other["share"],
                   level=SURE, comparisons=len(tests), method=closest["method"], **numbers)  # fmt: skip


def against_others(tested: Tested, references: Sequence[str]) -> list[Row]:
    """The tests that `top` rests on: of each answer named against each that is not, unadjusted."""
    named = [tested.row(reference) for reference in references]
    return [test for row in named for test in _against_others(tested, row, named)]


def _competing(tested: Tested, row: Row) -> pd.DataFrame:
    """The answers that one competes with: of its wave and measure, of a grid those of the other items."""
    found = tested.found
    own = found[(found["wave"] == row["wave"]) & (found["measure"] == row["measure"]) & (found["by"] == "")]
    own = own[own["role"].isin(["substantive", "", "net"]) & is_enough(own)]
    return pd.DataFrame(own.loc[own["option"] == row["option"]] if row["item"] else own)


def competes_on(row: Row) -> tuple[str, str]:
    """What answers have in common that compete: a measure, and of items the option."""
    return row["measure"], row["option"] if row["item"] else ""


def _against_others(tested: Tested, row: Row, named: Sequence[Row]) -> Iterator[Row]:
    """Tests of an answer against each of those that are not named."""
    own = _competing(tested, row)
    if row["flag"] not in _FEW and row["place"] not in own.index:
        raise SurveyError(f"top: “{answer_label(row)}” is no answer that competes with others")
    for hidden in own[own["flag"] == "suppressed"].to_dict("records"):
        raise SurveyError(f"top: “{answer_label(hidden)}” is suppressed, so nothing can be ahead of it")
    places = {one["place"] for one in named}
    rivals = [place for place in own.index if place not in places]
    source, question = tested.source, tested.source.exhibit.question
    if not rivals or row["place"] not in own.index:
        return
    if row["item"]:
        with source.opened() as domain:
            every = domain.overlaps(question, row, source.exhibit.dkns)
        joint = weighted_steps.overlaps(every, row, source.estimated.levels)
        tests = item_pairs(own, joint, row["place"], rivals, adjustment="none")
    else:
        with source.opened() as domain:
            both = domain.together()
        together = weighted_steps.together(both, tested.found, source.estimated.levels)
        tests = option_pairs(own, together, [(row["place"], rival) for rival in rivals], adjustment="none")
    yield from tests.to_dict("records")


def _majority(tested: Tested, reference: str) -> Verdict:
    row = tested.row(reference)
    if row["measure"] not in SHARES:
        raise SurveyError(f"majority = {reference}: a {row['measure']} is no share")
    low, high = row["low"], row["high"]
    enough = row["flag"] == ""
    holds = bool(enough and low > _MAJORITY)
    verb = "is" if holds else "is not clearly"
    said = (
        f"{_share(row)} {verb} more than half: its 95% interval is {percent(low)} to {percent(high)}, of "
        f"{_cases(row)}{_when(tested, row)}"
    )
    said = said if enough else _nothing_claimed(row)
    return Verdict("majority", reference, holds, said, row["wave"], _id(row), "", row["share"], _MAJORITY,
                   low=low, high=high, method=row["interval"])  # fmt: skip


def _higher_in(tested: Tested, reference: str) -> Verdict:
    exhibit, tests = tested.source.exhibit, tested.tests
    if not exhibit.by or tested.shape not in ("answers", "two_waves"):
        raise SurveyError(f"higher_in is tested where groups are compared; {exhibit.id!r} has none")
    row = tested.row(reference)
    if not row["group"]:
        raise SurveyError(f"higher_in = {reference}: in which group? write {reference}.GROUP")
    if tested.shape == "two_waves":
        tests, others = tests[tests["test"] == "two_groups"], "the other group"
        own = _like(tests, row)
        sign = 1 if (own["first"] == row["group"]).any() else -1
    else:
        tests, others = tests[tests["test"] == "group_and_others"], "everybody else"
        tests = tests[tests["wave"] == row["wave"]]
        own, sign = _like(tests[tests["first"] == row["group"]], row), 1
    if own.empty:
        return Verdict("higher_in", reference, False, _nothing_claimed(row), row["wave"], row["group"])
    result = _turned(with_limits(own, tested.level).iloc[0].to_dict(), sign)
    against = row["share"] - result["difference"]
    holds = bool(result["difference"] > 0 and result["adjusted_p"] <= tested.level)
    verb = "is" if holds else "is not clearly"
    said = (
        f"{_share(row)} in “{row['group_label']}” {verb} higher than the {percent(against)} of {others}: "
        f"{_difference(result)}, {p_value(result['adjusted_p'])}, Holm-adjusted over {len(tests)} "
        f"comparisons, {_held_against(tested.level)}; {_cases(row)} in the group{_when(tested, row)}"
    )
    return Verdict("higher_in", reference, holds, said, row["wave"], row["group"], others, row["share"],
                   against, level=tested.level, comparisons=len(tests), method=result["method"],
                   **_numbers(result))  # fmt: skip


def _moved(
    claim: str, holding: str, failing: str, wanted: Callable[[float, float, float], bool]
) -> Callable[[Tested, str], Verdict]:
    """The test of a change between two waves, by its difference, its adjusted p and the level of claims."""

    def judge(tested: Tested, reference: str) -> Verdict:
        exhibit = tested.source.exhibit
        if exhibit.by or tested.shape not in ("two_waves", "all_waves"):
            raise SurveyError(f"{claim} is tested between waves; {exhibit.id!r} compares none")
        change = tested.row(reference, change=True)
        early, late = change["group"], change["wave"]
        tests = tested.tests[tested.tests["test"] == "two_waves"]
        own = _like(tests[(tests["first"] == late) & (tests["second"] == early)], change, ("item", "option"))
        if own.empty:
            return Verdict(claim, reference, False, _nothing_claimed(change), late, late, early)
        level = SURE if claim == "no_clear_change" else tested.level
        result = with_limits(own, level).iloc[0].to_dict()
        sides = _like(tested.found, result)
        before, after = (sides[sides["wave"] == wave].iloc[0].to_dict() for wave in (early, late))
        holds = wanted(result["difference"], result["adjusted_p"], tested.level)
        said = (
            f"“{answer_label(change)}” {holding if holds else failing} from {percent(before['share'])} of "
            f"{_cases(before)} in {early} to {percent(after['share'])} of {_cases(after)} in {late}: "
            f"{_difference(result)}, {p_value(result['adjusted_p'])}, Holm-adjusted over {len(tests)} "
            f"changes, {_held_against(level)}"
        )
        return Verdict(claim, reference, holds, said, late, late, early, after["share"], before["share"],
                       level=level, comparisons=len(tests), method=result["method"],
                       **_numbers(result))  # fmt: skip

    return judge


_KINDS: dict[str, Callable[[Tested, str], Verdict]] = {
    "majority": _majority,
    "higher_in": _higher_in,
    "grew": _moved("grew", "grew", "did not clearly grow", lambda by, p, level: by > 0 and p <= level),
    "fell": _moved("fell", "fell", "did not clearly fall", lambda by, p, level: by < 0 and p <= level),
    "no_clear_change": _moved(
        "no_clear_change", "shows no clear change", "changed clearly", lambda _, p, __: p >= SURE
    ),
}


def _when(tested: Tested, row: Row) -> str:
    """The wave of a row that is not of the latest."""
    return "" if row["wave"] == waves_of(tested.found)[-1] else f", in {row['wave']}"


def _like(frame: pd.DataFrame, row: Row, keys: Sequence[str] = ("item", "option", "measure")) -> pd.DataFrame:
    """The rows of a frame that are of what `row` is of."""
    return frame.loc[np.logical_and.reduce([frame[key] == row[key] for key in keys])]


def _turned(result: Row, sign: int) -> Row:
    """A test with its difference the other way round, where the sign is negative."""
    low, high = sorted((sign * result["low"], sign * result["high"]))
    return result | {"difference": sign * result["difference"], "low": low, "high": high}


def _numbers(result: Row) -> dict[str, Any]:
    return {key: result[key] for key in ("difference", "low", "high", "p", "adjusted_p")}


def _held_against(level: float) -> str:
    """What an adjusted p is held against, in words."""
    return f"held against {half_up(level, 4).normalize():f}"


def _difference(result: Row) -> str:
    low, high = (end_in_points(result[end]) for end in ("low", "high"))
    return f"{points(result['difference'])} points [{low}, {high}]"


def _id(row: Row) -> str:
    """What a row is called in a test of two answers: its item where items are compared."""
    return str(row["item"] or row["option"])


def _share(row: Row) -> str:
    return f"“{answer_label(row)}” {percent(row['share'])}"


def _cases(row: Row) -> str:
    return f"{thousands(row['valid_cases'])} respondents"


def _nothing_claimed(row: Row) -> str:
    flag = row["flag"]
    why = "was not asked in both waves" if flag == "not_asked" else f"has fewer than {LOW_BASE} respondents"
    if flag in ("low_base", "uncertain") and row["valid_cases"] >= LOW_BASE:
        why = f"has an effective base under {LOW_BASE}"
    if flag not in ("not_asked", *_FEW):
        why = "is not among what this exhibit tests"
    whom = f" in “{row['group_label']}”" if row["by"] else ""
    return f"“{answer_label(row)}”{whom} {why}, so nothing can be claimed of it"
