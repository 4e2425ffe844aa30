"""Classes of numbers for a histogram: few, of one readable width, the last open where few go far."""

from __future__ import annotations

import math
from decimal import Decimal
from itertools import pairwise

import numpy as np
import pandas as pd

from pipeline.text.rounding import thousands

MOST_BINS = 12
_WIDTHS = (1, 2, 5)  # times a power of ten
_FAR = 0.975  # what lies beyond this share of respondents does not stretch the classes


def bins(given: pd.DataFrame) -> pd.DataFrame:
    """One row a class of `given` (value, respondents, weighted, squares).

    The columns are option, option_label, value (the lower end) and the sums.

    A class holds its lower end and not its upper one; classes of whole numbers are named by their first and
    last. Where numbers go far beyond most, the last class is open.
    """
    numbers = given["value"].to_numpy(dtype=float)
    if not len(numbers):
        return pd.DataFrame(columns=["option", "option_label", "value", "respondents", "weighted", "squares"])
    whole = bool((numbers == np.floor(numbers)).all())
    low, high = float(numbers.min()), float(numbers.max())
    shares = given["respondents"].to_numpy(dtype=float).cumsum() / given["respondents"].sum()
    most = float(numbers[np.searchsorted(shares, _FAR)])
    width = _width(low, most, whole)
    start = math.floor(low / width + 1e-9) * width
    count = int((most - start) / width + 1e-9) + 1
    open_ended = high >= start + count * width
    count += open_ended and count < MOST_BINS
    places = np.clip(((numbers - start) / width + 1e-9).astype(int), 0, count - 1)
    sums = given[["respondents", "weighted", "squares"]].astype(float).groupby(places).sum()
    sums = sums.reindex(range(count), fill_value=0.0)
    ends = [Decimal(str(start)) + place * Decimal(str(width)) for place in range(count + 1)]
    # where the last class holds nothing but its lower end, such as 100 of 100, the rest of it is not named
    last = Decimal(str(high)) + 1 if whole and high == ends[-2] else ends[-1]
    names = [
        _name(one, min(other, last), whole, open_ended and one == ends[-2]) for one, other in pairwise(ends)
    ]
    ids = [f"from_{_plain(end)}" for end in ends[:-1]]
    return sums.reset_index(drop=True).assign(
        option=ids, option_label=names, value=[float(end) for end in ends[:-1]]
    )


def _width(low: float, high: float, whole: bool) -> float:
    """The least readable width that needs no more than MOST_BINS classes from `low` to `high`."""
    exponent = math.floor(math.log10((high - low) / MOST_BINS)) if high > low else 0
    exponent = max(exponent, 0) if whole else exponent
    for power in range(exponent, exponent + 3):
        for factor in _WIDTHS:
            width = float(Decimal(factor).scaleb(power))
            start = math.floor(low / width + 1e-9) * width
            if int((high - start) / width + 1e-9) + 1 <= MOST_BINS:
                return width
    raise AssertionError("three powers of ten hold every width")


def _name(start: Decimal, end: Decimal, whole: bool, open_ended: bool) -> str:
    if open_ended:
        return f"{_printed(start)} or more"
    if whole:
        last = end - 1
        return _printed(start) if last == start else f"{_printed(start)} to {_printed(last)}"
    return f"{_printed(start)} to under {_printed(end)}"


def _printed(end: Decimal) -> str:
    return thousands(float(end)) if end == end.to_integral_value() else f"{end.normalize():f}"


def _plain(end: Decimal) -> str:
    text = f"{end.normalize():f}".replace(".", "_")
    return text.replace("-", "minus_")
