"""KoboToolbox and ODK Central: one header row of paths, `group/question`; a box is `group/question/option`.

A multiple choice may stand there twice, joined in one column and split into boxes of 1 and 0; then the boxes
are read, and the joined column is held against them. `question_other` is the text beside an Other.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from pipeline.exports.tools.heading import Heading

_NAMES = re.compile(r"[\w.-]+(?:/[\w.-]+)*\Z")
_CENTRAL = {"SubmissionDate", "KEY"}


def header_rows(_rows: Sequence[Sequence[str]], _id_heading: str) -> int:
    """Always one."""
    return 1


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
