"""The doubts about one question, which stand in one line of [unsettled]."""

from __future__ import annotations

_ALSO = "; also: "


def in_one_line(*doubts: str) -> str:
    """The line that holds these doubts, each once; empty where there are none."""
    return _ALSO.join(dict.fromkeys(filter(None, doubts)))


def doubts_in(line: str) -> list[str]:
    """The doubts that a line holds."""
    return line.split(_ALSO)
