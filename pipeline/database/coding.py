"""What the cells of a wave say, as numbers: the answers of each respondent to each question.

A block of rows is read at a time. What a text means is looked up once for each text of a column, so that a
cell costs no more than a place in an array.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.answers.meaning import Answer, Mapped, Parts, Tick
from pipeline.declarations.questionnaire import Survey
from pipeline.exports.cells import Block, Cells

Places = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


class Kinds:
    """The different answers that there are to a question in a wave, with what is known of each.

    The arrays have a place for each; numbers stand for ids, 0 for none, and a value that there is not is NaN.
    """

    def __init__(self, survey: Survey, name: str, answers: Sequence[Answer]) -> None:
        options = list(survey.options(name).values())
        self.name = name
        self.question = survey.position(name)
        self.item = np.array([survey.item_number(name, one.item) for one in answers], dtype=np.uint16)
        self.option = np.array([survey.option_number(name, one.option) for one in answers], dtype=np.uint16)
        self.rank = np.array([one.rank or 0 for one in answers], dtype=np.uint16)
        values = [np.nan if one.value is None else one.value for one in answers]
        self.value = np.array(values, dtype=np.float64)
        roles = ["substantive" if not option else options[option - 1].role for option in self.option]
        self.is_answered: Mask = np.isin(roles, ["substantive", "other", "none"])
        self.is_dkns: Mask = np.isin(roles, ["dkns"])
        self.is_plain = not self.rank.any() and bool(np.isnan(self.value).all())
        # two sums of these are the same where the answers are, and no others are by chance
        parts = zip(self.item.tolist(), self.option.tolist(), self.rank.tolist(), values, strict=True)
        digests = [
            hashlib.blake2b(repr((self.question, *part)).encode(), digest_size=16).digest() for part in parts
        ]
        self.digests = np.frombuffer(b"".join(digests), dtype=np.uint64).reshape(-1, 2)


@dataclass(frozen=True)
class Answers:
    """Answers of a block to one question: for each the row of who gave it, and which of the kinds it is."""

    kinds: Kinds
    rows: Places
    which: Places

    def only(self, mask: Mask) -> Answers:
        """Those of them that a mask marks."""
        return Answers(self.kinds, self.rows[mask], self.which[mask])


class Coding:
    """How the cells of a wave become answers, question by question."""

    def __init__(self, survey: Survey, meaning: Mapped) -> None:
        answered = [name for name in survey.questions if meaning.of[name].ticks or meaning.of[name].coded]
        self.questions = [QuestionCoding(survey, name, meaning.of[name]) for name in answered]
        self.columns = {column for question in self.questions for column in question.columns}
        """the columns that it reads"""

    def blocks(self, cells: Cells) -> Iterator[tuple[Block, list[Answers], list[Answers]]]:
        """Each block of cells, with the answers to each question as received and as they are counted.

        While the caller writes one, the next is read and coded by a thread of its own. For one pass: what a
        text stands for is looked up by its code, and another pass may have other codes.
        """
        coded = self._coded(cells)
        with ThreadPoolExecutor(1) as thread:
            coming = thread.submit(next, coded, None)
            while (block := coming.result()) is not None:
                coming = thread.submit(next, coded, None)
                yield block

    def _coded(self, cells: Cells) -> Iterator[tuple[Block, list[Answers], list[Answers]]]:
        for block in cells.blocks(self.columns):
            received = [question.received(block) for question in self.questions]
            counted = zip(self.questions, received, strict=True)
            yield block, received, [question.counted(block, answers) for question, answers in counted]


class QuestionCoding:
    """How the cells of the columns of one question become answers to it."""

    def __init__(self, survey: Survey, name: str, parts: Parts) -> None:
        self.ticks, coded, recodes = parts.ticks, parts.coded, parts.recodes
        items = [offer.item for offer in parts.offers if offer.item]
        shared_out = dict.fromkeys(items) if survey.questions[name].total else {}
        zeros = [Answer(item=item, value=0.0) for item in shared_out]
        said = [[tick.answer for tick in self.ticks]]
        said += [[answer for answers in column.codes.values() for answer in answers] for column in coded]
        others = [Answer(option=recode.other) for recode in recodes]
        others += [Answer(option=option) for recode in recodes for option in recode.texts.values()]
        listed = dict.fromkeys(answer for answers in (*said, others, zeros) for answer in answers)
        self.place = {answer: place for place, answer in enumerate(listed)}
        self.kinds = Kinds(survey, name, list(listed))
        self.coded = [Texts(column.column, column.codes, self.place) for column in coded]
        self.zeros = [self.place[answer] for answer in zeros]
        self.others = [
            (
                self.place[Answer(option=other)],
                [
                    Texts(r.column, {text: (Answer(option=o),) for text, o in r.texts.items()}, self.place)
                    for r in recodes
                    if r.other == other
                ],
            )
            for other in dict.fromkeys(recode.other for recode in recodes)
        ]
        # an answer that may stand in two places is to be counted once
        places = [dict.fromkeys(answers) for answers in said]
        in_one = [len(set(answers)) < len(answers) for column in coded for answers in column.codes.values()]
        ticked = [tick.answer for tick in self.ticks]
        in_two = sum(map(len, places)) > len(set().union(*places)) or len(set(ticked)) < len(ticked)
        self.repeats = in_two or any(in_one)
        self.columns = {column for tick in self.ticks for column in (*tick.columns, tick.unless) if column}
        self.columns |= {column.column for column in coded} | {recode.column for recode in recodes}

    def received(self, block: Block) -> Answers:
        """The answers as the cells say them."""
        given = [(rows, np.full(len(rows), self.place[tick.answer])) for tick in self.ticks
                 for rows in [self._ticked(block, tick)]]  # fmt: skip
        given += [column.answers(block) for column in self.coded]
        rows, which = (np.concatenate(parts) for parts in zip(*given, strict=True))
        return self._once(rows, which) if self.repeats else Answers(self.kinds, rows, which)

    def counted(self, block: Block, received: Answers) -> Answers:
        """The answers as they are counted: with what a dictionary makes of Others, and points of 0.

        Who wrote what a dictionary knows beside an Other is moved to the option that it stands for. Who gave
        points to some items gave 0 to those left blank.
        """
        answers = received
        for other, columns in self.others:
            answers = self._recoded(block, answers, other, columns)
        if self.zeros:
            given = np.zeros((len(block), int(self.kinds.item.max()) + 1), dtype=bool)
            given[answers.rows, self.kinds.item[answers.which]] = True
            some = given.any(axis=1)
            left = [np.flatnonzero(some & ~given[:, self.kinds.item[zero]]) for zero in self.zeros]
            which = [np.full(len(rows), zero) for rows, zero in zip(left, self.zeros, strict=True)]
            rows = np.concatenate([answers.rows, *left])
            answers = Answers(self.kinds, rows, np.concatenate([answers.which, *which]))
        return answers

    def _ticked(self, block: Block, tick: Tick) -> Places:
        ticked = np.zeros(len(block), dtype=bool)
        for column in tick.columns:
            ticked |= block.held(column, tick.unticked)
        if tick.unless:
            ticked &= ~block.held(tick.unless)
        return np.flatnonzero(ticked)

    def _recoded(self, block: Block, answers: Answers, other: int, columns: Sequence[Texts]) -> Answers:
        chose_other = np.zeros(len(block), dtype=bool)
        chose_other[answers.rows[answers.which == other]] = True
        texts, known = np.zeros((2, len(block)), dtype=np.int64)
        rows, which = [answers.rows], [answers.which]
        for column in columns:
            texts += block.held(column.column)
            told, option = column.answers(block)
            known[told] += 1
            rows.append(told[chose_other[told]])
            which.append(option[chose_other[told]])
        together = self._once(np.concatenate(rows), np.concatenate(which))
        all_known = (texts > 0) & (texts == known)
        return together.only(~((together.which == other) & all_known[together.rows]))

    def _once(self, rows: Places, which: Places) -> Answers:
        """Answers of which each is once."""
        kinds = len(self.place)
        pairs = np.unique(rows * kinds + which)
        return Answers(self.kinds, pairs // kinds, pairs % kinds)


class Texts:
    """What each text of a column stands for: none, one or several answers to a question."""

    def __init__(
        self, column: int, codes: Mapping[str, Sequence[Answer]], place: Mapping[Answer, int]
    ) -> None:
        self.column = column
        self.codes = {text: [place[answer] for answer in answers] for text, answers in codes.items()}
        self._looked_up = 0
        self._answers: list[int] = []
        self._first: list[int] = []
        self._many: list[int] = []

    def answers(self, block: Block) -> tuple[Places, Places]:
        """The row of each answer, and its place among the kinds."""
        codes, texts = block.column(self.column)
        first, many, which = self._upto(texts)
        count = many[codes]
        rows = np.flatnonzero(count)
        if many.max() > 1:
            rows = np.repeat(rows, count[rows])
        places = first[codes[rows]]
        if many.max() > 1:
            # the second answer of a cell stands behind the first
            begins = np.cumsum(count) - count
            places = places + np.arange(len(rows)) - begins[rows]
        return rows, which[places]

    def _upto(self, texts: Sequence[str]) -> tuple[Places, Places, Places]:
        """Where the answers of each text begin and how many there are, and all of them, one after the other.

        The texts are those that were looked up before, with new ones behind them; an empty cell is last.
        """
        for text in texts[self._looked_up :]:
            answers = self.codes.get(text, [])
            self._first.append(len(self._answers))
            self._many.append(len(answers))
            self._answers += answers
        self._looked_up = len(texts)
        return np.array([*self._first, 0]), np.array([*self._many, 0]), np.array([*self._answers, 0])
