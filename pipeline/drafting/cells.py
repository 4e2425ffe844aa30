"""What the texts of a column are: answers that several people gave, people's own words, answers joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise

from pipeline.drafting.words import is_usual
from pipeline.text.folding import fold
from pipeline.text.values import as_number

MOST_OPTIONS = 30  # a column with more common texts than this is no choice
_EXPLAINED = 0.7  # the part of the answers of a choice that are given more than once
_FEW = 2  # so many numbers given once are answers still
_EMPTY = {"n/a", "na", "null", "-", "--", "."}


def blanks(texts: Mapping[int, Mapping[str, int]]) -> list[str]:
    """What stands for an empty cell: a text such as n/a, in many columns and seldom alone among answers."""
    columns: Counter[str] = Counter()
    for values in texts.values():
        columns.update({fold(text) for text in values} & _EMPTY)
    return sorted(text for text, count in columns.items() if count >= max(3, len(texts) // 20))


def without(values: Mapping[str, int], blank: Collection[str]) -> dict[str, int]:
    """The texts of a column but for those that mean an empty cell."""
    empty = {fold(text) for text in blank}
    return {text: count for text, count in values.items() if fold(text) not in empty}


def all_unlike(cells: Sequence[Mapping[str, int]]) -> bool:
    """Whether most cells hold a text of their own, as people's own words do."""
    return sum(map(len, cells)) > 0.6 * sum(sum(values.values()) for values in cells)


def mostly_given_once(cells: Sequence[Mapping[str, int]]) -> bool:
    """Whether most cells hold a text that one cell of their column holds."""
    total = sum(sum(values.values()) for values in cells)
    return total > 0 and sum(n == 1 for values in cells for n in values.values()) > 0.6 * total


def common(counts: Mapping[str, int]) -> dict[str, int]:
    """The texts that are answers of a question rather than somebody's own: those given twice or more.

    Among numbers one that was given once is an answer too.
    """
    folded: Counter[str] = Counter()
    for text, count in counts.items():
        folded[fold(text)] += count
    twice = {text: count for text, count in counts.items() if folded[fold(text)] > 1}
    once = [text for text in counts if text not in twice]
    if twice and len(once) <= _FEW and all(as_number(text) is not None for text in counts):
        return dict(counts)
    return twice | {text: counts[text] for text in once if is_usual(text)}


def is_choice(answers: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Whether the common texts explain a column as a choice."""
    explained = sum(answers.values()) >= _EXPLAINED * sum(counts.values())
    return 2 <= len({fold(text) for text in answers}) <= MOST_OPTIONS and explained


def pieces(values: Mapping[str, int], separator: str) -> Counter[str]:
    """How often each answer stands in the cells of a column, cut at the separator.

    Two pieces that never stand without each other are one answer that holds the separator.
    """
    core = separator.strip() or separator
    cells = [
        ([" ".join(p.split()) for p in value.split(core) if p.strip()], n) for value, n in values.items()
    ]
    while True:
        alone: Counter[str] = Counter()
        pairs: Counter[tuple[str, str]] = Counter()
        for parts, count in cells:
            for part in parts:
                alone[part] += count
            for pair in pairwise(parts):
                pairs[pair] += count
        inseparable = [
            (a, b) for (a, b), n in pairs.items() if n > 1 and a != b and alone[a] == alone[b] == n
        ]
        inseparable += _beginnings_of_answers(alone, pairs)
        if not inseparable:
            return alone
        first, second = inseparable[0]
        cells = [(_merged(parts, first, second, f"{core} "), count) for parts, count in cells]


def is_joined(text: str, others: Iterable[str], separator: str) -> bool:
    """Whether a text is nothing but others, joined."""
    known = {fold(other) for other in others}
    parts = [part for part in text.split(separator.strip() or separator) if part.strip()]
    return len(parts) > 1 and all(fold(part) in known for part in parts)


def _beginnings_of_answers(alone: Counter[str], pairs: Counter[tuple[str, str]]) -> list[tuple[str, str]]:
    """Pieces that are no answer but the beginning of several: `Yes` of `Yes, to learn` and `Yes, to teach`.

    Such a piece never stands last, and what follows it goes on in small letters and never stands without it.
    """
    beginnings = []
    for first in alone:
        after = {b: n for (a, b), n in pairs.items() if a == first and b != first}
        never_last = len(after) > 1 and sum(after.values()) == alone[first]
        if never_last and all(b[:1].islower() and alone[b] == n for b, n in after.items()):
            beginnings += [(first, b) for b in after]
    return beginnings


def _merged(parts: list[str], first: str, second: str, glue: str) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and merged[-1] == first and part == second:
            merged[-1] = f"{first}{glue}{second}"
        else:
            merged.append(part)
    return merged
