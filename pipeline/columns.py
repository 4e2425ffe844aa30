"""Finding columns of an export by what a wave file says of them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.errors import did_you_mean, quoted, shortened
from pipeline.formats.heading import Heading, column_number
from pipeline.words import beginning, fold, is_beginning

_LETTERS = re.compile(r"([A-Z]{1,3})(?::([A-Z]{1,3}))?\Z")


def find(finder: str, headings: Sequence[Heading]) -> list[Heading]:
    """The columns that a finder names; none where it names none.

    Tried in this order: exact code, exact heading, group of paths (`"views/"`), column letters (`"D"`,
    `"DC:EF"`), unique beginning of a heading. A beginning that fits the headings of several questions names
    none of them.
    """
    folded = fold(finder)
    by_code = [h for h in headings if h.code and fold(h.code) == folded]
    if by_code:
        return by_code
    by_text = [h for h in headings if h.text and fold(h.text) == folded]
    if by_text:
        return by_text
    if finder.endswith("/"):
        return [h for h in headings if f"/{folded}" in f"/{fold(h.code)}"]
    if letters := _LETTERS.match(finder):
        first = column_number(letters[1])
        last = column_number(letters[2]) if letters[2] else first
        return [h for h in headings if first <= h.column <= last]
    start = beginning(finder) if is_beginning(finder) else folded
    by_start = [h for h in headings if start and fold(h.text).startswith(start)]
    return by_start if len({fold(h.text) for h in by_start}) == 1 else []


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
