"""What changed between waves: every question's estimates, wave by wave and from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.estimates.run import Estimates
from pipeline.estimates.tests import adjusted_together, wave_pairs
from pipeline.text.rounding import percent, points, thousands
from pipeline.tidy.measures import SHARES, SURE, Comparability, Flag, Measure, answer_label, main_measures
from pipeline.tidy.printed import waves_of
from pipeline.tidy.tables import ANSWER, CHANGES

LARGE = 0.10
"""a share that moves by more than this is looked at twice"""


def changes(estimated: Estimates) -> pd.DataFrame:
    """A row an estimate and pair of waves that compare: shares of all respondents, nets and means.

    `flag` is `no_clear_change`, or `large` where a share moved by more than ten points and the wave files say
    nothing of the question; p is adjusted over the changes of a question.
    """
    fieldings = estimated.declared.fieldings
    sides: dict[tuple[str, str], list[pd.DataFrame]] = {}
    compared: dict[tuple[str, str, str], dict[str, object]] = {}
    for question in estimated.over_waves:
        estimates = estimated.pooled(question)
        measures = (Measure.NET, Measure.MEAN, *main_measures(estimates["measure"]))
        names, estimates = waves_of(estimates), estimates[estimates["measure"].isin(measures)]
        for early, late in comparability.pairs(names) if len(names) > 1 else ():
            status, _ = comparability.declared(fieldings, question, early, late)
            if status != comparability.BROKEN:
                sides.setdefault((early, late), []).append(estimates)
                looked_at = comparability.is_said(fieldings, question, early, late)
                place = len(compared)
                key = (question, early, late)
                compared[key] = {"comparability": status, "looked_at": looked_at, "place": place}
    if not sides:
        return CHANGES.frame([])
    made = []
    for (early, late), of_questions in sides.items():
        estimates = pd.concat(of_questions, ignore_index=True)
        one, other = (estimates[estimates["wave"] == name] for name in (early, late))
        unlike = _offered_otherwise(one, other)
        tests = _with_estimates(wave_pairs(estimates, early, late), one, other).assign(early=early, late=late)
        of_tests = [compared[question, early, late] for question in tests["question"]]
        facts = pd.DataFrame(of_tests, columns=["comparability", "looked_at", "place"])
        is_unlike = tests["question"].isin(unlike) & (facts["comparability"] == Comparability.SAME)
        facts["comparability"] = facts["comparability"].mask(is_unlike, Comparability.OPTIONS)
        made.append(pd.concat([tests, facts], axis=1))
    rows = pd.concat(made, ignore_index=True).sort_values("place", kind="stable", ignore_index=True)
    whole = adjusted_together(rows, family=["question"])
    clear = whole["adjusted_p"] < SURE
    is_large = whole["measure"].isin(SHARES) & (whole["difference"].abs() > LARGE)
    is_large &= (whole["comparability"] == Comparability.SAME) & ~whole["looked_at"].astype(bool)
    whole["flag"] = np.select([is_large, ~clear], [Flag.LARGE, Flag.NO_CLEAR_CHANGE], "")
    return whole[CHANGES.names]


def _offered_otherwise(one: pd.DataFrame, other: pd.DataFrame) -> set[str]:
    """The questions of which two waves do not have the same estimates."""
    first, second = (set(side[ANSWER].itertuples(index=False, name=None)) for side in (one, other))
    return {str(question) for question, *_ in first ^ second}


def _with_estimates(tests: pd.DataFrame, early: pd.DataFrame, late: pd.DataFrame) -> pd.DataFrame:
    """The tests with the labels, estimates and bases of their two waves."""
    for name, side, labels in (("early", early, []), ("late", late, ["item_label", "option_label"])):
        estimate = side["share"].where(side["share"].notna(), side["value"])
        numbers = {f"{name}_estimate": estimate, f"{name}_cases": side["valid_cases"]}
        tests = tests.merge(side[[*ANSWER, *labels]].assign(**numbers), on=ANSWER)
    return tests


def warnings(changes: pd.DataFrame) -> Iterator[str]:
    """A line a question whose shares moved by more than ten points between waves that are called the same."""
    for question, rows in changes[changes["flag"] == Flag.LARGE].groupby("question", sort=False):
        widest = rows.sort_values("difference", key=abs, ascending=False, kind="stable").iloc[0].to_dict()
        label = " ".join(answer_label(widest).split())
        more = f" (and {len(rows) - 1} more in tables/changes.csv)" if len(rows) > 1 else ""
        sides = [
            f"{percent(widest[f'{side}_estimate'])} of {thousands(widest[f'{side}_cases'])} in {widest[side]}"
            for side in ("early", "late")
        ]
        yield (
            f"warning: {question}: “{label}” moved by {points(widest['difference'])} points, from "
            f"{' to '.join(sides)}{more}; look whether both waves put it alike, and say so with status "
            f"under [changes.{question}] of {widest['late']}.toml"
        )
