"""Drawing figures from tables: a kind is a module of `kinds`, and the others here are what it is built with.

Nothing here imports Matplotlib: the module of a kind is loaded when its first figure is drawn.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pandas as pd

from pipeline.charts.rows import Row, answers
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.tidy.figure_kinds import figure_kinds

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.tidy.printed import Printed

    Drawer = Callable[[pd.DataFrame, Printed], Figure]


def drawer(kind: str) -> Drawer:
    """The function that draws figures of a kind; SurveyError where there is no such kind."""
    if kind not in figure_kinds():
        raise SurveyError(
            f"no kind of figure {kind!r}; {did_you_mean(kind, figure_kinds(), 'the kinds are')}"
        )
    draw: Drawer = _module(kind).draw
    return draw


def shown(kind: str, table: list[Row]) -> list[Row]:
    """The rows that a figure must show: those of its module's `shown`, or else all shares but nets."""
    chosen: Callable[[list[Row]], list[Row]] = getattr(_module(kind), "shown", answers)
    return chosen(table)


def _module(kind: str) -> Any:
    return importlib.import_module(f"pipeline.charts.kinds.{kind}")
