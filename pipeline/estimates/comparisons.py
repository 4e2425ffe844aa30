"""Everything that a report could claim of groups and of waves, protected together.

The comparisons of a question by a segment in its latest wave are a family, and so are those between two of
its waves. All families are counted, drawn or not, so that no title depends on which exhibits a report has.
Within a family p values are adjusted by Holm; a family is selected where its smallest one passes Benjamini
and Hochberg's procedure over all families, and within it a comparison holds whose adjusted p is at most 0.05
times the part of the families that is selected: Benjamini, Y. and Bogomolov, M., Selective inference on
multiple families of hypotheses, Journal of the Royal Statistical Society B 76, 297-318.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.estimates.run import Estimates
from pipeline.estimates.tests import answers_compared, group_and_others, wave_pairs
from pipeline.stats.tests import benjamini_hochberg
from pipeline.tidy.families import Comparisons
from pipeline.tidy.measures import SURE
from pipeline.tidy.printed import latest_of, waves_of, within_base
from pipeline.tidy.tables import COMPARISONS


def comparisons(estimated: Estimates) -> Comparisons:
    """The families of all questions of a survey; those of which nothing can be tested are left out."""
    families = [
        family for name in estimated.declared.survey.questions for family in _families(estimated, name)
    ]
    return selected([(dict(zip(COMPARISONS.names, key, strict=False)), tests) for key, tests in families])


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


def _families(estimated: Estimates, question: str) -> Iterator[tuple[tuple[str, ...], pd.DataFrame]]:
    """What a question can be claimed of: by each segment that it is not itself, and between its waves."""
    estimates = within_base(estimated.frequencies(question))
    if estimates.empty:
        return
    latest = latest_of(estimates)
    for segment in estimated.declared.survey.segments:
        if segment != question:
            of_segment = latest[latest["by"].isin(["", segment])]
            yield (question, segment, str(latest["wave"].iloc[0]), ""), group_and_others(of_segment)
    pooled = answers_compared(estimated.pooled(question))
    waves = waves_of(pooled)
    for early, late in comparability.pairs(waves) if len(waves) > 1 else ():
        status, _ = comparability.declared(estimated.declared.fieldings, question, early, late)
        if status != comparability.BROKEN:
            yield (question, "", late, early), wave_pairs(pooled, early, late)
