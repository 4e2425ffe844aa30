"""An exhibit as printed: its words, composed by `tables`, read by `figures` and `report`."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

import pandas as pd

from pipeline.tidy.marks import INVENTED, SYNTHETIC, UNSETTLED, unsettled_in_short
from pipeline.tidy.measures import Role

TABLE = "table"
"""the kind of an exhibit that has no figure"""
PAGE, CARD = "page", "card"
SHAPES = (PAGE, "slide", "square", CARD)
"""the shapes in which figures are drawn: as wide as a page, 16:9, 1:1, and to be shared (1,200 × 630, PNG)"""


NOT_THE_SAME = "†"
"""the mark of a wave that does not ask the same as the one before"""


@dataclass(frozen=True)
class Printed:
    """One numbered exhibit: everything around the plot. `foot` and `details` have notes, one a line.

    `foot` has what a figure needs, the most needed first, of which it prints as much as has room; `details`
    have all of it and more, for the page and for the description of the SVG. `highlight` are the ids of the
    answers that the figure points at, `steps` those of answers that are steps, from the one that says most
    (`two_sided`: of for and against), all with blanks between. `text` is what the report says of it, its
    placeholders as declared (quotes.csv has what they stand for). `tests` says what was tested and how,
    under the table. `shapes` are those in which the figure is drawn, and `unsettled` the unsettled lines of
    wave files that its numbers rest on.
    """

    number: int
    id: str
    kind: str
    wave: str
    title: str
    text: str
    subtitle: str
    question: str
    foot: str
    tests: str
    alt: str
    synthetic: bool
    details: str = ""
    highlight: str = ""
    steps: str = ""
    two_sided: bool = False
    chapter: str = ""
    shapes: str = PAGE
    unsettled: str = ""

    @property
    def shape(self) -> str:
        """The shape that it is drawn in: the first of those that are wanted."""
        return self.shapes.split()[0]

    @property
    def files(self) -> list[str]:
        """How the names of its picture files end: those of a page, then of every other shape."""
        others = [shape for shape in self.shapes.split() if shape != PAGE]
        ends = [
            f"{shape}.{form}" for shape in others for form in ("svg", "png") if (shape, form) != (CARD, "svg")
        ]
        return ["svg", "png", *ends]

    def in_shape(self, shape: str) -> Printed:
        """The same, to be drawn in a shape."""
        return replace(self, shapes=shape)

    @property
    def heading(self) -> str:
        """What it is called: `Figure 3. Blockers`, or `Table 3. …` where it has no figure."""
        return f"{'Table' if self.kind == TABLE else 'Figure'} {self.number}. {self.title}"

    @property
    def marks(self) -> list[str]:
        """What must be known before any of its numbers is read."""
        return [SYNTHETIC] * self.synthetic + [UNSETTLED] * bool(self.unsettled)

    @property
    def meanings(self) -> list[str]:
        """What its marks mean, a line each."""
        meanings = {SYNTHETIC: INVENTED, UNSETTLED: unsettled_in_short(self.unsettled)}
        return [meanings[mark] for mark in self.marks]

    @property
    def notes(self) -> list[str]:
        """The paragraphs under its table: the tests, and the details."""
        return [note for note in (self.tests, *self.details.split("\n")) if note]

    @classmethod
    def from_row(cls, row: dict[str, Any]) -> Printed:
        """The exhibit that a row of exhibits.csv describes."""
        known = {field.name for field in fields(cls)}
        return cls(**{name: value for name, value in row.items() if name in known})


def waves_of(table: pd.DataFrame) -> list[str]:
    """The waves of a table, the earliest first.

    `tables` writes the rows of a table wave by wave, or answer by answer and those of each wave by wave.
    """
    return [str(name) for name in table["wave"].unique()]


def within_base(estimates: pd.DataFrame) -> pd.DataFrame:
    """Estimates without those of who said that a question does not apply, and of who was screened out."""
    inside = (estimates["role"] != Role.NOT_APPLICABLE) & ~estimates["screened"].astype(bool)
    return estimates[inside]


def latest_of(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that are of its latest wave."""
    return table[table["wave"].isin(waves_of(table)[-1:])]
