"""The rows of a table as figures see them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.text.rounding import end_in_points, half_up, percent, points
from pipeline.tidy.marks import LOW_BASE_MARK, MARKS, NO_CLEAR_CHANGE, NO_VALUE, SUPPRESSED_MARK
from pipeline.tidy.measures import CHANGES, main_measures

_VALUES = ("mean", "median")


@dataclass(frozen=True)
class Row:
    """One row of an exhibit's table; `index` is its place there, from 0, and a missing number is NaN."""

    index: int
    wave: str
    question: str
    name: str
    key: tuple[str, str]
    item: str
    item_label: str
    role: str
    measure: str
    group: str
    group_label: str
    share: float
    value: float
    low: float
    high: float
    n: float
    respondents: float
    flag: str
    published: str
    source: str
    wording: str
    mode: str
    grade: str
    fielded: str
    comparability: str

    @property
    def plotted(self) -> float:
        """The share to draw, NaN where there is none to be shown."""
        return math.nan if self.flag in MARKS else self.share

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
        if self.flag in MARKS:
            return MARKS[self.flag]
        if self.published:
            return self.published
        if self.measure in CHANGES:
            return self._change
        if self.measure in _VALUES and not math.isnan(self.value):
            return f"{half_up(self.value, 1).normalize():f}"
        return percent(self.share) or NO_VALUE

    @property
    def _change(self) -> str:
        """A change in points, with its interval where it is clear."""
        if math.isnan(self.value):
            return NO_VALUE
        said = f"{points(self.value)} pts"
        if self.low_base:
            return f"{said} {LOW_BASE_MARK}"
        if self.flag == "no_clear_change":
            return f"{said} {NO_CLEAR_CHANGE}"
        return f"{said} [{end_in_points(self.low)}, {end_in_points(self.high)}]"


def rows(data: pd.DataFrame) -> list[Row]:
    """The rows of a table in its order, of the tidy columns or of those of published numbers."""
    return [_row(index, record) for index, record in enumerate(data.to_dict("records"))]


def estimates(data: pd.DataFrame) -> list[Row]:
    """The rows that stand for a share of an option or of a ranked item; nets and means left out."""
    return answers(rows(data))


def answers(table: list[Row]) -> list[Row]:
    """The shares of options, or of ranked items, of a table's rows."""
    wanted = main_measures(row.measure for row in table)
    return [row for row in table if row.measure in wanted and row.role != "net"]


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
        return f"n = {SUPPRESSED_MARK}" if any(row.flag == "suppressed" for row in group) else "n unknown"
    least, most = (f"{count:,.0f}" for count in (min(known), max(known)))
    return f"n = {most}" if least == most else f"n = {least} to {most}"


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
        wave=text("wave") or text("beside"),
        question=text("question"),
        name=name,
        key=(text("item"), text("option") or text("label")),
        item=text("item"),
        item_label=text("item_label"),
        role=text("role") or "substantive",
        measure=text("measure") or "option",
        group=text("group"),
        group_label=text("group_label"),
        share=number("share"),
        value=number("value"),
        low=number("low"),
        high=number("high"),
        n=number("n") if "n" in record else number("valid_cases"),
        respondents=number("respondents"),
        flag=text("flag"),
        published=f"{published}%" if _is_number(published) else published,
        source=text("source"),
        wording=text("wording"),
        mode=text("mode"),
        grade=text("grade"),
        fielded=text("fielded"),
        comparability=text("comparability"),
    )


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
