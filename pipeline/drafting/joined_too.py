"""A multiple choice that stands in an export twice: joined in one column, and split into boxes beside it.

Only what stands in the cells tells: in each row the joined cell is the labels of the boxes that are ticked.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from pipeline.answers.boxes import is_box
from pipeline.answers.columns import is_other
from pipeline.drafting import cells
from pipeline.drafting.columns import Columns
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold

_ENOUGH = 5  # so many rows that say the same twice do so by no chance
_SAME = 0.5  # the part of the rows that does, where the headings say too that it is one question
_SURELY_SAME = 0.9  # and where they do not
_SIGNS = re.compile(r"(?:[\s,;|┋•·、，；\[\]{}\"']| [/+&-] | and )*")


@dataclass(frozen=True)
class Twice:
    """The column in which the answers of some boxes stand joined, and where the two differ."""

    joined: Heading
    boxes: Sequence[Heading]
    """the boxes, with the text of the question and their option"""
    differ: int
    """in how many rows the column says other than the boxes"""
    rows: int
    """in how many rows either says anything"""


def joined_too(columns: Columns, headings: Sequence[Heading]) -> list[Twice]:
    """The columns that repeat the boxes beside them; of a tool that always writes both the reader knows."""
    if columns.layout.joined_too:
        return []
    stand_twice: list[Twice] = []
    labelled: defaultdict[str, list[Heading]] = defaultdict(list)
    for heading in headings:
        if heading.label and not heading.bare:
            labelled[fold(heading.text)].append(heading)
    for at, heading in enumerate(headings):
        if (heading.label and not heading.bare) or len(columns[heading]) < 2:
            continue
        headed, alone = labelled.get(fold(heading.text), []), _alone(columns, headings, at)
        for boxes, least in ((headed, _SAME), (alone, _SURELY_SAME)):
            twice = _compared(columns, heading, boxes) if len(boxes) >= cells.FEW_BOXES else None
            if twice and twice.rows >= _ENOUGH and twice.rows - twice.differ >= least * twice.rows:
                stand_twice.append(twice)
                break
    return stand_twice


def _alone(columns: Columns, headings: Sequence[Heading], at: int) -> list[Heading]:
    """The columns behind another that are headed by an answer in its cells, and hold a tick at most."""
    joined = columns[headings[at]]

    def is_answer(heading: Heading) -> bool:
        label = fold(heading.text)
        box = not columns[heading] or is_box(columns[heading], heading.label, columns.layout)
        return heading.bare and box and any(label in fold(text) for text in joined)

    behind = takewhile(is_answer, headings[at + 1 :])
    return [replace(h, text=headings[at].text) for h in behind]


def _compared(columns: Columns, joined: Heading, boxes: Sequence[Heading]) -> Twice | None:
    """What a column says beside some boxes, in each row; None where they are no boxes."""
    no = columns.no(boxes)
    ticks = {h: [text for text in columns[h] if fold(text) not in no] for h in boxes}
    if any(len(texts) > 1 and not is_other(h.label) for h, texts in ticks.items()):
        return None
    labels = [fold(h.label) for h in boxes if not is_other(h.label)]
    differ = rows = 0
    for (cell, *others), count in columns.rows.together([joined.column, *(h.column for h in boxes)]):
        answers = cell if cell and cell in columns[joined] else ""
        ticked = [h for h, text in zip(boxes, others, strict=True) if text in ticks[h]]
        if answers or ticked:
            rows += count
            differ += count * (not _is_joined(answers, ticked, labels))
    return Twice(joined, boxes, differ, rows)


def _is_joined(cell: str, ticked: Sequence[Heading], labels: Sequence[str]) -> bool:
    """Whether a cell is the labels of just these boxes, joined by any sign, and what was written as Other."""
    rest = fold(cell)
    for label in sorted({fold(h.label) for h in ticked}, key=len, reverse=True):
        if label in labels and label not in rest:
            return False
        rest = rest.replace(label, " ", 1)
    return any(is_other(h.label) for h in ticked) or bool(_SIGNS.fullmatch(rest))


def without_joined(headings: Sequence[Heading], twice: Sequence[Twice]) -> Iterator[Heading]:
    """The columns without those that repeat boxes, the boxes under the question of these."""
    boxes: Mapping[int, Heading] = {h.column: h for one in twice for h in one.boxes}
    joined = {one.joined.column for one in twice}
    return (boxes.get(h.column, h) for h in headings if h.column not in joined)
