"""The kinds of figure, as far as tables and declarations must know them: read off `charts/kinds`."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from pipeline.project.capitals import described


@dataclass(frozen=True)
class FigureKind:
    """What the module of a kind declares, each in a constant of the same name in capitals.

    `fits` are the kinds of question it can show, `table` the shape of its table (`exhibits.shapes.SHAPES`),
    `order` that of its rows, `share` or `questionnaire`; `by` whether it `may`, `must` or can `never` have a
    segment. `stacked` kinds are of bars of 100%; `whiskers` tells whether intervals are drawn, `points`
    whether some of its marks can be dark and the others light. `alt_name` is what alt text calls it.
    """

    fits: tuple[str, ...]
    alt_name: str
    table: str = "answers"
    order: str = "share"
    by: str = "may"
    stacked: bool = False
    whiskers: bool = False
    points: bool = False

    @property
    def over_waves(self) -> bool:
        """Whether its table is drawn whole; of others only the latest wave is."""
        return self.table in ("two_waves", "all_waves")


@cache
def figure_kinds() -> dict[str, FigureKind]:
    """Every kind by its name, in the order of the alphabet."""
    return described("charts/kinds", FigureKind)
