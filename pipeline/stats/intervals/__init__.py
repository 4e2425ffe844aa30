"""Intervals of a share: a module a method, each with its name in print, its formula and its source.

To add a method is to add its module. In capitals it says `NAME`, how print calls it; `LISTED`, its place
where methods are listed; `ENDS`, how a receipt writes the two ends (p the share, q the quantile, n the
size); and `NEEDS_ERROR`, whether the interval is the share itself where there is no standard error. Its
`limits` are those of arrays of estimates, and `taken` what they take of one, for the receipt.
"""

from __future__ import annotations

import importlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, cast

from numpy.typing import ArrayLike

from pipeline.stats.limits import Estimate, Limits, Taken


class Interval(Protocol):
    """What the module of a method has."""

    NAME: str
    LISTED: int
    ENDS: str
    NEEDS_ERROR: bool

    def limits(self, of: Estimate) -> Limits:
        """The lower and the upper limit of shares."""

    def taken(self, of: Estimate) -> Taken:
        """What the limits of one share take."""


@cache
def methods() -> dict[str, Interval]:
    """Every method by the name that survey.toml has for it, in the order in which they are listed."""
    names = [path.stem for path in Path(__file__).parent.glob("*.py") if path.stem != "__init__"]
    modules = {
        name: cast(Interval, importlib.import_module(f"pipeline.stats.intervals.{name}")) for name in names
    }
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
    return methods()[method].limits(Estimate(share, error, effective, cases))
