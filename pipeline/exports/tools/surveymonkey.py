"""SurveyMonkey, and layouts made from it: one, two or three header rows, options as columns.

With three rows the first holds codes. The question stands on the first column of its group only, or
on each; an empty heading belongs to the question on its left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column, long_id
from pipeline.text.folding import fold

OWN_WORDS_APART = True
LISTED = 1
ENCODING = "utf-8-sig"
ID = "Respondent ID"
numbered = long_id

_MOST_ROWS = 3
_OF_OPTION = re.compile(r"(?P<question>.+?)(?:[_.-]\w{1,4}|[a-z]|\[\w+\])")
_SECOND_ROW = ("response", "open-ended response")


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By the column of ids, or less surely by its second header row, or by how a group is headed."""
    top = [cell.strip() for cell in first[0]]
    others = any(fold(cell) == "submission id" for cell in top)  # Tally names both
    if not others and any(fold(cell) == fold(ID) for row in first[:3] for cell in row):
        return 8, "a column Respondent ID"
    if len(first) > 1 and sum(fold(c) in _SECOND_ROW for c in first[1]) > 1:
        return 4, "a second row of Response and Open-Ended Response"
    sure = "" in top[1:-1] and len(first) > 1
    return 4 * sure, "headings that stand on the first column of a group only"


def header_rows(rows: Sequence[Sequence[str]], id_heading: str) -> int:
    """The rows down to the one that names the respondents' id, and those below it with no id yet.

    Some exports repeat the headings of such columns in the second row. 0 where no column is named so.
    """
    wanted = fold(id_heading or ID)
    for top, row in enumerate(rows[:_MOST_ROWS]):
        place = next((i for i, cell in enumerate(row) if fold(cell) == wanted), None)
        if place is not None:
            below = rows[top + 1 : _MOST_ROWS]
            blank = [len(r) <= place or fold(r[place]) in ("", wanted) for r in below]
            return top + 1 + (blank.index(False) if False in blank else len(blank))
    return 0


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column; code and text are filled forward over a group's further columns."""
    width = max(len(row) for row in rows)
    padded = [[*(cell.strip() for cell in row), *[""] * (width - len(row))] for row in rows]
    codes = padded[0] if len(rows) > 2 else [""] * width
    texts = padded[-2] if len(rows) > 1 else padded[0]
    labels = padded[-1] if len(rows) > 1 else [""] * width
    found: list[Heading] = []
    code = text = ""
    for column, (own_code, own_text, label) in enumerate(zip(codes, texts, labels, strict=True), 1):
        if own_code and not own_text and label and text and _is_next(code, own_code):
            pass  # a code above each option, and the question above the first alone
        elif own_code or (own_text and fold(own_text) != fold(text)):
            code, text = own_code, own_text
        elif not label:
            code = text = ""
        # one row alone heads both: a column may be a question, an option or an item
        found.append(Heading(column, code, text, label if len(rows) > 1 else text))
    return found


def _is_next(code: str, next_code: str) -> bool:
    """Whether two codes are those of two options of one question: Q1_1 and Q1_2."""
    first, second = (_OF_OPTION.fullmatch(one) for one in (code, next_code))
    return first is not None and second is not None and first["question"] == second["question"]


def header(columns: Sequence[Column]) -> list[list[str]]:
    """The question on the first column of its group, and a row of labels."""
    return [[text for text, _, _ in columns], [label for _, label, _ in columns]]


def columns(answered: Answered) -> Iterator[Column]:
    """A column an option or item, write-ins beside a single choice; the question on the first only."""
    for place, (label, cells) in enumerate(_labelled(answered)):
        yield "" if place else answered.heading, label, cells


def _labelled(answered: Answered) -> Iterator[tuple[str, list[str]]]:
    for part in answered.parts():
        if part.role == "box" and part.number - 1 in answered.write_ins:
            yield part.label, answered.written(part.number - 1)
        elif part.role == "whole" and answered.form.is_one_choice:
            labels = ["" if c in answered.write_ins else label for c, label in enumerate(answered.options)]
            yield "Response", answered.chosen(labels)
        elif part.role == "whole":
            yield "Open-Ended Response", part.cells
        elif part.role != "write_in" or answered.form.is_one_choice:
            yield part.label, part.cells
