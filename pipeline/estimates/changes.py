"""What changed between waves: every question's estimates, wave by wave and from the first to the last."""

from __future__ import annotations

from collections.abc import Iterator

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
    questions = estimated.declared.survey.questions
    parts = [part for name in questions for part in _of_question(estimated, name)]
    return pd.concat(parts, ignore_index=True) if parts else CHANGES.frame([])


def _of_question(estimated: Estimates, question: str) -> Iterator[pd.DataFrame]:
    fieldings = estimated.declared.fieldings
    estimates = estimated.pooled(question)
    names = waves_of(estimates)
    if len(names) < 2:
        return
    measures = (Measure.NET, Measure.MEAN, *main_measures(estimates["measure"]))
    estimates = estimates[estimates["measure"].isin(measures)]
    made = []
    for early, late in comparability.pairs(names):
        status, _ = comparability.declared(fieldings, question, early, late)
        if status == comparability.BROKEN:
            continue
        sides = [estimates[estimates["wave"] == name] for name in (early, late)]
        one, other = ({*side[ANSWER].itertuples(index=False, name=None)} for side in sides)
        status = Comparability.OPTIONS if status == Comparability.SAME and one != other else status
        tests = _with_estimates(wave_pairs(estimates, early, late), *sides)
        looked_at = comparability.is_said(fieldings, question, early, late)
        made.append(tests.assign(early=early, late=late, comparability=status, looked_at=looked_at))
    if made and (whole := pd.concat(made, ignore_index=True)).shape[0]:
        whole = adjusted_together(whole)
        clear = whole["adjusted_p"] < SURE
        is_large = whole["measure"].isin(SHARES) & (whole["difference"].abs() > LARGE)
        whole["flag"] = (~clear).map({True: Flag.NO_CLEAR_CHANGE, False: ""})
        is_large &= (whole["comparability"] == Comparability.SAME) & ~whole["looked_at"].astype(bool)
        whole["flag"] = whole["flag"].mask(is_large, Flag.LARGE)
        yield whole[CHANGES.names]


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
