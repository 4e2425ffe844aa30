"""From the columns of an export to the answers of a questionnaire: the closed world.

Pure functions of the declarations, the headings and the distinct texts of each column. Every heading
is a question's, a respondent's or dropped; every text is an option, mapped, a number, or a problem;
every line of the wave file that matched nothing is a problem. Nothing is guessed by position.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline import joined
from pipeline.assign import Assigned, is_write_in
from pipeline.documents import Document
from pipeline.errors import Problem, SurveyError, did_you_mean
from pipeline.formats import Heading, formats
from pipeline.survey import Survey
from pipeline.wave import Fielding
from pipeline.words import best_fit, fold, is_beginning

# a text that is no option and comes this often is an option that nobody declared
_SEEN_TOO_OFTEN = 3
_SHOWN = 120

Texts = Mapping[int, Mapping[str, int]]
"""column → text → how many cells hold it"""


@dataclass(frozen=True)
class Answer:
    """What one cell says: an option, of an item in a grid; the place of an item; or a number."""

    item: str = ""
    option: str = ""
    rank: int | None = None
    value: float | None = None


@dataclass(frozen=True)
class Tick:
    """Any text in one of `columns` is `answer`, unless the column `unless` holds something."""

    question: str
    answer: Answer
    columns: tuple[int, ...]
    unless: int | None = None
    same: tuple[str, ...] = ()
    """texts of `unless` that say the same as the tick, so that both together are no contradiction"""
    unticked: tuple[str, ...] = ()
    """texts of `columns` that say that the box was not ticked"""


@dataclass(frozen=True)
class Coded:
    """Each text of `column` stands for the answers listed under it."""

    question: str
    column: int
    codes: dict[str, tuple[Answer, ...]]


@dataclass(frozen=True)
class Condition:
    """Part of a screening rule: options of a question, or texts of a column."""

    question: str = ""
    options: tuple[str, ...] = ()
    column: int = 0
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """An option or item that a wave put before its respondents, with its full label there."""

    question: str
    item: str
    option: str
    label: str


@dataclass
class Mapped:
    """Everything that one export's columns mean."""

    columns: dict[str, tuple[Heading, ...]] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    coded: list[Coded] = field(default_factory=list)
    texts: list[tuple[str, int]] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    screens: list[tuple[str, tuple[Condition, ...]]] = field(default_factory=list)
    beside: list[tuple[str, int]] = field(default_factory=list)
    """the columns of grids that hold the text of an Other, which is no item"""


