"""Several answers in one cell, taken apart again."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.words import fold

_MOST_WORDS = 150


def split(cell: str, options: Sequence[str], separator: str) -> list[str]:
    """The answers of a cell, each as written there.

    `options` are folded labels, or folded beginnings that end in an ellipsis. The cell is cut only
    where the separator is followed by a known option, and the longest option that fits is taken, so
    an option may contain the separator; what fits no option stays whole as one piece.
    """
    parts = re.split(f"({pattern(separator)})", cell)
    words, joints = parts[0::2], parts[1::2]
    if len(words) > _MOST_WORDS:
        return [cell]  # nobody ticked so many answers: it is a text
    pieces: list[str] = []
    at = 0
    while at < len(words):
        length = _option_at(words, joints, at, options) or _until_option(words, joints, at, options)
        pieces.append(_join(words, joints, at, at + length))
        at += length
    return [piece for piece in pieces if piece.strip()]


def pattern(separator: str) -> str:
    """A regular expression for a separator, with the white space around it."""
    core = separator.strip()
    return rf"\s*{re.escape(core)}\s*" if core else re.escape(separator)


def _join(words: Sequence[str], joints: Sequence[str], start: int, end: int) -> str:
    text = words[start]
    for at in range(start + 1, end):
        text += joints[at - 1] + words[at]
    return text.strip()


def _option_at(words: Sequence[str], joints: Sequence[str], at: int, options: Sequence[str]) -> int:
    """How many words from `at` on are one option, the longest there is; 0 where none begins there."""
    whole = {option for option in options if not option.endswith("…")}
    starts = [option.removesuffix("…") for option in options if option.endswith("…")]
    for end in range(len(words), at, -1):
        if fold(_join(words, joints, at, end)) in whole:
            return end - at
    if any(fold(_join(words, joints, at, len(words))).startswith(start) for start in starts):
        return _until_option(words, joints, at, options)
    return 0


def _until_option(words: Sequence[str], joints: Sequence[str], at: int, options: Sequence[str]) -> int:
    """How many words from `at` on there are before the next known option, or the end."""
    for next_ in range(at + 1, len(words)):
        if _option_at(words, joints, next_, options):
            return next_ - at
    return len(words) - at
