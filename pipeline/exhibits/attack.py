"""The attack on what a run is about to publish: it tries to compute protected counts from all its tables.

It knows nothing but what stands in them, and the rules, which are public. `tables` fails where it succeeds.
"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.declarations.report import Exhibit
from pipeline.disclosure import protect
from pipeline.disclosure.counts import Published
from pipeline.disclosure.flags import flagged
from pipeline.estimates import weighted_attack
from pipeline.estimates.run import Estimates
from pipeline.estimates.weighted_steps import STEPS, SUPPRESSED, Mask
from pipeline.text.rounding import thousands
from pipeline.tidy.contract import records
from pipeline.tidy.measures import COUNTED, Flag, Measure, Role
from pipeline.tidy.tables import ANSWER, BLANKED

_COLUMN = ["wave", "question", "item"]
_ROW = ["wave", *ANSWER]


def leaks(
    estimated: Estimates, frequencies: Sequence[pd.DataFrame],
    exhibits: Sequence[tuple[Exhibit, pd.DataFrame]], changes: pd.DataFrame,
) -> list[str]:  # fmt: skip
    """What the tables of a run give away of protected counts, a sentence each.

    Of exhibits over waves the options that are joined are left out: what they join stands in the frequencies.
    """
    every = pd.concat(frequencies, ignore_index=True)
    published = [Published(every)]
    of_everybody = every[(every["by"] == "") & _in_base(every)]
    answers = Counter(of_everybody[_COLUMN].itertuples(index=False, name=None))
    offered = set(every[_ROW].itertuples(index=False, name=None))
    for exhibit, data in exhibits:
        if exhibit.drawn.table != "published":
            # a joined answer has the id of an option, which another wave may offer as it is
            fieldings, question = estimated.declared.fieldings, exhibit.question
            joined = comparability.pools(fieldings, question) if exhibit.drawn.over_waves else {}
            rows = data[_ROW].itertuples(index=False, name=None)
            declared = np.array([row in offered and row[3] not in joined for row in rows], dtype=bool)
            counted = _without_totals_of_others(data[declared], answers)
            published.append(Published(counted, exhibit.where, exhibit.dkns, whole=False))
    left_behind = list(_left_behind([table.frame for table in published], changes))
    counts = [
        Published(
            table.frame[table.frame["measure"].isin(COUNTED)].reset_index(drop=True), table.where, table.dkns
        )
        for table in published
    ]
    pins = protect.pinned(counts, estimated.rules, estimated.people, estimated.protected)
    return [*left_behind, *map(str, pins), *_weighed(estimated, published)]


def _without_totals_of_others(rows: pd.DataFrame, answers: Mapping[tuple[str, ...], int]) -> pd.DataFrame:
    """Rows of an exhibit; without the total of mentions where some of the answers it counts are missing.

    `answers` are how many each wave, question and item has.
    """
    columns = list(zip(*(rows[name] for name in (*_COLUMN, "by", "group")), strict=True))
    shown = Counter(itertools.compress(columns, _in_base(rows)))
    whole = [column in shown and shown[column] == answers.get(column[: len(_COLUMN)]) for column in columns]
    return rows.assign(total_mentions=rows["total_mentions"].where(np.array(whole, dtype=bool)))


def _in_base(rows: pd.DataFrame) -> Mask:
    """Which rows are answers that are in the base."""
    counted = (rows["measure"] == Measure.OPTION) & (rows["role"] != Role.NOT_APPLICABLE)
    return counted.to_numpy(dtype=bool)


def _weighed(estimated: Estimates, published: Sequence[Published]) -> Iterator[str]:
    """Protected counts that weighted numbers give away, and weighted numbers finer than they may be."""
    levels = estimated.levels
    for estimates in published:
        yield from weighted_attack.too_fine(estimates.frame, estimated.classes, levels)
    waves = {wave for wave, _ in levels}
    for pin, _ in weighted_attack.disclosed(published, estimated.attacker, levels, waves):
        yield f"{pin} by the weighted numbers"


def _left_behind(frames: Sequence[pd.DataFrame], changes: pd.DataFrame) -> Iterator[str]:
    """Numbers in suppressed rows, and in changes between waves of what the first frame suppresses."""
    for frame in frames:
        suppressed = frame[frame["flag"] == Flag.SUPPRESSED]
        numbers = suppressed[[column for column in BLANKED if column != "total_mentions"]]
        for row in records(suppressed[numbers.notna().any(axis=1)]):
            part = row["option"] or row["item"]
            yield f"{row['wave']}: {row['question']} {part} is suppressed and has numbers"
    frequencies = frames[0]
    suppressed = frequencies[(frequencies["flag"] == Flag.SUPPRESSED) & (frequencies["by"] == "")]
    hidden = set(suppressed[_ROW].itertuples(index=False, name=None))
    for side in ("early", "late"):
        known = changes[changes[f"{side}_estimate"].notna()]
        keys = known.assign(wave=known[side])[_ROW].itertuples(index=False, name=None)
        yield from (f"{key[0]}: changes.csv has {key[1]} {key[3] or key[2]}" for key in keys if key in hidden)


def report(estimated: Estimates) -> Iterator[str]:
    """How many counts the attack finds without suppression, with some and with all; and what all costs."""
    rules, protected, published = estimated.rules, estimated.protected, estimated.published
    small = [flagged(table.frame, rules.base) for table in published]
    rows = sum(len(table.frame) for table in published)
    yield f"{thousands(len(protected))} protected counts in {thousands(rows)} estimates"
    steps = {
        "without suppression": [table.frame for table in published],
        f"with bases under {rules.base} suppressed": small,
        "with all suppression": estimated.shown,
    }
    for step, frames in steps.items():
        tables = [Published(f, table.where, table.dkns) for f, table in zip(frames, published, strict=True)]
        pins = protect.pinned(tables, rules, estimated.people, protected)
        yield f"{step}: {thousands(len(pins))} of them can be told"
    yield from _coarseness(estimated)
    for_base, in_all = (
        sum(int((frame["flag"] == Flag.SUPPRESSED).sum()) for frame in frames)
        for frames in (small, estimated.shown)
    )
    yield (
        f"cost: {thousands(in_all)} estimates suppressed, {thousands(for_base)} of them for their base "
        f"alone, and {thousands(in_all - for_base)} besides"
    )


def _coarseness(estimated: Estimates) -> Iterator[str]:
    """How coarse the weighted numbers of each wave are, by how many questions."""
    waves = dict.fromkeys(wave for wave, _ in estimated.levels)
    for wave in waves:
        levels = [level for (of, _), level in estimated.levels.items() if of == wave]
        counted = [
            f"{levels.count(level)} questions in steps of {step.share:.1%} or {step.people:g} people"
            for level, step in enumerate(STEPS)
            if level in levels
        ]
        suppressed = [f"{levels.count(SUPPRESSED)} questions suppressed"] if SUPPRESSED in levels else []
        yield f"weighted numbers of {wave}: {', '.join([*counted, *suppressed])}"
