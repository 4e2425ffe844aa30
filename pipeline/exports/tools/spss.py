"""SPSS: the header that `sav` makes of variable names and labels: code, question and label, a row each."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.exports.spss import HEADER_ROWS
from pipeline.exports.tools.heading import Heading


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always three."""
    return HEADER_ROWS


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a variable."""
    return [
        Heading(column, code, " ".join(text.split()), " ".join(label.split()))
        for column, (code, text, label) in enumerate(zip(*rows, strict=True), 1)
    ]
