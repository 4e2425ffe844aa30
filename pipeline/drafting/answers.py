"""What the cells of a new export say by the questionnaire so far, and which options and answers it lacks.

Texts are matched by their wording: exactly, folded, then by likeness, which is never silent.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pipeline.answers.columns import Assigned, is_other
from pipeline.answers.interpret import attempt
from pipeline.answers.meaning import Loose, Mapped, Texts
from pipeline.declarations.questionnaire import Question, Survey
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding, Reading, Wave
from pipeline.drafting.before import Before, option_labels
from pipeline.drafting.cells import is_joined, pieces
from pipeline.drafting.look import Looked
from pipeline.drafting.matching import nearest
from pipeline.drafting.toml_out import Line, Quoted
from pipeline.drafting.words import identify, sorts_another
from pipeline.exports.tools import Heading
from pipeline.text.addresses import personal
from pipeline.text.folding import best_fit, fold, is_beginning
from pipeline.text.values import as_number
from pipeline.tidy.question_kinds import QuestionKind

SURELY_SEEN = 3  # what fewer people gave may be their own words
_SURELY_ALIKE = 0.9  # of two texts that are less alike it is looked at whether they are one answer
_EXPECTED = 5  # so many would have chosen an option, had it been offered: then it was not
_ROUNDS = 8  # new options can make further cells readable
_SOURCE = {"separator", "dates", "decimal", "thousands"}  # what of [source] says how cells are read


@dataclass(frozen=True)
class NewPart:
    """An option or item that the questionnaire does not have yet."""

    question: str
    part: Literal["options", "items"]
    id: str
    label: str
    write_in: bool = False


def add_parts(data: Mapping[str, Any], parts: Sequence[NewPart]) -> dict[str, Any]:
    """The data of survey.toml with further options and items; those of a scale go to the scale."""
    tables = {
        kind: {name: dict(table) for name, table in data.get(kind, {}).items()}
        for kind in ("questions", "scales")
    }
    for new in parts:
        owner = tables["questions"][new.question]
        if new.part == "options" and "scale" in owner:
            owner = tables["scales"][owner["scale"]]
        label = " ".join(new.label.split())
        written = {"label": label, "write_in": True} if new.write_in else label
        owner[new.part] = owner.get(new.part, {}) | {new.id: written}
    return {**data, **{kind: whole for kind, whole in tables.items() if whole or kind in data}}


def with_parts(data: Mapping[str, Any], parts: Sequence[NewPart]) -> Survey:
    """The questionnaire with further options and items; a scale with a step more has no scores."""
    grown = add_parts(data, parts)
    for new in parts:
        scale = grown["questions"][new.question].get("scale", "")
        if new.part == "options" and scale:
            grown["scales"][scale].pop("scores", None)
    return Survey.model_validate(grown)


@dataclass
class Answers:
    """What the answers of matched questions need, round by round: lines of [answers] and new options."""

    before: Before
    looked: Looked
    texts: Texts
    reading: Mapping[str, Reading]
    columns: dict[str, list[Heading]]
    """the columns of each question of the wave before; those that turn out to be no answer are taken out"""
    parts: list[NewPart] = field(default_factory=list)
    drop: list[tuple[str, str]] = field(default_factory=list)
    """the letters of columns that turn out to be no answer, and the reason"""
    lines: dict[str, dict[str, str | float]] = field(default_factory=dict)
    """the lines of [answers], by question and text"""
    doubts: dict[tuple[str, str], str] = field(default_factory=dict)
    """what to look at about a line, by question and text"""
    unsure: dict[str, dict[str, int]] = field(default_factory=dict)
    """the texts of a question that are taken for an answer which they are only somewhat like, with counts"""
    written: dict[str, dict[str, int]] = field(default_factory=dict)
    """the new options that people may have written beside an Other: by question, with their counts"""
    mapped: Mapped = field(default_factory=Mapped)
    """what the cells mean by all that"""

    def settle(self) -> None:
        """Find an id for each text, as far as that is sure enough, and what the cells mean then."""
        declared = self.before.wave.answers
        self.lines = {name: dict(declared[name]) for name in self.columns if name in declared}
        # the texts of questions that have one column
        cells = {name: self.texts[one[0].column] for name, one in self.columns.items() if len(one) == 1}
        for _ in range(_ROUNDS):
            survey = with_parts(self.before.document.data, self.parts)
            self._read(survey)
            loose = [self._loose(survey, name, cells) for name in self._names()]
            clashes = [] if any(loose) else [self._clash(survey, *clash) for clash in self.mapped.clashes]
            if not any(loose) and not any(clashes):
                break
        self._give_others(survey)

    def _names(self, in_cells: bool = False) -> list[str]:
        """The questions with texts that are no answers yet: in cells alone, or above columns too."""
        return list(dict.fromkeys(o.question for o in self.mapped.loose if not (in_cells and o.heading)))

    def _read(self, survey: Survey) -> None:
        """Read the cells by the questionnaire and the lines so far; lines that match nothing are left out."""
        like, layout = self.before.wave, self.looked.format
        source = like.source.model_dump(exclude_defaults=True, include=_SOURCE)
        wave = Wave.model_validate(
            {
                "title": like.title,
                "source": {"file": ["export"], "format": layout} | source,
                "answers": {name: lines for name, lines in self.lines.items() if lines},
                "reading": {name: cell.model_dump(exclude={"blank"}) for name, cell in self.reading.items()},
            }
        )
        fielding = Fielding(self.before.name, wave, Document("", {}, {}), ())
        assigned = Assigned({name: tuple(columns) for name, columns in self.columns.items()}, {}, {})
        self.mapped, _ = attempt(survey, self.before.document, fielding, assigned, self.texts)
        self.lines = {
            name: {text: to for text, to in lines.items() if (name, text) in self.mapped.used}
            for name, lines in self.lines.items()
        }

    def _loose(self, survey: Survey, question: str, cells: Mapping[str, Mapping[str, int]]) -> bool:
        """Find an id for each text of a question that is no answer yet; whether anything was found."""
        asked = survey.questions[question]
        options = option_labels(survey, question)
        ids = {*options, *asked.items}
        loose = [one for one in self.mapped.loose if one.question == question]
        idle = [one for one in loose if one.heading and _is_no_answer(one, asked.form)]
        for one in idle:
            self._drop(one)
        if idle:
            return True  # without these columns the rest may be read otherwise
        others = [one for one in loose if one.heading and one.count and is_other(one.text)]
        if others and "other" not in ids and asked.form.is_choice:
            self.parts.append(NewPart(question, "options", "other", others[0].text, write_in=True))
            return True  # with the column of the Other told, the rest may be read otherwise
        fixed = bool(asked.scale) and bool(survey.scales[asked.scale].scores)
        settled = [
            self._text(one, asked, options if one.part == "options" else asked.items, ids, fixed)
            for one in self._each(loose, asked.form, cells.get(question, {}))
        ]
        return any(settled)

    def _text(
        self, loose: Loose, asked: Question, labels: Mapping[str, str], ids: set[str], fixed: bool
    ) -> bool:
        """Find an id for one text among `labels`, or a new one unlike `ids`; whether there is one.

        A step more of a scale that is `fixed` would move the scores of every grid of the scale.
        """
        question, text = loose.question, loose.text
        if best_fit(labels, text):
            return False  # an answer that is known, in a cell with others that are not
        taken = self._used(question)
        full = self.before.labels
        free = {i: full.get((question, i), label) for i, label in labels.items() if i not in taken}
        own_words = not loose.heading and not may_be_repeated(text, loose.count, asked)
        others = [i for i in labels if i in asked.options and asked.options[i].write_in]
        if self.before.by_definition and len(others) == 1 and not (loose.heading or own_words):
            # the list is closed, so that what is none of it was typed beside the Other
            self._line(question, text, others[0], "typed beside it")
            return True
        if self.before.by_definition and not others and not asked.private and not personal(text):
            own_words = False  # nobody could type anything, so it is an option that was offered at some time
        best, score = ("", 0.0) if own_words else nearest(text, free)
        if best:
            self._line(question, text, best, f"{score:.0%} like that of {self.before.called}")
            if score < _SURELY_ALIKE:
                self.unsure.setdefault(question, {})[text] = loose.count
            return True
        # what a code stands for only a person knows
        code = as_number(text) is not None and all(as_number(label) is None for label in labels.values())
        code = code and not self.before.by_definition
        if code or own_words or (loose.part == "options" and fixed):
            return False
        label = text
        if as_number(text) is not None and self.before.by_definition and not loose.heading:
            label = f"Code {text}"  # as a label it would stand beside the codes of the other options
        identifier = identify(label, ids)
        ids.add(identifier)
        self.parts.append(NewPart(question, loose.part, identifier, label))
        apart = loose.heading or self.before.by_definition or self.looked.layout.own_words_apart
        if others and not apart:
            self.written.setdefault(question, {})[label] = loose.count
        if label != text:
            self._line(question, text, identifier, "")
        return True

    def _line(self, question: str, text: str, to: str, doubt: str) -> None:
        self.lines.setdefault(question, {})[text] = to
        self.doubts[question, text] = doubt

    def _used(self, question: str) -> set[str]:
        """The ids that lines, cells or headings of the new export name already."""
        mapped = self.mapped
        chosen = {i for (name, *ids), n in mapped.counts.items() if name == question and n for i in ids if i}
        boxes = {t.answer.option or t.answer.item for t in mapped.ticks if t.question == question}
        return chosen | boxes | {str(to) for to in self.lines.get(question, {}).values()}

    def _drop(self, loose: Loose) -> None:
        """Drop the column that a loose text heads, by its letters."""
        for heading in self.mapped.columns[loose.question]:
            if heading.label == loose.text:
                reason = "it sorts what stands beside it" if loose.count else "nothing in it"
                self.drop.append((heading.letters, reason))
                self.columns[loose.question] = [h for h in self.columns[loose.question] if h != heading]

    def _clash(self, survey: Survey, question: str, text: str, count: int) -> bool:
        """Name the new one of two texts that one beginning fits; whether it is this one."""
        asked = survey.questions[question]
        fitting = best_fit(option_labels(survey, question) | asked.items, text)
        known = {fold(label) for label in self.before.labels.values()}
        fresh = fold(text) not in known and text not in self.lines.get(question, {})
        if not fresh or len(fitting) != 1 or not may_be_repeated(text, count, asked):
            return False
        self._line(question, text, fitting[0], "begins like another answer")
        return True

    def _each(self, loose: Sequence[Loose], form: QuestionKind, cells: Mapping[str, int]) -> list[Loose]:
        """The texts of a question that are no answers yet, each once, those joined in cells by themselves."""
        once = {(one.part, one.heading, fold(one.text)): one for one in loose}
        in_cells = [one for one in once.values() if not one.heading]
        if not form.is_joined or not in_cells:
            return list(once.values())
        separator = self.before.wave.separator(in_cells[0].question) or self.looked.layout.separator
        cut = {
            text: count
            for text, count in pieces(cells, separator).most_common()
            if any(fold(text) in fold(one.text) for one in in_cells)
        }
        first = in_cells[0]
        return [one for one in once.values() if one.heading] + [
            Loose(first.question, first.part, text, count, heading=False)
            for text, count in cut.items()
            if not is_joined(text, cut, separator)
        ]

    def _give_others(self, survey: Survey) -> None:
        """Give a question an Other where people wrote words of their own and it has none."""
        for question in self._names(in_cells=True):
            asked, options = survey.questions[question], survey.options(question)
            closed = asked.form.is_choice and not asked.scale
            if closed and "other" not in options and not any(o.write_in for o in options.values()):
                self.parts.append(NewPart(question, "options", "other", "Other", write_in=True))

    def sections(self) -> dict[str, dict[str, Line]]:
        """The lines of [answers] as they are written."""
        return {
            name: {Quoted(text): Line(to, self.doubts.get((name, text), "")) for text, to in lines.items()}
            for name, lines in self.lines.items()
            if lines
        }

    def reworded(self) -> Iterator[tuple[str, str]]:
        """The questions whose options or items read otherwise than before, and which those are."""
        before, now = _labels(self.before.mapped), _labels(self.mapped)
        for name in self.columns:
            other = [
                option or item
                for (question, item, option), label in now.items()
                if question == name and _reads_otherwise(before.get((question, item, option), label), label)
            ]
            if other:
                verb = "reads" if len(other) == 1 else "read"
                yield name, f"{', '.join(dict.fromkeys(other))} {verb} otherwise"

    def newly_offered(self) -> dict[str, list[str]]:
        """The new options of questions whose column could not show that the wave before lacked them."""
        in_cells = _in_cells(self.before.mapped)
        return {
            name: fresh for name, asked in self._closed() if name in in_cells and (fresh := self._fresh(name))
        }

    def not_offered(self) -> Iterator[tuple[str, list[str], str]]:
        """What this wave seems not to have offered and one column cannot show: question, options, doubt."""
        survey = with_parts(self.before.document.data, self.parts)
        for name, _ in self._closed():
            here, before = _chosen(self.mapped, name), _chosen(self.before.mapped, name)
            ratio = sum(here.values()) / max(1, sum(before.values()))
            declared, fresh = self.before.wave.not_offered(name), self._fresh(name)
            ticked = {t.answer.option for t in self.mapped.ticks if t.question == name}
            absent = [
                i
                for i, option in survey.options(name).items()
                if i not in {*here, *fresh, *ticked}
                and not option.from_text
                and (i in declared or before.get(i, 0) * ratio >= _EXPECTED)
            ]
            if absent:
                chosen = sum(before.get(i, 0) for i in absent)
                doubt = f"nobody chose these, {chosen} did in {self.before.name}; if they could be chosen, "
                now = f"; or is one now {' or '.join(sorted(fresh)[:3])}?" if fresh else ""
                yield name, absent, f"{doubt}delete the line{now}"

    def _closed(self) -> list[tuple[str, Question]]:
        """The questions whose answers stand in cells, of kinds that have options."""
        questions = self.before.survey.questions
        in_cells = _in_cells(self.mapped)
        return [
            (name, questions[name])
            for name in self.columns
            if name in in_cells and questions[name].form.has_options
        ]

    def _fresh(self, question: str) -> list[str]:
        return [new.id for new in self.parts if new.question == question and new.part == "options"]


def may_be_repeated(text: str, count: int, asked: Question) -> bool:
    """Whether a file of ours may repeat a text: what few people gave may be their own words."""
    return count >= SURELY_SEEN and not asked.private and not personal(text)


def _is_no_answer(loose: Loose, form: QuestionKind) -> bool:
    """Whether a column is no answer: an Other in which nothing stands, or a column that sorts another's."""
    return sorts_another(loose.text) or (not loose.count and (is_other(loose.text) or form.is_one_choice))


def _labels(mapped: Mapped) -> dict[tuple[str, str, str], str]:
    """The labels that a wave gave options and items, by question, item and option."""
    return {(o.question, o.item, o.option): o.label for o in mapped.offers}


def _reads_otherwise(one: str, other: str) -> bool:
    """Whether two labels differ; a beginning tells too little of its label."""
    return fold(one) != fold(other) and not (is_beginning(one) or is_beginning(other))


def _in_cells(mapped: Mapped) -> set[str]:
    """The questions whose answers stand in cells, and not in a box each."""
    return {column.question for column in mapped.coded}


def _chosen(mapped: Mapped, name: str) -> Counter[str]:
    """How many cells say each option of a question."""
    counts: Counter[str] = Counter()
    for (question, _, option), count in mapped.counts.items():
        if question == name and option:
            counts[option] += count
    return counts
