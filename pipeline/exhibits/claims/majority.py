"""`majority`: a share is above half, by the lower limit of its interval."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.exhibits.claims import phrases
from pipeline.exhibits.claims.verdict import Row, Tested, Verdict, id_of
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import percent
from pipeline.tidy.measures import SHARES

HOLDS_IF = "the lower limit is above 0.5"
LISTED = 2
HEADLINE = "More than half: {answers}"
RESTS_ON = "interval"

_HALF = 0.5


def possible(tested: Tested, answers: Sequence[Row]) -> Iterator[list[str]]:
    """Every answer of all respondents."""
    yield from ([row["of"]] for row in answers if tested.shape == "answers" and not row["by"])


def verdict(tested: Tested, reference: str) -> Verdict:
    """The verdict on a share."""
    row = tested.row(reference)
    if row["measure"] not in SHARES:
        raise SurveyError(f"majority = {reference}: a {row['measure']} is no share")
    low, high = row["low"], row["high"]
    enough = row["flag"] == ""
    holds = bool(enough and low > _HALF)
    verb = "is" if holds else "is not clearly"
    sentence = (
        f"{phrases.share(row)} {verb} more than half: its 95% interval is {percent(low)} to {percent(high)}, "
        f"of {phrases.cases(row)}{phrases.when(tested, row)}"
    )
    sentence = sentence if enough else phrases.nothing_claimed(row)
    return Verdict("majority", reference, holds, sentence, row["wave"], id_of(row), "", row["share"], _HALF,
                   low=low, high=high, method=row["interval"])  # fmt: skip
