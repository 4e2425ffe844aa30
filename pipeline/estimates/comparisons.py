"""Everything that a report could claim of groups and of waves, protected together.

The comparisons of a question by a segment in its latest wave are a family, and so are those between two of
its waves. All families are counted, drawn or not, so that no title depends on which exhibits a report has.
Within a family p values are adjusted by Holm; a family is selected where its smallest one passes Benjamini
and Hochberg's procedure over all families, and within it a comparison holds whose adjusted p is at most 0.05
times the part of the families that is selected: Benjamini, Y. and Bogomolov, M., Selective inference on
multiple families of hypotheses, Journal of the Royal Statistical Society B 76, 297-318.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.estimates.run import Estimates
from pipeline.estimates.tests import against_others, answers_compared, wave_pairs
from pipeline.stats.tests import benjamini_hochberg
from pipeline.tidy.families import Comparisons
from pipeline.tidy.measures import SURE
from pipeline.tidy.printed import waves_of
from pipeline.tidy.tables import COMPARISONS


def comparisons(estimated: Estimates) -> Comparisons:
    """The families of all questions of a survey; those of which nothing can be tested are left out."""
    tested = {**_of_groups(estimated), **_of_waves(estimated)}
    questions, segments = (
        list(names) for names in (estimated.declared.survey.questions, estimated.declared.survey.segments)
    )

    def place(family: tuple[str, ...]) -> tuple[int, bool, int]:
        """Where a family stands: by question, segments first, then pairs of waves as they come."""
        question, by, *_ = family
        return questions.index(question), not by, segments.index(by) if by else 0

    names = COMPARISONS.names
    return selected([(dict(zip(names, key, strict=False)), tested[key]) for key in sorted(tested, key=place)])


def selected(families: Sequence[tuple[dict[str, str], pd.DataFrame]]) -> Comparisons:
    """Families, each with what it is of and with its tests; those are selected that may be claimed of."""
    tested = [(key, tests) for key, tests in families if len(tests)]
    smallest = np.array([float(tests["adjusted_p"].min()) for _, tests in tested])
    chosen = benjamini_hochberg(smallest) <= SURE
    level = Comparisons(pd.DataFrame({"selected": chosen})).level
    rows = [
        key
        | {
            "comparisons": len(tests),
            "unadjusted": int((tests["p"] < SURE).sum()),
            "smallest_p": least,
            "selected": bool(is_chosen),
            "holding": int((tests["adjusted_p"] <= level).sum()) if is_chosen else 0,
        }
        for (key, tests), least, is_chosen in zip(tested, smallest, chosen, strict=True)
    ]
    return Comparisons(COMPARISONS.frame(rows))


def _of_groups(estimated: Estimates) -> dict[tuple[str, ...], pd.DataFrame]:
    """The tests of each question by each segment that it is not itself, in its latest wave."""
    shares = answers_compared(_latest_of_each(estimated.shares_of_groups()))
    shares = shares[shares["by"] != shares["question"]]
    if not (shares["by"] != "").any():
        return {}
    tests = against_others(shares.reset_index(drop=True))
    families = tests.groupby(["question", "by", "wave"], sort=False)
    return {(str(question), str(by), str(wave), ""): rows for (question, by, wave), rows in families}


def _latest_of_each(estimates: pd.DataFrame) -> pd.DataFrame:
    """The rows of each question that are of its latest wave."""
    rows = list(zip(estimates["question"], estimates["wave"], strict=True))
    latest = dict(rows)
    return estimates[np.fromiter((latest[question] == wave for question, wave in rows), dtype=bool)]


def _of_waves(estimated: Estimates) -> dict[tuple[str, ...], pd.DataFrame]:
    """The tests of each question between two of its waves."""
    fieldings = estimated.declared.fieldings
    shares: dict[tuple[str, str], list[pd.DataFrame]] = {}
    asked = []
    for question in estimated.over_waves:
        pooled = answers_compared(estimated.pooled(question))
        waves = waves_of(pooled)
        for early, late in comparability.pairs(waves) if len(waves) > 1 else ():
            if comparability.declared(fieldings, question, early, late)[0] != comparability.BROKEN:
                shares.setdefault((early, late), []).append(pooled)
                asked.append((question, "", late, early))
    tested = {}
    for (early, late), of_questions in shares.items():
        # one test of many questions costs as much as one of a single question
        tests = wave_pairs(pd.concat(of_questions, ignore_index=True), early, late)
        for name, rows in tests.groupby("question", sort=False):
            tested[str(name), "", late, early] = rows
    return {family: tested[family] for family in asked if family in tested}