def interpret(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> Mapped:
    """What every cell means; SurveyError with each answer, column and line that means nothing."""
    reader = _Reader(survey, survey_document, fielding, assigned, texts)
    for name in assigned.questions:
        reader.read(name)
    reader.screens()
    if reader.problems:
        raise SurveyError(reader.problems)
    return reader.mapped


class _Labels:
    """The options, or the items, of one question in one export: matched, and their full label kept."""

    def __init__(
        self, declared: Mapping[str, str], mapped: Mapping[str, str], write_ins: Iterable[str] = ()
    ) -> None:
        self.declared = dict(declared)
        self.mapped = {fold(text): i for text, i in mapped.items() if i in declared}
        self.write_ins = frozenset(write_ins)
        self.used: set[str] = set()
        self.full: dict[str, str] = {}
        self.clashes: set[tuple[str, str, str]] = set()

    def match(self, text: str, heading: bool = False) -> str:
        """The id that `text` stands for; empty where it is none.

        The full label of a write-in is read from a heading alone: in a cell it is somebody's own text.
        """
        folded = fold(text)
        if folded in self.mapped:
            self.used.add(folded)
            return self.mapped[folded]
        fitting = best_fit(self.declared, text)
        if len(fitting) != 1:
            return ""
        (found,) = fitting
        if is_beginning(self.declared[found]) and (heading or found not in self.write_ins):
            first = self.full.setdefault(found, text)
            if fold(first) != folded:
                self.clashes.add((found, first, text))
        return found

    def label(self, identifier: str) -> str:
        return self.full.get(identifier, self.declared[identifier])


@dataclass(frozen=True)
class _Asked:
    """One question in one export: its columns, and its options and items as they are matched."""

    name: str
    columns: tuple[Heading, ...]
    options: _Labels
    items: _Labels


class _Reader:
    """Reads one export question by question, and gathers the problems."""

    def __init__(
        self,
        survey: Survey,
        survey_document: Document,
        fielding: Fielding,
        assigned: Assigned,
        texts: Texts,
    ) -> None:
        self.survey = survey
        self.survey_document = survey_document
        self.fielding = fielding
        self.assigned = assigned
        self.texts = texts
        self.problems: list[Problem] = []
        self.mapped = Mapped(columns=dict(assigned.questions))
        self.layout = formats[fielding.wave.source.format]
        self.separator = fielding.wave.source.separator or self.layout.separator

    def read(self, name: str) -> None:
        """Map the columns of one question."""
        question = self.survey.questions[name]
        columns = self.assigned.questions[name]
        mapped = self.fielding.wave.answers.get(name, {})
        declared = {i: o.label for i, o in self.survey.options(name).items()}
        write_ins = [i for i, o in self.survey.options(name).items() if o.write_in]
        options, items = _Labels(declared, mapped, write_ins), _Labels(question.items, mapped)
        asked = _Asked(name, columns, options, items)
        {
            "single": self._choice,
            "multiple": self._choice,
            "grid": self._grid,
            "rank": self._rank,
            "number": self._number,
            "allocation": self._unsupported,
            "text": self._text,
        }[question.kind](asked)
        for labels in (options, items):
            for identifier, first, second in sorted(labels.clashes):
                self._say(
                    name,
                    f"the beginning {labels.declared[identifier]!r} of {identifier!r} fits two texts, "
                    f"{first[:_SHOWN]!r} and {second[:_SHOWN]!r}; make it longer",
                    identifier,
                )
        self._check_not_offered(name)
        said: dict[str, str] = {}
        for text, identifier in mapped.items():
            if said.setdefault(fold(text), identifier) != identifier:
                self.problems.append(
                    self.fielding.document.problem(
                        f"{text!r} is mapped to {identifier!r} and to {said[fold(text)]!r}; keep one",
                        *("answers", name, text),
                    )
                )
            if fold(text) not in options.used | items.used:
                self.problems.append(
                    self.fielding.document.problem(
                        f"{text!r} = {identifier!r} matched nothing in this export; delete the line. "
                        f"{self._near_text(text, columns)}",
                        *("answers", name, text),
                    )
                )

    def screens(self) -> None:
        """Turn the screening rules into conditions on options and texts."""
        for number, rule in enumerate(self.fielding.wave.exclude):
            conditions = []
            for key, wanted in rule.where.items():
                if key in self.survey.questions:
                    if key not in self.assigned.questions:
                        self.problems.append(
                            self.fielding.document.problem(
                                f"{key!r} has no column in this export, so nobody can be screened by it",
                                *("exclude", number, "where", key),
                            )
                        )
                    conditions.append(Condition(question=key, options=tuple(wanted)))
                    continue
                column = self.assigned.screens[key]
                known = {fold(text) for text in wanted}
                matching = tuple(text for text in self.texts.get(column, {}) if fold(text) in known)
                conditions.append(Condition(column=column, texts=matching))
            self.mapped.screens.append((rule.reason, tuple(conditions)))

    def _near_text(self, text: str, columns: Sequence[Heading]) -> str:
        """The texts that a mapping line could mean; nothing of a private question's."""
        others = [t for t in self._texts_of(columns) if fold(t) != fold(text)]
        return did_you_mean(text, others, "The texts there are") if others else ""

    def _check_not_offered(self, question: str) -> None:
        """What the wave file says was not offered can have no column of its own, and no answer."""
        offered = {i for offer in self.mapped.offers if offer.question == question
                   for i in (offer.option, offer.item) if i}  # fmt: skip
        for identifier in self.fielding.wave.not_offered(question):
            chosen = sum(
                self.texts[coded.column][text]
                for coded in self.mapped.coded
                if coded.question == question
                for text, answers in coded.codes.items()
                if any(identifier in (answer.option, answer.item) for answer in answers)
            )
            if chosen or identifier in offered:
                seen = f"{chosen} answers name it" if chosen else "it has a column in this export"
                self.problems.append(
                    self.fielding.document.problem(
                        f"{question}: {identifier!r} is said not to be offered, and {seen}",
                        *("changes", question, "not_offered"),
                    )
                )

    def _texts_of(self, columns: Iterable[Heading]) -> list[str]:
        found = dict.fromkeys(t for h in columns for t in self.texts.get(h.column, {}))
        return [text[:_SHOWN] for text in found]

    def _say(self, question: str, message: str, *key: str) -> None:
        """A problem at the wave file's lines on the question, or at the questionnaire's."""
        document = self.fielding.document
        for table in ("answers", "columns"):
            if (table, question) in document.lines:
                self.problems.append(document.problem(f"{question}: {message}", table, question, *key))
                return
        own = ("items",) if key and key[0] in self.survey.questions[question].items else ("options",)
        place: tuple[str, ...] = ("questions", question)
        if scale := self.survey.questions[question].scale:
            place = ("scales", scale) if own == ("options",) and key else place
        where = f"{question}: {message}  [wave {self.fielding.name}]"
        self.problems.append(self.survey_document.problem(where, *place, *own, *key))

    def _unknown(self, question: str, unknown: Counter[tuple[str, str]], labels: _Labels) -> None:
        """Say of each text in `unknown` (text, column) that it is no answer."""
        seen: dict[str, tuple[int, str]] = {}
        for (text, column), count in unknown.items():
            total, first = seen.get(text, (0, column))
            seen[text] = (total + count, first)
        for text, (count, column) in sorted(seen.items()):
            times = "once" if count == 1 else f"{count} times"
            if self.survey.questions[question].private:
                self._say(question, f"a text ({times}, column {column}) is no answer of it")
                continue
            near = did_you_mean(text, labels.declared.values(), "its options are")
            self._say(
                question,
                f"{text[:_SHOWN]!r} ({times}, column {column}) is no answer of it; {near}"
                f"{'' if near.endswith('?') else '.'} Add it there, or map it under [answers.{question}] in "
                f"{self.fielding.document.name}{self._about_separator(question)}",
            )

    def _about_separator(self, question: str) -> str:
        """What to look at where several answers are joined in a cell."""
        if self.survey.questions[question].kind not in ("multiple", "rank"):
            return ""
        return f"; or say separator under [source], if not {self.separator!r} joins the answers of a cell"

    def _offer(self, question: str, item: str, option: str, label: str) -> None:
        self.mapped.offers.append(Offer(question, item, option, label))

    def _offer_all(self, question: str, labels: _Labels) -> None:
        """Offer every option but those that the wave file says were not there."""
        absent = self.fielding.wave.not_offered(question)
        for option in labels.declared:
            if option not in absent:
                self._offer(question, "", option, labels.label(option))

    def _choice(self, asked: _Asked) -> None:
        """A single or multiple choice: one column, or a column an option."""
        write_ins = [h for h in asked.columns if is_write_in(self.survey, asked.name, h, asked.columns)]
        others = [h for h in asked.columns if h not in write_ins]
        if len(others) == 1 and not asked.options.match(others[0].label):
            self._cells(asked.name, others[0], write_ins, asked.options)
        else:
            self._exploded(asked.name, asked.columns, write_ins, asked.options)

    def _cells(self, name: str, heading: Heading, write_ins: Sequence[Heading], options: _Labels) -> None:
        """All answers in one column, with the text of an Other in the cell or in a column beside it."""
        declared = self.survey.options(name)
        other = next((i for i, o in declared.items() if o.write_in), "")
        several = self.survey.questions[name].kind == "multiple"
        folded = [*(_folded(label) for label in options.declared.values()), *options.mapped]
        if several:
            self._check_separable(name, options, folded)
        codes: dict[str, tuple[Answer, ...]] = {}
        unknown: Counter[tuple[str, str]] = Counter()
        for text, count in self.texts[heading.column].items():
            pieces = joined.split(text, folded, self.separator) if several else [text]
            found: list[str] = []
            for piece in pieces:
                option = options.match(piece)
                if not option:
                    unknown[piece, heading.letters] += count
                    option = other
                if option and option not in found:
                    found.append(option)
            codes[text] = tuple(Answer(option=option) for option in found)
        if other and not write_ins:
            often: Counter[str] = Counter()
            for (piece, _), count in unknown.items():
                often[fold(piece)] += count
            unknown = Counter(
                {key: n for key, n in unknown.items() if often[fold(key[0])] >= _SEEN_TOO_OFTEN}
            )
        self._unknown(name, unknown, options)
        self.mapped.coded.append(Coded(name, heading.column, codes))
        if write_ins:
            texts = tuple(h.column for h in write_ins)
            unless = None if several else heading.column
            same = tuple(text for text, answers in codes.items() if Answer(option=other) in answers)
            self.mapped.ticks.append(Tick(name, Answer(option=other), texts, unless, same))
        self._offer_all(name, options)

    def _check_separable(self, name: str, options: _Labels, folded: list[str]) -> None:
        """An option that reads like two others joined cannot be told from them."""
        for option, label in options.declared.items():
            others = [other for other in folded if other != _folded(label)]
            pieces = joined.split(fold(label), others, self.separator)
            if len(pieces) > 1 and all(piece in others for piece in pieces):
                self._say(
                    name,
                    f"{label!r} reads like {' and '.join(map(repr, pieces))} joined by {self.separator!r}: "
                    "in one cell nobody can tell them apart. Export a column an option",
                    option,
                )

    def _exploded(
        self,
        name: str,
        columns: Sequence[Heading],
        write_ins: Sequence[Heading],
        options: _Labels,
    ) -> None:
        """A column an option, known by its heading or by the one text in its cells."""
        found: dict[str, list[Heading]] = {}
        unticked: set[str] = set()
        for heading in columns:
            every = self.texts.get(heading.column, {})
            blank = [text for text in every if fold(text) in self.layout.unticked]
            values = {text: count for text, count in every.items() if text not in blank}
            unticked.update(blank)
            option = options.match(heading.label, heading=True)
            if not option and len(values) == 1:
                option = options.match(next(iter(values)))
            elif option and len(values) == 1 and heading not in write_ins:
                seen = next(iter(values))
                # a number is a code, whatever an option may be labelled
                other = "" if as_number(seen) is not None else options.match(seen)
                if other and other != option:
                    self._say(
                        name,
                        f"column {heading} is {option!r} by heading and {other!r} by its cells",
                        option,
                    )
            if not option:
                hint = did_you_mean(heading.label, options.declared.values(), "its options are")
                self._say(name, f"column {heading.letters} {heading.label!r} is no option of it; {hint}")
                continue
            found.setdefault(option, []).append(heading)
            if heading not in write_ins and len(values) > 1:
                # a text that one person gave may be their own words
                common = [text for text, count in values.items() if count > 1 or options.match(text)]
                seen = ", ".join(repr(text[:_SHOWN]) for text in common[:4]) or "each of one respondent"
                self._say(
                    name,
                    f"column {heading} holds {len(values)} texts ({seen}), and a column of an option holds "
                    "one; is it another kind of question, or a write-in that is not declared?",
                    option,
                )
        for option, headings in found.items():
            if len(headings) > 1 and not self.survey.options(name)[option].write_in:
                both = " and ".join(h.letters for h in headings)
                self._say(name, f"columns {both} are both {option!r} ({headings[0].label!r})", option)
            told = tuple(sorted(unticked))
            tick = Tick(name, Answer(option=option), tuple(h.column for h in headings), unticked=told)
            self.mapped.ticks.append(tick)
            self._offer(name, "", option, options.label(option))

    def _grid(self, asked: _Asked) -> None:
        """A column an item with the level in its cells, or a column headed `item - level`."""
        unknown: Counter[tuple[str, str]] = Counter()
        offered: dict[str, set[str]] = {}
        absent = self.fielding.wave.not_offered(asked.name)
        for heading in asked.columns:
            if is_write_in(self.survey, asked.name, heading, asked.columns):
                self.mapped.beside.append((asked.name, heading.column))
                continue
            values = self.texts.get(heading.column, {})
            left, _, right = heading.label.rpartition(" - ")
            level = asked.options.match(right) if left else ""
            item = asked.items.match(left if level else heading.label)
            if not item:
                part = left if level else heading.label
                hint = did_you_mean(part, asked.items.declared.values(), "its items are")
                stop = "" if hint.endswith("?") else "."
                said = f"{stop} Add it there, or map it under [answers.{asked.name}]"
                self._say(
                    asked.name, f"column {heading.letters} {heading.label!r} is no item of it; {hint}{said}"
                )
                continue
            levels = offered.setdefault(item, set())
            if level:
                if len(values) > 1:
                    self._say(
                        asked.name,
                        f"column {heading} holds {len(values)} texts; such a column holds one",
                    )
                self.mapped.ticks.append(Tick(asked.name, Answer(item=item, option=level), (heading.column,)))
                levels.add(level)
                continue
            codes: dict[str, tuple[Answer, ...]] = {}
            for text, count in values.items():
                level = asked.options.match(text)
                if not level:
                    unknown[text, heading.letters] += count
                codes[text] = (Answer(item=item, option=level),)
            self.mapped.coded.append(Coded(asked.name, heading.column, codes))
            levels.update(option for option in asked.options.declared if option not in absent)
        self._unknown(asked.name, unknown, asked.options)
        for item, levels in offered.items():
            self._offer(asked.name, item, "", asked.items.label(item))
            for level in asked.options.declared:
                if level in levels:
                    self._offer(asked.name, item, level, asked.options.label(level))

    def _rank(self, asked: _Asked) -> None:
        """Places under items, items under places, or items joined in their order in one cell."""
        matched = {h.column: asked.items.match(h.label) for h in asked.columns}
        unknown: Counter[tuple[str, str]] = Counter()
        if len(asked.columns) == 1 and not matched[asked.columns[0].column]:
            (heading,) = asked.columns
            folded = [_folded(label) for label in asked.items.declared.values()] + list(asked.items.mapped)
            codes: dict[str, tuple[Answer, ...]] = {}
            for text, count in self.texts[heading.column].items():
                found = []
                for piece in joined.split(text, folded, self.separator):
                    item = asked.items.match(piece)
                    if not item:
                        unknown[piece, heading.letters] += count
                    found.append(item)
                codes[text] = tuple(Answer(item=i, rank=r) for r, i in enumerate(found, 1))
            self.mapped.coded.append(Coded(asked.name, heading.column, codes))
        else:
            for heading in asked.columns:
                codes = {}
                place = 0 if matched[heading.column] else self._place_of(asked, heading)
                for text, count in self.texts[heading.column].items():
                    item = matched[heading.column]
                    rank = _place(text) if item else place
                    item = item or asked.items.match(text)
                    if not item or not rank or rank > len(asked.items.declared):
                        unknown[text, heading.letters] += count
                    codes[text] = (Answer(item=item, rank=rank),)
                self.mapped.coded.append(Coded(asked.name, heading.column, codes))
        self._unknown(asked.name, unknown, asked.items)
        present = {i for i in matched.values() if i} or set(asked.items.declared)
        present -= set(self.fielding.wave.not_offered(asked.name))
        for item in asked.items.declared:
            if item in present:
                self._offer(asked.name, item, "", asked.items.label(item))

    def _place_of(self, asked: _Asked, heading: Heading) -> int:
        """The place that a column of items is for, by the number in its label; never by its position."""
        found = re.search(r"\d+", heading.label)
        if not found:
            self._say(
                asked.name,
                f"column {heading} is no item of it and names no place; "
                "a column of a ranking is an item, or a place such as '1st choice'",
            )
            return 1
        return int(found[0])

    def _number(self, asked: _Asked) -> None:
        """Plain decimal numbers, or one of the question's options."""
        if len(asked.columns) > 1:
            self._say(
                asked.name,
                f"a number has one column, not {len(asked.columns)}; pick it under [columns]",
            )
            return
        (heading,) = asked.columns
        unknown: Counter[tuple[str, str]] = Counter()
        codes: dict[str, tuple[Answer, ...]] = {}
        for text, count in self.texts[heading.column].items():
            value = as_number(text)
            option = "" if value is not None else asked.options.match(text)
            if value is None and not option:
                unknown[text, heading.letters] += count
            codes[text] = (Answer(option=option, value=value),)
        for (text, column), count in sorted(unknown.items()):
            seen = "a text" if self.survey.questions[asked.name].private else repr(text[:_SHOWN])
            self._say(
                asked.name,
                f"{seen} ({count} times, column {column}) is no plain number such as 40 or 2.5; "
                f"map it to an option under [answers.{asked.name}] in {self.fielding.document.name}",
            )
        self.mapped.coded.append(Coded(asked.name, heading.column, codes))
        self._offer_all(asked.name, asked.options)

    def _text(self, asked: _Asked) -> None:
        """Free text: that something was written is counted; what, only where it is not private."""
        self.mapped.ticks.append(Tick(asked.name, Answer(), tuple(h.column for h in asked.columns)))
        if not self.survey.questions[asked.name].private:
            self.mapped.texts += [(asked.name, heading.column) for heading in asked.columns]

    def _unsupported(self, asked: _Asked) -> None:
        self._say(asked.name, "allocation questions are not read yet; declare each item as a number")


def _folded(label: str) -> str:
    return fold(label.rstrip().removesuffix("…")) + "…" if is_beginning(label) else fold(label)


def _place(text: str) -> int | None:
    number = as_number(text)
    return int(number) if number is not None and number >= 1 and number == int(number) else None


def as_number(text: str) -> float | None:
    """The plain decimal number that a text is, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    # float() also reads "nan", "inf" and "1_000", none of which a respondent means as a number
    return number if text.strip("+-0123456789.eE") == "" and abs(number) < float("inf") else None
