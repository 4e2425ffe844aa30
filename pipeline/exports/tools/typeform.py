"""Typeform: one header row; the boxes of a multiple choice are headed by the bare text of the option.

Nothing in the header says to which question a box belongs, and `Other` heads the text of every Other.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.exports.tools import flat
from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column
from pipeline.text.folding import fold

LISTED = 5
ID = "#"


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By the columns that it adds."""
    folded = {fold(cell) for cell in first[0]}
    sure = {"start date (utc)", "submit date (utc)"} <= folded or {"#", "network id"} <= folded
    return 6 * sure, "the columns Start Date (UTC) and Submit Date (UTC)"


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column, which may be a question or an option: its text and its label are the same."""
    cells = [" ".join(cell.split()) for cell in rows[0]]
    return [Heading(column, "", cell, cell) for column, cell in enumerate(cells, 1)]


def columns(answered: Answered) -> list[Column]:
    """A box an option under its bare text, the items of a grid under theirs; otherwise one column."""
    if answered.form.several:
        return [
            (part.label, "", answered.written(part.number - 1)
             if part.number - 1 in answered.write_ins else part.cells)
            for part in answered.parts() if part.role == "box"
        ]  # fmt: skip
    if answered.form.items and not answered.form.is_ranked:
        return [(item, "", cells) for item, cells in answered.by_item()]
    return flat.columns(answered)
