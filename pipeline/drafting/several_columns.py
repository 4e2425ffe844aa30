"""The question that stands in several columns: boxes, the items of a grid or a ranking, points shared out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.drafting import cells, damage, words
from pipeline.drafting.columns import Columns
from pipeline.drafting.question import HERE, Question
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold
from pipeline.text.values import as_number, as_place

_ENOUGH = 5  # that so many respondents tie nothing is no chance: they rank
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_PLACE = re.compile(r"\brank\b|\bplace\b|choice\b|priorit|\bplatz\b|\brang\b|\bpuesto\b|\blugar\b|\bposto\b")
_RANKED = re.compile(r"\brank\b|\brank order\b|in order of")


def of_boxes(
    columns: Columns, plain: Question, headings: Sequence[Heading], own_label: str
) -> Question | None:
    """A question whose columns hold a tick at most, one an option; None where they hold more."""
    no = columns.no(headings)
    ticks = {h: [text for text in columns[h] if fold(text) not in no] for h in headings}
    if any(len(texts) > 1 for texts in ticks.values()):
        return None
    split = [h.label.rpartition(" - ") for h in headings]
    levels = dict.fromkeys(right for left, _, right in split if left)
    items = dict.fromkeys(left for left, _, right in split if left)
    is_grid = len(items) > 1 and len(levels) > 1 and len(headings) == len(items) * len(levels)
    if is_grid and all(
        columns.rows.at_most([h.column for h in headings if h.label.rpartition(" - ")[0] == item])
        < cells.FEW_BOXES
        for item in items
    ):
        levels_by_id = words.options(list(levels))
        return replace(plain, kind="grid", options=levels_by_id, items=words.items(items), as_asked=True)
    kind = "single" if words.asks_for_one(plain.text) else "multiple"
    labels = ["" if damage.is_error(h.label) else h.label for h in headings]
    named = [label or next(iter(ticks[h]), h.letters) for label, h in zip(labels, headings, strict=True)]
    question = replace(plain, kind=kind, options=words.options(named), as_asked=True)
    question = question.with_write_in(own_label) if own_label else question
    return _with_untouched(columns, question, headings, no) if kind == "multiple" else question


def _with_untouched(
    columns: Columns, question: Question, headings: Sequence[Heading], no: frozenset[str]
) -> Question:
    """The question with what an untouched box means, and unsettled where the file cannot tell.

    Where N/A says that boxes were not shown, an empty one beside it was. Where no box is empty, a No may be
    what the tool writes for everybody.
    """
    numbers = [h.column for h in headings]
    denied = {text for h in headings for text in columns[h] if fold(text) in no}
    hidden = any(fold(text) in columns.layout.not_shown for n in numbers for text in columns.every.get(n, {}))
    if hidden and not denied:
        return question.read_as(unticked="no")
    everybody, full, none = columns.rows.denied(numbers, denied) if denied else (0, 0, 0)
    if denied and none and full == everybody and not columns.layout.not_shown:
        doubt = (
            f"no box is empty, and {none} of {everybody} say No to all: were they asked? if not, then "
            f'unticked = "not_asked" under [reading.{HERE}]'
        )
        return question.read_as(unticked="no").unsettled(doubt, none)
    return question


def of_items(columns: Columns, plain: Question, headings: Sequence[Heading]) -> Question:
    """A question with an item a column: a grid or a ranking, else texts."""
    values = [columns[h] for h in headings]
    union: Counter[str] = Counter()
    for counts in values:
        union.update(counts)
    # what one person gave is no level of a grid
    once = {t for t, n in union.items() if n == 1 and as_number(t) is None and not words.is_usual(t)}
    levels = {text: count for text, count in union.items() if text not in once}
    labels = [h.label for h in headings]
    if points := cells.all_add_up(values, lambda: columns.rows.totals([h.column for h in headings])):
        return replace(plain, kind="allocation", items=words.items(labels), total=points)
    no_choice = not levels or len(levels) > cells.MOST_OPTIONS or max(map(len, levels)) > cells.LONGEST_LABEL
    if no_choice or not all(labels) or cells.mostly_given_once(values):
        return plain
    places = [as_place(text) for text in levels]
    items = words.items(labels)
    total = sum(union.values())
    are_places = all(p is not None and 1 <= p <= len(headings) for p in places)
    under_places = [found[0] for label in labels if (found := _LAST_NUMBER.search(label))]
    are_ranked = not are_places and under_places == [str(n + 1) for n in range(len(headings))]
    several, tied = columns.rows.ties([h.column for h in headings]) if are_places or are_ranked else (0, 0)
    of_places = are_ranked and all(_PLACE.search(fold(label)) for label in labels)
    if several >= _ENOUGH and not tied and (of_places or len(headings) > cells.FEW_BOXES):
        return replace(plain, kind="rank", items=items if are_places else words.items(levels))
    order = words.about_order(levels)
    question = replace(plain, kind="grid", options=words.options(levels), items=items, check=order)
    if are_places and _RANKED.search(fold(plain.text)):
        question = question.unsettled(f"a ranking, in which {tied} of {several} respondents tie two", total)
    if once:
        question = question.unsettled(f"{len(once)} texts given once are no level of it", len(once))
    return question
