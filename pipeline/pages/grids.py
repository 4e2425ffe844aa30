"""Tables as printed: what rows and columns an exhibit or a question has, and what stands in each cell.

The page, the workbook, the terminal and Markdown print the same grids. Nothing is computed here: a cell has a
number of a CSV and the text that it is printed as.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import pandas as pd

from pipeline.text.folding import lowered, plain
from pipeline.text.rounding import end_in_points, half_up, percent, points, thousands
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.measures import CHANGES, SHARES, Flag, Measure, Role
from pipeline.tidy.printed import Printed

Form = Literal["text", "share", "value", "count", "points"]
Nets = Mapping[str, Sequence[str]]
Record = dict[Any, Any]
Place = tuple[str, str]
"""a column: a segment and a group of it"""
Key = tuple[str, str]
"""a row: a measure, and an option or item"""

_BESIDE_CHANGE: dict[str, str] = {
    Flag.NO_CLEAR_CHANGE: marks.NO_CLEAR_CHANGE,
    Flag.LOW_BASE: marks.LOW_BASE_MARK,
}
_BESIDE: dict[str, str] = {
    Flag.LOW_BASE: marks.LOW_BASE_MARK,
    Flag.UNCERTAIN: marks.UNCERTAIN_MARK,
    Flag.SUPPRESSED: marks.SUPPRESSED_MARK,
}
_OF_GRIDS = (Measure.OPTION, Measure.NET, Measure.MEAN, Measure.NET_PROMOTER_SCORE)
_EQUAL_WEIGHTS = 1 + 1e-9
_AT_THE_END = (Role.OTHER, Role.NONE, Role.DKNS, Role.NOT_APPLICABLE)
_MEASURES: dict[str, str] = {
    Measure.MEAN: "Mean",
    Measure.MEDIAN: "Median",
    Measure.LOWER_QUARTILE: "Lower quartile",
    Measure.UPPER_QUARTILE: "Upper quartile",
    Measure.RANKED: "ranked",
    Measure.FIRST: "ranked first",
    Measure.TOP_3: "ranked among the first three",
    Measure.MEAN_RANK: "mean rank",
    Measure.NET_PROMOTER_SCORE: "Net promoter score",
    Measure.WRITTEN: "Wrote something",
    Measure.CONTINUED: "of the step before",
}


@dataclass(frozen=True)
class Cell:
    """One cell: the text as printed, the number behind it where there is one, and how that is written.

    `letters` are of the columns that it is higher than; `mark` is that of a low base.
    """

    text: str
    number: float = math.nan
    form: Form = "text"
    letters: str = ""
    mark: str = ""

    @property
    def whole(self) -> str:
        """Everything that stands in the cell."""
        return " ".join(part for part in (self.text, self.mark, self.letters) if part)


NOTHING = Cell("")


@dataclass(frozen=True)
class Column:
    """A column: its heading, the letter that others name it by, and the segment that it is a group of."""

    heading: str
    letter: str = ""
    over: str = ""

    @property
    def whole(self) -> str:
        """The heading with its letter."""
        return f"{self.heading} ({self.letter})" if self.letter else self.heading


@dataclass(frozen=True)
class Row:
    """A row: `kind` is empty, `net`, `part` (Other, None, DKNS), `base` or `item`."""

    label: str
    cells: list[Cell]
    kind: str = ""
    indent: bool = False


@dataclass(frozen=True)
class Grid:
    """A table: its columns without that of the labels, and its rows; `words` where cells are sentences."""

    columns: list[Column]
    rows: list[Row] = field(default_factory=list)
    words: bool = False


def grid(data: pd.DataFrame, printed: Printed) -> Grid:
    """The table of an exhibit, of the waves that it shows, its rows in the order of the figure."""
    kind = figure_kinds().get(printed.kind)
    if "wave" in data and not (kind and kind.over_waves):
        data = data[data["wave"] == printed.wave]
    shaped = _SHAPED.get(kind.table) if kind else None
    if shaped:
        return shaped(data)
    if data["by"].ne("").any():
        return banner(data, {})
    if (data["measure"] == Measure.OPTION).any() and (data["item"] != "").any():
        return _levels(data)
    return _single(data)


def banner(data: pd.DataFrame, nets: Nets, segments: Mapping[str, str] | None = None) -> Grid:
    """A row an answer, all respondents first and then a column a group of each segment; the bases below.

    `nets` are the options of each: where none is in two, nets stand above their parts. `segments` has what
    segments are called.
    """
    columns: dict[Place, Record] = {}
    items: dict[str, dict[Key, dict[Place, Record]]] = {}
    for row in records(data):
        place = (str(row["by"]), str(row["group"]))
        columns.setdefault(place, row)
        # things ranked are rows of their own
        item = str(row["item"]) if row["measure"] in _OF_GRIDS else ""
        key = (str(row["measure"]), str(row["option"] or row["item"]))
        items.setdefault(item, {}).setdefault(key, {})[place] = row
    names = {by: (segments or {}).get(by, plain(by)) if by else "" for by, _ in columns}
    weighted = _weighted(data)
    shown = Grid([Column(str(row["group_label"]), str(row["letter"]), names[by])
                  for (by, _), row in columns.items()])  # fmt: skip
    for item, rows in items.items():
        if item:
            label = str(next(iter(next(iter(rows.values())).values()))["item_label"])
            shown.rows.append(Row(label, [NOTHING] * len(columns), "item"))
        for key, indent in _arranged(rows, nets):
            cells = rows[key]
            first = next(iter(cells.values()))
            texts = [_cell(cells[place]) if place in cells else NOTHING for place in columns]
            shown.rows.append(Row(_label(first, bool(item)), texts, _kind(first), indent))
        bases = [_bases(_base_of(rows, place), weighted) for place in columns]
        for label in dict.fromkeys(itertools.chain(*bases)):
            shown.rows.append(Row(label, [column.get(label, NOTHING) for column in bases], "base"))
    return shown


def _base_of(rows: Mapping[Key, Mapping[Place, Record]], place: Place) -> Record | None:
    """The row that has the base of a column: that of a share, or else of a value."""
    column = [cells[place] for cells in rows.values() if place in cells]
    shares = [row for row in column if row["measure"] in SHARES]
    return next(iter([*shares, *column]), None)


def _arranged(rows: Mapping[Key, Any], nets: Nets) -> Iterator[tuple[Key, bool]]:
    """The rows in order, each with whether it is a part of the net above it."""
    offered = [option for measure, option in rows if measure == Measure.OPTION]
    members = {net: [option for option in parts if option in offered]
               for net, parts in nets.items() if (Measure.NET, net) in rows}  # fmt: skip
    net_of = {option: net for net, parts in members.items() for option in parts}
    if len(net_of) < sum(map(len, members.values())):
        yield from ((key, False) for key in rows)
        return
    done: set[Key] = set()
    for measure, option in rows:
        net = net_of.get(option, "") if measure == Measure.OPTION else ""
        arranged = [((measure, option), False)]
        if net and (Measure.NET, net) not in done:
            arranged = [
                ((Measure.NET, net), False),
                *(((Measure.OPTION, part), True) for part in members[net]),
            ]
        for key, indent in arranged:
            if key not in done:
                done.add(key)
                yield key, indent


def _single(data: pd.DataFrame) -> Grid:
    """A row an answer: share, interval, respondents."""
    shares, values = data["measure"].isin(SHARES).any(), (~data["measure"].isin(SHARES)).any()
    heading = "Share or value" if shares and values else "Share" if shares else "Value"
    shown = Grid([Column(heading), Column(marks.intervals(data)), Column("Respondents")])
    for row in records(data):
        cells = [_cell(row), Cell(_interval(row)), _count(row["respondents"])]
        shown.rows.append(Row(_label(row), cells, _kind(row)))
    for label, cell in _bases(records(data)[0], _weighted(data)).items():
        shown.rows.append(Row(label, [NOTHING, NOTHING, cell], "base"))
    return shown


def _levels(data: pd.DataFrame) -> Grid:
    """A row an item, a column a level, then nets, the mean score and the base."""
    whole = data[data["by"] == ""]
    levels = whole[whole["measure"].isin([Measure.OPTION, Measure.NET])]
    columns = list(
        dict.fromkeys(zip(levels["measure"], levels["option"], levels["option_label"], strict=True))
    )
    scored = (whole["measure"] == Measure.MEAN).any()
    names = [label if m == Measure.OPTION else f"Net {lowered(label)}" for m, _, label in columns]
    weighted = _weighted(whole)
    tail = (["Mean score"] if scored else []) + ["Valid cases"] + (["Effective base"] if weighted else [])
    shown = Grid([Column(name) for name in [*names, *tail]])
    for item in dict.fromkeys(whole["item"]):
        of_item = records(whole[whole["item"] == item])
        rows = {(str(row["measure"]), str(row["option"])): row for row in of_item}
        cells = [_cell(rows[m, o]) if (m, o) in rows else Cell(marks.NOT_ASKED_MARK) for m, o, _ in columns]
        if scored:
            cells.append(_cell(rows[Measure.MEAN, ""]) if (Measure.MEAN, "") in rows else NOTHING)
        first = next(iter(rows.values()))
        cells.append(replace(_count(first["valid_cases"]), mark=_mark(first)))
        if weighted:
            cells.append(_count(first["effective_base"]))
        shown.rows.append(Row(str(first["item_label"]), cells))
    return shown


def _compared(data: pd.DataFrame) -> Grid:
    """A row an answer, a column a wave, a group or a question; behind them the change and its interval."""
    sides = data[~data["measure"].isin(CHANGES)]
    changes = data[data["measure"].isin(CHANGES)]
    columns: dict[tuple[str, str, str], Record] = {}
    cells: dict[Key, dict[tuple[str, str, str], Record]] = {}
    for row in records(sides):
        column = (str(row["wave"]), str(row["group"]), str(row["question"]))
        if row["flag"] != Flag.NOT_ASKED or column not in columns:
            columns[column] = row
        cells.setdefault((str(row["item"]), str(row["option"])), {})[column] = row
    asked = len({question for _, _, question in columns}) > 1
    names = [row["group_label"] if group else plain(question) if asked else wave
             for (wave, group, question), row in columns.items()]  # fmt: skip
    moved: dict[str, dict[tuple[str, str], Record]] = {}
    for row in records(changes):
        moved.setdefault(str(row["group_label"]), {})[str(row["item"]), str(row["option"])] = row
    tail: list[Column] = []
    for label, rows in moved.items():
        of = f" {label}" if len(moved) > 1 else ""
        measure = str(next(iter(rows.values()))["measure"])
        tail += [Column(f"{measure.capitalize()}{of} in points"), Column("Interval, adjusted")]
    shown = Grid([*(Column(str(name)) for name in names), *tail])
    for key, answer in cells.items():
        first = next(iter(answer.values()))
        texts = [_cell(answer[c]) if c in answer else Cell(marks.NOT_ASKED_MARK) for c in columns]
        for rows in moved.values():
            texts += _moved(rows[key]) if key in rows else [NOTHING, NOTHING]
        parts = (str(first["item_label"]), str(first["option_label"]))
        label = _label(first) if not all(parts) else ": ".join(parts)
        shown.rows.append(Row(label, texts, "part" if first["role"] in _AT_THE_END else ""))
    bases = [
        NOTHING if pd.isna(row["valid_cases"]) else replace(_count(row["valid_cases"]), mark=_mark(row))
        for row in columns.values()
    ]
    shown.rows.append(Row("Valid cases", bases + [NOTHING] * len(tail), "base"))
    return shown


def _moved(row: Record) -> list[Cell]:
    """A change with its interval, where there is one."""
    value, low, high = (float(row[name]) for name in ("value", "low", "high"))
    if value != value or row["flag"] in marks.MARKS:
        return [Cell(marks.MARKS.get(str(row["flag"]), "")), NOTHING]
    mark = _BESIDE_CHANGE.get(str(row["flag"]), "")
    interval = Cell(f"{end_in_points(low)} to {end_in_points(high)}") if low == low else NOTHING
    return [Cell(points(value), value, "points", mark=mark), interval]


def _published(data: pd.DataFrame) -> Grid:
    """A row a published number, with its source and base, and what the survey itself says of its theme."""
    names = ("Published", "Base", "Asked", "Source", "Grade")
    beside = ("This survey", "Its base") if data["beside"].ne("").any() else ()
    shown = Grid([Column(name) for name in (*names, *beside)], words=True)
    for row in records(data):
        if row["beside"]:
            answer = [_cell(row | {"measure": Measure.OPTION}), replace(_count(row["n"]), mark=_mark(row))]
            shown.rows[-1].cells[-len(beside) :] = answer
            continue
        label = f"{row['label']} ({row['group']})" if row["group"] else str(row["label"])
        known: Cell = Cell("not known") if pd.isna(row["n"]) else _count(row["n"])
        number = Cell(f"{row['percent']}%", float(row["share"]), "share")
        texts = [Cell(str(row[name])) for name in ("wording", "source", "grade")]
        shown.rows.append(Row(label, [number, known, *texts, *[NOTHING] * len(beside)]))
    return shown


_SHAPED: dict[str, Callable[[pd.DataFrame], Grid]] = {
    "published": _published,
    "two_waves": _compared,
    "all_waves": _compared,
    "pair": _compared,
}


def _label(row: Record, in_item: bool = False) -> str:
    label = str(row["option_label"] or ("" if in_item else row["item_label"]) or "")
    if row["role"] == Role.NET:
        return f"Net: {lowered(label)}"
    measure = _MEASURES.get(str(row["measure"]), "")
    if not measure:
        return label
    return f"{label}, {measure}" if label else measure[0].upper() + measure[1:]


def _kind(row: Record) -> str:
    return "net" if row["role"] == Role.NET else "part" if row["role"] in _AT_THE_END else ""


def _cell(row: Record) -> Cell:
    """The share or the value of a row, with its letters."""
    hidden = marks.MARKS.get(str(row["flag"]))
    letters = str(row.get("higher_than") or "")
    if row["measure"] in SHARES:
        share = float(row["share"])
        return Cell(hidden) if hidden else Cell(percent(share), share, "share", letters)
    value = float(row["value"])
    if hidden or value != value:
        return Cell(hidden or "")
    return Cell(f"{half_up(value, 1)}", value, "value", letters, _mark(row))


def _interval(row: Record) -> str:
    low, high = float(row["low"]), float(row["high"])
    if low != low or row["flag"] in marks.MARKS:
        return ""
    if row["measure"] in SHARES:
        return f"{percent(low)} to {percent(high)}"
    return f"{half_up(low, 1)} to {half_up(high, 1)}"


def _bases(row: Record | None, weighted: bool) -> dict[str, Cell]:
    """The bases under a column; with weighted and effective ones."""
    if row is None:
        return {}
    bases: dict[str, Cell] = {}
    if not pd.isna(row["sample_size"]) and row["sample_size"] != row["valid_cases"]:
        bases["Sample size"] = _count(row["sample_size"])
    bases["Valid cases"] = replace(_count(row["valid_cases"]), mark=_mark(row))
    if weighted:
        bases["Weighted base"] = _count(row["weighted_base"])
        bases["Effective base"] = _count(row["effective_base"])
        deff = row["deff"]
        bases["Design effect"] = NOTHING if pd.isna(deff) else Cell(f"{half_up(deff, 2)}", deff, "value")
    if not pd.isna(row["total_mentions"]):
        bases["Total mentions"] = _count(row["total_mentions"])
    return bases


def _count(count: Any) -> Cell:
    return NOTHING if pd.isna(count) else Cell(thousands(float(count)), float(count), "count")


def _mark(row: Record) -> str:
    return _BESIDE.get(str(row["flag"]), "")


def _weighted(data: pd.DataFrame) -> bool:
    """Whether respondents have different weights."""
    return bool((data["deff"] > _EQUAL_WEIGHTS).any())
