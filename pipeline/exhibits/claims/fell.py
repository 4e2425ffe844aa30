"""`fell`: a share fell between two waves, by a test held against the level of the whole report."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.exhibits.claims.between_waves import compared as compared
from pipeline.exhibits.claims.between_waves import judged
from pipeline.exhibits.claims.between_waves import possible as possible
from pipeline.exhibits.claims.verdict import Tested, Verdict

HOLDS_IF = "the difference is below 0 and the adjusted p at most {level}"
LISTED = 5
HEADLINE = "Down from {early} to {late}: {answers}"
IS_CHANGE = True
OF_REPORT = True

_WORDS = ("fell", "did not clearly fall")


def test(tested: Tested, references: Sequence[str]) -> Iterable[Verdict]:
    """A verdict on each change."""
    return judged(tested, "fell", references, _WORDS, lambda by, p, level: by < 0 and p <= level)
