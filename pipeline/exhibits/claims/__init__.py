"""Claims of titles, tested with the statistics of the survey before anything is printed: a module a claim.

To add a claim is to add its module here. In capitals it says the fields of `ClaimKind` (tidy/claim_kinds.py);
its functions are `test`, the verdict on what the title names; `possible`, what could be claimed of an
exhibit; and, where it rests on the tests of the exhibit, `compared`, which of them those are.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol, cast

import pandas as pd

from pipeline.exhibits.claims.verdict import Row, Tested, Verdict

__all__ = ["Row", "Tested", "Verdict", "claim", "test"]


class Claim(Protocol):
    """What the module of a claim does."""

    def test(self, tested: Tested, references: Sequence[str]) -> Iterable[Verdict]:
        """The verdicts on the rows named; SurveyError where that is not tested on them."""

    def possible(self, tested: Tested, answers: Sequence[Row]) -> Iterator[list[str]]:
        """The references of which it can be claimed, whether or not it holds.

        `answers` are the rows of the latest wave that are compared, each with its reference as `of`.
        """

    def compared(
        self, tests: pd.DataFrame, verdict: Mapping[Any, Any], row: Row
    ) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Of the tests of an exhibit those that p is adjusted over, and of them that of the row."""


def claim(name: str) -> Claim:
    """The module of a claim."""
    return cast("Claim", importlib.import_module(f"pipeline.exhibits.claims.{name}"))


def test(tested: Tested, name: str, references: Sequence[str]) -> list[Verdict]:
    """The verdicts on a claim of `references`: one of each, or one on all of them together.

    SurveyError where the exhibit is not one of which that can be tested, or a reference names no row.
    """
    return list(claim(name).test(tested, references))
