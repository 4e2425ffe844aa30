"""Counts of people as an attacker sees them: what integers fit everything published, and how to widen that.

A count is of the people of a wave for whom some conditions hold; a condition says that somebody is in one of
some cells of a dimension (a single choice, a box of a multiple choice, a band). The counts of a component are
sums over the cells of its tables, a table being the dimensions that the conditions of a count are about. What
the tables have in common must agree: the published margins are equations, and cells are whole, not negative.

The range of a count is found by linear programming over those equations, with whole numbers only where a
program's solution is not whole by itself. What to hide besides is found as in cell suppression: the cheapest
change of published counts that moves a protected one and leaves the rest as it is (Kelly, Golden and Assad,
Cell suppression: disclosure protection for sensitive tabular data, Networks 22). The programs are HiGHS's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from pipeline.disclosure.conditions import (
    BOXES,
    OUTSIDE,
    Conditions,
    Count,
    Dimension,
    Floats,
    Places,
    Sum,
    Union,
)
from pipeline.disclosure.programs import WHOLE, Equation, program_of, solved
from pipeline.project.errors import SurveyError

if TYPE_CHECKING:
    import highspy


class Component:
    """Counts that tell of each other, as equations over the cells of their tables.

    `cells` are those of every dimension, without OUTSIDE; `people` is how many there are in all. `known` are
    sums that are told beside the tables. The boxes of a question have the same people outside.
    """

    def __init__(
        self,
        counts: Sequence[Count],
        cells: Mapping[Dimension, Sequence[str]],
        people: int,
        sums: Sequence[Sum] = (),
        unions: Sequence[Union] = (),
        wave: str = "",
        known: Sequence[Sum] = (),
    ) -> None:
        self.counts = list(counts)
        self.wave = wave
        parts = {part for total in (*sums, *known) for part in total.parts}
        parts |= {part for union in unions for part in (union.whole, *union.parts)}
        every = [count.conditions for count in counts] + sorted(parts, key=_sorted)
        tables = {frozenset(dimension for dimension, _ in conditions) for conditions in every}
        tables |= {
            frozenset(some)
            for table in tables
            for size in range(1, len(table))
            for some in itertools.combinations(sorted(table), size)
        }
        self._cells = _distinct(every, cells)
        self._tables: dict[frozenset[Dimension], tuple[list[Dimension], Places]] = {}
        self.size = 0
        for table in sorted(tables, key=lambda table: (len(table), sorted(table))):
            dimensions = sorted(table)
            shape = [len(self._cells[dimension]) for dimension in dimensions]
            places = np.arange(self.size, self.size + int(np.prod(shape))).reshape(shape)
            self._tables[table] = dimensions, places
            self.size += places.size
        self._rows: list[Equation] = []
        self._agree(people)
        for union in unions:
            self._unite(union)
        self._rows += [self._equation(total) for total in sums if not total.factors]
        self._weighed = [self._equation(total) for total in sums if total.factors]
        self._known = list(map(self._equation, known))
        self._places = [self.cells_of(count.conditions) for count in self.counts]
        self._ends: dict[int, tuple[int, int]] = {}
        self._in_parts = False

    def cells_of(self, conditions: Conditions) -> Places:
        """The places of the cells that meet some conditions."""
        wanted = dict(conditions)
        dimensions, places = self._tables[frozenset(wanted)]
        chosen = [
            [place for place, cell in enumerate(self._cells[dimension]) if cell <= wanted[dimension]]
            for dimension in dimensions
        ]
        return places[np.ix_(*chosen)].ravel()

    def _equation(self, total: Sum) -> Equation:
        """A sum as an equation; a cell may be in several of its parts."""
        each = [self.cells_of(part) for part in total.parts]
        factors = np.repeat(total.factors or np.ones(len(each)), [len(places) for places in each])
        once, of = np.unique(np.concatenate(each), return_inverse=True)
        weights = np.asarray(np.bincount(of, weights=factors), dtype=np.float64)
        return Equation(once, weights, total.least, total.most)

    def _row(self, places: Places, factors: Floats, least: float, most: float) -> None:
        self._rows.append(Equation(places, factors, least, most))

    def _agree(self, people: int) -> None:
        """What tables have in common agrees, and the cells of a dimension are everybody."""
        for dimensions, places in self._tables.values():
            for axis, dimension in enumerate(dimensions):
                rest = frozenset(dimensions) - {dimension}
                lines = np.moveaxis(places, axis, -1).reshape(-1, places.shape[axis])
                if not rest:
                    self._row(lines[0], np.ones(lines.shape[1]), people, people)
                    continue
                for total, line in zip(self._tables[rest][1].ravel(), lines, strict=True):
                    both = np.append(line, total)
                    self._row(both, np.append(np.ones(len(line)), -1.0), 0, 0)
        boxes: dict[str, set[Dimension]] = {}
        for dimension in sorted(self._cells):
            if dimension[0] in BOXES:
                boxes.setdefault(dimension[1], set()).add(dimension)
        for of_question in boxes.values():
            by_rest: dict[frozenset[Dimension], list[Places]] = {}
            for table, (dimensions, places) in self._tables.items():
                for box in sorted(table & of_question):
                    outside = len(self._cells[box]) - 1
                    line = np.take(places, outside, axis=dimensions.index(box)).ravel()
                    by_rest.setdefault(table - {box}, []).append(line)
            for alternatives in by_rest.values():
                for one, other in itertools.pairwise(alternatives):
                    for pair in zip(one, other, strict=True):
                        self._row(np.array(pair), np.array([1.0, -1.0]), 0, 0)

    def _unite(self, union: Union) -> None:
        """A union is at least each of its parts and at most their sum."""
        whole = self.cells_of(union.whole)
        parts = [self.cells_of(part) for part in union.parts]
        for part in parts:
            both = np.concatenate([whole, part])
            self._row(both, np.append(np.ones(len(whole)), -np.ones(len(part))), 0, np.inf)
        both = np.concatenate([*parts, whole])
        ones = np.ones(len(both) - len(whole))
        self._row(both, np.append(ones, -np.ones(len(whole))), 0, np.inf)

    def narrow(self, wanted: int, whole: bool = True) -> list[tuple[int, tuple[int, int]]]:
        """The protected counts that can be told, by their places, with the least and the most they can be.

        Those are the ones whose range is under `wanted`, and under what it would be if everything were hidden
        that can be: who knows only what must stay published can tell as much. Where cells need not be `whole`
        the ranges may come out too wide, never too narrow, and are found sooner.
        """
        places = [place for place, count in enumerate(self.counts) if count.protected]
        enough = {place: min(wanted, self._bound(place)) for place in places}
        program = _Program(self, [count.hidden for count in self.counts], whole, self._known)
        narrow = [
            (place, (low, high))
            for place, (low, high) in self._ranges(program, enough).items()
            if high - low < enough[place] and high - low < self._widest(place, enough[place])
        ]
        self._in_parts |= program.in_parts
        return narrow

    def most_that_can_be(self, place: int, wanted: int) -> int:
        """How wide the range of a count is where everything is hidden that can be, if less than `wanted`."""
        enough = min(wanted, self._bound(place))
        return min(enough, self._widest(place, enough)) if enough else 0

    def value(self, table: Floats, conditions: Conditions) -> int:
        """How many meet some conditions in a table that `Search` found."""
        return round(float(table[self.cells_of(conditions)].sum()))

    def settle(self, wanted: int) -> None:
        """Hide counts until no protected one is `narrow`, as cheaply as can be."""
        for whole in (False, True):
            if whole and not self._in_parts:
                return  # all solutions were whole numbers already
            while narrow := self.narrow(wanted, whole):
                hidden = False
                for place, _ in narrow:
                    hidden |= self._hide_for(place, min(wanted, self._widest(place, wanted)))
                if not hidden:
                    for count in self.counts:
                        count.hidden |= count.cost is not None
                    return

    def _bound(self, place: int) -> int:
        """The smallest count that stays published and includes all of a count, whose range is no wider."""
        conditions = self.counts[place].conditions
        values = [
            value
            for size in range(1, len(conditions) + 1)
            for some in map(frozenset, itertools.combinations(conditions, size))
            for dimension, chosen in some
            for wider, value in self._staying.get((some - {(dimension, chosen)}, dimension), [])
            if wider >= chosen
        ]
        return min(values, default=2**31)

    @cached_property
    def _staying(self) -> dict[tuple[Conditions, Dimension], list[tuple[frozenset[str], int]]]:
        """The counts that stay published, by their conditions but one."""
        staying: dict[tuple[Conditions, Dimension], list[tuple[frozenset[str], int]]] = {}
        for count in self.counts:
            if count.cost is None and not count.hidden:
                for dimension, chosen in count.conditions:
                    rest = count.conditions - {(dimension, chosen)}
                    staying.setdefault((rest, dimension), []).append((chosen, count.value))
        return staying

    def _widest(self, place: int, enough: int) -> int:
        """How wide the range of a count is where everything is hidden that can be, up to `enough`."""
        if place not in self._ends:
            self._ends[place] = self._ranges(self._free, {place: enough})[place]
        low, high = self._ends[place]
        return high - low

    @cached_property
    def _free(self) -> _Program:
        return _Program(self, [count.hidden or count.cost is not None for count in self.counts])

    def _ranges(self, program: _Program, enough: Mapping[int, int]) -> dict[int, tuple[int, int]]:
        """The ranges of counts by their places; one known to be wide `enough` is not looked at further."""
        ranges = dict.fromkeys(enough, (0, 0))
        left = sorted(place for place, wide in enough.items() if wide)
        if not left:
            return ranges
        every = np.zeros((len(left), self.size))
        for number, place in enumerate(left):
            every[number, self._places[place]] = 1.0
        wide = np.array([enough[place] for place in left])
        low, high = np.full(len(left), np.inf), np.full(len(left), -np.inf)
        # all at once first: the cells found show the range of every count a little
        goals = [every.sum(axis=0), -every.sum(axis=0)]
        goals += [sign * count for count in every for sign in (1.0, -1.0)]
        for number, goal in enumerate(goals):
            if number < 2 or high[number // 2 - 1] - low[number // 2 - 1] < wide[number // 2 - 1] - WHOLE:
                values = every @ program.best(goal)
                low, high = np.minimum(low, values), np.maximum(high, values)
        # the ends of what need not be whole are rounded inwards
        ends = zip(left, np.ceil(low - WHOLE), np.floor(high + WHOLE), strict=True)
        return ranges | {place: (int(least), int(most)) for place, least, most in ends}

    def _hide_for(self, place: int, enough: int) -> bool:
        """Hide what costs least so that the range of a count gets `enough` wide; whether anything was hidden.

        Upwards if possible, else part of it downwards.
        """
        low, high = self._ends[place]
        value = self.counts[place].value
        up = min(enough, high - value)
        moved = {
            other
            for step in (up, -min(enough - up, value - low))
            if step
            for other in self._prices.cheapest(place, step)
        }
        for other in moved:
            self.counts[other].hidden = True
            self._prices.forget(other)
        return bool(moved)

    @cached_property
    def _prices(self) -> _Prices:
        return _Prices(self)

    def weighed_rows(self) -> list[Equation]:
        """The equations of the component as it is published, with those of its sums of weights."""
        return [*self.rows([count.hidden for count in self.counts]), *self._weighed]

    def rows(self, hidden: Sequence[bool]) -> list[Equation]:
        """The equations of the component and those of its counts, which say nothing where they are hidden."""
        rows = list(self._rows)
        for count, places, unknown in zip(self.counts, self._places, hidden, strict=True):
            ends = (0.0, np.inf) if unknown else (float(count.value), float(count.value))
            rows.append(Equation(places, np.ones(len(places)), *ends))
        return rows


class _Program:
    """The cells that fit the equations of a component in which some counts are hidden."""

    def __init__(
        self, component: Component, hidden: Sequence[bool], whole: bool = True, known: Sequence[Equation] = ()
    ) -> None:
        self._may_be_parts, self.in_parts = not whole, False
        self._rows, self._none = [*component.rows(hidden), *known], np.zeros(component.size)
        self._model = program_of(self._rows, self._none)

    def best(self, goal: Floats) -> Floats:
        """Cells for which `goal` is as high as it can be."""
        cells = solved(self._model, -goal)
        if cells is not None and np.abs(cells - np.round(cells)).max(initial=0.0) > WHOLE:
            self.in_parts = True
            if self._may_be_parts:
                return cells
            cells = solved(self._whole, -goal)
        if cells is None:
            raise SurveyError(
                "disclosure control: the tables of this run contradict each other, so no counts fit them; "
                "this is a fault of the pipeline, please report it"
            )
        return np.round(cells)

    @cached_property
    def _whole(self) -> highspy.Highs:
        return program_of(self._rows, self._none, whole=True)


class _Prices:
    """What changing published counts costs: a column up and one down for each that may change."""

    def __init__(self, component: Component) -> None:
        counts, cells = component.counts, component.size
        rows = component.rows([False] * len(counts))
        moving = [place for place, count in enumerate(counts) if count.cost is not None]
        self._column = {place: cells + 2 * number for number, place in enumerate(moving)}
        first = len(rows) - len(counts)
        for place, column in self._column.items():
            row = rows[first + place]
            factors = np.append(row.factors, [-1.0, 1.0])
            rows[first + place] = Equation(
                np.append(row.places, [column, column + 1]), factors, row.least, row.most
            )
        self._costs = np.zeros(cells + 2 * len(moving))
        for place, column in self._column.items():
            price = 0.0 if counts[place].hidden else float(counts[place].cost or 0.0)
            self._costs[column : column + 2] = price
        self._model = program_of(rows, self._costs)

    def forget(self, place: int) -> None:
        """Let a count change for nothing: it is hidden."""
        column = self._column[place]
        self._costs[column : column + 2] = 0.0

    def cheapest(self, place: int, step: int) -> list[int]:
        """The published counts that change where a count does by `step` at the least cost."""
        up, down = self._column[place], self._column[place] + 1
        self._model.changeColBounds(up, float(max(step, 0)), np.inf if step > 0 else 0.0)
        self._model.changeColBounds(down, float(max(-step, 0)), np.inf if step < 0 else 0.0)
        changes = solved(self._model, self._costs)
        for column in (up, down):
            self._model.changeColBounds(column, 0.0, np.inf)
        if changes is None:
            return []
        return [
            other
            for other, column in self._column.items()
            if self._costs[column] and changes[column : column + 2].max() > WHOLE
        ]


def _sorted(conditions: Conditions) -> list[tuple[Dimension, list[str]]]:
    return sorted((dimension, sorted(cells)) for dimension, cells in conditions)


def _distinct(
    every: Iterable[Conditions], cells: Mapping[Dimension, Sequence[str]]
) -> dict[Dimension, list[frozenset[str]]]:
    """The cells of each dimension, joined where no condition distinguishes them; OUTSIDE comes last."""
    named: dict[Dimension, set[frozenset[str]]] = {}
    for conditions in every:
        for dimension, chosen in conditions:
            named.setdefault(dimension, set()).add(chosen)
    distinct = {}
    for dimension, sets in named.items():
        order = sorted(sets, key=sorted)
        groups: dict[tuple[bool, ...], set[str]] = {}
        for cell in cells[dimension]:
            groups.setdefault(tuple(cell in chosen for chosen in order), set()).add(cell)
        distinct[dimension] = [*map(frozenset, groups.values()), frozenset([OUTSIDE])]
    return distinct
