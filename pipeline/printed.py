"""An exhibit as printed: its words, composed by `tables`, read by `figures` and `report`."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any


@dataclass(frozen=True)
class Printed:
    """One numbered exhibit: everything around the plot. `foot` holds paragraphs, one a line.

    `tests` says what was tested and how, under the table.
    """

    number: int
    id: str
    kind: str
    wave: str
    title: str
    subtitle: str
    question: str
    foot: str
    tests: str
    alt: str
    synthetic: bool

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Printed:
        """The exhibit that a row of exhibits.csv describes."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in row.items() if name in known})
