"""How coarse the weighted numbers of each question must be, so that the attack on them finds nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from pipeline.disclosure.counts import Published
from pipeline.estimates.weighted_attack import Attacker, can_be_disclosed, disclosed
from pipeline.estimates.weighted_steps import SUPPRESSED, Levels


def safe(
    show: Callable[[Levels], Sequence[Published]], attacker: Attacker, questions: Sequence[str]
) -> dict[tuple[str, str], int]:
    """How coarse the numbers of each question must be in waves that are weighted and have protected counts.

    `show` makes all that would be published of it. Each question has the finest step with which no count can
    be told of it.
    """
    exact = show({})
    at_risk = [wave for wave in attacker.classes if can_be_disclosed(exact, attacker, wave)]
    levels = {(wave, name): 0 for wave in at_risk for name in questions}
    waves = {wave for wave, _ in levels}
    while waves:
        raised = set()
        for pin, of in disclosed(show(levels), attacker, levels, waves):
            of = of or [name for wave, name in levels if wave == pin.wave]
            # those named may be suppressed already, and then it is the others that tell
            left = [name for wave, name in levels if wave == pin.wave and levels[wave, name] < SUPPRESSED]
            of = [name for name in of if name in left] or left
            low = min(levels[pin.wave, name] for name in of)
            raised |= {(pin.wave, name) for name in of if levels[pin.wave, name] == low}
        for key in raised:
            levels[key] += 1
        waves = {wave for wave, _ in raised}
    return levels
