"""The rows of a table as figures see them. Imports no Matplotlib."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from typing import Any, TypeVar

import pandas as pd

from pipeline.text.rounding import end_in_points, half_up, percent, points
from pipeline.tidy.contract import records
from pipeline.tidy.marks import LOW_BASE_MARK, MARKS, NO_VALUE, SUPPRESSED_MARK
from pipeline.tidy.measures import CHANGES, Flag, Measure, Role, main_measures

_VALUES = (Measure.MEAN, Measure.MEDIAN)
_Key = TypeVar("_Key")


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
    def option(self) -> str:
        """The id of the option, net or level, or the label of a published answer."""
        return self.key[1]

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
        return self.flag == Flag.LOW_BASE

    @property
    def substantive(self) -> bool:
        """Whether the row is an answer to the question, and not other, none or DKNS."""
        return self.role == "substantive"

    def is_of(self, references: Iterable[str]) -> bool:
        """Whether one of some references, such as `expertise` or `expertise.large`, names the row."""
        names = {*self.key, self.group, self.wave}
        return any(set(reference.split(".")) <= names for reference in references)

    @property
    def has_interval(self) -> bool:
        """Whether the row's interval can be drawn."""
        return self.drawn and not math.isnan(self.low) and not math.isnan(self.high)

    @property
    def reach(self) -> float:
        """How far the row's bar and interval reach, as a share."""
        if not self.drawn:
            return 0.0
        return max(self.plotted, self.high) if self.has_interval else self.plotted

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
    def marked_text(self) -> str:
        """The value as printed where no heading says that the base is low."""
        return f"{self.text} {LOW_BASE_MARK}" if self.low_base else self.text

    @property
    def _change(self) -> str:
        """A change in points, with its interval."""
        if math.isnan(self.value):
            return NO_VALUE
        change = f"{points(self.value)} pts"
        if self.low_base:
            return f"{change} {LOW_BASE_MARK}"
        if math.isnan(self.low) or math.isnan(self.high):
            return change
        return f"{change} [{end_in_points(self.low)}, {end_in_points(self.high)}]"


def rows(data: pd.DataFrame) -> list[Row]:
    """The rows of a table in its order, of the tidy columns or of those of published numbers."""
    return [_row(index, record) for index, record in enumerate(records(data))]


def estimates(data: pd.DataFrame) -> list[Row]:
    """The rows that stand for a share of an option or of a ranked item; nets and means left out."""
    return answers(rows(data))


def answers(table: list[Row]) -> list[Row]:
    """The shares of options, or of ranked items, of a table's rows."""
    wanted = main_measures(row.measure for row in table)
    return [row for row in table if row.measure in wanted and row.role != Role.NET]


def of_measures(table: Iterable[Row], *measures: str) -> list[Row]:
    """The rows of these measures."""
    return [row for row in table if row.measure in measures]


def grouped(chosen: Iterable[Row], key: Callable[[Row], _Key]) -> dict[_Key, list[Row]]:
    """The rows by what `key` says of each, in the order in which that comes."""
    groups: dict[_Key, list[Row]] = {}
    for row in chosen:
        groups.setdefault(key(row), []).append(row)
    return groups


def by_group(chosen: Iterable[Row]) -> dict[str, list[Row]]:
    """The rows of each group, in the order in which the groups come; '' is all respondents."""
    return grouped(chosen, lambda row: row.group)


def heading(group: list[Row]) -> str:
    """The name of a group of rows."""
    return group[0].group_label or group[0].group or "All respondents"


def highest(chosen: Iterable[Row]) -> float:
    """The highest share that is drawn; 0 where none is."""
    return max((row.plotted for row in chosen if row.drawn), default=0.0)


def base(group: Collection[Row]) -> str:
    """The number of respondents that the shares of a group are of, as printed."""
    known = [row.n for row in group if not math.isnan(row.n)]
    if not known:
        return f"n = {SUPPRESSED_MARK}" if any(row.flag == Flag.SUPPRESSED for row in group) else "n unknown"
    least, most = (f"{count:,.0f}" for count in (min(known), max(known)))
    return f"n = {most}" if least == most else f"n = {least} to {most}"


def marked_base(group: Collection[Row]) -> str:
    """The same with the mark of a low base, where one of the rows has one."""
    return f"{base(group)} {LOW_BASE_MARK}" if any(row.low_base for row in group) else base(group)


def _row(index: int, record: dict[Any, Any]) -> Row:
    def text(column: str) -> str:
        value = record.get(column, "")
        return value if isinstance(value, str) else "" if pd.isna(value) else str(value)

    def number(column: str) -> float:
        value = record.get(column, math.nan)
        return math.nan if value == "" or pd.isna(value) else float(value)

    published = text("percent").strip()
    cells: dict[str, Any] = {
        field.name: number(field.name) if field.type == "float" else text(field.name) for field in fields(Row)
    }
    cells |= {
        "index": index,
        "wave": text("wave") or text("beside"),
        "name": text("option_label") or text("label") or text("item_label"),
        "key": (text("item"), text("option") or text("label")),
        "role": text("role") or "substantive",
        "measure": text("measure") or "option",
        "n": number("n") if "n" in record else number("valid_cases"),
        "published": f"{published}%" if _is_number(published) else published,
    }
    return Row(**cells)


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdecimal()
