"""Every colour of the figures, and which level of a scale has which.

The palette is that of the UK Government Analysis Function for charts. A scale with a neutral middle,
or without a middle but with nets at both ends, is drawn from blue over grey to plum; any other
ordered list goes from dark to light blue. Both ramps give a level its colour by its place alone, so
it keeps it over the whole report.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.text.folding import fold

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
_SHADES = ("#F1F6FB", "#12436D")
_SEQUENTIAL_STOPS = ("#12436D", "#6BACE6", "#C5DFF6")

_NEUTRAL_BEGINNINGS = (
    "neither", "neutral", "undecided", "no opinion", "no change", "unchanged", "no effect", "no impact",
    "no difference", "about the same", "the same", "stayed the same", "mixed",
)  # fmt: skip


def scale(labels: Sequence[str], nets: int = 0) -> tuple[str, ...]:
    """One colour a level of an ordered scale; `nets` is the number of its nets."""
    count = len(labels)
    if count in DIVERGING and is_bipolar(labels, nets):
        return DIVERGING[count]
    return sequential(count)


def is_bipolar(labels: Sequence[str], nets: int = 0) -> bool:
    """Whether the middle level is a neutral; without a middle one, whether there are two nets."""
    middle, odd = divmod(len(labels), 2)
    if odd:
        return len(labels) > 1 and fold(labels[middle]).startswith(_NEUTRAL_BEGINNINGS)
    return nets > 1


def categories(labels: Sequence[str], nets: int = 0) -> tuple[str, ...]:
    """One colour an answer of a single choice: ordered answers a ramp, up to six others the palette.

    Answers count as ordered where most of them hold a digit (bands of size), where they have nets, or
    where the middle one is a neutral.
    """
    digits = sum(any(character.isdigit() for character in label) for label in labels)
    if nets or 2 * digits > len(labels) or is_bipolar(labels):
        return scale(labels, nets)
    return PALETTE[: len(labels)] if len(labels) <= len(PALETTE) else sequential(len(labels))


def sequential(count: int) -> tuple[str, ...]:
    """`count` blues from dark to light."""
    colours = []
    for place in range(count):
        at = place / max(count - 1, 1) * (len(_SEQUENTIAL_STOPS) - 1)
        left = min(int(at), len(_SEQUENTIAL_STOPS) - 2)
        colours.append(_mixed(_SEQUENTIAL_STOPS[left], _SEQUENTIAL_STOPS[left + 1], at - left))
    return tuple(colours)


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
