"""Receipts of what is compared: a change between waves, a difference of two groups, the claims of a title."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import pandas as pd

from pipeline.estimates.tests import as_tests
from pipeline.exhibits.claims import Tested
from pipeline.exhibits.claims import claim as module_of
from pipeline.exhibits.claims.top import against_others
from pipeline.exhibits.quotes import find, look_up
from pipeline.exhibits.run import opened
from pipeline.exhibits.shapes import exhibit_table
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.receipts.derivation import quantile
from pipeline.receipts.row import Record, full, part, printed
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read
from pipeline.tidy.marks import why_hidden
from pipeline.tidy.measures import CHANGES, SURE, KindOfTest, Measure, MethodOfTest

Row = Mapping[Any, Any]
_KEYS = ["item", "option"]
_NEWCOMBE = (
    "from d − √((p − l)² + (u′ − p′)²) to d + √((u − p)² + (p′ − l′)²): Wilson's limits l and u of the "
    "first, l′ and u′ of the second, with n = {first} and {second}"
)


def change(paths: Paths, exhibit: str, table: pd.DataFrame, row: Record) -> Iterator[str]:
    """The receipt of a change or difference: its sides, which have receipts of their own, and its test."""
    sides = table[(table["item"] == row["item"]) & (table["option"] == row["option"])]
    sides = sides[~sides["measure"].isin(CHANGES)]
    by_wave = row["measure"] == Measure.CHANGE
    first, second = (row["group"], row["wave"]) if by_wave else dict.fromkeys(sides["group"])
    key = "wave" if by_wave else "group"
    before, after = (sides[sides[key] == name].iloc[0] for name in (first, second))
    for name, side in ((first, before), (second, after)):
        if pd.isna(side["share"]):
            yield part(str(name), f"not shown: {side['flag'].replace('_', ' ')}")
            continue
        yield part(str(name), f"{full(side['share'])} of {side['valid_cases']} valid cases")
        base, error = full(side["effective_base"]), full(side["standard_error"])
        yield part("", f"effective base {base}, standard error {error}")
    if pd.isna(row["value"]):
        yield part("flag", str(row["flag"]))
        return
    yield part("number", f"{full(after['share'])} − {full(before['share'])} = {full(row['value'])}")
    tests = read(paths, "tests")
    kind = KindOfTest.TWO_WAVES if by_wave else KindOfTest.TWO_GROUPS
    family = tests[(tests["exhibit"] == exhibit) & (tests["test"] == kind)]
    of_row = family[(family[_KEYS] == [row[name] for name in _KEYS]).all(axis=1)]
    of_row = of_row[of_row[["first", "second"]].isin([first, second]).all(axis=1)]
    for place, test in of_row.iterrows():
        # the difference of groups is tested the other way round
        yield from _test(int(str(place)), test, before, after, sign=1 if test["first"] == second else -1)
        yield from _adjusted(family, test, SURE)
    yield part("rounding", f"{full(float(row['value']) * 100)} points are printed as {printed(row)}, half up")
    yield part("flag", row["flag"] or "a clear change: adjusted p below 0.05 (tables/tests.csv)")


def _test(place: int, test: Row, before: Row, after: Row, sign: int) -> Iterator[str]:
    """A test of two independent estimates, in the direction that the table has it."""
    yield part("test", f"{test['test']} by {test['method']}, p = {full(test['p'])} ({_line(place)})")
    ends = [full(end) for end in sorted((sign * test["low"], sign * test["high"]))]
    level = float(test["confidence"])
    share = f"1 − {SURE:g} × {full(test['p'])} ÷ {full(test['adjusted_p'])} = {full(level)}"
    yield part("confidence", f"{share}, so that the interval leaves out 0 where adjusted p is below {SURE:g}")
    if test["method"] == MethodOfTest.NEWCOMBE:
        sizes = [test["first_size"], test["second_size"]][::sign]
        by = f"q = {full(quantile(confidence=level))}"
        yield part("interval", f"Newcombe, {by}: {ends[0]} to {ends[1]}")
        ends_of = _NEWCOMBE.format(first=full(sizes[0]), second=full(sizes[1]))
        yield part("", f"{ends_of}; the first is the later, or the second group")
        yield part("", "p is that of the q at which an end of it is 0, taken to both sides of the normal")
        return
    errors = " + ".join(f"{full(side['standard_error'])}²" for side in (before, after))
    yield part("error", f"√({errors}) = {full(test['standard_error'])}")
    by = f"q = {full(quantile(test['df'], level))} (of t with {full(test['df'])} degrees of freedom)"
    yield part("interval", f"t, {by}: {ends[0]} to {ends[1]}")
    difference = full(sign * test["difference"])
    yield part("", f"{difference} ± q × {full(test['standard_error'])}")


def _adjusted(family: pd.DataFrame, test: Row, level: float) -> Iterator[str]:
    """How a p value is adjusted over all of its family, and what it is held against."""
    if test["adjustment"] == "holm":
        p = np.sort(family["p"].dropna().to_numpy(dtype=float))
        place = int(np.searchsorted(p, test["p"]))
        times = len(p) - np.arange(len(p))
        # none is smaller than that of a smaller p
        decides = int(np.argmax((p * times)[: place + 1]))
        product = f"{full(p[decides])} × {times[decides]} = {full(p[decides] * times[decides])}"
        of = f"p is number {place + 1} of {len(p)} by size"
        if decides < place:
            of += f", and takes what number {decides + 1} has"
        yield part("adjusted", f"by Holm over {len(p)} comparisons: {product}, at most 1")
        yield part("", of)
    verdict = "is" if test["adjusted_p"] < level else "is not"
    yield part("level", f"adjusted p = {full(test['adjusted_p'])} {verdict} below {full(level)}")


def claims(paths: Paths, exhibit: str) -> Iterator[str]:
    """The receipt of each claim of the title of an exhibit: what it says, rests on and is held against."""
    claims_of_all = read(paths, "claims")
    of_title = claims_of_all[claims_of_all["exhibit"] == exhibit]
    if of_title.empty:
        raise SurveyError(f"the title of {exhibit!r} claims nothing; survey headlines lists what it could")
    for claim in records(of_title):
        if claim["claim"] == "quote":
            yield part("left out", claim["said"])
            continue
        level = SURE if pd.isna(claim["level"]) else float(claim["level"])
        yield part("claim", f"{claim['claim']} = {claim['of']}")
        yield part("says", claim["said"])
        yield from _rests_on(paths, exhibit, claim, level)
        kind = claim_kinds()[claim["claim"]]
        if kind.of_report:
            yield from _of_report(paths, level)
        criterion = kind.holds_if.format(level=full(level))
        yield part("verdict", f"{'holds' if claim['holds'] else 'does not hold'}: it does where {criterion}")


def _of_report(paths: Paths, level: float) -> Iterator[str]:
    """Why a claim on groups or waves is held against another level than 0.05."""
    compared = read(paths, "comparisons")
    chosen = int(compared["selected"].sum())
    yield part(
        "report",
        f"{SURE:g} × {max(chosen, 1)} ÷ {len(compared)} = {full(level)}: of {len(compared)} questions by a "
        f"segment or between waves (comparisons.csv) {chosen} are selected by Benjamini and Hochberg",
    )


def _rests_on(paths: Paths, exhibit: str, claim: Row, level: float) -> Iterator[str]:
    """The rows of tables that a claim rests on."""
    kind = claim_kinds()[claim["claim"]]
    if kind.rests_on == "interval":
        table = read(paths, exhibit)
        place = look_up(table, claim["of"].split("."))
        row = table.iloc[place]
        if not pd.isna(row["low"]):
            yield part(
                "interval",
                f"{full(row['low'])} to {full(row['high'])} (line {place + 2} of {exhibit}.csv)",
            )
            yield part("", f"survey explain {exhibit} {claim['of']} has its receipt")
        return
    tests = read(paths, "tests")
    tests = tests[tests["exhibit"] == exhibit]
    if kind.rests_on == "others":
        yield from _against_others(paths, exhibit, claim, tests)
        return
    if math.isnan(claim["p"]):
        return
    table = read(paths, exhibit)
    reference = table.iloc[find(table, claim["of"].split("."), change=kind.is_change)]
    family, of_row = module_of(claim["claim"]).compared(tests, claim, reference.to_dict())
    for line, test in of_row.to_dict("index").items():
        yield from _row_of_tests(int(str(line)), test)
        shares = f"{full(claim['estimate'])} − {full(claim['against'])} = {full(claim['difference'])}"
        yield part("shares", shares)
        yield from _adjusted(family, test, level)


def _against_others(paths: Paths, exhibit: str, claim: Row, tests: pd.DataFrame) -> Iterator[str]:
    """The tests of an answer against every other, each of which has to hold."""
    with opened(paths) as run:
        declared = next(one for one in run.chosen if one.id == exhibit)
        source = Source(run.estimated, declared)
        rules = run.estimated.rules
        if rules.is_identifying(declared.question, rules.filtered(declared.where)):
            why = why_hidden(run.declared.survey.privacy.base)
            yield part("test", f"only the closest is shown, p = {full(claim['p'])}: {why}")
            return
        tested = Tested(source, exhibit_table(source), as_tests([]), SURE)
        rivals = against_others(tested, claim["of"].split(", "))
    neighbours = tests[(tests["test"] == KindOfTest.TWO_OPTIONS) & (tests["wave"] == claim["wave"])]
    for test in rivals:
        pair = {test["first"], test["second"]}
        known = [place for place, one in neighbours.iterrows() if {one["first"], one["second"]} == pair]
        yield from _row_of_tests(int(str(known[0])) if known else None, test)
    yield part("adjusted", f"by nothing: all {len(rivals)} have to hold")


def _row_of_tests(place: int | None, test: Row) -> Iterator[str]:
    """A test in a line: what is held against what, its difference, and its p."""
    where = _line(place) if place is not None else "of the claim alone, so not in tests.csv"
    yield part("test", f"{test['first']} less {test['second']}, {test['test']} by {test['method']} ({where})")
    numbers = f"difference {full(test['difference'])}, p = {full(test['p'])}"
    if not math.isnan(test["statistic"]):
        ratio = f"{full(test['difference'])} ÷ {full(test['standard_error'])} = {full(test['statistic'])}"
        numbers += f" of t with {full(test['df'])} degrees of freedom at {ratio}"
    yield part("", numbers)


def _line(place: int) -> str:
    return f"line {place + 2} of tests.csv"
