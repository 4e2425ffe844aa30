"""The questionnaire of a survey in the formats of other tools: one module a standard.

To add a standard is to add its module here; it is called by the name of the module, `triple_s` by `triple-s`.
Its parts are the fields of `Standard`, and nothing of it is known elsewhere.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from pipeline.public.questionnaire.instrument import Instrument
from pipeline.public.questionnaire.rows import Rows


@dataclass(frozen=True)
class Standard:
    """How a questionnaire is written by one standard, as its module says by the same names."""

    title: str
    """what the standard is called, as printed"""
    names: Sequence[str]
    """the files that it may write"""
    takes_rows: bool
    """whether responses of the public bundle can go with the questionnaire"""
    documents: Callable[[Instrument, Rows | None], Mapping[str, bytes]]
    """(the questionnaire, the rows of the bundle) → the content of each file"""
    lost: Callable[[Instrument, Rows | None], Mapping[str, Sequence[str]]]
    """(likewise) what the standard has no place for → the questions that have it"""


@cache
def standards() -> dict[str, Standard]:
    """Every standard by its name."""
    known = {}
    for path in sorted(Path(__file__).parent.glob("*.py")):
        if path.stem != "__init__":
            module = importlib.import_module(f"{__name__}.{path.stem}")
            if hasattr(module, "documents"):
                name = path.stem.strip("_").replace("_", "-")
                known[name] = Standard(
                    module.TITLE, module.NAMES, module.TAKES_ROWS, module.documents, module.lost
                )
    return known
