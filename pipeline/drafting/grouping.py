"""Which columns belong to one question: by their headings, and by what stands in their cells."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from itertools import groupby, pairwise, takewhile

from pipeline.answers.columns import is_other
from pipeline.drafting import cells, words
from pipeline.drafting.columns import Columns
from pipeline.drafting.question import OTHER, Group
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold
from pipeline.text.values import as_number

_LEVELS_SHARED = 3  # levels that neighbours share where they are items of one grid
_MOST_POINTS = 12  # items among which points are shared out


def groups(columns: Columns, headings: Iterable[Heading]) -> Iterator[Group]:
    """The columns of each question, with the text beside its Other where that has a heading of its own."""
    before: Group = ()
    for group in _in_runs(columns, list(_under_headings(columns, headings))):
        if before and len(group) == 1 and _is_beside(columns, group[0], before):
            before += (replace(group[0], label=OTHER),)
            continue
        if before:
            yield before
        before = group
    if before:
        yield before


def _is_beside(columns: Columns, heading: Heading, group: Group) -> bool:
    """Whether a column holds what people wrote beside the Other of the columns on its left."""
    names = {fold(h.text) for h in group} | {fold(h.code) for h in group}
    text = fold(heading.text or heading.code)
    named = words.asks_what_other(text) or any(
        name and text in (f"{name}_other", f"{name} other") for name in names
    )
    is_choice = len(group) > 1 or 1 < len(columns[group[0]]) <= cells.MOST_OPTIONS
    return named and heading.bare and is_choice and bool(columns[heading])


def _in_runs(columns: Columns, groups: Sequence[Group]) -> Iterator[Group]:
    """The groups, with neighbours joined that are headed by an item alone and answer one question."""
    at = 0
    while at < len(groups):
        run = _run(columns, groups, at)
        yield run or groups[at]
        at += len(run) or 1


def _run(columns: Columns, groups: Sequence[Group], at: int) -> Group:
    """The columns from one on that are the items of a grid, or share out points; empty where they are none.

    Their headings say what no question says: they end in no question mark.
    """
    alone: list[Heading] = []
    for group in groups[at:]:
        if len(group) > 1 or not group[0].bare or group[0].text.endswith("?") or not columns[group[0]]:
            break
        alone.append(group[0])
    alike = alone[:1]
    for one, other in pairwise(alone):
        shared = {fold(text) for text in columns[one]} & {fold(text) for text in columns[other]}
        words_shared = [text for text in shared if as_number(text) is None]
        if len(words_shared) < _LEVELS_SHARED or len(columns[other]) > cells.MOST_LEVELS:
            break
        alike.append(other)
    on_scale = _on_one_scale(columns, alone)
    alike = on_scale if len(on_scale) > len(alike) else alike
    if len(alike) > cells.FEW_BOXES:
        return tuple(alike)
    numeric = list(takewhile(lambda h: all(as_number(text) is not None for text in columns[h]), alone))
    for count in range(min(len(numeric), _MOST_POINTS), 1, -1):
        run = numeric[:count]
        parts = run[:-1] if len(columns[run[-1]]) == 1 and count > cells.FEW_BOXES else run
        numbers = [h.column for h in parts]
        points = cells.all_add_up([columns[h] for h in parts], partial(columns.rows.totals, numbers))
        if len(parts) > 1 and points:
            return tuple(parts)
    return ()


def _on_one_scale(columns: Columns, headings: Sequence[Heading]) -> list[Heading]:
    """The columns from the first on whose answers are steps of one usual scale, whichever each has."""
    run: list[Heading] = []
    steps: set[str] = set()
    for heading in headings:
        given = {fold(text) for text in columns[heading]}
        if not 1 < len(given) <= cells.MOST_LEVELS or not words.are_steps(steps | given):
            break
        steps |= given
        run.append(heading)
    return run if len(steps) >= _LEVELS_SHARED else []


def _under_headings(columns: Columns, headings: Iterable[Heading]) -> Iterator[Group]:
    """The columns under each heading, and neighbours headed by an option alone."""
    box: Group = ()
    for _, members in groupby(headings, key=lambda h: (fold(h.code), fold(h.text))):
        group = tuple(members)
        alone = len(group) == 1 and group[0].bare
        own_text = bool(box) and alone and is_other(group[0].label)
        if own_text or (alone and _is_box(columns, group[0])):
            box += group
            if own_text:
                yield box
                box = ()
            continue
        if box:
            yield box
            box = ()
        boxes = tuple(h for h in group if h.label)
        twice = columns.layout.joined_too and len(boxes) > 1 and any(columns[h] for h in boxes)
        group = boxes if twice and not all(is_other(h.label) for h in boxes) else group
        for part in _asked_apart(columns, group):
            yield from _parted(columns, part)
    if box:
        yield box


def _is_box(columns: Columns, heading: Heading) -> bool:
    """Whether a column holds nothing but its heading, as the box of one option does."""
    return [fold(t) for t in columns[heading] if fold(t) not in columns.layout.unticked] == [
        fold(heading.label)
    ]


def _asked_apart(columns: Columns, group: Group) -> Iterator[Group]:
    """The columns of each question under one heading: several where nothing else tells its columns apart.

    So it is where labels repeat, and where each column of a checkbox grid has several answers in its cells.
    """
    filled = [h for h in group if columns[h]]
    alike = len(filled) > 1 and len({fold(h.label) for h in filled}) == 1 and not filled[0].bare
    if alike or _are_joined(columns, filled):
        yield from ((h,) for h in group)
    else:
        yield group


def _are_joined(columns: Columns, headings: Sequence[Heading]) -> bool:
    """Whether all of several columns hold answers joined in their cells, each for an item."""
    others = [h for h in headings if not is_other(h.label)]
    if len(others) < 2 or not all(h.label for h in others):
        return False
    union: Counter[str] = Counter()
    for heading in others:
        union.update(columns[heading])
    return bool(columns.joint(union)) and all(columns.joint(columns[h]) for h in others)


def _parted(columns: Columns, group: Group) -> Iterator[Group]:
    """The columns of a group without those of free text, which are questions of their own."""
    folded = {h: {fold(text) for text in columns[h]} for h in group}
    counted = Counter(text for texts in folded.values() for text in texts)

    def is_free(heading: Heading) -> bool:
        texts = folded[heading]
        words = [text for text in texts if as_number(text) is None]
        return len(words) > 3 and sum(counted[t] == 1 for t in words) > len(texts) / 2

    free = [h for h in group if len(group) > 2 and not is_other(h.label) and is_free(h)]
    if len(free) == len(group):
        free = []
    if rest := tuple(h for h in group if h not in free):
        yield rest
    yield from ((h,) for h in free)
