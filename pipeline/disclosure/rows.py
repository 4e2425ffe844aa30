"""What an attacker learns from rows of single respondents that are published beside the tables."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.disclosure.conditions import OUTSIDE, Conditions, Dimension, Sum

_Numbered = tuple[NDArray[np.int64], list[frozenset[str]]]


@dataclass(frozen=True)
class Seen:
    """What rows of single respondents, published beside the tables, tell of a wave.

    `of` a dimension are the cells in one of which each row is, None for a row that does not show it; None
    where no row does. By the dimensions of `whole` people are left out together: of those who are in the same
    cells of all of them, all have a row or none has.
    """

    of: Callable[[Dimension], Sequence[frozenset[str] | None] | None]
    whole: frozenset[Dimension] = frozenset()
    _known: dict[Dimension, _Numbered | None] = field(default_factory=dict)

    def sums(
        self, dimensions: Sequence[Dimension], cells: Mapping[Dimension, Collection[str]]
    ) -> Iterator[Sum]:
        """How many people are at least in the cells of a table that rows are in; all others are OUTSIDE."""
        numbered = [known for known in map(self._numbered, dimensions) if known]
        if len(numbered) < len(dimensions):
            return
        rows = np.stack([numbers for numbers, _ in numbered], axis=1)
        distinct_rows, sizes = np.unique(rows[(rows >= 0).all(axis=1)], axis=0, return_counts=True)
        named = [
            [
                frozenset(cell if cell in cells[dimension] else OUTSIDE for cell in of_row)
                for of_row in distinct
            ]
            for dimension, (_, distinct) in zip(dimensions, numbered, strict=True)
        ]
        met: dict[Conditions, int] = {}
        for row, size in zip(distinct_rows.tolist(), sizes.tolist(), strict=True):
            chosen = (names[number] for names, number in zip(named, row, strict=True))
            conditions = frozenset(zip(dimensions, chosen, strict=True))
            met[conditions] = met.get(conditions, 0) + size
        is_whole = bool(self.whole) and self.whole <= set(dimensions)
        for conditions, size in met.items():
            yield Sum((conditions,), size, size if is_whole else np.inf)

    def _numbered(self, dimension: Dimension) -> _Numbered | None:
        """The number of each row's cells, -1 where it shows none, and the cells by number."""
        if dimension not in self._known:
            of_rows = self.of(dimension)
            places = {
                cells: number for number, cells in enumerate(dict.fromkeys(filter(None, of_rows or ())))
            }
            numbers = np.array([places[cells] if cells else -1 for cells in of_rows or ()], dtype=np.int64)
            self._known[dimension] = (numbers, list(places)) if of_rows else None
        return self._known[dimension]
