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
    joined: dict[str, list[str]] = {}
    for change in _between(fieldings, question, one, other):
        for target, parts in change.pool.items():
            joined[target] = list(dict.fromkeys([*joined.get(target, [target]), *parts]))
    for _ in joined:
        for target, parts in joined.items():
            inner = [option for part in parts if part != target for option in joined.get(part, [])]
            joined[target] = list(dict.fromkeys([*parts, *inner]))
    return joined


def pools(
    fieldings: Sequence[Fielding], question: str, one: str = "", other: str = ""
) -> dict[str, list[str]]:
    """The options that are joined to compare `one` with `other`, or all waves; none is in two pools."""
    joined = joins(fieldings, question, one, other)
    outer: dict[str, list[str]] = {}
    for target in sorted(joined, key=lambda pool: -len(joined[pool])):
        if not any(target in parts for parts in outer.values()):
            outer[target] = joined[target]
    return outer


def pooled(
    estimates: pd.DataFrame, joined: Mapping[str, Sequence[str]], kept: Sequence[str] = ()
) -> pd.DataFrame:
    """`estimates` with the pools `joined` in place of the options in them, but for those to be `kept`.

    Other pools are left out. The measure `pool` is among those of `estimates`.
    """
    parts = {part for pool, all_of in joined.items() for part in all_of if part == pool or part not in kept}
    is_pool = estimates["measure"] == POOL
    left_out = (estimates["measure"] == Measure.OPTION) & estimates["option"].isin(parts)
    rows = estimates[(is_pool & estimates["option"].isin(list(joined))) | (~is_pool & ~left_out)]
    return rows.assign(
        measure=rows["measure"].replace(POOL, "option"), role=rows["role"].replace(POOL, "substantive")
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
