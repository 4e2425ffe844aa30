"""Intervals of a share: a module a method, each with its name in print, its formula and its source.

To add a method is to add its module. In capitals it says `NAME`, how print calls it; `LISTED`, its place
where methods are listed; `ENDS`, how a receipt writes the two ends (p the share, q the quantile, n the
size); and `NEEDS_ERROR`, whether the interval is the share itself where there is no standard error. Its
`limits` are those of arrays of estimates, and `taken` says for a receipt what they take of one.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from numpy.typing import ArrayLike

from pipeline.stats.limits import Estimate, Limits


@cache
def methods() -> dict[str, Any]:
    """Every method by the name that survey.toml has for it, in the order in which they are listed."""
    names = [path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"]
    modules = {name: importlib.import_module(f"pipeline.stats.intervals.{name}") for name in names}
    return dict(sorted(modules.items(), key=lambda one: (one[1].LISTED, one[0])))


if TYPE_CHECKING:
    Method = str
else:
    Method = Literal[tuple(methods())]
    """the names of the methods"""

NAMES = {method: interval.NAME for method, interval in methods().items()} | {"t": "t"}
"""how each is called in print; `t` is that of a mean"""


def share_limits(
    method: Method, share: ArrayLike, error: ArrayLike, effective: ArrayLike, cases: ArrayLike
) -> Limits:
    """The limits of shares by one of the methods, from their standard errors and bases.

    `effective` is Kish's size of the base, `cases` the respondents in it, unweighted; the degrees of freedom
    are `cases` − 1. Where there is no error to lean on, at shares of 0 and 1, some methods have the share
    itself; where there is no base, NaN.
    """
    limits: Limits = methods()[method].limits(Estimate(share, error, effective, cases))
    return limits
