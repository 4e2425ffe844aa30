"""One bar an option with its interval, in the order of the table: what is named most often, and how surely.

For one question of 3 to 15 answers; with `by`, one panel a group. More answers: ranked_dots.
"""

from __future__ import annotations

import pandas as pd
from matplotlib.figure import Figure

from pipeline.charts.bars import bar_panel, panels
from pipeline.charts.compose import compose
from pipeline.charts.rows import by_group, estimates
from pipeline.tidy.printed import Printed

FITS = ("single", "multiple", "rank")
ALT_NAME = "Horizontal bars"
POINTS = True
WHISKERS = True


def draw(data: pd.DataFrame, exhibit: Printed) -> Figure:
    """A figure of one question; where the table has groups, one panel under the other."""
    return compose(exhibit, panels, by_group(estimates(data)), bar_panel, exhibit)
