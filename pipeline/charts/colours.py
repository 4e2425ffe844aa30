"""Every colour of the figures, and which answer has which.

The palette is that of the UK Government Analysis Function for charts. Steps with for and against are drawn
from blue over grey to plum, all other steps from dark to light blue. Both ramps give a step its colour by its
place among all that are declared, so it keeps it over the whole report.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

INK = "#1A1A1A"
GREY_INK = "#595959"
BLACK = "#000000"
WHITE = "#FFFFFF"
AXIS = "#BFBFBF"
GREY = "#8C8C8C"
GREYS = {"other": "#666666", "none": "#797979", "dkns": GREY}  # side by side in a bar of 100%
HIGHLIGHT = "#12436D"
PLAIN = "#6F90AC"
TICK = "#F46A25"
SECOND = "#F46A25"

PALETTE = ("#12436D", "#28A197", "#801650", "#F46A25", "#3D3D3D", "#A285D1")

DIVERGING = {
    2: ("#12436D", "#801650"),
    3: ("#12436D", "#D9D9D9", "#801650"),
    4: ("#12436D", "#6BACE6", "#C98BA8", "#801650"),
    5: ("#12436D", "#6BACE6", "#D9D9D9", "#C98BA8", "#801650"),
    6: ("#12436D", "#3B78B0", "#8DC0EC", "#DDAEC5", "#B0527F", "#801650"),
    7: ("#12436D", "#3B78B0", "#8DC0EC", "#D9D9D9", "#DDAEC5", "#B0527F", "#801650"),
}
_SHADES = ("#F4F8FC", "#6BACE6")  # so that every number on them is black
_BLUES = ("#081D38", "#12436D", "#1F5A8E", "#2E73B0", "#5B97D3")
"""the way of the ramp from dark to light; its end has 3:1 on white"""
_FROM_DARKER = 6  # steps: fewer go from the second of these on, and have 1.3:1 to each other all the same


def ramp(count: int, two_sided: bool = False) -> tuple[str, ...]:
    """The colours of `count` steps, from the one that says most."""
    return DIVERGING[count] if two_sided and count in DIVERGING else sequential(count)


def categories(count: int) -> tuple[str, ...]:
    """The colours of answers without an order: up to six of the palette, more from dark to light."""
    return PALETTE[:count] if count <= len(PALETTE) else sequential(count)


def sequential(count: int) -> tuple[str, ...]:
    """`count` blues from dark to light, each in the same contrast to the next."""
    stops = _BLUES if count >= _FROM_DARKER else _BLUES[1:]
    dark, light = contrast(stops[0], WHITE), contrast(stops[-1], WHITE)
    parts = (place / max(count - 1, 1) for place in range(count))
    return tuple(_blue(stops, dark * (light / dark) ** part) for part in parts)


def _blue(stops: Sequence[str], wanted: float) -> str:
    """The colour on the way through `stops` that has a contrast to white."""
    for one, other in pairwise(stops):
        dark, light = contrast(one, WHITE), contrast(other, WHITE)
        if wanted >= light:
            # the contrast is a ratio of what the eye takes for equal steps
            return _mixed(one, other, math.log(dark / wanted) / math.log(dark / light))
    return stops[-1]


def shade(part: float) -> str:
    """The blue of a cell whose share is `part` of the highest, from nearly white at 0 to dark at 1."""
    return _mixed(*_SHADES, min(max(part, 0.0), 1.0))


def on(colour: str) -> str:
    """Black or white, whichever contrasts more with `colour`."""
    return max((WHITE, BLACK), key=lambda ink: contrast(ink, colour))


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2)."""
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _mixed(one: str, other: str, part: float) -> str:
    """The colour at `part` of the way from one to the other."""
    mixed = [a + (b - a) * part for a, b in zip(_channels(one), _channels(other), strict=True)]
    return "#" + "".join(f"{round(channel):02X}" for channel in mixed)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def _luminance(colour: str) -> float:
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
        for part in (channel / 255 for channel in _channels(colour))
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
