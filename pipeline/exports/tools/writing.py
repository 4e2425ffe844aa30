"""How a synthetic export is laid out: the columns of a question from its invented answers, and the header.

The module of each tool says in `columns` which of these parts it has and how it heads them.
"""

from __future__ import annotations

import datetime
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.tidy.question_kinds import QuestionKind

Values = npt.NDArray[Any]
Column = tuple[str, str, list[str]]
"""the question, or what the first header row has; what the second has; the cells"""


@dataclass(frozen=True)
class Part:
    """A column of a question that has several, or its only one.

    `role` is `whole` (the only column), `box` (an option), `item`, `place` (of a ranking) or `write_in` (the
    text beside an option); `number` is that of the option, item or place, from 1.
    """

    role: str
    number: int
    label: str
    cells: list[str]


@dataclass(frozen=True)
class Answered:
    """One question's answers, one row a respondent, with every raw text that is written of them.

    `values` by kind: single, one column, the code of the option; grid, the code of each item's option;
    multiple, 1 for each option ticked; rank, the place of each item, 0 for none; allocation, points of
    each item; number, one column; text, one column, the code of one of `texts`. Blank is -1 where 0
    does not say so, and NaN for a number. `write_ins` are the codes of options that hold a text.
    """

    code: str
    form: QuestionKind
    heading: str
    options: list[str]
    write_ins: list[int]
    items: list[str]
    values: Values
    texts: list[str]
    numbers: Sequence[int]
    separator: str

    def parts(
        self, yes: str = "", no: str = "", write_in_boxes: bool = True, by_place: bool = False
    ) -> Iterator[Part]:
        """Its columns where each option of a multiple choice has a box and each item a column.

        A ticked box says `yes`, or the label where that is empty, and `no` where others are ticked; options
        with a write-in have one of `write_in_boxes`. A ranking has a column a place if `by_place`.
        """
        if not self.form.has_options and not self.form.items:
            yield Part("whole", 0, "", self.open_ended())
            return
        if self.form.is_one_choice:
            yield Part("whole", 0, "", self.chosen(self.options))
        elif self.form.several:
            for code, label in enumerate(self.options):
                if write_in_boxes or code not in self.write_ins:
                    yield Part("box", code + 1, label, self.box(code, yes or label, no))
        elif self.form.is_ranked and by_place:
            for place in range(1, int(self.values.max(initial=0)) + 1):
                at = self.values == place
                codes = np.where(at.any(axis=1), at.argmax(axis=1), -1)
                yield Part("place", place, "", looked_up(self.items, codes))
        else:
            for number, (item, cells) in enumerate(self.by_item(), 1):
                yield Part("item", number, item, cells)
        for code in self.write_ins:
            yield Part("write_in", code + 1, self.options[code], self.written(code))

    def chosen(self, labels: Sequence[str]) -> list[str]:
        """The label of the option of a single choice."""
        return looked_up(labels, self.values[:, 0])

    def box(self, code: int, yes: str, no: str = "") -> list[str]:
        """The box of an option: blank where nothing is ticked at all."""
        ticked = self.values > 0
        cells: list[str] = np.where(ticked.any(axis=1), np.where(ticked[:, code], yes, no), "").tolist()
        return cells

    def written(self, code: int) -> list[str]:
        """The respondents' texts beside an option, where that is chosen."""
        chosen = self.values[:, code] > 0 if self.form.several else self.values[:, 0] == code
        cells = [""] * len(chosen)
        for row in np.flatnonzero(chosen).tolist():
            cells[row] = self.text(row)
        return cells

    def open_ended(self) -> list[str]:
        """The cells of a number, a date or a text."""
        given = self.values[:, 0].tolist()
        if self.form.dates:
            days = [0 if v != v else int(v) for v in given]
            return [datetime.date.fromordinal(day).isoformat() if day else "" for day in days]
        if self.form.is_measured:
            return ["" if v != v else f"{v:.12g}" for v in given]
        return ["" if which < 0 else self.text(row, which) for row, which in enumerate(given)]

    def by_item(self) -> list[tuple[str, list[str]]]:
        """A label and cells for each item: its level in a grid, its place in a ranking, its points."""
        if self.form.by_item:
            columns = [looked_up(self.options, codes) for codes in self.values.T]
        else:
            blank = 0 if self.form.is_ranked else -1
            columns = [["" if v == blank else str(v) for v in c.tolist()] for c in self.values.T]
        return list(zip(self.items, columns, strict=True))

    def joined(self) -> list[str]:
        """All answers in one cell: ticked options, a write-in as its text, or ranked items in their order."""
        rows = self.values.tolist()
        if self.form.is_ranked:
            ranked = (sorted(zip(places, self.items, strict=True)) for places in rows)
            return [self.separator.join(item for place, item in row if place) for row in ranked]
        cells = [self.separator.join(itertools.compress(self.options, row)) for row in rows]
        for row in np.flatnonzero((self.values[:, self.write_ins] > 0).any(axis=1)).tolist():
            text = self.text(row)
            texts = [text if code in self.write_ins else label for code, label in enumerate(self.options)]
            cells[row] = self.separator.join(itertools.compress(texts, rows[row]))
        return cells

    def text(self, row: int, which: int | None = None) -> str:
        """An invented text that nobody else has: readers take one met often for a lost option."""
        number = self.numbers[row]
        chosen = number % len(self.texts) if which is None else which
        return f"{self.texts[chosen]} canary-text-{number:06d}"


def looked_up(labels: Sequence[str], codes: Values) -> list[str]:
    """The label of each code; -1, not answered, is the blank at the end."""
    cells: list[str] = np.array([*labels, ""], dtype=object)[codes].tolist()
    return cells


def one_row(columns: Sequence[Column]) -> list[list[str]]:
    """A header of one row, an item in brackets behind its question."""
    return [[f"{text} [{label}]" if label else text for text, label, _ in columns]]


def long_id(number: int) -> str:
    """The id of a response as a number of twelve digits."""
    return str(118_000_000_000 + number)


def short_id(number: int) -> str:
    """The id of a response as a word."""
    return f"response-{number:06d}"
