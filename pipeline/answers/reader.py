"""What reading a question takes, whatever its kind: its labels as they are matched, and where problems go."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Container, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pipeline.answers.columns import Assigned, is_other
from pipeline.answers.meaning import Answer, Coded, Loose, Mapped, Offer, Texts
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.survey import as_pattern
from pipeline.declarations.toml import Document, Key
from pipeline.declarations.wave import Fielding
from pipeline.exports.tools import Heading, formats
from pipeline.project.errors import Problem, did_you_mean, quoted
from pipeline.text.folding import Fitting, fold, is_beginning, visible, without_markup

Unknown = Counter[tuple[str, str]]
"""the texts of a question that are none of its answers, each with the letters of its column"""
SHOWN_BY = 3  # so many respondents give a text before it can be a label where they may write their own
SEARCHED = 1000  # characters of a text in which a pattern is looked for: its time grows with their square


@dataclass
class Labels:
    """The options, or the items, of one question in one export: matched, and their full label kept."""

    part: Literal["options", "items"]
    declared: Mapping[str, str]
    lines: Mapping[str, str]
    write_ins: Collection[str] = ()
    missing: str = ""
    """how a text begins that the file declares missing; behind it may stand the label of an option"""
    enough: int = 1
    """how many cells must hold a text before it is printed as a label"""
    used: set[str] = field(default_factory=set)
    """the lines of [answers] that matched"""
    by_label: set[str] = field(default_factory=set)
    """the texts that were matched by a label"""
    full: dict[str, str] = field(default_factory=dict)
    """the text that each beginning stands for, by the id (or the line) that declares it"""
    mapped: dict[str, str] = field(default_factory=dict)
    """what a line of [answers] read for an id"""
    clashes: set[tuple[str, str, str]] = field(default_factory=set)
    """a beginning, and two texts that it fits"""
    seen: Counter[str] = field(default_factory=Counter)
    """how many cells hold a text that may become a label, folded; a heading counts as enough"""

    def __post_init__(self) -> None:
        """Leave out the lines that are for another part."""
        self.lines = {
            text: identifier for text, identifier in self.lines.items() if identifier in self.declared
        }
        self._by_line = Fitting({line: line for line in self.lines})
        self._by_label = Fitting(self.declared)

    def match(self, text: str, heading: bool = False, count: int = 1) -> str:
        """The id that `text`, which stands in `count` cells or heads a column, stands for; empty for none.

        The full label of a write-in is read from a heading alone: in a cell it is somebody's own text.
        """
        identifier = self._match(text, heading, count)
        if not identifier and self.missing and text.startswith(self.missing):
            return self._match(text.removeprefix(self.missing), heading, count)
        return identifier

    def _match(self, text: str, heading: bool, count: int) -> str:
        if not fold(text):
            return ""  # a heading that is blank, as where the question stands alone above its column
        self.seen[fold(text)] += self.enough if heading else count
        fitting = self._by_line.best(text)
        if fitting:
            (line,) = fitting[:1]
            identifier = self.lines[line]
            self.used.add(line)
            self._keep(line, line, text)
            if heading or identifier not in self.write_ins:
                self.mapped.setdefault(identifier, text)
            return identifier
        fitting = self._by_label.best(text)
        if not fitting and heading and len(self.write_ins) == 1 and is_other(text):
            return next(iter(self.write_ins))
        if len(fitting) != 1:
            return ""
        (identifier,) = fitting
        if not heading:
            self.by_label.add(text)
        if heading or identifier not in self.write_ins:
            self._keep(identifier, self.declared[identifier], text)
        return identifier

    def _keep(self, key: str, label: str, text: str) -> None:
        """Keep the text that a beginning stands for; a second one clashes."""
        if is_beginning(label):
            first = self.full.setdefault(key, text)
            if fold(first) != fold(text):
                self.clashes.add((label, first, text))

    def label(self, identifier: str) -> str:
        """The label in full where the export shows it, else as it is declared.

        Where people may have written words of their own, one of them alone shows nothing.
        """
        return self._shown(self.full, identifier) or self.declared[identifier]

    def instead(self, identifier: str) -> str:
        """What a line of [answers] read for an id, where it may be printed."""
        return self._shown(self.mapped, identifier)

    def _shown(self, texts: Mapping[str, str], identifier: str) -> str:
        """The text that the export has for an id, where it may be printed; empty where there is none."""
        text = texts.get(identifier, "")
        return visible(without_markup(text)) if self.seen[fold(text)] >= self.enough else ""

    def known(self) -> list[str]:
        """Every text that is an answer, folded; a beginning ends in an ellipsis."""
        return [folded(label) for label in (*self.declared.values(), *self.lines)]


@dataclass(frozen=True)
class Asked:
    """One question in one export: its columns, and its options and items as they are matched."""

    name: str
    columns: tuple[Heading, ...]
    options: Labels
    items: Labels
    numbers: Mapping[str, float]
    """what [answers] maps to a number"""

    @cached_property
    def number_lines(self) -> Fitting[str]:
        """The texts that [answers] maps to a number, to be matched."""
        return Fitting({line: line for line in self.numbers})

    def number(self, text: str) -> float | None:
        """The number that [answers] maps a text to; None where it maps it to none."""
        line = self.number_lines.best(text)
        if not line:
            return None
        self.options.used.add(line[0])
        return self.numbers[line[0]]


@dataclass
class Reader:
    """Reads one export question by question, and gathers the problems."""

    survey: Survey
    survey_document: Document
    fielding: Fielding
    assigned: Assigned
    texts: Texts
    problems: list[Problem] = field(default_factory=list)

    def __post_init__(self) -> None:
        """What the cells mean so far, and how the tool wrote them."""
        self.mapped = Mapped(columns=dict(self.assigned.questions))
        self.layout = formats[self.fielding.wave.source.format]

    def separator(self, question: str) -> str:
        """What joins several answers in the cells of a question."""
        return self.fielding.wave.separator(question) or self.layout.separator

    def is_missing(self, question: str, text: str, count: int) -> bool:
        """Whether the file declares a text missing, so that it counts as an empty cell; how many is noted."""
        if self.layout.is_missing(text):
            self.mapped.missing[question] += count
            return True
        return False

    def code(
        self,
        question: str,
        heading: Heading,
        answer: Callable[[str, int], tuple[Answer, bool]],
        unknown: Unknown,
    ) -> None:
        """Code the cells of a column that hold one answer each.

        `answer` gives the answer of a text that stands in so many cells, and whether it is one of the
        question's; those that are not are added to `unknown`.
        """
        codes: dict[str, tuple[Answer, ...]] = {}
        for text, count in self.texts.get(heading.column, {}).items():
            coded, known = answer(text, count)
            if not known and self.is_missing(question, text, count):
                continue
            if not known:
                unknown[text, heading.letters] += count
            codes[text] = (coded,)
        self.mapped.coded.append(Coded(question, heading.column, codes))

    def coded_from_text(self, question: str, text: str, column: str) -> str:
        """The option that a question's dictionary makes of a text beside Other; empty where none does."""
        asked = self.survey.questions[question]
        if not asked.others:
            return ""
        folded = fold(text)
        claims = [rule for rule in asked.others if _claims(rule, folded)]
        self.mapped.rules.update((question, rule) for rule in claims)
        if len(claims) > 1:
            seen = "a text" if asked.private else quoted(text)
            self.problems.append(
                self.survey_document.problem(
                    f"{question}: {seen} (column {column}) is claimed by "
                    f"{' and by '.join(map(repr, claims))}; narrow one of them  [wave {self.fielding.name}]",
                    *("questions", question, "others", claims[1]),
                )
            )
        return asked.others[claims[0]] if claims else ""

    def problem(self, message: str, *place: Key) -> None:
        """A problem at a place of the wave file."""
        self.problems.append(self.fielding.document.problem(message, *place))

    def say(self, question: str, message: str, *key: str) -> None:
        """A problem at the wave file's lines on the question, or at the questionnaire's."""
        for table in ("answers", "columns"):
            if (table, question) in self.fielding.document.lines:
                self.problem(f"{question}: {message}", table, question, *key)
                return
        part = ("items",) if key and key[0] in self.survey.questions[question].items else ("options",)
        place: tuple[str, ...] = ("questions", question)
        if scale := self.survey.questions[question].scale:
            place = ("scales", scale) if part == ("options",) and key else place
        where = f"{question}: {message}  [wave {self.fielding.name}]"
        self.problems.append(self.survey_document.problem(where, *place, *part, *key))

    def unknown(self, question: str, unknown: Unknown, labels: Labels) -> None:
        """Say of each text in `unknown` that it is no answer."""
        seen: dict[str, tuple[int, str]] = {}
        for (text, column), count in unknown.items():
            total, first = seen.get(text, (0, column))
            seen[text] = (total + count, first)
        for text, (count, column) in sorted(seen.items()):
            self.mapped.loose.append(Loose(question, labels.part, text, count, heading=False))
            times = "once" if count == 1 else f"{count} times"
            if self.survey.questions[question].private:
                self.say(question, f"a text ({times}, column {column}) is no answer of it")
                continue
            near = did_you_mean(text, labels.declared.values(), "its options are")
            self.say(
                question,
                f"{quoted(text)} ({times}, column {column}) is no answer of it; {near}"
                f"{'' if near.endswith('?') else '.'} Add it there, or map it under [answers.{question}] in "
                f"{self.fielding.document.name}{self.about_separator(question)}",
            )

    def about_separator(self, question: str) -> str:
        """What to look at where several answers are joined in a cell."""
        if not self.survey.questions[question].form.is_joined:
            return ""
        seen = self.separator(question)
        return f"; or say separator under [source], if not {seen!r} joins the answers of a cell"

    def no_item(self, asked: Asked, heading: Heading, label: str) -> None:
        """Say that a column, by the label in its heading, is no item of its question."""
        self.mapped.loose.append(Loose(asked.name, "items", label, 0, heading=True))
        hint = did_you_mean(label, asked.items.declared.values(), "its items are")
        stop = "" if hint.endswith("?") else "."
        self.say(
            asked.name,
            f"column {heading.letters} {heading.label!r} is no item of it; {hint}{stop} Add it there, or map "
            f"it under [answers.{asked.name}]",
        )

    def offer(self, question: str, item: str, option: str, labels: Labels) -> None:
        """Note that the wave put an item or an option before its respondents."""
        identifier = option or item
        label, instead = labels.label(identifier), labels.instead(identifier)
        self.mapped.offers.append(Offer(question, item, option, label, instead))

    def offer_items(self, asked: Asked, items: Container[str]) -> None:
        """Offer those of `items` that the question has, in its order."""
        for item in asked.items.declared:
            if item in items:
                self.offer(asked.name, item, "", asked.items)

    def offer_all(self, question: str, labels: Labels) -> None:
        """Offer every option but those that the wave file says were not there."""
        absent = self.fielding.wave.not_offered(question)
        for option in labels.declared:
            if option not in absent:
                self.offer(question, "", option, labels)


def _claims(rule: str, folded: str) -> bool:
    """Whether a rule of a dictionary, a text or a pattern, claims a folded text."""
    pattern = as_pattern(rule)
    if not pattern:
        return fold(rule) == folded
    return bool(re.search(pattern, folded[:SEARCHED], re.IGNORECASE))


def folded(label: str) -> str:
    """A label as it is compared; a beginning keeps its ellipsis."""
    return fold(label.rstrip().removesuffix("…")) + "…" if is_beginning(label) else fold(label)
