"""SPSS: the header that `sav` makes of variable names and labels: code, question and label, a row each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.exports.spss import HEADER_ROWS, SUFFIXES
from pipeline.exports.spss import MISSING as MISSING
from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column

OWN_WORDS_APART = True
LISTED = 7
UNTICKED = frozenset({"0", "no", "not selected", "not mentioned", "unchecked"})
ID = "respondent"


def recognised(_first: Sequence[Sequence[str]], suffix: str) -> tuple[int, str]:
    """By the ending of the name."""
    return 10 * (suffix.lower() in SUFFIXES), "an SPSS file"


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always three."""
    return HEADER_ROWS


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a variable."""
    return [
        Heading(column, code, " ".join(text.split()), " ".join(label.split()))
        for column, (code, text, label) in enumerate(zip(*rows, strict=True), 1)
    ]


def header(columns: Sequence[Column]) -> list[list[str]]:
    """Names and labels of variables."""
    return [[code for code, _, _ in columns], [text or code for code, text, _ in columns]]


def columns(answered: Answered) -> Iterator[Column]:
    """Variables `code_n`, labelled with the question and the option or item; texts become value labels."""
    for part in answered.parts(no="Not selected", write_in_boxes=False):
        behind = {"whole": "", "write_in": "_other"}.get(part.role, f"_{part.number}")
        label = f" - {part.label}" if part.label else ""
        yield f"{answered.code}{behind}", f"{answered.heading}{label}", part.cells
