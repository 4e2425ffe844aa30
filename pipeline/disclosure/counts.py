"""The counts that a run publishes: what each is of, the rows in which it stands, and what is known of it."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline.disclosure.conditions import BOXES, Conditions, Count, Dimension, Sum, Union
from pipeline.disclosure.rules import (
    ANSWERED,
    CHOSEN,
    DKNS,
    REST,
    Cells,
    Rules,
    Slot,
    Wave,
    bases_of,
    both,
    slot_of,
)
from pipeline.tidy.contract import Type, records
from pipeline.tidy.measures import Measure, Role
from pipeline.tidy.tables import ANSWER, FREQUENCIES

MENTIONS = 10
"""the totals of mentions of a column in which something is hidden are multiples of this"""
# the columns of a row by which it is told what it counts
_COUNTED_BY = ("question", "item", "option", "measure", "role")
READ = ["wave", *ANSWER, "role", "by", "group", *FREQUENCIES.of(Type.COUNT)]
Family = frozenset[Dimension]
_Mentions = tuple[Wave, Family, list[Conditions], int]


@dataclass(frozen=True)
class Published:
    """Estimates that a run publishes, of the respondents whom `where` leaves.

    A count that is hidden is missing in `respondents`, a base in `sample_size`. They are `whole` where every
    answer of a column is among them.
    """

    frame: pd.DataFrame
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dkns: str = "keep"
    whole: bool = True


Key = tuple[Wave, Conditions]
Row = tuple[int, int]
"""the number of a frame and the place of a row in it"""


@dataclass
class Counts:
    """The counts of a run by what they are of, and the rows in which each stands."""

    rules: Rules
    people: Mapping[Wave, int]
    counts: dict[Key, Count] = field(default_factory=dict)
    rows: dict[Key, list[Row]] = field(default_factory=dict)
    bases: dict[Key, list[Row]] = field(default_factory=dict)
    sums: list[tuple[Wave, Family, Sum]] = field(default_factory=list)
    unions: list[tuple[Wave, Family, Union]] = field(default_factory=list)
    cells: dict[tuple[Wave, Dimension], dict[str, None]] = field(default_factory=dict)
    columns: dict[Row, tuple[Hashable, ...]] = field(default_factory=dict)
    given: bool = True
    """whether it is known without tables how many are in each class of weights"""

    def note(self, key: Key, value: int | None, cost: float | None, protected: bool) -> None:
        """Note a count; it has no value where it is hidden.

        One that stands in several places is known where one of them shows it, and stays then.
        """
        count = self.counts.setdefault(key, Count(key[1], 0, cost, hidden=True))
        if value is not None:
            count.value, count.hidden = value, False
        count.cost = None if count.cost is None or cost is None else max(count.cost, cost)
        count.protected |= protected


def collected(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> Counts:
    """The counts of everything published, with what is protected and what is hidden so far."""
    counts = Counts(rules, people)
    for number, estimates in enumerate(published):
        columns: dict[tuple[str, str], _Column] = {}
        slots: dict[tuple[Any, ...], Slot | None] = {}
        mentions: dict[tuple[Hashable, ...], _Mentions] = {}
        for place, row in enumerate(records(estimates.frame, READ)):
            group = (str(row["by"]), str(row["group"]))
            if group not in columns:
                columns[group] = _Column(rules, rules.column(*group, estimates.where))
            column, wave = columns[group], str(row["wave"])
            counts.columns[number, place] = (number, wave, row["question"], row["item"], *group)
            if wave not in column.waves:
                column.waves.add(wave)
                for dimension, cells in column.cells.items():
                    _add_cells(counts, wave, dimension, cells)
            what = tuple(row[name] for name in _COUNTED_BY)
            if what not in slots:
                slots[what] = slot_of(rules.survey, row)
            slot = slots[what]
            if slot is None:
                continue
            conditions = _collect(counts, (number, place), row, column, slot, estimates.dkns)
            enough = pd.notna(row["valid_cases"]) and row["valid_cases"] >= rules.base
            if conditions and slot.dimension[0] == "box" and enough and pd.notna(row["total_mentions"]):
                of_column: _Mentions = (wave, family_of(conditions), [], int(row["total_mentions"]))
                mentions.setdefault((wave, row["question"], *group), of_column)[2].append(conditions)
        for wave, family, parts, total in mentions.values():
            rounded = rounded_mentions(total)
            mentioned = Sum(tuple(parts), max(rounded - MENTIONS // 2, 0), rounded + (MENTIONS - 1) // 2)
            counts.sums.append((wave, family, mentioned))
    return counts


def rounded_mentions(total: Any) -> Any:
    """A total of mentions, or a column of them, as it is published beside a hidden count."""
    return (total + MENTIONS // 2) // MENTIONS * MENTIONS


def family_of(conditions: Conditions) -> Family:
    """The dimensions of some conditions, all boxes of a multiple choice as one."""
    return frozenset(("boxes", d[1]) if d[0] in (*BOXES, "apart") else d for d, _ in conditions)


def _add_cells(counts: Counts, wave: Wave, dimension: Dimension, cells: Iterable[str]) -> None:
    """Note the cells of a dimension; those of a single choice are the options that a wave offered."""
    if dimension[0] == "box":
        cells = (CHOSEN, REST)
    if dimension[0] != "answer":
        counts.cells.setdefault((wave, dimension), {}).update(dict.fromkeys(sorted(cells)))


def _shown(count: Any) -> int | None:
    """A count of a frame; None where it is hidden there."""
    # a number that is missing is not even itself, and quicker asked for so than by pandas
    return None if count is None or count != count else int(count)


class _Column:
    """Who is in a group, with what of that is the same for many rows: each is found once."""

    def __init__(self, rules: Rules, cells: Cells) -> None:
        self.cells = cells
        self.waves: set[str] = set()
        """those whose counts know of its cells"""
        self.is_identifying_base = rules.is_identifying_base(cells)
        self._rules = rules
        self._identifying: dict[str, bool] = {}
        self._with: dict[tuple[Dimension, frozenset[str]], Conditions] = {}

    def is_identifying(self, question: str) -> bool:
        """Whether few people in a cell of a question in this group could be identified."""
        if question not in self._identifying:
            self._identifying[question] = self._rules.is_identifying(question, self.cells)
        return self._identifying[question]

    def within(self, dimension: Dimension, cells: frozenset[str]) -> Conditions:
        """The conditions of whoever is in the group and in some cells of another dimension."""
        if (dimension, cells) not in self._with:
            self._with[dimension, cells] = frozenset({**self.cells, dimension: cells}.items())
        return self._with[dimension, cells]


def _collect(
    counts: Counts, place: Row, row: Mapping[str, Any], column: _Column, slot: Slot, dkns: str
) -> Conditions | None:
    """Note the count of a row and its bases; its conditions, or None where it is in no total of mentions."""
    rules, wave, name = counts.rules, str(row["wave"]), str(row["question"])
    dimension = slot.dimension
    if dimension[0] == "answer" and row["measure"] == Measure.OPTION:
        counts.cells.setdefault((wave, dimension), {})[str(row["option"])] = None
    _add_cells(counts, wave, dimension, slot.base or slot.chosen)
    if dimension in column.cells:
        conditions = frozenset(both({dimension: slot.chosen}, column.cells).items())
    else:
        conditions = column.within(dimension, slot.chosen)
    counts.rows.setdefault((wave, conditions), []).append(place)
    if dimension in column.cells:
        # by groups of the question itself the count is that of all who gave the answer, or nobody
        return conditions
    cases, chosen = _shown(row["valid_cases"]) or 0, _shown(row["respondents"])
    small = cases < rules.base
    few = column.is_identifying(name) and rules.few(row["respondents"])
    # of small columns, small counts are hidden first
    cost = float(cases + (chosen or 0) + 1) if column.cells or small or rules.sensitive(name) else None
    counts.note((wave, conditions), chosen, cost, small or few)
    identifying = column.is_identifying_base
    for key, cells, by_valid in bases_of(rules.survey, name, slot, dkns):
        count = row["valid_cases" if by_valid else "sample_size"]
        at = (wave, column.within(key, cells))
        _add_cells(counts, wave, key, (ANSWERED, DKNS) if key[0] == "known" else cells)
        base_cost = 4.0 * (cases + 1) if identifying else None
        counts.note(at, _shown(count), base_cost, identifying and rules.few(count))
        counts.bases.setdefault(at, []).append(place)
    if dimension[0] == "net":
        boxes = [("box", name, option) for option in rules.survey.members(name, str(row["option"]))]
        parts = [column.within(box, frozenset([CHOSEN])) for box in boxes if (wave, box) in counts.cells]
        union = Union(conditions, tuple(parts))
        counts.unions.append((wave, family_of(conditions), union))
    return conditions if row["role"] != Role.NOT_APPLICABLE else None
