"""The attack on what a run is about to publish: who has all its tables tries to tell a protected count.

It has nothing but what stands in them, and the rules, which are public. `tables` fails where it succeeds.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.declarations.report import Exhibit
from pipeline.disclosure import protect
from pipeline.disclosure.counts import Published
from pipeline.disclosure.flags import flagged
from pipeline.estimates import weighted_attack
from pipeline.estimates.run import Estimates
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED
from pipeline.text.rounding import thousands
from pipeline.tidy.measures import COUNTED, Flag, Measure, Role
from pipeline.tidy.tables import ANSWER, BLANKED

_COLUMN = ["wave", "question", "item"]
_ROW = ["wave", *ANSWER]


def told(
    estimated: Estimates,
    frequencies: Sequence[pd.DataFrame],
    exhibits: Sequence[tuple[Exhibit, pd.DataFrame]],
    changes: pd.DataFrame,
) -> list[str]:
    """What the tables of a run tell that they must not, a sentence each.

    Of exhibits over waves the options that are joined are left out: what they join stands in the frequencies.
    """
    published = [Published(pd.concat(frequencies, ignore_index=True))]
    offered = set(published[0].frame[_ROW].itertuples(index=False, name=None))
    for exhibit, data in exhibits:
        if exhibit.drawn.table != "published":
            # one that is joined has the name of an option, which a wave may offer besides
            fieldings, question = estimated.declared.fieldings, exhibit.question
            joined = comparability.pools(fieldings, question) if exhibit.drawn.over_waves else {}
            own = [
                row in offered and row[3] not in joined
                for row in data[_ROW].itertuples(index=False, name=None)
            ]
            own_rows = _without_totals_of_others(data[np.array(own, dtype=bool)], published[0].frame)
            published.append(Published(own_rows, exhibit.where, exhibit.dkns, whole=False))
    said = list(_left_behind([*(own.frame for own in published)], changes))
    counts = [
        Published(own.frame[own.frame["measure"].isin(COUNTED)].reset_index(drop=True), own.where, own.dkns)
        for own in published
    ]
    pins = protect.pinned(counts, estimated.rules, estimated.people, estimated.protected)
    return [*said, *map(str, pins), *_weighed(estimated, published)]


def _without_totals_of_others(rows: pd.DataFrame, every: pd.DataFrame) -> pd.DataFrame:
    """Rows of an exhibit without the total of mentions where not all answers that it is of are among them."""
    counts = [
        own[(own["measure"] == Measure.OPTION) & (own["role"] != Role.NOT_APPLICABLE)].groupby(key).size()
        for own, key in ((rows, [*_COLUMN, "by", "group"]), (every[every["by"] == ""], _COLUMN))
    ]
    there = rows[[*_COLUMN, "by", "group"]].apply(tuple, axis=1).map(counts[0].to_dict())
    wanted = rows[_COLUMN].apply(tuple, axis=1).map(counts[1].to_dict())
    return rows.assign(total_mentions=rows["total_mentions"].where(there == wanted))


def _weighed(estimated: Estimates, published: Sequence[Published]) -> Iterator[str]:
    """What weighted numbers tell, and those that are finer than they may be."""
    levels = estimated.levels
    for estimates in published:
        yield from weighted_attack.too_fine(estimates.frame, estimated.classes, levels)
    waves = {wave for wave, _ in levels}
    for pin, _ in weighted_attack.disclosed(published, estimated.attacker, levels, waves):
        yield f"{pin} by the weighted numbers"


def _left_behind(frames: Sequence[pd.DataFrame], changes: pd.DataFrame) -> Iterator[str]:
    """Numbers beside what is suppressed, or in changes between waves of what the first frame hides."""
    for frame in frames:
        own = frame[frame["flag"] == Flag.SUPPRESSED]
        numbers = own[[column for column in BLANKED if column != "total_mentions"]]
        for row in own[numbers.notna().any(axis=1)].to_dict("records"):
            part = row["option"] or row["item"]
            yield f"{row['wave']}: {row['question']} {part} is suppressed and has numbers"
    every = frames[0]
    own = every[(every["flag"] == Flag.SUPPRESSED) & (every["by"] == "")]
    hidden = set(own[_ROW].itertuples(index=False, name=None))
    for side in ("early", "late"):
        known = changes[changes[f"{side}_estimate"].notna()]
        keys = known.assign(wave=known[side])[_ROW].itertuples(index=False, name=None)
        yield from (f"{key[0]}: changes.csv has {key[1]} {key[3] or key[2]}" for key in keys if key in hidden)


def report(estimated: Estimates) -> Iterator[str]:
    """What the attack tells without any suppression, with a part of it, and with all; and what that costs."""
    rules, people = estimated.rules, estimated.people
    small = [flagged(own.frame, rules.base) for own in estimated.published]
    shown = estimated.shown
    protected = estimated.protected
    rows = sum(len(own.frame) for own in estimated.published)
    yield f"{thousands(len(protected))} protected counts in {thousands(rows)} estimates"
    steps = [
        ("without suppression", [own.frame for own in estimated.published]),
        (f"with bases under {rules.base} suppressed", small),
        ("with all suppression", shown),
    ]
    for said, frames in steps:
        tried = [
            Published(frame, own.where, own.dkns)
            for frame, own in zip(frames, estimated.published, strict=True)
        ]
        pins = protect.pinned(tried, rules, people, protected)
        yield f"{said}: {thousands(len(pins))} of them can be told"
    yield from _coarseness(estimated)
    first = sum(int((frame["flag"] == Flag.SUPPRESSED).sum()) for frame in small)
    every = sum(int((frame["flag"] == Flag.SUPPRESSED).sum()) for frame in shown)
    yield (
        f"cost: {thousands(every)} estimates suppressed, {thousands(first)} of them for their base alone, "
        f"and {thousands(every - first)} besides"
    )


def _coarseness(estimated: Estimates) -> Iterator[str]:
    """How coarse the weighted numbers of each wave are, by how many questions."""
    waves = dict.fromkeys(wave for wave, _ in estimated.levels)
    for wave in waves:
        own = [level for (of, _), level in estimated.levels.items() if of == wave]
        counted = [
            f"{own.count(level)} questions in steps of {step.share:.1%} or {step.people:g} people"
            for level, step in enumerate(STEPS)
            if level in own
        ]
        gone = [f"{own.count(SUPPRESSED)} questions suppressed"] if SUPPRESSED in own else []
        yield f"weighted numbers of {wave}: {', '.join([*counted, *gone])}"
