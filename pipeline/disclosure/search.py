"""The search for whole tables that fit everything that is published, sums of weights too."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from pipeline.disclosure.conditions import Conditions, Floats
from pipeline.disclosure.programs import program_of
from pipeline.disclosure.ranges import Component

_MOST_NODES = 200


class Search:
    """Whole tables that give all that a component publishes, sums of weights too, by branch and bound.

    Only those count that are `accepted`.
    """

    def __init__(self, component: Component, accepted: Callable[[Floats], bool] = lambda _: True) -> None:
        self._model = program_of(component.weighed_rows(), np.zeros(component.size), whole=True)
        # steps and not seconds, so that the same is found on every machine
        self._model.setOptionValue("mip_max_nodes", _MOST_NODES)
        self._component, self._accepted = component, accepted
        self._tables: list[Floats] = []

    def is_possible(self) -> bool:
        """Whether a table is found."""
        return bool(self._tables) or self._look(np.zeros(self._component.size), 0.0)

    def ranges(self, wanted: int) -> dict[Conditions, int]:
        """How far apart each protected count was found to be, up to `wanted`; -1 where no table was found.

        What is not found within a number of steps is not known to be possible.
        """
        component = self._component
        counts = [count.conditions for count in component.counts if count.protected]
        if not self.is_possible():
            return dict.fromkeys(counts, -1)
        ranges = {}
        for conditions in counts:
            goal = np.zeros(component.size)
            goal[component.cells_of(conditions)] = 1.0
            for step in (wanted, -wanted, (wanted + 1) // 2, -((wanted + 1) // 2)):
                values = [component.value(table, conditions) for table in self._tables]
                if max(values) - min(values) >= wanted:
                    break
                end = min(values) if step > 0 else max(values)
                if abs(step) < wanted:
                    end = max(values) if step > 0 else min(values)
                self._look(np.sign(step) * goal, np.sign(step) * (end + step))
            values = [component.value(table, conditions) for table in self._tables]
            ranges[conditions] = max(values) - min(values)
        return ranges

    def _look(self, goal: Floats, target: float) -> bool:
        """Look for a table in which `goal` reaches `target`, or comes as near as was found."""
        import highspy

        size = len(goal)
        self._model.setOptionValue("objective_target", 0.5 - target)
        self._model.changeColsCost(size, np.arange(size, dtype=np.int32), -goal)
        self._model.run()
        if self._model.getInfo().primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            return False
        table = np.round(np.array(self._model.getSolution().col_value, dtype=float))
        if not self._accepted(table):
            return False
        self._tables.append(table)
        return True
