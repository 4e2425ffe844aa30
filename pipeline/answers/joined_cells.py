"""Several answers in one cell, split again."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence

from pipeline.text.folding import ELLIPSIS, fold
from pipeline.text.values import LISTED, as_codes, as_list

_MOST_WORDS = 150


class Splitter:
    """Cuts cells in which several answers to one question are joined.

    `options` are folded labels, or folded beginnings that end in an ellipsis. They are sorted once, so that
    the time for a cell grows with its answers and hardly with the options.
    """

    def __init__(self, options: Iterable[str], separator: str) -> None:
        self._separator = separator
        options = set(options)
        self._joint = re.compile(f"({pattern(separator)})")
        self._whole = {option for option in options if not option.endswith(ELLIPSIS)}
        self._starts = {option.removesuffix(ELLIPSIS) for option in options if option.endswith(ELLIPSIS)}
        self._lengths = sorted({len(start) for start in self._starts})
        self._sorted = sorted(self._whole | self._starts)

    def split(self, cell: str, but: str | None = None) -> list[str]:
        """The answers of a cell, each as written there; `but` is no option.

        The cell is cut only where the separator is followed by a known option, and the longest option that
        fits is taken, so an option may contain the separator; what fits no option stays whole as one piece.
        A list as programs write it is taken as it is, and so are codes that stand one after the other.
        """
        if self._separator == LISTED and (listed := as_list(cell)) is not None:
            return [piece.strip() for piece in listed if piece.strip()]
        if (codes := as_codes(cell, self._separator)) is not None:
            return codes
        parts = self._joint.split(cell)
        words, joints = parts[0::2], parts[1::2]
        if len(words) > _MOST_WORDS:
            return [cell]  # nobody ticked so many answers: it is a text
        options = [self._option_at(words, joints, at, but) for at in range(len(words))]
        pieces: list[str] = []
        at = 0
        while at < len(words):
            length, _ = options[at]
            end = at + length
            if not length:
                end = next((next_ for next_ in range(at + 1, len(words)) if options[next_][1]), len(words))
            rest = (joints[place - 1] + words[place] for place in range(at + 1, end))
            pieces.append((words[at] + "".join(rest)).strip())
            at = end
        return [piece for piece in pieces if piece.strip()]

    def others_in(self, cell: str, option: str) -> list[str]:
        """The answers of a cell where `option` is none; an empty list where they are not several options."""
        pieces = self.split(cell, option)
        several = len(pieces) > 1 and all(piece in self._whole and piece != option for piece in pieces)
        return pieces if several else []

    def _option_at(
        self, words: Sequence[str], joints: Sequence[str], at: int, but: str | None
    ) -> tuple[int, bool]:
        """How many words from `at` on are one option, the longest there is, and whether any begins there."""
        length, begins = 0, False
        text = words[at]
        for end in range(at + 1, len(words) + 1):
            seen = fold(text)
            if seen in self._whole and seen != but:
                length = end - at
            begins = self._starts_so(seen, but)
            if end == len(words) or not self._goes_on(seen):
                break
            text += joints[end - 1] + words[end]
        return length, begins or length > 0

    def _starts_so(self, seen: str, but: str | None) -> bool:
        """Whether a folded text begins as an option does that is declared by its beginning."""
        return any(seen[:n] in self._starts and seen[:n] + ELLIPSIS != but for n in self._lengths)

    def _goes_on(self, seen: str) -> bool:
        """Whether an option begins with a folded text."""
        place = bisect_left(self._sorted, seen)
        return place < len(self._sorted) and self._sorted[place].startswith(seen)


def pattern(separator: str) -> str:
    """A regular expression for a separator, with the white space around it."""
    core = separator.strip()
    around = r"\s+" if core.isalpha() else r"\s*"
    return f"{around}{re.escape(core)}{around}" if core else re.escape(separator)
