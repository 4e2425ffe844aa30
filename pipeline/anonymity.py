"""k-anonymity: nobody can be told from fewer than k by the answers that others may know of them.

A class is everybody with the same answers to the quasi-identifiers (Sweeney's definition). A missing answer
is a value of its own. What a class shares in its other answers is not hidden by this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Sequence

import pandas as pd

WITHHELD = "withheld"  # an answer that was given, or not, and is not told


def anonymise(frame: pd.DataFrame, quasi_identifiers: Sequence[str], k: int) -> pd.DataFrame:
    """`frame` with all quasi-identifiers withheld in the rows of classes that are smaller than `k`.

    Then every class has at least `k` rows, that of the withheld ones included; or there are fewer than `k`
    rows, and all are withheld. Other columns, and frames that are k-anonymous already, do not change.
    """
    out = frame.copy()
    names = list(quasi_identifiers)
    out.loc[withheld(frame, names, k), names] = WITHHELD
    return out


def withheld(frame: pd.DataFrame, quasi_identifiers: Sequence[str], k: int) -> list[bool]:
    """Which rows are in a class smaller than `k`, or in one that goes with those to make up `k` rows."""
    keys = _keys(frame, quasi_identifiers)
    sizes = Counter(keys)
    # classes of one size go by their answers, so that the same ones are withheld every time
    rising = sorted(sizes, key=lambda key: (sizes[key], repr(key)))
    small = {key for key in rising if sizes[key] < k}
    for key in rising:
        if small and sum(sizes[one] for one in small) < k:
            small.add(key)
    return [key in small for key in keys]


def class_sizes(frame: pd.DataFrame, quasi_identifiers: Sequence[str]) -> list[int]:
    """How many rows each class has, the smallest first."""
    return sorted(Counter(_keys(frame, quasi_identifiers)).values())


def _keys(frame: pd.DataFrame, quasi_identifiers: Sequence[str]) -> list[tuple[Hashable, ...]]:
    """The class of each row: its answers, None for each that is missing."""
    columns = [
        [None if missing else value for value, missing in zip(frame[name], frame[name].isna(), strict=True)]
        for name in quasi_identifiers
    ]
    return list(zip(*columns, strict=True)) if columns else [()] * len(frame)
