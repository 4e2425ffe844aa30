"""Disclosure control: which counts of a run could tell of a person, and what to hide so that none does.

A count is protected where its base is too small to be shown, and where it is one of a few in a table that
could identify somebody: a segment by a segment, or anything of a question marked `sensitive`. Hiding those is
not enough, since what is left of a total can be subtracted: `protect` hides more until an attacker who has
every table of the run cannot narrow any of them down. `pinned` is that attacker (method: `contingency`). What
is hidden in one table is hidden in all of them.

A group of a sensitive segment whose own count is hidden has no column in any table.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.metadata
import itertools
import json
from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.declarations.questionnaire import MEASURED, Survey
from pipeline.declarations.report import Bands
from pipeline.disclosure import ranges
from pipeline.disclosure.flags import blanked
from pipeline.disclosure.ranges import OUTSIDE, WEIGHT, Component, Conditions, Count, Dimension, Sum, Union
from pipeline.project import files

COUNTED = ("option", "net", "ranked", "first", "top_3", "written")
"""the measures whose `respondents` are a count of their own"""
BASES = ["sample_size", "valid_cases"]
MENTIONS = 10
"""the totals of mentions of a column in which something is hidden are multiples of this"""
_CHOSEN, _ANSWERED, _DKNS, _REST = "chosen", "answered", "dkns", "rest"

_READ = [
    "wave", "question", "item", "option", "measure", "role", "by", "group", "respondents", "sample_size",
    "valid_cases", "total_mentions",
]  # fmt: skip

Wave = str
Family = frozenset[Dimension]
_Mentions = tuple[Wave, Family, list[Conditions], int]
Cells = Mapping[Dimension, frozenset[str]]


@dataclass(frozen=True)
class Rules:
    """What a survey protects: its thresholds, its segments, and what it calls sensitive."""

    survey: Survey
    bands: Mapping[str, Bands]

    @property
    def base(self) -> int:
        """The fewest valid cases of which anything is shown."""
        return self.survey.privacy.base

    @property
    def span(self) -> int:
        """How far apart what a protected count can be must lie."""
        return self.survey.privacy.span

    def few(self, count: Any) -> bool:
        """Whether so many could be identified by a table that identifies."""
        return bool(pd.notna(count)) and 0 < int(count) < self.survey.privacy.count

    def identifies(self, question: str) -> bool:
        """Whether a question tells what somebody is: a segment, or what bands are made of."""
        return question in self.survey.segments or question in {own.of for own in self.bands.values()}

    def sensitive(self, question: str) -> bool:
        """Whether a question is marked so."""
        return self.survey.questions[question].sensitive

    def grouped(self, by: str, group: str) -> dict[Dimension, frozenset[str]]:
        """Who is in a group, as conditions."""
        if not by:
            return {}
        if by in self.bands:
            return {_single(self.bands[by].of): frozenset(self.bands[by].groups[group].options)}
        return {_single(by): frozenset([group])}

    def filtered(self, where: Mapping[str, Sequence[str]]) -> dict[Dimension, frozenset[str]]:
        """Who is left by a filter, as conditions."""
        found: dict[Dimension, frozenset[str]] = {}
        for name, options in where.items():
            if self.survey.questions[name].kind == "single":
                found[_single(name)] = frozenset(options)
            elif self.survey.questions[name].kind == "multiple" and len(options) == 1:
                found[("box", name, options[0])] = frozenset([_CHOSEN])
            else:
                found[("any", name, *sorted(options))] = frozenset([_CHOSEN])
        return found

    def column(self, by: str, group: str, where: Mapping[str, Sequence[str]]) -> Cells:
        """Who is in a group of those whom a filter leaves, as conditions."""
        return both(self.grouped(by, group), self.filtered(where))

    def is_identifying(self, question: str, column: Cells) -> bool:
        """Whether few people in a cell could be identified: a segment by a segment, or anything sensitive."""
        of = {dimension[1] for dimension in column}
        crossed = self.identifies(question) and any(self.identifies(name) for name in of - {question})
        return crossed or self.sensitive(question) or any(self.sensitive(name) for name in of)

    def is_identifying_base(self, column: Cells) -> bool:
        """Whether the base of a column is itself a count that could identify somebody."""
        of = {dimension[1] for dimension in column}
        return len([name for name in of if self.identifies(name)]) > 1 or any(map(self.sensitive, of))


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


_Numbered = tuple[NDArray[np.int64], list[frozenset[str]]]


@dataclass(frozen=True)
class Seen:
    """What rows of single respondents, published beside the tables, tell of a wave.

    `of` a dimension are the cells in one of which each row is, None for a row that does not show it; None
    where no row does. By the dimensions of `whole` people are left out together: of those who are in the same
    cells of all of them, all have a row or none has.
    """

    of: Callable[[Dimension], Sequence[frozenset[str] | None] | None]
    whole: frozenset[Dimension] = frozenset()
    _known: dict[Dimension, _Numbered | None] = field(default_factory=dict)

    def sums(
        self, dimensions: Sequence[Dimension], cells: Mapping[Dimension, Collection[str]]
    ) -> Iterator[Sum]:
        """How many people are at least in the cells of a table that rows are in; all others are OUTSIDE."""
        numbered = [own for own in map(self._numbered, dimensions) if own]
        if len(numbered) < len(dimensions):
            return
        rows = np.stack([numbers for numbers, _ in numbered], axis=1)
        found, sizes = np.unique(rows[(rows >= 0).all(axis=1)], axis=0, return_counts=True)
        named = [
            [frozenset(cell if cell in cells[dimension] else OUTSIDE for cell in own) for own in distinct]
            for dimension, (_, distinct) in zip(dimensions, numbered, strict=True)
        ]
        met: dict[Conditions, int] = {}
        for own, size in zip(found.tolist(), sizes.tolist(), strict=True):
            chosen = (names[number] for names, number in zip(named, own, strict=True))
            conditions = frozenset(zip(dimensions, chosen, strict=True))
            met[conditions] = met.get(conditions, 0) + size
        told = bool(self.whole) and self.whole <= set(dimensions)
        for conditions, size in met.items():
            yield Sum((conditions,), size, size if told else np.inf)

    def _numbered(self, dimension: Dimension) -> _Numbered | None:
        """The number of each row's cells, -1 where it shows none, and the cells by number."""
        if dimension not in self._known:
            own = self.of(dimension)
            places = {cells: number for number, cells in enumerate(dict.fromkeys(filter(None, own or ())))}
            numbers = np.array([places[cells] if cells else -1 for cells in own or ()], dtype=np.int64)
            self._known[dimension] = (numbers, list(places)) if own else None
        return self._known[dimension]


