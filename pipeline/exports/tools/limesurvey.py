"""LimeSurvey: one header row of `code[SQ001]. Question [item]`, or of the code or the text alone.

A box of a multiple choice holds Yes or No (Y or N), so there No is no tick.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence

from pipeline.exports.tools.flat import split_item
from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column
from pipeline.text.folding import fold

OWN_WORDS_APART = True
LISTED = 3
UNTICKED = frozenset({"no", "n", "not selected", "nein", "non", "nee", "não", "nie"})
NOT_SHOWN = frozenset({"n/a"})
ID = "id"
numbered = str

_ADDED = {"id", "submitdate", "lastpage", "startlanguage", "seed", "startdate", "datestamp"}
_KNOWN_BY = 3
_CODE = re.compile(r"\. ")
_BEFORE_TEXT = re.compile(r"[A-Za-z][A-Za-z0-9_]*(\[[^\]]*\])?\. ")
_SUBQUESTION = re.compile(r"[A-Za-z][A-Za-z0-9_]*\[[A-Za-z0-9_]+\]")
_CODED = re.compile(
    r"(?P<code>[A-Za-z][A-Za-z0-9_]*)(?P<subs>(?:\[[^\[\]]*\])*)(?:\.\s*(?P<rest>.*))?\Z", re.DOTALL
)


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By the columns that it adds, or by headings that begin with a code."""
    cells = [cell.strip() for cell in first[0]]
    if len(_ADDED & {_CODE.split(fold(cell))[0] for cell in cells}) >= _KNOWN_BY:
        return 6, "the columns submitdate, lastpage and startlanguage"
    coded = sum(bool(_BEFORE_TEXT.match(cell)) + bool(_SUBQUESTION.fullmatch(cell)) for cell in cells)
    return 5 * (2 * coded > len(cells)), "headings such as code[SQ001]. Question"


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column; the item is what the brackets at the end hold, or the subquestion's code."""
    cells = [" ".join(cell.split()) for cell in rows[0]]
    codes = {match["code"] for cell in cells if (match := _CODED.match(cell)) and match["subs"]}
    return [_heading(column, cell, codes) for column, cell in enumerate(cells, 1)]


def _heading(column: int, cell: str, codes: Collection[str]) -> Heading:
    """A heading taken apart; `codes` are those of questions with several columns, of which it may be one."""
    if cell in codes:
        return Heading(column, cell, "", "")
    coded = _CODED.match(cell)
    # a heading such as "Timestamp" is a text, and none that holds a space is a code
    if coded is None or (coded["rest"] is None and not coded["subs"]):
        text, item = split_item(cell)
        return Heading(column, "", text, item)
    subs = re.findall(r"\[([^\[\]]*)\]", coded["subs"])
    text, item = split_item(coded["rest"] or "")
    return Heading(column, coded["code"], text, item or (subs[0] if subs else ""))


def columns(answered: Answered) -> Iterator[Column]:
    """Coded headings, Yes and No in the boxes of a multiple choice, the items of a ranking by place."""
    for part in answered.parts("Yes", "No", write_in_boxes=False, by_place=True):
        sub = {"whole": "", "write_in": "[other]", "place": f"[{part.number}]"}
        label = f"Rank {part.number}" if part.role == "place" else part.label
        item = f" [{label}]" if label else ""
        code = answered.code + sub.get(part.role, f"[SQ{part.number:03d}]")
        yield f"{code}. {answered.heading}{item}", "", part.cells
