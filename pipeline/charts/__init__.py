"""The kinds of figure, and the rows of a table as they see them.

Nothing here imports Matplotlib: a kind's module is loaded when its first figure is drawn.
"""

from __future__ import annotations

import importlib
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import pandas as pd

from pipeline.errors import SurveyError, did_you_mean
from pipeline.rounding import percent

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from pipeline.printed import Printed

    Drawer = Callable[[pd.DataFrame, Printed], Figure]

KINDS = ("ranked_bars", "single_bar", "scale_bars", "segment_panels", "published_bars")

LOW_BASE = "[low base]"
SUPPRESSED = "[c]"
NOT_ASKED = "[z]"
NO_VALUE = "–"


def drawer(kind: str) -> Drawer:
    """The function that draws figures of a kind."""
    if kind not in KINDS:
        raise SurveyError(f"no kind of figure {kind!r}; {did_you_mean(kind, KINDS, 'the kinds are')}")
    return cast("Drawer", importlib.import_module(f"pipeline.charts.{kind}").draw)


@dataclass(frozen=True)
class Row:
    """One row of an exhibit's table; `index` is its place there, from 0, and a missing number is NaN."""

    index: int
    name: str
    key: tuple[str, str]
    item: str
    item_label: str
    role: str
    measure: str
    group: str
    group_label: str
    share: float
    low: float
    high: float
    n: float
    flag: str
    published: str
    source: str
    wording: str
    mode: str
    grade: str

    @property
    def plotted(self) -> float:
        """The share to draw, NaN where there is none to be shown."""
        return math.nan if self.flag in ("suppressed", "not_asked") else self.share

    @property
    def drawn(self) -> bool:
        """Whether the row has a bar, be it one of no length."""
        return not math.isnan(self.plotted)

    @property
    def low_base(self) -> bool:
        """Whether too few respondents stand behind the row for a filled bar."""
        return self.flag == "low_base"

    @property
    def text(self) -> str:
        """The value as printed."""
        if self.flag == "suppressed":
            return SUPPRESSED
        if self.flag == "not_asked":
            return NOT_ASKED
        if self.published:
            return self.published
        return percent(self.share) or NO_VALUE


def rows(data: pd.DataFrame) -> list[Row]:
    """The rows of a table in its order, of the tidy columns or of those of published numbers."""
    return [_row(index, record) for index, record in enumerate(data.to_dict("records"))]


def estimates(data: pd.DataFrame) -> list[Row]:
    """The rows that stand for a share of an option or of a ranked item; nets and means left out."""
    return [row for row in rows(data) if row.measure in ("option", "ranked") and row.role != "net"]


def by_group(chosen: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each group, in the order in which the groups come; '' is all respondents."""
    groups: dict[str, list[Row]] = {}
    for row in chosen:
        groups.setdefault(row.group, []).append(row)
    return groups


def heading(group: list[Row]) -> str:
    """The name of a group of rows."""
    return group[0].group_label or group[0].group or "All respondents"


def base(group: list[Row]) -> str:
    """The number of respondents that the shares of a group are of, as printed."""
    known = [row.n for row in group if not math.isnan(row.n)]
    if not known:
        return f"n = {SUPPRESSED}" if any(row.flag == "suppressed" for row in group) else "n unknown"
    return f"n = {max(known):,.0f}"


def _row(index: int, record: dict[Any, Any]) -> Row:
    def text(column: str) -> str:
        value = record.get(column, "")
        return value if isinstance(value, str) else "" if pd.isna(value) else str(value)

    def number(column: str) -> float:
        value = record.get(column, math.nan)
        return math.nan if value == "" or pd.isna(value) else float(value)

    published = text("percent").strip()
    name = text("option_label") or text("label") or text("item_label")
    return Row(
        index=index,
        name=name,
        key=(text("item"), text("option") or text("label")),
        item=text("item"),
        item_label=text("item_label"),
        role=text("role") or "substantive",
        measure=text("measure") or "option",
        group=text("group"),
        group_label=text("group_label"),
        share=number("share"),
        low=number("low"),
        high=number("high"),
        n=number("n") if "n" in record else number("valid_cases"),
        flag=text("flag"),
        published=f"{published}%" if _is_number(published) else published,
        source=text("source"),
        wording=text("wording"),
        mode=text("mode"),
        grade=text("grade"),
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