Key = tuple[Wave, Conditions]
Row = tuple[int, int]
"""the number of a frame and the place of a row in it"""


@dataclass
class Found:
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


@dataclass(frozen=True)
class Slot:
    """What an estimate counts: cells of a dimension, and those of its base."""

    dimension: Dimension
    chosen: frozenset[str]
    base: frozenset[str]


def _single(question: str, item: str = "") -> Dimension:
    return ("answer", question, item)


def slot_of(survey: Survey, row: Mapping[Hashable, Any]) -> Slot | None:
    """What an estimate counts, and who its base is, as cells of a dimension; None for a value."""
    name, item, option, measure = (str(row[key]) for key in ("question", "item", "option", "measure"))
    kind = survey.questions[name].kind
    if measure not in COUNTED:
        return None
    if kind in ("single", "grid"):
        base = [o for o, own in survey.options(name).items() if own.role != "not_applicable"]
        return Slot(_single(name, item), frozenset(survey.members(name, option)), frozenset(base))
    chosen = frozenset([_CHOSEN])
    if kind == "multiple" and row["role"] == "not_applicable":
        return Slot(("apart", name, option), chosen, frozenset())
    if kind == "multiple":
        return Slot(("box" if measure == "option" else "net", name, option), chosen, chosen | {_REST})
    if kind == "rank":
        places = ["first", "top_3", "ranked"]
        base = [*places, _REST]
        return Slot(("place", name, item), frozenset(places[: places.index(measure) + 1]), frozenset(base))
    if kind in MEASURED:
        bands = [*survey.questions[name].nets, _REST]
        return Slot(("band", name), frozenset([option]), frozenset(bands))
    return Slot(("text", name), chosen, chosen | {_REST})


