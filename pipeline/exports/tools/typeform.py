"""Typeform: one header row; the boxes of a multiple choice are headed by the bare text of the option.

Nothing in the header says to which question a box belongs, and `Other` heads the text of every Other.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.exports.tools.heading import Heading


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always one."""
    return 1


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column, which may be a question or an option: its text and its label are the same."""
    cells = [" ".join(cell.split()) for cell in rows[0]]
    return [Heading(column, "", cell, cell) for column, cell in enumerate(cells, 1)]
