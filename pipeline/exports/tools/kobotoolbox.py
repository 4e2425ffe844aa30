"""KoboToolbox and ODK Central: one header row of paths, `group/question`; a box is `group/question/option`.

A multiple choice may stand there twice, joined in one column and split into boxes of 1 and 0; then the boxes
are read, and the joined column is held against them. `question_other` is the text beside an Other.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence

from pipeline.exports.tools.heading import Heading
from pipeline.exports.tools.writing import Answered, Column, long_id
from pipeline.text.folding import fold

OWN_WORDS_APART = True
LISTED = 6
SEPARATOR = " "
UNTICKED = frozenset({"0", "0.0", "false"})
JOINED_TOO = True
ID = "_id"
numbered = long_id

_NAMES = re.compile(r"[\w.-]+(?:/[\w.-]+)*\Z")
_CENTRAL = {"SubmissionDate", "KEY"}


def recognised(first: Sequence[Sequence[str]], _suffix: str) -> tuple[int, str]:
    """By the columns that both add."""
    folded = {fold(cell) for cell in first[0]}
    sure = {"_id", "_uuid"} <= folded or {"submissiondate", "key"} <= folded
    return 7 * sure, "the columns _id and _uuid, or SubmissionDate and KEY"


def headings(rows: Sequence[Sequence[str]]) -> list[Heading]:
    """One heading a column: the path as its code, the question without its groups, the option or item."""
    cells = [" ".join(cell.split()) for cell in rows[0]]
    paths = set(cells)
    parents = [_parent(cell, paths) for cell in cells]
    have_boxes = set(parents) - {""}
    central = paths >= _CENTRAL
    alone = [cell for cell, parent in zip(cells, parents, strict=True) if not parent]
    groups = Counter(
        cell[:at]
        for cell in alone
        for at, sign in enumerate(cell)
        if sign == "/" or (central and sign == "-")
    )
    found = []
    for column, (cell, parent) in enumerate(zip(cells, parents, strict=True), 1):
        own = _own(parent or cell, groups, central)
        if parent:
            label = cell[len(parent) + 1 :] if cell.startswith(f"{parent}/") else "Other"
        else:
            label = "" if cell in have_boxes else own
        found.append(Heading(column, parent or cell, own, label))
    return found


def columns(answered: Answered) -> Iterator[Column]:
    """Paths: a multiple choice joined and split, a ranking by place, an Other's text beside its question."""
    text = answered.heading
    if answered.form.several:
        rows = answered.values.tolist()
        yield text, "", [" ".join(itertools.compress(answered.options, row)) for row in rows]
    for part in answered.parts("1", "0", by_place=True):
        behind = {
            "whole": "",
            "write_in": "_other",
            "place": f"/{part.number}. choice",
        }.get(part.role, f"/{part.label}")
        yield f"{text}{behind}", "", part.cells


def _parent(cell: str, paths: set[str]) -> str:
    """The path of the question that a box, or the text of an Other, belongs to; empty for a question."""
    if cell.endswith("_other") and cell.removesuffix("_other") in paths:
        return cell.removesuffix("_other")
    ends = [at for at, sign in enumerate(cell) if sign == "/"]
    return next((cell[:at] for at in reversed(ends) if cell[:at] in paths), "")


def _own(path: str, groups: Counter[str], central: bool) -> str:
    """A path without the groups in front: what several questions share, or what reads like a name."""
    ends = [at for at, sign in enumerate(path) if sign == "/" or (central and sign == "-")]
    for at in reversed(ends):
        if groups[path[:at]] > 1 or (path[at] == "/" and _NAMES.match(path)):
            return path[at + 1 :]
    return path
