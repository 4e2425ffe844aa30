"""How numbers are printed: whole percentages, rounded half up, from the unrounded share."""

from __future__ import annotations

import math
from decimal import ROUND_HALF_UP, Context, Decimal

MINUS = "−"
SIGNIFICANT_DIGITS = 12
_NOTHING = 1e-12  # a difference of shares below this is rounding
_ANY_SIZE = Context(prec=400)  # the longest float has 309 digits before its point


def half_up(number: float, places: int = 0) -> Decimal:
    """`number` rounded half up to `places` decimals (12.5 → 13), as people expect of a printed number.

    Floating-point noise below the twelfth significant digit is dropped first, so that 0.145 × 100
    counts as 14.5 and not as 14.499999999999998.
    """
    exact = Decimal(f"{number:.{SIGNIFICANT_DIGITS}g}")
    return exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP, _ANY_SIZE)


def percent(share: float) -> str:
    """A share (0 to 1) as printed: `48%`, `<1%` for what is above zero and rounds to it, `0%` for zero."""
    if math.isnan(share):
        return ""
    if 0 < share < 0.005:
        return "<1%"
    return f"{half_up(share * 100)}%"


def points(difference: float) -> str:
    """A difference of shares in percentage points as printed: `+13`, `−6` with a true minus, `0`."""
    rounded = half_up(abs(difference) * 100)
    if not rounded:
        return "0"
    return f"{MINUS if difference < 0 else '+'}{rounded}"


def end_in_points(end: float) -> str:
    """An end of an interval in points as printed; `>0` or `<0` where it is not 0 and would read so."""
    printed = points(end)
    return printed if printed != "0" or abs(end) < _NOTHING else f"{'>' if end > 0 else '<'}0"


def thousands(count: float) -> str:
    """A count as printed, with a comma between thousands."""
    return f"{half_up(count):,}"


def significant(number: float) -> str:
    """A number as CSVs carry it: twelve significant digits, empty for a missing one."""
    return "" if math.isnan(number) else f"{number:.{SIGNIFICANT_DIGITS}g}"


def p_value(p: float) -> str:
    """A p value as printed: `p = 0.012`, `p < 0.001`."""
    return "p < 0.001" if p < 0.001 else f"p = {half_up(p, 3)}"
