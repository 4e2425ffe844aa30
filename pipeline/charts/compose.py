"""A whole figure: number, title, subtitle and question, then the plot of its kind, then the foot."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Concatenate, ParamSpec

import matplotlib as mpl
from matplotlib.figure import Figure

from pipeline.charts.measure import block
from pipeline.charts.scripts import clean
from pipeline.charts.sheet import Sheet
from pipeline.charts.style import FIGURE, FOOT, QUESTION, SUBTITLE, TITLE
from pipeline.tidy.marks import MEANING
from pipeline.tidy.printed import Printed

NOTHING = "No responses to show."
MOST_LINES = 3
"""of a foot, but where its source alone takes more"""

_Drawn = ParamSpec("_Drawn")


def compose(
    exhibit: Printed,
    plot: Callable[Concatenate[Sheet, _Drawn], None],
    *drawn: _Drawn.args,
    **options: _Drawn.kwargs,
) -> Figure:
    """A whole figure: the exhibit's text around what `plot` places on the sheet from `drawn`.

    Where the first of `drawn` is empty the figure says so, and `plot` is not called.
    """
    with settings(exhibit.id):
        sheet = Sheet()
        head = [f"FIGURE {exhibit.number}", *(mark.upper() for mark in exhibit.marks)]
        sheet.below(" · ".join(head), FIGURE)
        sheet.below(exhibit.title, TITLE, 1)
        sheet.below(exhibit.subtitle, SUBTITLE, 2)
        sheet.below(exhibit.question, QUESTION, 2)
        sheet.y += 16
        if drawn[0]:
            plot(sheet, *drawn, **options)
        else:
            sheet.below(NOTHING, QUESTION)
        sheet.y += 10
        sheet.is_foot = True
        for paragraph in _foot(exhibit):
            sheet.below(paragraph, FOOT)
        sheet.y += 12
        return sheet.finish()


@contextmanager
def settings(salt: str) -> Iterator[None]:
    """Matplotlib's defaults with what the figures need, whatever the user's matplotlibrc says."""
    with mpl.rc_context():
        mpl.rcdefaults()
        mpl.rcParams.update({"pdf.fonttype": 42, "svg.fonttype": "none", "svg.hashsalt": salt})
        mpl.rcParams.update({"text.hinting": "no_hinting", "text.parse_math": False})
        yield


def _foot(exhibit: Printed) -> list[str]:
    """The paragraphs under the plot: as many notes as have room, and what is synthetic or unsettled."""
    source, *notes = exhibit.foot.splitlines() or [""]
    marks = [MEANING[mark] for mark in exhibit.marks if mark.casefold() not in exhibit.foot.casefold()]
    room = MOST_LINES - sum(len(block(mark, FOOT).lines) for mark in marks)
    text = source
    for note in notes:
        longer = f"{text} {note}"
        if len(block(longer, FOOT).lines) > room:
            break
        text = longer
    return [paragraph for paragraph in (text, *marks) if clean(paragraph)]