def collected(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> Found:
    """The counts of everything published, with what is protected and what is hidden so far."""
    found = Found(rules, people)
    for number, own in enumerate(published):
        columns: dict[tuple[str, str], Cells] = {}
        mentions: dict[tuple[Hashable, ...], _Mentions] = {}
        for place, row in enumerate(own.frame[_READ].to_dict("records")):
            group = (str(row["by"]), str(row["group"]))
            if group not in columns:
                columns[group] = rules.column(*group, own.where)
            column, wave = columns[group], str(row["wave"])
            found.columns[number, place] = (number, *(row[k] for k in ("wave", "question", "item")), *group)
            for dimension, cells in column.items():
                _add_cells(found, wave, dimension, cells)
            slot = slot_of(rules.survey, row)
            if slot is None:
                continue
            conditions = _collect(found, (number, place), row, column, slot, own.dkns)
            enough = pd.notna(row["valid_cases"]) and row["valid_cases"] >= rules.base
            if conditions and slot.dimension[0] == "box" and enough and pd.notna(row["total_mentions"]):
                told: _Mentions = (wave, family_of(conditions), [], int(row["total_mentions"]))
                mentions.setdefault((wave, row["question"], *group), told)[2].append(conditions)
        for wave, family, parts, total in mentions.values():
            rounded = _rounded(total)
            own_sum = Sum(tuple(parts), max(rounded - MENTIONS // 2, 0), rounded + (MENTIONS - 1) // 2)
            found.sums.append((wave, family, own_sum))
    return found


def _rounded(total: Any) -> Any:
    """A total of mentions, or a column of them, as it is published beside a hidden count."""
    return (total + MENTIONS // 2) // MENTIONS * MENTIONS


def both(one: Cells, other: Cells) -> Cells:
    """Who meets both of some conditions."""
    every = {**one, **other}
    return {d: own & one.get(d, own) & other.get(d, own) for d, own in every.items()}


def family_of(conditions: Conditions) -> Family:
    """The dimensions of some conditions, all boxes of a multiple choice as one."""
    boxes = ("box", "net", "known", "apart")
    return frozenset(("boxes", d[1]) if d[0] in boxes else d for d, _ in conditions)


def _add_cells(found: Found, wave: Wave, dimension: Dimension, cells: Iterable[str]) -> None:
    """Note the cells of a dimension; those of a single choice are the options that a wave offered."""
    if dimension[0] == "box":
        cells = (_CHOSEN, _REST)
    if dimension[0] != "answer":
        found.cells.setdefault((wave, dimension), {}).update(dict.fromkeys(sorted(cells)))


def _collect(
    found: Found, place: Row, row: Mapping[Hashable, Any], column: Cells, slot: Slot, dkns: str
) -> Conditions | None:
    """Note the count of a row and its bases; its conditions, or None where it is in no total of mentions."""
    rules, wave, name = found.rules, str(row["wave"]), str(row["question"])
    dimension = slot.dimension
    if dimension[0] == "answer" and row["measure"] == "option":
        found.cells.setdefault((wave, dimension), {})[str(row["option"])] = None
    _add_cells(found, wave, dimension, slot.base or slot.chosen)
    conditions = frozenset(both({dimension: slot.chosen}, column).items())
    found.rows.setdefault((wave, conditions), []).append(place)
    if dimension in column:
        # by groups of the question itself the count is that of all who gave the answer, or nobody
        return conditions
    cases = 0 if pd.isna(row["valid_cases"]) else int(row["valid_cases"])
    small = cases < rules.base
    few = rules.is_identifying(name, column) and rules.few(row["respondents"])
    # of small columns, small counts are hidden first
    chosen = 0 if pd.isna(row["respondents"]) else int(row["respondents"])
    cost = float(cases + chosen + 1) if column or small or rules.sensitive(name) else None
    _note(found, (wave, conditions), row["respondents"], cost, small or few)
    identifying = rules.is_identifying_base(column)
    for key, cells, by_valid in bases_of(rules.survey, name, slot, dkns):
        count = row["valid_cases" if by_valid else "sample_size"]
        at = (wave, frozenset({**column, key: cells}.items()))
        _add_cells(found, wave, key, (_ANSWERED, _DKNS) if key[0] == "known" else cells)
        _note(found, at, count, 4.0 * (cases + 1) if identifying else None, identifying and rules.few(count))
        found.bases.setdefault(at, []).append(place)
    if dimension[0] == "net":
        boxes = [("box", name, option) for option in rules.survey.members(name, str(row["option"]))]
        parts = [{**column, box: frozenset([_CHOSEN])} for box in boxes if (wave, box) in found.cells]
        union = Union(conditions, tuple(frozenset(part.items()) for part in parts))
        found.unions.append((wave, family_of(conditions), union))
    return conditions if row["role"] != "not_applicable" else None


def bases_of(
    survey: Survey, question: str, slot: Slot, dkns: str
) -> Iterator[tuple[Dimension, frozenset[str], bool]]:
    """The base of a count as cells of a dimension: the sample, and the valid cases where DKNS is excluded."""
    if slot.base:
        yield slot.dimension, slot.base, False
    if dkns == "exclude" and slot.dimension[0] == "answer":
        roles = survey.options(question)
        yield slot.dimension, frozenset(o for o in slot.base if roles[o].role != "dkns"), True
    elif dkns == "exclude" and slot.dimension[0] == "box":
        yield ("known", question), frozenset([_ANSWERED]), True


def _note(found: Found, key: Key, value: Any, cost: float | None, protected: bool) -> None:
    """Note a count. One that stands in several places is known where one of them shows it, and stays then."""
    hidden = bool(pd.isna(value))
    known = found.counts.setdefault(key, Count(key[1], 0, cost, hidden=True))
    if not hidden:
        known.value, known.hidden = int(value), False
    known.cost = None if known.cost is None or cost is None else max(known.cost, cost)
    known.protected |= protected


# what else to hide


def protect(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> list[Hidden]:
    """What must be hidden of each frame of true estimates so that no protected count can be told.

    `people` are the respondents analysed in each wave.
    """
    found = collected(published, rules, people)
    for count in found.counts.values():
        count.hidden = count.protected and count.cost is not None
    for wave, conditions in _groups(found):
        _hide_column(found, wave, conditions)
    for component in components(found):
        component.settle(rules.span)
    return _rows_hidden(found, published)


def protected(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> list[Key]:
    """The counts of true estimates that must not be told."""
    found = collected(published, rules, people)
    return [key for key, count in found.counts.items() if count.protected and count.cost is not None]


def remembered(
    path: Path, published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]
) -> list[Hidden]:
    """What `protect` says; from the file at `path` where that is of the same estimates, else noted there."""
    key = _fingerprint(published, rules, people)
    with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
        known = json.loads(path.read_text("utf-8"))
        if known["key"] == key:
            sizes = [len(own.frame) for own in published]
            return [
                Hidden(*(_mask(places, size) for places in own))
                for own, size in zip(known["hidden"], sizes, strict=True)
            ]
    hidden = protect(published, rules, people)
    places = [
        [np.flatnonzero(mask).tolist() for mask in (own.estimates, own.bases, own.rounded)] for own in hidden
    ]
    files.write(path, json.dumps({"key": key, "hidden": places}), files.PRIVATE)
    return hidden


def _mask(places: Sequence[int], size: int) -> NDArray[np.bool_]:
    mask = np.zeros(size, dtype=np.bool_)
    mask[np.array(places, dtype=int)] = True
    return mask


def _fingerprint(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> str:
    """A hash of all that decides what is hidden: estimates, rules, the code and the version of the solver."""
    sums = hashlib.sha256(importlib.metadata.version("highspy").encode())
    for module in (__file__, ranges.__file__):
        sums.update(Path(module).read_bytes())
    bands = {name: own.model_dump() for name, own in rules.bands.items()}
    sums.update(f"{rules.survey.model_dump_json()}{bands}{sorted(people.items())}".encode())
    for own in published:
        sums.update(f"{sorted(own.where.items())}{own.dkns}".encode())
        sums.update(own.frame[_READ].to_csv(index=False).encode())
    return sums.hexdigest()


def pinned(
    published: Sequence[Published],
    rules: Rules,
    people: Mapping[Wave, int],
    protected: Iterable[Key],
    seen: Mapping[Wave, Seen] | None = None,
) -> list[Pin]:
    """The protected counts that can be told from what is published, with the least and most they can be.

    `seen` is what rows of respondents tell beside it, by wave.
    """
    found = collected(published, rules, people)
    for count in found.counts.values():
        count.protected = False
    for key in protected:
        if key in found.counts:
            found.counts[key].protected = True
    pins = []
    for component in components(found, seen):
        for place, (low, high) in component.narrow(rules.span):
            pins.append(Pin(component.wave, component.counts[place].conditions, low, high))
    return pins


def components(found: Found, seen: Mapping[Wave, Seen] | None = None) -> Iterator[Component]:
    """The counts that tell of each other, of a wave at a time; only those with something to protect.

    Tables tell of each other where they share dimensions whose counts are not all published anyway.
    """
    by_wave: dict[Wave, dict[Family, list[Count]]] = {}
    for (wave, conditions), count in found.counts.items():
        by_wave.setdefault(wave, {}).setdefault(family_of(conditions), []).append(count)
    for wave, weighed, total in found.sums:
        if total.factors:
            by_wave.setdefault(wave, {}).setdefault(weighed, [])
    for wave, families in by_wave.items():
        joined = {family: family for family in families}

        def root(family: Family, joined: dict[Family, Family] = joined) -> Family:
            while joined[family] != family:
                family = joined[family]
            return family

        for family in families:
            for size in range(1, len(family)):
                for part in map(frozenset, itertools.combinations(sorted(family), size)):
                    if part in families and (size > 1 or not _is_given(found, part)):
                        joined[root(part)] = root(family)
        classes: dict[Family, list[Family]] = {}
        for family in families:
            classes.setdefault(root(family), []).append(family)
        for own in classes.values():
            if any(count.protected for family in own for count in families[family]):
                yield _component(found, wave, own, families, seen[wave] if seen else None)


def _is_given(found: Found, part: Family) -> bool:
    """Whether the counts of one dimension are settled before its tables: not sensitive, or of groups."""
    if WEIGHT in part:
        return found.given
    ((_, question, *_),) = part
    return not found.rules.sensitive(question) or found.rules.identifies(question)


def _component(
    found: Found,
    wave: Wave,
    own: Sequence[Family],
    families: Mapping[Family, list[Count]],
    seen: Seen | None,
) -> Component:
    inside = set(own)
    margins = {frozenset([dimension]) for family in own for dimension in family} - inside
    counts = [count for family in own for count in families[family]]
    given = [
        Count(count.conditions, count.value, None, hidden=count.hidden)
        for family in sorted(margins, key=sorted)
        for count in families.get(family, [])
        if not count.hidden
    ]
    every = [count.conditions for count in (*counts, *given)]
    dimensions = {dimension for conditions in every for dimension, _ in conditions}
    cells = {dimension: list(found.cells.get((wave, dimension), ())) for dimension in dimensions}
    boxes: dict[str, list[Dimension]] = {}
    for dimension in sorted(dimensions):
        if dimension[0] in ("box", "net", "known"):
            boxes.setdefault(dimension[1], []).append(dimension)
    return Component(
        [*counts, *given],
        cells,
        found.people[wave],
        [total for of, family, total in found.sums if of == wave and family in inside],
        [union for of, family, union in found.unions if of == wave and family in inside],
        boxes.values(),
        wave,
        list(_shown(seen, every, cells)) if seen else [],
    )


def _shown(
    seen: Seen, every: Iterable[Conditions], cells: Mapping[Dimension, Collection[str]]
) -> Iterator[Sum]:
    """What rows tell of the tables that conditions are about, and of what these have in common."""
    tables = {frozenset(dimension for dimension, _ in conditions) for conditions in every}
    parts = {
        some
        for table in tables
        for size in range(1, len(table) + 1)
        for some in itertools.combinations(sorted(table), size)
    }
    for part in sorted(parts):
        yield from seen.sums(part, cells)


def hidden(published: Sequence[Published], rules: Rules, wave: Wave) -> set[Conditions]:
    """The counts that frames which may be shown hide of a wave."""
    found = set()
    for own in published:
        rows = own.frame[(own.frame["wave"] == wave) & (own.frame["flag"] == "suppressed")]
        for row in rows.to_dict("records"):
            slot = slot_of(rules.survey, row)
            if slot:
                column = rules.column(str(row["by"]), str(row["group"]), own.where)
                found.add(frozenset(both({slot.dimension: slot.chosen}, column).items()))
    return found


# groups of a sensitive segment


def _groups(found: Found) -> list[Key]:
    """The groups of sensitive segments whose own count is hidden: few, or what others follow from."""
    rules, hidden = found.rules, []
    columns: dict[tuple[Wave, Dimension], set[frozenset[str]]] = {}
    for wave, conditions in found.counts:
        for dimension, cells in conditions:
            if dimension[0] == "answer" and rules.sensitive(dimension[1]) and rules.identifies(dimension[1]):
                columns.setdefault((wave, dimension), set()).add(cells)
    for (wave, dimension), sets in columns.items():
        alone = [
            c
            for (of, conditions), c in found.counts.items()
            if of == wave and {d for d, _ in conditions} == {dimension}
        ]
        known = {count.conditions: count for count in alone}
        sizes = {cells: _size(known, dimension, cells) for cells in sorted(sets, key=sorted)}
        for cells, size in sizes.items():
            conditions = frozenset([(dimension, cells)])
            if conditions not in known:
                known[conditions] = Count(conditions, size, float(size + 1), rules.few(size), rules.few(size))
        offered = list(found.cells[wave, dimension])
        component = Component(list(known.values()), {dimension: offered}, found.people[wave], wave=wave)
        component.settle(rules.span)
        hidden += [(wave, c.conditions) for c in component.counts if c.hidden]
    return hidden


def _size(known: Mapping[Conditions, Count], dimension: Dimension, cells: Iterable[str]) -> int:
    """How many gave one of some answers."""
    each = [known.get(frozenset([(dimension, frozenset([cell]))])) for cell in cells]
    return sum(count.value for count in each if count)


def _hide_column(found: Found, wave: Wave, group: Conditions) -> None:
    """Hide everything of a group whose own count is hidden, its bases too."""
    for (of, conditions), count in found.counts.items():
        if of == wave and group <= conditions and len(conditions) > 1:
            count.hidden = True
            count.cost = 0.0 if count.cost is None else count.cost


# back to the frames


@dataclass(frozen=True)
class Hidden:
    """What is hidden of a frame, by row: the estimate, its base too; and whether its mentions are rounded."""

    estimates: NDArray[np.bool_]
    bases: NDArray[np.bool_]
    rounded: NDArray[np.bool_]


@dataclass(frozen=True)
class Pin:
    """A protected count that can be told: what it is of, and the least and the most that it can be."""

    wave: Wave
    conditions: Conditions
    low: int
    high: int

    def __str__(self) -> str:
        said = " and ".join(
            f"{dimension[1]}{f' ({dimension[2]})' if len(dimension) > 2 and dimension[2] else ''} = "
            f"{' or '.join(sorted(cells))}"
            for dimension, cells in sorted(self.conditions, key=lambda own: own[0])
        )
        told = f"is {self.low}" if self.low == self.high else f"is between {self.low} and {self.high}"
        return f"{self.wave}: how many have {said} {told}"


def _rows_hidden(found: Found, published: Sequence[Published]) -> list[Hidden]:
    out = [Hidden(*(np.zeros(len(own.frame), dtype=np.bool_) for _ in range(3))) for own in published]
    columns: set[tuple[Hashable, ...]] = set()
    whole: set[tuple[Hashable, ...]] = set()
    for key, count in found.counts.items():
        if count.hidden:
            for number, place in found.rows.get(key, []):
                out[number].estimates[place] = True
                columns.add(found.columns[number, place])
            whole |= {found.columns[row] for row in found.bases.get(key, [])}
    mentions = {(*column[:3], *column[4:]) for column in columns}
    values = [~own.frame["measure"].isin(COUNTED).to_numpy() for own in published]
    for (number, place), column in found.columns.items():
        if column in whole or (column in columns and values[number][place]):
            out[number].estimates[place] = out[number].bases[place] = True
        if (*column[:3], *column[4:]) in mentions:
            out[number].rounded[place] = True
    return out


def hide(frame: pd.DataFrame, hidden: Hidden) -> pd.DataFrame:
    """`frame` with what is hidden blanked and flagged, and the totals of mentions beside it rounded."""
    out = blanked(frame, pd.Series(hidden.estimates, index=frame.index))
    for column in BASES:
        out[column] = out[column].astype("Int64").mask(hidden.bases)
    totals = frame["total_mentions"].mask(hidden.bases)
    out["total_mentions"] = totals.mask(hidden.rounded & totals.notna(), _rounded(totals))
    return out
