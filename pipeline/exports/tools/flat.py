"""A flat table: one header row, one column a question, several answers joined in one cell.

A grid has a column an item, headed `Question [item]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.exports.tools.heading import Heading

_ITEM = re.compile(r"(?P<text>.*?)\s*\[(?P<item>[^\[\]]*)\]\s*\Z", re.DOTALL)


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always one."""
    return 1


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column; an item in square brackets at its end becomes the label.

    Without one the whole heading is the label too: the column may be a question, an option or an item.
    """
    parts = [split_item(cell) for cell in rows[0]]
    return [Heading(column, "", text, item or text) for column, (text, item) in enumerate(parts, 1)]


def split_item(cell: str) -> tuple[str, str]:
    """A heading without the item that brackets at its end hold, and that item."""
    split = _ITEM.match(cell)
    return (split["text"].strip(), split["item"].strip()) if split else (cell.strip(), "")
