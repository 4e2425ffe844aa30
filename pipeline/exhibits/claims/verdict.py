"""The verdict on a claim, what it is read off, and the words that verdicts share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from pipeline.exhibits.quotes import find
from pipeline.exhibits.source import Source
from pipeline.tidy.measures import Flag

FEW = (Flag.LOW_BASE, Flag.UNCERTAIN, Flag.SUPPRESSED)
"""the flags of rows of too few to claim anything"""
_NAN = float("nan")

Row = dict[Any, Any]


@dataclass(frozen=True)
class Verdict:
    """Whether a claim holds, and the numbers that say so.

    `estimate` and `against` are shares, `difference` the one less the other with its limits; `comparisons`
    are those that `adjusted_p` is adjusted over, and `level` is what it is held against.
    """

    claim: str
    of: str
    holds: bool
    said: str
    wave: str
    first: str
    second: str = ""
    estimate: float = _NAN
    against: float = _NAN
    difference: float = _NAN
    low: float = _NAN
    high: float = _NAN
    p: float = _NAN
    adjusted_p: float = _NAN
    level: float = _NAN
    comparisons: int = 1
    method: str = ""


@dataclass(frozen=True)
class Tested:
    """An exhibit with its table as computed and the tests of it, which claims are read off.

    `level` is what the adjusted p of a claim on groups or waves is held against.
    """

    source: Source
    table: pd.DataFrame
    tests: pd.DataFrame
    level: float

    @property
    def shape(self) -> str:
        """The shape of its table."""
        return self.source.exhibit.drawn.table

    def row(self, reference: str, change: bool = False) -> Row:
        """The row that a reference names, or its change between waves, with its `place` in the table."""
        place = find(self.table, reference.split("."), change)
        return self.table.iloc[place].to_dict() | {"place": self.table.index[place]}


def like(frame: pd.DataFrame, row: Row, keys: Sequence[str] = ("item", "option", "measure")) -> pd.DataFrame:
    """The rows of a frame that are of what `row` is of."""
    return frame.loc[np.logical_and.reduce([frame[key] == row[key] for key in keys])]


def numbers(result: Row) -> dict[str, Any]:
    """The difference of a test with its interval and its p values, as a verdict has them."""
    return {key: result[key] for key in ("difference", "low", "high", "p", "adjusted_p")}


def id_of(row: Row) -> str:
    """What a row is called in a test of two answers: its item where items are compared."""
    return str(row["item"] or row["option"])
