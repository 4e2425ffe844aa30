"""Disclosure control: which counts of a run could tell of a person, and what to hide so that none does.

A count is protected where its base is too small to be shown, and where it is one of a few in a table that
could identify somebody: a segment by a segment, or anything of a question marked `sensitive`. Hiding those is
not enough, since what is left of a total can be subtracted: `protect` hides more until an attacker who has
every table of the run cannot narrow any of them down. `pinned` is that attacker (method: `ranges`). What
is hidden in one table is hidden in all of them.

A group of a sensitive segment whose own count is hidden has no column in any table.
"""

from __future__ import annotations

import itertools
from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.disclosure.conditions import WEIGHT, Conditions, Count, Dimension, Sum
from pipeline.disclosure.counts import (
    Counts,
    Family,
    Key,
    Published,
    collected,
    family_of,
    rounded_mentions,
)
from pipeline.disclosure.flags import blanked
from pipeline.disclosure.ranges import Component
from pipeline.disclosure.rows import Seen
from pipeline.disclosure.rules import Rules, Wave, both, slot_of
from pipeline.tidy.contract import records
from pipeline.tidy.measures import COUNTED, Flag
from pipeline.tidy.tables import BASES

# what else to hide


def protect(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> list[Hidden]:
    """What must be hidden of each frame of true estimates so that no protected count can be told.

    `people` are the respondents analysed in each wave.
    """
    counts = collected(published, rules, people)
    for count in counts.counts.values():
        count.hidden = count.protected and count.cost is not None
    for wave, conditions in _groups(counts):
        _hide_column(counts, wave, conditions)
    for component in components(counts):
        component.settle(rules.span)
    return _rows_hidden(counts, published)


def protected(published: Sequence[Published], rules: Rules, people: Mapping[Wave, int]) -> list[Key]:
    """The counts of true estimates that must not be told."""
    counts = collected(published, rules, people)
    return [key for key, count in counts.counts.items() if count.protected and count.cost is not None]


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
    counts = collected(published, rules, people)
    for count in counts.counts.values():
        count.protected = False
    for key in protected:
        if key in counts.counts:
            counts.counts[key].protected = True
    return [
        Pin(component.wave, component.counts[place].conditions, low, high)
        for component in components(counts, seen)
        for place, (low, high) in component.narrow(rules.span)
    ]


def components(counts: Counts, seen: Mapping[Wave, Seen] | None = None) -> Iterator[Component]:
    """The counts that tell of each other, of a wave at a time; only those with something to protect.

    Tables tell of each other where they share dimensions whose counts are not all published anyway.
    """
    by_wave: dict[Wave, dict[Family, list[Count]]] = {}
    for (wave, conditions), count in counts.counts.items():
        by_wave.setdefault(wave, {}).setdefault(family_of(conditions), []).append(count)
    for wave, families in by_wave.items():
        clusters: list[set[Family]] = []
        for family in families:
            margins = {
                part
                for size in range(1, len(family))
                for part in map(frozenset, itertools.combinations(sorted(family), size))
                if part in families and (size > 1 or not _is_given(counts, part))
            }
            joined = [cluster for cluster in clusters if cluster & {family, *margins}]
            clusters = [cluster for cluster in clusters if cluster not in joined]
            clusters.append({family}.union(margins, *joined))
        for cluster in clusters:
            if any(count.protected for family in cluster for count in families[family]):
                yield _component(counts, wave, cluster, families, seen[wave] if seen else None)


def _is_given(counts: Counts, part: Family) -> bool:
    """Whether the counts of one dimension are settled before its tables: not sensitive, or of groups."""
    if WEIGHT in part:
        return counts.given
    ((_, question, *_),) = part
    return not counts.rules.sensitive(question) or counts.rules.identifies(question)


def _component(
    known: Counts,
    wave: Wave,
    together: AbstractSet[Family],
    families: Mapping[Family, list[Count]],
    seen: Seen | None,
) -> Component:
    margins = {frozenset([dimension]) for family in together for dimension in family} - together
    given = [
        Count(count.conditions, count.value, None, hidden=count.hidden)
        for family in sorted(margins, key=sorted)
        for count in families.get(family, [])
        if not count.hidden
    ]
    counts = [count for family in families if family in together for count in families[family]]
    return component_of(known, wave, together, [*counts, *given], seen=seen)


def component_of(
    known: Counts,
    wave: Wave,
    families: AbstractSet[Family],
    counts: Sequence[Count],
    weighed: Iterable[Sum] = (),
    seen: Seen | None = None,
) -> Component:
    """Counts of a wave with the sums and unions of their `families` among all `known`, as one component.

    `weighed` are the sums of weights over them, and `seen` is what rows of respondents tell.
    """
    sums = [*weighed, *(total for of, family, total in known.sums if of == wave and family in families)]
    every = [count.conditions for count in counts]
    parts = [part for total in sums for part in total.parts]
    dimensions = {dimension for conditions in (*every, *parts) for dimension, _ in conditions}
    cells = {dimension: list(known.cells.get((wave, dimension), ())) for dimension in dimensions}
    unions = [union for of, family, union in known.unions if of == wave and family in families]
    shown = list(_shown(seen, every, cells)) if seen else []
    return Component(counts, cells, known.people[wave], sums, unions, wave, shown)


def _shown(
    seen: Seen, every: Iterable[Conditions], cells: Mapping[Dimension, Collection[str]]
) -> Iterator[Sum]:
    """What rows of respondents say of the tables that conditions are about, and of the margins of these."""
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
    suppressed = set()
    for estimates in published:
        rows = estimates.frame[
            (estimates.frame["wave"] == wave) & (estimates.frame["flag"] == Flag.SUPPRESSED)
        ]
        for row in records(rows):
            slot = slot_of(rules.survey, row)
            if slot:
                column = rules.column(str(row["by"]), str(row["group"]), estimates.where)
                suppressed.add(frozenset(both({slot.dimension: slot.chosen}, column).items()))
    return suppressed


# groups of a sensitive segment


def _groups(counts: Counts) -> list[Key]:
    """The groups of sensitive segments whose own count is hidden: few, or what others follow from."""
    rules, hidden = counts.rules, []
    columns: dict[tuple[Wave, Dimension], set[frozenset[str]]] = {}
    for wave, conditions in counts.counts:
        for dimension, cells in conditions:
            if dimension[0] == "answer" and rules.sensitive(dimension[1]) and rules.identifies(dimension[1]):
                columns.setdefault((wave, dimension), set()).add(cells)
    for (wave, dimension), sets in columns.items():
        known = {
            conditions: count
            for (of, conditions), count in counts.counts.items()
            if of == wave and {d for d, _ in conditions} == {dimension}
        }
        sizes = {cells: _size(known, dimension, cells) for cells in sorted(sets, key=sorted)}
        for cells, size in sizes.items():
            conditions = frozenset([(dimension, cells)])
            if conditions not in known:
                known[conditions] = Count(conditions, size, float(size + 1), rules.few(size), rules.few(size))
        offered = list(counts.cells[wave, dimension])
        component = Component(list(known.values()), {dimension: offered}, counts.people[wave], wave=wave)
        component.settle(rules.span)
        hidden += [(wave, c.conditions) for c in component.counts if c.hidden]
    return hidden


def _size(known: Mapping[Conditions, Count], dimension: Dimension, cells: Iterable[str]) -> int:
    """How many gave one of some answers."""
    each = [known.get(frozenset([(dimension, frozenset([cell]))])) for cell in cells]
    return sum(count.value for count in each if count)


def _hide_column(counts: Counts, wave: Wave, group: Conditions) -> None:
    """Hide everything of a group whose own count is hidden, its bases too."""
    for (of, conditions), count in counts.counts.items():
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
        answers = " and ".join(
            f"{dimension[1]}{f' ({dimension[2]})' if len(dimension) > 2 and dimension[2] else ''} = "
            f"{' or '.join(sorted(cells))}"
            for dimension, cells in sorted(self.conditions, key=lambda condition: condition[0])
        )
        range_of = f"is {self.low}" if self.low == self.high else f"is between {self.low} and {self.high}"
        return f"{self.wave}: how many have {answers} {range_of}"


def _rows_hidden(counts: Counts, published: Sequence[Published]) -> list[Hidden]:
    out = [
        Hidden(*(np.zeros(len(estimates.frame), dtype=np.bool_) for _ in range(3))) for estimates in published
    ]
    columns: set[tuple[Hashable, ...]] = set()
    whole: set[tuple[Hashable, ...]] = set()
    for key, count in counts.counts.items():
        if count.hidden:
            for number, place in counts.rows.get(key, []):
                out[number].estimates[place] = True
                columns.add(counts.columns[number, place])
            whole |= {counts.columns[row] for row in counts.bases.get(key, [])}
    mentions = {(*column[:3], *column[4:]) for column in columns}
    values = [~estimates.frame["measure"].isin(COUNTED).to_numpy() for estimates in published]
    for (number, place), column in counts.columns.items():
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
    out["total_mentions"] = totals.mask(hidden.rounded & totals.notna(), rounded_mentions(totals))
    return out
