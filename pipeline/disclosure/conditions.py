"""What disclosure control speaks of: people who meet conditions, counts of them, and sums of counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Dimension = tuple[str, ...]
Conditions = frozenset[tuple[Dimension, frozenset[str]]]
Floats = NDArray[np.float64]
Places = NDArray[np.int64]
OUTSIDE = "-"
"""the cell of a dimension for everybody who is in none of the others"""
BOXES = ("box", "net", "known")
"""the kinds of dimension of a multiple choice of which everybody is in one cell, or all in none"""
WEIGHT: Dimension = ("weight", "")
"""the dimension whose cells are classes of respondents with one weight"""


@dataclass
class Count:
    """How many people meet some conditions.

    `cost` is what hiding it costs, None where it must stay; `value` means nothing where it is hidden already.
    """

    conditions: Conditions
    value: int
    cost: float | None = None
    protected: bool = False
    hidden: bool = False


@dataclass(frozen=True)
class Sum:
    """A published sum of counts, of which it is known that it lies between `least` and `most`.

    Where it is a sum of weights, each count is taken times one of `factors`.
    """

    parts: tuple[Conditions, ...]
    least: float
    most: float
    factors: tuple[float, ...] = ()


@dataclass(frozen=True)
class Union:
    """A count of who meets at least one of `parts`."""

    whole: Conditions
    parts: tuple[Conditions, ...]
