"""The columns of an export as a guess looks at them: the texts in their cells, and what these are."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import combinations

from pipeline.answers.boxes import unticked_texts
from pipeline.answers.meaning import Texts
from pipeline.drafting import cells, damage, words
from pipeline.drafting.question import HERE, SHOWN, Group, Question, Rows
from pipeline.exports.tools import Format, Heading
from pipeline.text.folding import fold
from pipeline.text.values import LISTED, as_list, as_number

# so many columns of codes, and so many times those of words, make a file of codes
_FEW_CODED, _MANY_TIMES = 3, 4
_EXPECTED = 3  # so many would have given an answer, had they been offered it in these words
_SEPARATORS = ("; ", ", ", ",", ";", *cells.SIGNS, "\t", *cells.WORDY)
_FEW_LANGUAGE_CELLS = 5
_ALONE, _JOINED_WAYS = 0.8, 1.5  # of the answers that a blank or "and" joins


@dataclass(frozen=True)
class Joint:
    """How several answers are joined in the cells of a column."""

    separator: str
    cut: cells.Cut
    answers: Mapping[str, int]

    @property
    def is_ranking(self) -> bool:
        """Whether every cell holds every answer once, in several orders: nobody ticks all boxes so."""
        whole = [tuple(parts) for parts, _ in self.cut.cells if sorted(parts) == sorted(self.answers)]
        return (
            len(self.answers) > cells.FEW_BOXES and len(whole) == len(self.cut.cells) and len(set(whole)) > 1
        )

    def stand_alone(self, values: Mapping[str, int]) -> bool:
        """Whether nearly all its answers are cells of their own too, and most cells hold several."""
        alone = sum(answer in values for answer in self.answers)
        return alone >= _ALONE * len(self.answers) and len(values) > _JOINED_WAYS * len(self.answers)


class Columns:
    """Columns with the texts in their cells, without those that mean an empty cell."""

    asked: Collection[int] = ()
    """the numbers of the columns that may ask something"""
    language: Heading | None = None
    """the column that says in which language each responded"""

    def __init__(self, texts: Texts, layout: Format, blank: Collection[str], rows: Rows) -> None:
        self.layout = layout
        self.rows = rows
        self.every = texts
        self._texts = {}
        self._errors = {
            column: {t: n for t, n in values.items() if damage.is_error(t)}
            for column, values in texts.items()
        }
        for column, values in texts.items():
            answered = cells.without(_answered(values, layout.missing), blank)
            self._texts[column] = {t: n for t, n in answered.items() if t not in self._errors[column]}

    def __getitem__(self, heading: Heading) -> Mapping[str, int]:
        return self._texts.get(heading.column, {})

    def no(self, columns: Sequence[Heading]) -> frozenset[str]:
        """The texts, folded, that say in these columns that a box was not ticked."""
        return unticked_texts([self[h] for h in columns], self.layout)

    def idle(self, group: Group) -> list[Heading]:
        """The empty columns of a group that are no option of its question.

        Another column that is filled has the same label, all others are `item - level` and this is none, or
        they are the items of a grid, of which nobody answered this one.
        """
        filled = [h for h in group if self[h]]
        labels = {fold(h.label) for h in filled}
        parts = [h.label.rpartition(" - ") for h in filled]
        of_items = len(filled) > 2 and all(item for item, _, _ in parts)
        levels = {level for _, _, level in parts}
        is_grid = len(filled) > 1 and all(len(self[h]) > cells.FEW_BOXES for h in filled)
        return [
            h
            for h in group
            if not self[h]
            and (
                is_grid
                or fold(h.label) in labels
                or (of_items and h.label.rpartition(" - ")[2] not in levels)
            )
        ]

    def take_no_answers(self, group: Group) -> tuple[dict[str, int], dict[str, int]]:
        """The codes for no answer in several columns; those below all other numbers are taken out of them."""
        union: Counter[str] = Counter()
        for heading in group:
            union.update(self[heading])
        if len(group) < cells.FEW_BOXES or any(as_number(text) is None for text in union):
            return {}, {}
        below, above = damage.no_answers(union)
        for heading in group:
            self._texts[heading.column] = {t: n for t, n in self[heading].items() if t not in below}
        return below, above

    def says_language(self, heading: Heading) -> bool:
        """Whether a column says in which language each responded."""
        values = self[heading]
        named = any(name in words.LANGUAGE_HEADINGS for name in (fold(heading.code), fold(heading.text)))
        return len(values) > 1 and named and all(len(text) <= SHOWN for text in values)

    def with_languages(self, question: Question) -> Question:
        """The question, unsettled where its answers differ with the language: the same ones, translated?"""
        in_cells = question.kind == "grid" or len(question.columns) <= cells.FEW_BOXES
        is_choice = question.kind in ("single", "multiple", "grid") and in_cells
        if self.language is None or self.language in question.columns or not is_choice:
            return question
        separator = str(question.reading.get("separator", self.layout.separator))
        texts = self.rows.by_text(question.columns[0].column, self.language.column)
        given = {
            language: cells.pieces(values, separator) if question.kind == "multiple" else Counter(values)
            for language, values in texts.items()
            if sum(values.values()) >= _FEW_LANGUAGE_CELLS
        }
        apart = [
            (one, other)
            for one, other in combinations(sorted(given), 2)
            if _alone(given[one], given[other]) and _alone(given[other], given[one])
        ]
        if not apart:
            return question
        one, other = apart[0]
        doubt = (
            f"some answers are given only where {self.language.text or self.language.code} is {one!r}, "
            f"others only where it is {other!r}: one answer in two languages? then map them under "
            f"[answers.{HERE}]"
        )
        return question.unsettled(doubt, sum(sum(values.values()) for values in texts.values()))

    def with_errors(self, question: Question) -> Question:
        """The question without the errors of a spreadsheet in its cells, unsettled where there are any."""
        errors: Counter[str] = Counter()
        for heading in question.columns:
            errors.update(self._errors.get(heading.column, {}))
        if not errors or question.kind == "text":
            return question
        seen = f"{errors.total()} cells hold an error of a spreadsheet ({', '.join(errors)})"
        doubt = f"{seen}: their answers are lost"
        return question.blanked(*errors).unsettled(doubt, errors.total())

    def joint(self, values: Mapping[str, int]) -> Joint | None:
        """The separator by which several answers are joined in cells, with what it cuts; None for none."""
        several = sum(values.values())
        if values and all(as_list(text) is not None for text in values):
            cut = cells.cut(values, LISTED)
            answers = cells.common(cut.pieces)
            is_several = any(len(parts) > 1 for parts, _ in cut.cells)
            if is_several and cells.is_choice(answers, cut.pieces):
                return Joint(LISTED, cut, answers)
        for separator in dict.fromkeys(("\n", " | ", self.layout.separator, *_SEPARATORS)):
            if not cells.may_be_joined(values, separator):
                continue
            if self.is_wordy(separator) and not cells.are_other_cells(values, separator):
                continue
            cut = cells.cut(values, separator)
            answers = cells.common(cut.pieces)
            total = sum(cut.pieces.values())
            joint = Joint(separator, cut, answers)
            # some tools end every cell with the sign
            ended = separator.strip() == ";" and all(text.endswith(";") for text in values)
            more = len(values) > len(answers) or joint.is_ranking
            is_cut = (total > 1.1 * several and more) or (ended and total > several)
            is_choice = is_cut and cells.is_choice(answers, cut.pieces)
            if self.is_wordy(separator) and not joint.stand_alone(values):
                continue
            if is_choice and max(map(len, answers)) <= cells.LONGEST_LABEL:
                return joint
        return None

    def is_wordy(self, separator: str) -> bool:
        """Whether a separator stands in many an answer, and is not the one that the tool joins answers by."""
        return separator in cells.WORDY and separator != self.layout.separator

    @cached_property
    def coded(self) -> bool:
        """Whether the file holds codes in place of answers: most columns that hold one text hold a number."""
        single = [next(iter(values)) for values in self._texts.values() if len(values) == 1]
        numbers = {text for text in single if text.isdecimal()}
        if len(numbers) > 2 and 2 * sum(text.isdecimal() for text in single) > len(single):
            return True
        # or no column repeats words, and several repeat few numbers
        listed = [
            values
            for values in self._asked
            if len(values) > 1 and sum(values.values()) >= cells.EACH * len(values)
        ]
        few = [values for values in listed if all(text.isdecimal() for text in values)]
        words_repeated = [values for values in listed if not any(_has_digits(text) for text in values)]
        return len(few) > _FEW_CODED and len(few) > _MANY_TIMES * len(words_repeated)

    @property
    def _asked(self) -> list[Mapping[str, int]]:
        """The texts of the columns that may ask something."""
        return [self._texts[column] for column in self.asked if column in self._texts]


def _alone(here: Mapping[str, int], there: Mapping[str, int]) -> list[str]:
    """The answers of one language that the other would have too, were they not worded otherwise there."""
    others = {fold(text) for text in there}
    part = sum(there.values()) / max(1, sum(here.values()))
    expected = {text: count * part for text, count in here.items() if fold(text) not in others}
    return [text for text, wanted in expected.items() if wanted >= _EXPECTED and here[text] >= _EXPECTED]


def _has_digits(text: str) -> bool:
    return any(character.isdigit() for character in text)


def _answered(values: Mapping[str, int], missing: str) -> Mapping[str, int]:
    """The texts of a column without what the file declares missing; a Don't know among that is an answer."""
    if not missing:
        return values
    answered: Counter[str] = Counter()
    for text, count in values.items():
        label = text.removeprefix(missing)
        if label == text or words.role_of(fold(label)) in ("dkns", "not_applicable"):
            answered[label] += count
    return answered
