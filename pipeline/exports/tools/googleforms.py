"""Google Forms: a flat table with a first column Timestamp, several answers joined by commas."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.exports.tools.flat import columns as columns
from pipeline.exports.tools.flat import headings as headings
from pipeline.text.folding import fold

LISTED = 4


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By its first column; it is also what is left where nothing else is recognised."""
    if fold(first[0][0]) == "timestamp":
        return 3, "a first column Timestamp"
    return 1, "one header row, answers joined by commas if at all"
