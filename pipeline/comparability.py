"""How far two waves of a question compare, by what the wave files declare."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.wave import Fielding

BROKEN = "broken"


def declared(fieldings: Sequence[Fielding], question: str, one: str, other: str) -> tuple[str, str]:
    """`same`, `reworded` or `broken`, and the notes on it, from the wave after the earlier to the later.

    `one` and `other` are names of waves, in any order. Options are not looked at.
    """
    names = [fielding.name for fielding in fieldings]
    early, late = sorted((names.index(one), names.index(other)))
    status, notes = "same", []
    for fielding in fieldings[early + 1 : late + 1]:
        change = fielding.wave.changes.get(question)
        if change and change.status != "same":
            status = BROKEN if BROKEN in (status, change.status) else change.status
            notes += [change.note] if change.note else []
    return status, "; ".join(notes)
