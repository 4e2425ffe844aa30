"""What the texts of a column are: answers that several people gave, people's own words, answers joined."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, pairwise

from pipeline.answers.columns import other_and_text
from pipeline.answers.joined_cells import Splitter
from pipeline.drafting.words import are_ordered, is_usual
from pipeline.text.folding import fold
from pipeline.text.values import LISTED, as_list, as_number

SIGNS = (" / ", " + ", " & ")
"""separators that words hold too, without blanks"""
WORDY = (" and ", " und ", " et ", " y ", " e ", " en ", " ")
"""separators that stand in many an answer"""
_SPACED = (*SIGNS, *WORDY)
_LOOKED_AT = 200  # of the cells that hold a separator
FEW_BOXES = 2
"""of so many boxes it is no wonder that nobody ticked two"""
LONGEST_LABEL = 160
"""characters of an answer that people choose"""
MOST_LEVELS = 12
"""a scale of a grid has no more levels"""
EACH = 3
"""answers to each of a list at least, in the mean"""
MOST_OPTIONS = 30  # a column with more common texts than this is no choice
_MOST_LISTED = 300  # and none of more than this is a choice from a list either
_SHORT = 60  # characters of an entry of such a list
_LISTED = 0.9  # the part of the answers of such a list that are given more than once
_EXPLAINED = 0.7  # the part of the answers of a choice that are given more than once
_OFTEN = 3  # what stands behind the same answer so often does not do so by chance
_CHANCE = 0.05
_SEVERAL = 4  # so many numbers in a column, or rows with the same total, are no chance
_NEARLY = 0.9  # of the rows add up to the same where points are shared out
_FEWEST_POINTS = 10
_FEW = 2  # so many numbers given once are answers still
_EMPTY = {"n/a", "na", "null", "-", "--", "."}


def blanks(texts: Mapping[int, Mapping[str, int]], not_shown: Collection[str] = ()) -> list[str]:
    """What stands for an empty cell: a text such as n/a, in many columns and seldom alone among answers.

    `not_shown` are the texts by which the tool says so itself.
    """
    columns: Counter[str] = Counter()
    for values in texts.values():
        columns.update({fold(text) for text in values} & {*_EMPTY, *not_shown})
    most = max(3, len(texts) // 20)
    return sorted(text for text, count in columns.items() if text in not_shown or count >= most)


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


def all_add_up(cells: Sequence[Mapping[str, int]], totals: Callable[[], Mapping[float, int]]) -> float:
    """What the numbers of some columns add up to in nearly every row, as points shared out do; or 0."""
    if len(cells) < _FEW or not all(as_number(text) is not None for values in cells for text in values):
        return 0.0
    if all(len(values) < _SEVERAL for values in cells):
        return 0.0
    if all((as_number(text) or 0) <= len(cells) for values in cells for text in values):
        return 0.0  # places of a ranking
    counts = totals()
    most = max(counts, key=lambda total: counts[total], default=0.0)
    enough = counts and counts[most] >= max(_SEVERAL, _NEARLY * sum(counts.values()))
    return most if enough and most >= _FEWEST_POINTS else 0.0


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


def seldom(answers: Mapping[str, int], times: int) -> dict[str, int]:
    """The answers given far less often than the usual one, as texts are that people write beside an Other.

    Less than one in so many `times`; folded alike they are one. None of answers that have an order, whose
    ends are seldom given, and none that are words of surveys or numbers.
    """
    folded: Counter[str] = Counter()
    for text, count in answers.items():
        folded[fold(text)] += count
    usual = sum(count * count for count in folded.values()) / max(1, folded.total())
    if are_ordered(answers):
        return {}
    return {
        text: folded[fold(text)]
        for text in answers
        if times * folded[fold(text)] <= usual and not is_usual(text) and as_number(text) is None
    }


def is_choice(answers: Mapping[str, int], counts: Mapping[str, int]) -> bool:
    """Whether the common texts explain a column as a choice: of dozens, as of countries, if nearly all do."""
    several = len({fold(text) for text in answers})
    given, all_given = sum(answers.values()), sum(counts.values())
    if several > MOST_OPTIONS:
        short = all(len(text) <= _SHORT for text in answers)
        return short and several <= _MOST_LISTED and given >= _LISTED * all_given
    return several > 1 and given >= _EXPLAINED * all_given


@dataclass(frozen=True)
class Cut:
    """The cells of a column cut into the answers that are joined in them, each with how often it stands."""

    cells: Sequence[tuple[Sequence[str], int]]

    @cached_property
    def pieces(self) -> Counter[str]:
        """How often each answer stands in the cells."""
        counts: Counter[str] = Counter()
        for parts, count in self.cells:
            for part in parts:
                counts[part] += count
        return counts

    @cached_property
    def pairs(self) -> Counter[tuple[str, str]]:
        """How often each two answers stand next to each other."""
        pairs: Counter[tuple[str, str]] = Counter()
        for parts, count in self.cells:
            for pair in pairwise(parts):
                pairs[pair] += count
        return pairs

    def ends(self, answers: Collection[str]) -> dict[str, int]:
        """The answers that may be the end of another that holds the separator, with their counts.

        Such a one always comes behind the same other, which not everybody gave, so that it is no chance; or
        it begins in small letters as few others do.
        """
        leads: dict[str, set[str]] = {}
        for first, second in self.pairs:
            leads.setdefault(second, set()).add(first)
        begin = {parts[0] for parts, _ in self.cells if parts}
        small = {text for text in answers if text[:1].islower()}
        few = small if 2 * len(small) < len(answers) else set()
        total = sum(count for _, count in self.cells)
        ends = {}
        for text in answers:
            if text not in begin and len(leads.get(text, ())) == 1:
                (lead,) = leads[text]
                by_chance = (self.pieces[lead] / total) ** self.pieces[text]
                if text in few or (by_chance < _CHANCE and self.pieces[text] >= _OFTEN):
                    ends[text] = self.pieces[text]
        return ends


def pieces(values: Mapping[str, int], separator: str) -> Counter[str]:
    """How often each answer stands in the cells of a column, cut at the separator."""
    return cut(values, separator).pieces


def cut(values: Mapping[str, int], separator: str) -> Cut:
    """The cells of a column cut at the separator.

    Two pieces that never stand without each other are one answer that holds the separator. A sign that words
    hold too, such as / or &, cuts only with the blanks around it.
    """
    made, core = _cut_at_each(values, separator), core_of(separator)
    if separator == LISTED:
        return made
    glue = core if core in _SPACED else f"{core} "
    while True:
        alone, pairs = made.pieces, made.pairs
        inseparable = [
            (a, b) for (a, b), n in pairs.items() if n > 1 and a != b and alone[a] == alone[b] == n
        ]
        inseparable += _beginnings_of_answers(alone, pairs)
        if not inseparable:
            return made
        first, second = inseparable[0]
        made = Cut([(_merged(parts, first, second, glue), count) for parts, count in made.cells])


def without_text(answer: str) -> str:
    """An answer; of an Other with what somebody wrote behind it, the Other."""
    return other_and_text(answer)[0] or answer


def may_be_joined(values: Mapping[str, int], separator: str) -> bool:
    """Whether cutting a column at a separator could leave a choice; far quicker than `cut` on people's words.

    Putting pieces together again, as `cut` does, never raises the part of them that is given more than once.
    """
    core = core_of(separator)
    if not any(core in text for text in values):
        return False
    pieces = _cut_at_each(values, separator).pieces
    return sum(common(pieces).values()) >= _EXPLAINED * sum(pieces.values())


def are_other_cells(values: Mapping[str, int], separator: str) -> bool:
    """Whether most cells that hold a separator are nothing but other cells, joined."""
    cells = Splitter(map(fold, values), separator)
    held = list(islice((fold(text) for text in values if separator in text), _LOOKED_AT))
    return 2 * sum(bool(cells.others_in(text, text)) for text in held) > len(held)


def _cut_at_each(values: Mapping[str, int], separator: str) -> Cut:
    """The cells of a column cut wherever the separator stands."""
    core = core_of(separator)
    return Cut([
        ([without_text(" ".join(p.split())) for p in _parts(value, core) if p.strip()], n)
        for value, n in values.items()
    ])  # fmt: skip


def core_of(separator: str) -> str:
    """What of a separator stands in every cell that it joins: without blanks, where these need not be."""
    return separator if separator in _SPACED else separator.strip() or separator


def _parts(text: str, core: str) -> list[str]:
    """A cell cut at a separator, or the texts of the list that it is."""
    listed = as_list(text) if core == LISTED else None
    return text.split(core) if listed is None else listed


def is_joined(text: str, others: Iterable[str], separator: str) -> bool:
    """Whether a text is nothing but others, joined."""
    known = {fold(other) for other in others}
    parts = [part for part in _parts(text, core_of(separator)) if part.strip()]
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


def _merged(parts: Sequence[str], first: str, second: str, glue: str) -> list[str]:
    merged: list[str] = []
    for part in parts:
        if merged and merged[-1] == first and part == second:
            merged[-1] = f"{first}{glue}{second}"
        else:
            merged.append(part)
    return merged
