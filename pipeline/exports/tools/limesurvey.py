"""LimeSurvey: one header row of `code[SQ001]. Question [item]`, or of the code or the text alone.

A box of a multiple choice holds Yes or No (Y or N), so there No is no tick.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from pipeline.exports.tools.flat import split_item
from pipeline.exports.tools.heading import Heading

_CODED = re.compile(
    r"(?P<code>[A-Za-z][A-Za-z0-9_]*)(?P<subs>(?:\[[^\[\]]*\])*)(?:\.\s*(?P<rest>.*))?\Z", re.DOTALL
)


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always one."""
    return 1


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column; the item is what the brackets at the end hold, or the subquestion's code."""
    return [_heading(column, " ".join(cell.split())) for column, cell in enumerate(rows[0], 1)]


def _heading(column: int, cell: str) -> Heading:
    coded = _CODED.match(cell)
    # a heading such as "Timestamp" is a text, and none that holds a space is a code
    if coded is None or (coded["rest"] is None and not coded["subs"]):
        text, item = split_item(cell)
        return Heading(column, "", text, item)
    subs = re.findall(r"\[([^\[\]]*)\]", coded["subs"])
    text, item = split_item(coded["rest"] or "")
    return Heading(column, coded["code"], text, item or (subs[0] if subs else ""))
