"""What a title may claim, as far as declarations and receipts must know it: read off `exhibits/claims`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.project.capitals import described


@dataclass(frozen=True)
class ClaimKind:
    """What the module of a claim says of it, each in a constant of the same name in capitals.

    `holds_if` is the criterion, with `{level}` for what p is held against, and `listed` the place where
    claims are listed. `headline` is a plain title, which may name `{answers}`, `{group}`, `{others}`,
    `{early}` and `{late}`. `rests_on` says what the verdict is read off: `tests`, those of the exhibit;
    `interval`, that of the row; `others`, tests against every other answer. `of_report`: p is held against
    the level of the whole report. `is_change`: it is about a change between waves. `is_news`: `survey
    headlines` proposes each that holds; of others only that of the largest difference, where nothing
    changed clearly. `is_of_all`: there is one verdict on all answers named, and not one on each.
    """

    holds_if: str
    headline: str
    rests_on: str = "tests"
    of_report: bool = False
    is_change: bool = False
    is_news: bool = True
    is_of_all: bool = False
    listed: int = 99


@cache
def claim_kinds() -> dict[str, ClaimKind]:
    """Every claim by the key that report.toml has for it, in the order in which they are listed."""
    return described("exhibits/claims", ClaimKind)
