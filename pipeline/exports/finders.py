"""Finding columns of an export by what a wave file says of them."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice, takewhile
from typing import TypeVar

from pipeline.exports.tools.heading import Heading, column_number
from pipeline.exports.tools.parted import names_rest, question_of, rest_of
from pipeline.project.errors import did_you_mean, quoted, shortened
from pipeline.text.folding import beginning, fold, is_beginning

Found = TypeVar("Found")
_LETTERS = re.compile(r"([A-Z]{1,3})(?::([A-Z]{1,3}))?\Z")


class Columns(tuple[Heading, ...]):
    """The columns of an export, to be found by what a wave file says of them; each heading is folded once."""

    @classmethod
    def of(cls, headings: Iterable[Heading]) -> Columns:
        """`headings` as columns; themselves where they are."""
        return headings if isinstance(headings, cls) else cls(headings)

    @cached_property
    def _by_code(self) -> dict[str, list[Heading]]:
        return _gathered((fold(h.code), h) for h in self if h.code)

    @cached_property
    def _by_text(self) -> dict[str, list[Heading]]:
        return _gathered((fold(h.text), h) for h in self)

    @cached_property
    def _by_group(self) -> dict[str, list[Heading]]:
        """Headings with a path, by each group on its way."""
        return _gathered((group, h) for h in self for group in dict.fromkeys(_path(h).split("/")[1:-1]))

    @cached_property
    def _by_label(self) -> dict[str, list[int]]:
        """The places of headings that may be an option or item alone, by their label."""
        return _gathered((fold(h.label), place) for place, h in enumerate(self) if h.bare)

    @cached_property
    def _texts(self) -> list[str]:
        return sorted(self._by_text)

    @cached_property
    def _labels(self) -> list[str]:
        return sorted(self._by_label)

    @cached_property
    def _in_order(self) -> list[Heading]:
        return sorted(self, key=_number)

    def find(self, finder: str) -> list[Heading]:
        """The columns that a finder names; none where it names none.

        Tried in this order: exact code, exact heading, group of paths (`"views/"`), column letters (`"D"`,
        `"DC:EF"`), a question with the place of its option (`"Which tools? - …"`, `"…: Which tools?"`),
        unique beginning of a heading. A beginning that fits the headings of several questions names none.
        """
        folded = fold(finder)
        if found := self.coded(finder) or [h for h in self.headed(finder) if h.text]:
            return found
        if finder.endswith("/"):
            group, _, _ = folded.partition("/")
            return [h for h in self._by_group.get(group, ()) if f"/{folded}" in _path(h)]
        if letters := _LETTERS.match(finder):
            first = column_number(letters[1])
            return self.between(first, column_number(letters[2]) if letters[2] else first)
        if names_rest(finder) and (parted := self._parted(finder)):
            return parted
        start = beginning(finder) if is_beginning(finder) else folded
        return self.begun(start) if start else []

    def _parted(self, finder: str) -> list[Heading]:
        """The columns whose headings hold a question and an option, as a finder takes them apart."""
        rests = [(h, rest) for h in self if (rest := rest_of(h.text, finder)) is not None]
        # what is the question alone is no option of it, unless a second row of the header names one
        rests = [(h, rest) for h, rest in rests if rest or (h.label and not h.bare)]
        if len({h.text for h, _ in rests}) < 2:
            return []
        return [
            replace(h, text=question_of(finder), label=h.label if h.label and not h.bare else rest)
            for h, rest in rests
        ]

    def coded(self, code: str) -> list[Heading]:
        """The columns with a code."""
        return list(self._by_code.get(fold(code), ()))

    def headed(self, text: str) -> list[Heading]:
        """The columns with a heading."""
        return list(self._by_text.get(fold(text), ()))

    def begun(self, start: str) -> list[Heading]:
        """The columns whose heading begins with a folded text; none where several headings do."""
        first = bisect_left(self._texts, start)
        fitting = [text for text in self._texts[first : first + 2] if text.startswith(start)]
        return list(self._by_text[fitting[0]]) if len(fitting) == 1 else []

    def between(self, first: int, last: int) -> list[Heading]:
        """The columns from one number to another."""
        start = bisect_left(self._in_order, first, key=_number)
        return self._in_order[start : bisect_right(self._in_order, last, key=_number)]

    def bare(self, label: str) -> list[int]:
        """The places in `self` of the headings that are nothing but what `label` declares."""
        if not is_beginning(label):
            return self._by_label.get(fold(label), [])
        start = beginning(label)
        first = bisect_left(self._labels, start)
        begun = takewhile(lambda text: text.startswith(start), islice(self._labels, first, None))
        return [place for text in begun for place in self._by_label[text]]


def _gathered(pairs: Iterable[tuple[str, Found]]) -> dict[str, list[Found]]:
    groups: dict[str, list[Found]] = {}
    for key, value in pairs:
        groups.setdefault(key, []).append(value)
    return groups


def _path(heading: Heading) -> str:
    return f"/{fold(heading.code)}"


def _number(heading: Heading) -> int:
    return heading.column


def find(finder: str, headings: Sequence[Heading]) -> list[Heading]:
    """The columns that a finder names, as `Columns` finds them."""
    return Columns.of(headings).find(finder)


def is_letters(finder: str) -> bool:
    """Whether a finder names columns by their letters."""
    return bool(_LETTERS.match(finder))


def letters_of(columns: Sequence[Heading]) -> str:
    """The finder that names neighbouring columns by their letters: `"D"`, `"D:F"`."""
    first, last = columns[0].letters, columns[-1].letters
    return first if first == last else f"{first}:{last}"


def why_not(finder: str, headings: Sequence[Heading]) -> str:
    """Why `find` named no column, for an error message."""
    start = beginning(finder) if is_beginning(finder) else fold(finder)
    fitting = list(dict.fromkeys(h.text for h in headings if start and fold(h.text).startswith(start)))
    if len(fitting) > 1:
        return f"{len(fitting)} headings begin so: " + ", ".join(quoted(text, 60) for text in fitting[:3])
    known = [name for h in headings for name in (h.code, h.text) if name]
    return f"the export has no such heading; {did_you_mean(finder, [shortened(name, 80) for name in known])}"
