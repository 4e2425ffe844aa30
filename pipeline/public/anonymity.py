"""k-anonymity: the answers that others may know of somebody fit at least k people.

A class is everybody with the same answers to the quasi-identifiers (Sweeney's definition). A missing answer
is a value of its own. What a class shares in its other answers is not hidden by this.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def few(keys: Sequence[Hashable], k: int) -> list[bool]:
    """Who is in a class smaller than `k`, or in one that goes with those to make up `k`."""
    sizes = Counter(keys)
    # classes of one size are sorted by their answers, so that a run leaves out the same ones every time
    rising = sorted(sizes, key=lambda key: (sizes[key], repr(key)))
    small = {key for key in rising if sizes[key] < k}
    for key in rising:
        if small and sum(sizes[one] for one in small) < k:
            small.add(key)
    return [key in small for key in keys]


def enough_out(out: Flags, groups: Iterable[tuple[Numbers, int]], fewest: int) -> Flags:
    """The classes that are `out`, and more until of each group nobody is out, `fewest`, or everybody.

    A group is how many of it are in each class, and how many it must have for anybody not to be out. As few
    people as can be are out besides.
    """
    people = np.zeros(len(out), dtype=np.int64)
    table, needs, may_stay = [], [], []
    for sizes, least in groups:
        whole, left = int(sizes.sum()), int(sizes[out].sum())
        need = whole if whole < least else min(fewest, whole)
        people = np.maximum(people, sizes)
        if left < need:
            table.append(sizes)
            needs.append(need)
            may_stay.append(left == 0 and whole >= least)
    if all(may_stay):
        return out
    return _cheapest(out, people, np.array(table), np.array(needs), np.array(may_stay))


def _cheapest(out: Flags, costs: Numbers, table: Numbers, needs: Numbers, may_stay: Flags) -> Flags:
    """What is out at the least cost, if of each row of a table it is as many as are needed, or nobody."""
    from scipy.optimize import Bounds, LinearConstraint, milp

    groups, classes = table.shape
    wholes = table.sum(axis=1)
    # a variable for each class (1: it is out), and one for each group (1: nobody of it is out)
    enough, nobody = np.hstack([table, np.diag(needs)]), np.hstack([table, np.diag(wholes)])
    solution = milp(
        np.append(costs, np.zeros(groups)),
        constraints=[LinearConstraint(enough, needs, np.inf), LinearConstraint(nobody, -np.inf, wholes)],
        integrality=np.ones(classes + groups),
        bounds=Bounds(np.append(out, np.zeros(groups)), np.append(np.ones(classes), may_stay)),
    )
    # leaving out everybody is always a solution
    return np.ones_like(out) if solution.x is None else np.array(solution.x[:classes] > 0.5)


def next_out(out: Flags, sizes: Numbers) -> Flags:
    """The class to leave out next, the smallest of those with anybody; none where there is no such class."""
    candidates = np.flatnonzero(~out & (sizes > 0))
    chosen = np.zeros_like(out)
    if len(candidates):
        chosen[candidates[np.argmin(sizes[candidates])]] = True
    return chosen
