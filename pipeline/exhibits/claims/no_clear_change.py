"""`no_clear_change`: the change between two waves is not clear, so its adjusted p is not below 0.05."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.exhibits.claims.between_waves import compared as compared
from pipeline.exhibits.claims.between_waves import judged
from pipeline.exhibits.claims.between_waves import possible as possible
from pipeline.exhibits.claims.verdict import Tested, Verdict

HOLDS_IF = "the adjusted p is not below {level}"
LISTED = 6
HEADLINE = "No clear change from {early} to {late}: {answers}"
IS_CHANGE = True
IS_NEWS = False

_WORDS = ("shows no clear change", "changed clearly")


def test(tested: Tested, references: Sequence[str]) -> Iterable[Verdict]:
    """A verdict on each change."""
    return judged(tested, "no_clear_change", references, _WORDS, lambda _, p, level: p >= level)
