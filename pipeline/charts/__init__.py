"""Drawing figures from tables: a module a kind, with a `draw` and, in capitals, the fields of `FigureKind`.

Nothing here imports Matplotlib: the module of a kind is loaded when its first figure is drawn.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING

import pandas as pd

from pipeline.charts.rows import Row, answers
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.tidy.figure_kinds import figure_kinds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.tidy.printed import Printed

    Drawer = Callable[[pd.DataFrame, Printed], Figure]
    Shown = Callable[[list["Row"]], list["Row"]]


def drawer(kind: str) -> Drawer:
    """The function that draws figures of a kind."""
    if kind not in figure_kinds():
        raise SurveyError(
            f"no kind of figure {kind!r}; {did_you_mean(kind, figure_kinds(), 'the kinds are')}"
        )
    draw: Drawer = importlib.import_module(f"pipeline.charts.{kind}").draw
    return draw


def shown(kind: str, table: list[Row]) -> list[Row]:
    """The rows that a figure must show: those of its module's `shown`, or else all shares but nets."""
    chosen: Shown = getattr(importlib.import_module(f"pipeline.charts.{kind}"), "shown", answers)
    return chosen(table)
