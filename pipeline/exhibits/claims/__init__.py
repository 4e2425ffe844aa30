"""Claims of titles, tested with the statistics of the survey before anything is printed: a module a claim.

To add a claim is to add its module here. In capitals it says the fields of `ClaimKind` (tidy/claim_kinds.py);
its functions are `verdict`, on the row that a reference names; `possible`, which references of an exhibit it
could be claimed of, where each of the rows has its own reference as `of`; and, where it rests on the tests of
the exhibit, `compared`: those that p is adjusted over, and of them those of the row.
"""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import Any

from pipeline.exhibits.claims.verdict import Row, Tested, Verdict
from pipeline.tidy.claim_kinds import claim_kinds

__all__ = ["Row", "Tested", "Verdict", "claim", "test"]


def claim(name: str) -> Any:
    """The module of a claim."""
    return importlib.import_module(f"pipeline.exhibits.claims.{name}")


def test(tested: Tested, name: str, references: Sequence[str]) -> list[Verdict]:
    """The verdict on a claim of each of `references`, or one on all of them together.

    SurveyError where the exhibit is not one of which that can be tested, or a reference names no row.
    """
    verdict = claim(name).verdict
    if claim_kinds()[name].is_of_all:
        return [verdict(tested, references)]
    return [verdict(tested, reference) for reference in references]
