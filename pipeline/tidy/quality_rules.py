"""The rules of data quality, as far as declarations and pages know them: off database/quality_rules."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from pipeline.project.capitals import described


@dataclass(frozen=True)
class QualityRule:
    """What the module of a rule says of it, each in a constant of the same name in capitals.

    `name` is how pages and terminal call it, `listed` its place among the rules. It `needs` something without
    which it can flag nobody, and says that it `lacks` that: `times` (started and submitted), `id`,
    `long_grid` (of at least as many items as its key says, as {least}), `routing` (a question that is not
    asked of everyone), or its key. Its `key` under [quality] holds what `key_holds` says: a `duration`, a
    `count`, `answers` (a question and the options that are right) or `combinations` (answers that cannot all
    be true); `default` is the count without it. `repeats`: it flags responses that repeat another.
    """

    name: str
    needs: str = ""
    lacks: str = ""
    key: str = ""
    key_holds: str = ""
    default: Any = None
    repeats: bool = False
    listed: int = 99


@cache
def quality_rules() -> dict[str, QualityRule]:
    """Every rule by its id, in the order in which they are listed."""
    return described("database/quality_rules", QualityRule)
