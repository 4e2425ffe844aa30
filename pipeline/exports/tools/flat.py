"""A flat table: one header row, one column a question, several answers joined in one cell.

A grid has a column an item, headed `Question [item]`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column

LISTED = 8
SEPARATOR = "; "
ID = "Response ID"

_ITEM = re.compile(r"(?P<text>.*?)\s*\[(?P<item>(?:[^\[\]]|\[[^\[\]]*\])*)\]\s*\Z", re.DOTALL)


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By semicolons that join answers; weakest of all, but for Google Forms' commas."""
    semicolons = sum("; " in cell or cell.count(";") > 1 for row in first[1:] for cell in row)
    commas = sum(", " in cell for row in first[1:] for cell in row)
    return 2 * (semicolons > commas), "one header row, answers joined by semicolons"


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


def columns(answered: Answered) -> list[Column]:
    """One column a question, several answers joined; for grids and allocations one column an item."""
    if answered.form.items and not answered.form.is_ranked:
        return [(answered.heading, item, cells) for item, cells in answered.by_item()]
    if answered.form.is_one_choice:
        cells = answered.chosen(answered.options)
        for code in answered.write_ins:
            cells = [text or cell for text, cell in zip(answered.written(code), cells, strict=True)]
    elif answered.form.is_joined:
        cells = answered.joined()
    else:
        cells = answered.open_ended()
    return [(answered.heading, "", cells)]
