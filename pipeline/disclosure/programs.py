"""Linear programs over the cells of tables: equations in, the cheapest cells that fit them out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from pipeline.disclosure.conditions import Floats, Places

if TYPE_CHECKING:
    import highspy

WHOLE = 1e-6
_PRIMAL = 4
"""the simplex method of HiGHS that goes on from the last solution where the goal is another"""


@dataclass(frozen=True)
class Equation:
    """An equation: what a sum of cells, each times a factor, is between."""

    places: Places
    factors: Floats
    least: float
    most: float


def program_of(rows: Sequence[Equation], costs: Floats, whole: bool = False) -> highspy.Highs:
    """A program over cells that are not negative."""
    import highspy

    program = highspy.HighsLp()
    program.num_col_, program.num_row_ = len(costs), len(rows)
    program.col_cost_ = costs
    program.col_lower_, program.col_upper_ = np.zeros(len(costs)), np.full(len(costs), np.inf)
    program.row_lower_ = np.array([row.least for row in rows], dtype=float)
    program.row_upper_ = np.array([row.most for row in rows], dtype=float)
    starts = np.cumsum([0, *(len(row.places) for row in rows)])
    program.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    program.a_matrix_.start_ = starts
    program.a_matrix_.index_ = np.concatenate([row.places for row in rows])
    program.a_matrix_.value_ = np.concatenate([row.factors for row in rows])
    if whole:
        program.integrality_ = [highspy.HighsVarType.kInteger] * len(costs)
    model: highspy.Highs = highspy.Highs()  # type: ignore[no-untyped-call]
    model.silent()
    model.setOptionValue("threads", 1)
    model.setOptionValue("simplex_strategy", _PRIMAL)
    model.passModel(program)
    return model


def solved(model: highspy.Highs, costs: Floats) -> Floats | None:
    """The cheapest solution, or None where there is none."""
    import highspy

    model.changeColsCost(len(costs), np.arange(len(costs), dtype=np.int32), costs)
    model.run()
    if model.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        return None
    return np.array(model.getSolution().col_value, dtype=float)
