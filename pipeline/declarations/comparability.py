"""How far two waves of a question compare, by what the wave files declare."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import pandas as pd

from pipeline.declarations.wave import Change, Fielding
from pipeline.tidy.measures import POOL, Measure

BROKEN = "broken"


def declared(fieldings: Sequence[Fielding], question: str, one: str, other: str) -> tuple[str, str]:
    """`same`, `reworded` or `broken`, and the notes on it, from the wave after the earlier to the later.

    `one` and `other` are names of waves, in any order. Options are not looked at.
    """
    status, notes = "same", []
    for change in _between(fieldings, question, one, other):
        if change.status != "same":
            status = BROKEN if BROKEN in (status, change.status) else change.status
            notes += [change.note] if change.note else []
    return status, "; ".join(notes)


def joins(
    fieldings: Sequence[Fielding], question: str, one: str = "", other: str = ""
) -> dict[str, list[str]]:
    """Every pool declared between `one` and `other`, or over all waves, by the option it is joined under.

    A pool of pools holds all that is in any of them.
    """
    found: dict[str, list[str]] = {}
    for change in _between(fieldings, question, one, other):
        for target, parts in change.pool.items():
            found[target] = list(dict.fromkeys([*found.get(target, [target]), *parts]))
    for _ in found:
        for target, parts in found.items():
            inner = [part for own in parts if own != target for part in found.get(own, [])]
            found[target] = list(dict.fromkeys([*parts, *inner]))
    return found


def pools(
    fieldings: Sequence[Fielding], question: str, one: str = "", other: str = ""
) -> dict[str, list[str]]:
    """The options that are joined to compare `one` with `other`, or all waves; none is in two pools."""
    found = joins(fieldings, question, one, other)
    outer: dict[str, list[str]] = {}
    for target in sorted(found, key=lambda own: -len(found[own])):
        if not any(target in parts for parts in outer.values()):
            outer[target] = found[target]
    return outer


def pooled(
    found: pd.DataFrame, joined: Mapping[str, Sequence[str]], kept: Sequence[str] = ()
) -> pd.DataFrame:
    """`found` with the pools `joined` in place of the options in them, but for those to be `kept`.

    Other pools are left out. `found` are estimates with the measure `pool` among them.
    """
    parts = {part for target, own in joined.items() for part in own if part == target or part not in kept}
    is_pool = found["measure"] == POOL
    left_out = (found["measure"] == Measure.OPTION) & found["option"].isin(parts)
    own = found[(is_pool & found["option"].isin(list(joined))) | (~is_pool & ~left_out)]
    return own.assign(
        measure=own["measure"].replace(POOL, "option"), role=own["role"].replace(POOL, "substantive")
    )


def is_said(fieldings: Sequence[Fielding], question: str, one: str, other: str) -> bool:
    """Whether a wave file after the earlier wave up to the later says how the question compares."""
    return any("status" in change.model_fields_set for change in _between(fieldings, question, one, other))


def pairs(waves: Sequence[str]) -> list[tuple[str, str]]:
    """Which of `waves`, the oldest first, are compared: each with the next, and the first with the last."""
    return list(dict.fromkeys([*itertools.pairwise(waves), (waves[0], waves[-1])]))


def _between(
    fieldings: Sequence[Fielding], question: str, one: str = "", other: str = ""
) -> Iterator[Change]:
    """What the wave files say of a question, after the earlier of two waves up to the later, or over all."""
    names = [fielding.name for fielding in fieldings]
    early, late = (0, len(names)) if not one else sorted((names.index(one), names.index(other)))
    for fielding in fieldings[early + 1 : late + 1]:
        if change := fielding.wave.changes.get(question):
            yield change
