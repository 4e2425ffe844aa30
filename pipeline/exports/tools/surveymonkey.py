"""SurveyMonkey, and layouts made from it: one, two or three header rows, options as columns.

With three rows the first holds codes. The question stands on the first column of its group only, or
on each; an empty heading belongs to the question on its left.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.exports.tools.heading import Heading
from pipeline.text.folding import fold

_ID = "Respondent ID"
_MOST_ROWS = 3


def header_rows(rows: Sequence[Sequence[str]], id_heading: str) -> int:
    """The rows down to the one that names the respondents' id, and those below it with no id yet.

    Some exports repeat the headings of such columns in the second row. 0 where no column is named so.
    """
    wanted = fold(id_heading or _ID)
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
        if own_code or (own_text and fold(own_text) != fold(text)):
            code, text = own_code, own_text
        elif not label:
            code = text = ""
        # one row alone heads both: a column may be a question, an option or an item
        found.append(Heading(column, code, text, label if len(rows) > 1 else text))
    return found
