"""A flat table: one header row, one column a question, several answers joined in one cell.

A grid has a column an item, headed `Question [item]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.formats.heading import Heading

_ITEM = re.compile(r"(?P<text>.*?)\s*\[(?P<item>[^\[\]]*)\]\s*\Z", re.DOTALL)


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always one."""
    return 1


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column; an item in square brackets at its end becomes the label."""
    return [Heading(column, "", *split_item(cell)) for column, cell in enumerate(rows[0], 1)]


def split_item(cell: str) -> tuple[str, str]:
    """A heading without the item that brackets at its end hold, and that item."""
    split = _ITEM.match(cell)
    return (split["text"].strip(), split["item"].strip()) if split else (cell.strip(), "")
