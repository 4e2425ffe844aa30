"""From the columns of an export to the answers of a questionnaire: the closed world.

Pure functions of the declarations, the headings and the distinct texts of each column. Every heading
is a question's, a respondent's or dropped; every text is an option, mapped, a number, or a problem;
every line of the wave file that matched nothing is a problem. Nothing is guessed by position.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pipeline import joined
from pipeline.assign import Assigned, is_other, is_write_in
from pipeline.documents import Document
from pipeline.errors import Problem, SurveyError, did_you_mean
from pipeline.formats import Heading, formats
from pipeline.meanings import Answer, Coded, Condition, Loose, Mapped, Offer, Recode, Texts, Tick
from pipeline.survey import Survey, as_pattern
from pipeline.values import as_date, as_number, as_place
from pipeline.wave import Fielding
from pipeline.words import best_fit, fits, fold, is_beginning

# a text that is no option and comes this often is an option that nobody declared
_SEEN_TOO_OFTEN = 3
_SHOWN = 120
_JOINTS = (",", ";", "|", "\n")  # signs that survey tools join answers by


def interpret(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> Mapped:
    """What every cell means; SurveyError with each answer, column and line that means nothing."""
    mapped, problems = attempt(survey, survey_document, fielding, assigned, texts)
    if problems:
        raise SurveyError(problems)
    return mapped


def attempt(
    survey: Survey, survey_document: Document, fielding: Fielding, assigned: Assigned, texts: Texts
) -> tuple[Mapped, list[Problem]]:
    """What the cells mean, as far as they do, and everything that means nothing."""
    reader = _Reader(survey, survey_document, fielding, assigned, texts)
    for name in assigned.questions:
        reader.read(name)
    reader.screens()
    for column in reader.mapped.coded:
        for text, answers in column.codes.items():
            for answer in answers:
                key = (column.question, answer.item, answer.option)
                reader.mapped.counts[key] += texts[column.column][text]
    return reader.mapped, reader.problems


class _Labels:
    """The options, or the items, of one question in one export: matched, and their full label kept."""

    def __init__(
        self,
        part: Literal["options", "items"],
        declared: Mapping[str, str],
        lines: Mapping[str, str],
        write_ins: Iterable[str] = (),
    ) -> None:
        self.part = part
        self.declared = dict(declared)
        self.lines = {text: identifier for text, identifier in lines.items() if identifier in declared}
        self.write_ins = frozenset(write_ins)
        self.used: set[str] = set()
        """the lines of [answers] that matched"""
        self.full: dict[str, str] = {}
        """the text that each beginning stands for, by the id (or the line) that declares it"""
        self.mapped: dict[str, str] = {}
        """what a line of [answers] read for an id"""
        self.clashes: set[tuple[str, str, str]] = set()

    def match(self, text: str, heading: bool = False) -> str:
        """The id that `text` stands for; empty where it is none.

        The full label of a write-in is read from a heading alone: in a cell it is somebody's own text.
        """
        fitting = best_fit({line: line for line in self.lines}, text)
        if fitting:
            (line,) = fitting[:1]
            found = self.lines[line]
            self.used.add(line)
            self._keep(line, line, text)
            if heading or found not in self.write_ins:
                self.mapped.setdefault(found, text)
            return found
        fitting = best_fit(self.declared, text)
        if not fitting and heading and len(self.write_ins) == 1 and is_other(text):
            return next(iter(self.write_ins))
        if len(fitting) != 1:
            return ""
        (found,) = fitting
        if heading or found not in self.write_ins:
            self._keep(found, self.declared[found], text)
        return found

    def _keep(self, key: str, label: str, text: str) -> None:
        """Keep the text that a beginning stands for; a second one clashes."""
        if is_beginning(label):
            first = self.full.setdefault(key, text)
            if fold(first) != fold(text):
                self.clashes.add((label, first, text))

    def label(self, identifier: str) -> str:
        return self.full.get(identifier, self.declared[identifier])

    def known(self) -> list[str]:
        """Every text that is an answer, folded; a beginning ends in an ellipsis."""
        return [_folded(label) for label in (*self.declared.values(), *self.lines)]


@dataclass(frozen=True)
class _Asked:
    """One question in one export: its columns, and its options and items as they are matched."""

    name: str
    columns: tuple[Heading, ...]
    options: _Labels
    items: _Labels
    numbers: Mapping[str, float]
    """what [answers] maps to a number"""


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
        lines = self.fielding.wave.lines(name)
        declared = {i: o.label for i, o in self.survey.options(name).items()}
        write_ins = [i for i, o in self.survey.options(name).items() if o.write_in]
        options = _Labels("options", declared, lines, write_ins)
        items = _Labels("items", question.items, lines)
        numbers = {text: float(to) for text, to in mapped.items() if not isinstance(to, str)}
        asked = _Asked(name, columns, options, items, numbers)
        {
            "single": self._choice,
            "multiple": self._choice,
            "grid": self._grid,
            "rank": self._rank,
            "number": self._measured,
            "date": self._measured,
            "allocation": self._allocation,
            "text": self._text,
        }[question.kind](asked)
        for labels in (options, items):
            for label, first, second in sorted(labels.clashes):
                self.mapped.clashes.append((name, first, second))
                self._say(
                    name,
                    f"the beginning {label!r} fits two texts, "
                    f"{first[:_SHOWN]!r} and {second[:_SHOWN]!r}; make it longer",
                )
        self._check_not_offered(name)
        self.mapped.used.update((name, line) for line in options.used | items.used)
        said: dict[str, str | float] = {}
        for text, to in mapped.items():
            if said.setdefault(fold(text), to) != to:
                self.problems.append(
                    self.fielding.document.problem(
                        f"{text!r} is mapped to {to!r} and to {said[fold(text)]!r}; keep one",
                        *("answers", name, text),
                    )
                )
            if text not in options.used | items.used:
                self.problems.append(
                    self.fielding.document.problem(
                        f"{text!r} = {to!r} matched nothing in this export; delete the line. "
                        f"{self._near_text(name, text, columns)}",
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

    def _near_text(self, question: str, text: str, columns: Sequence[Heading]) -> str:
        """The texts that a mapping line could mean; nobody's own words."""
        named = [h for h in columns if not is_write_in(self.survey, question, h, columns, {})]
        others = [t for t in self._texts_of(named) if fold(t) != fold(text)]
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

    def _coded_from_text(self, question: str, text: str, column: str) -> str:
        """The option that a question's dictionary makes of a text beside Other; empty where none does."""
        asked = self.survey.questions[question]
        folded = fold(text)
        claims = [rule for rule in asked.others if _claims(rule, folded)]
        self.mapped.rules.update((question, rule) for rule in claims)
        if len(claims) > 1:
            seen = "a text" if asked.private else repr(text[:_SHOWN])
            self.problems.append(
                self.survey_document.problem(
                    f"{question}: {seen} (column {column}) is claimed by "
                    f"{' and by '.join(map(repr, claims))}; narrow one of them  [wave {self.fielding.name}]",
                    *("questions", question, "others", claims[1]),
                )
            )
        return asked.others[claims[0]] if claims else ""

    def _recode(self, question: str, other: str, headings: Sequence[Heading]) -> None:
        """Hold the texts of an Other's columns against the dictionary of their question."""
        for heading in headings:
            texts = self.texts.get(heading.column, {})
            # a box says that Other was ticked, by its label or a number; it is no text of anybody's
            own = {t: n for t, n in texts.items() if fold(t) != fold(heading.label) and as_number(t) is None}
            coded = {text: self._coded_from_text(question, text, heading.letters) for text in own}
            claimed = {text: option for text, option in coded.items() if option}
            if claimed:
                self.mapped.recodes.append(Recode(question, other, heading.column, claimed))
            left = {text: count for text, count in own.items() if text not in claimed}
            self.mapped.left.setdefault(question, Counter()).update(left)

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
            self.mapped.loose.append(Loose(question, labels.part, text, count, heading=False))
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

    def _offer(self, question: str, item: str, option: str, labels: _Labels) -> None:
        identifier = option or item
        mapped = labels.mapped.get(identifier, "")
        self.mapped.offers.append(Offer(question, item, option, labels.label(identifier), mapped))

    def _offer_all(self, question: str, labels: _Labels) -> None:
        """Offer every option but those that the wave file says were not there."""
        absent = self.fielding.wave.not_offered(question)
        for option in labels.declared:
            if option not in absent:
                self._offer(question, "", option, labels)

    def _choice(self, asked: _Asked) -> None:
        """A single or multiple choice: one column, or a column an option."""
        write_ins = [h for h in asked.columns if self._is_write_in(asked, h)]
        others = [h for h in asked.columns if h not in write_ins]
        if len(others) == 1 and not asked.options.match(others[0].label):
            self._cells(asked.name, others[0], write_ins, asked.options)
            return
        boxes = list(asked.columns)
        if self.layout.joined_too and others and not others[0].label:
            self._joined_too(asked, others[0])
            boxes.remove(others[0])
        self._exploded(asked.name, boxes, write_ins, asked.options)

    def _is_write_in(self, asked: _Asked, heading: Heading) -> bool:
        lines = self.fielding.wave.lines(asked.name)
        return is_write_in(self.survey, asked.name, heading, asked.columns, lines)

    def _joined_too(self, asked: _Asked, heading: Heading) -> None:
        """What the boxes say stands joined in one more column: it holds nothing that has no box."""
        folded = asked.options.known()
        unknown: Counter[tuple[str, str]] = Counter()
        for text, count in self.texts[heading.column].items():
            for piece in joined.split(text, folded, self.separator):
                if not asked.options.match(piece):
                    unknown[piece, heading.letters] += count
        self._unknown(asked.name, unknown, asked.options)

    def _cells(self, name: str, heading: Heading, write_ins: Sequence[Heading], options: _Labels) -> None:
        """All answers in one column, with the text of an Other in the cell or in a column beside it."""
        declared = self.survey.options(name)
        other = next((i for i, o in declared.items() if o.write_in), "")
        several = self.survey.questions[name].kind == "multiple"
        folded = options.known()
        if several:
            self._check_separable(name, options, folded)
            own_texts = bool(other) and not write_ins
            folded = self._whole(name, options, folded, self.texts[heading.column], own_texts)
        codes: dict[str, tuple[Answer, ...]] = {}
        unknown: Counter[tuple[str, str]] = Counter()
        for text, count in self.texts[heading.column].items():
            pieces = joined.split(text, folded, self.separator) if several else [text]
            found: list[str] = []
            for piece in pieces:
                option = options.match(piece)
                if not option and other and not write_ins:
                    option = self._coded_from_text(name, piece, heading.letters)
                if not option:
                    unknown[piece, heading.letters] += count
                    option = other
                if option and option not in found:
                    found.append(option)
            codes[text] = tuple(Answer(option=option) for option in found)
        self._check_separator(name, several, unknown, options)
        if other and not write_ins:
            left = self.mapped.left.setdefault(name, Counter())
            for (piece, _), count in unknown.items():
                left[piece] += count
            often: Counter[str] = Counter()
            for (piece, _), count in unknown.items():
                often[fold(piece)] += count
            unknown = Counter(
                {key: n for key, n in unknown.items() if often[fold(key[0])] >= _SEEN_TOO_OFTEN}
            )
        self._unknown(name, unknown, options)
        self.mapped.coded.append(Coded(name, heading.column, codes))
        for own in write_ins:
            options.match(own.label, heading=True)
        if write_ins:
            texts = tuple(h.column for h in write_ins)
            unless = None if several else heading.column
            same = tuple(text for text, answers in codes.items() if Answer(option=other) in answers)
            self.mapped.ticks.append(Tick(name, Answer(option=other), texts, unless, same))
            self._recode(name, other, write_ins)
        self._offer_all(name, options)

    def _check_separator(
        self, name: str, several: bool, unknown: Counter[tuple[str, str]], options: _Labels
    ) -> None:
        """A text that is nothing but options joined by another sign is no Other of anybody's."""
        for text, column in sorted(unknown):
            for sign in _JOINTS:
                parts = joined.split(text, options.known(), sign)
                if len(parts) > 1 and all(options.match(part) for part in parts):
                    then = "say separator under [source]" if several else 'declare it with kind = "multiple"'
                    self._say(
                        name,
                        f"{text[:_SHOWN]!r} (column {column}) is several of its answers joined by {sign!r}; "
                        f"{then}",
                    )
                    return

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

    def _whole(
        self, name: str, labels: _Labels, folded: list[str], texts: Mapping[str, int], own_texts: bool
    ) -> list[str]:
        """`folded` with each beginning as the whole label that the cells show, so that it ends where it ends.

        The whole label is what every text that begins so begins with. Where people's own words may stand
        behind it, one cell alone cannot show where it ends.
        """
        seen: dict[str, Counter[str]] = {}
        every = {label: label for label in (*labels.lines, *labels.declared.values())}
        for text, count in texts.items():
            for piece in joined.split(text, folded, self.separator):
                fitting = best_fit(every, piece)
                if len(fitting) == 1 and is_beginning(fitting[0]):
                    seen.setdefault(fitting[0], Counter())[fold(piece)] += count
        core = fold(self.separator) or self.separator
        found = list(folded)
        for label, pieces in seen.items():
            start = _folded(label)
            shortest = min(pieces, key=len)
            behind = shortest[len(start) - 1 :]
            if own_texts and core in behind and sum(pieces.values()) == 1:
                self._say(
                    name,
                    f"{label!r} stands in one cell alone, where somebody's own words may follow it: write "
                    "the text whole",
                )
            others = [piece.removeprefix(shortest) for piece in pieces if piece != shortest]
            if all(re.match(joined.pattern(self.separator), rest) for rest in others):
                found[found.index(start)] = shortest
        return found

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
            every = {} if heading in write_ins else self.texts.get(heading.column, {})
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
                loose = heading.label or next(iter(values), "")
                self.mapped.loose.append(Loose(name, "options", loose, sum(values.values()), heading=True))
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
                    "one; is it another kind of question, or a write-in that is not declared? Or drop it",
                    option,
                )
        for option, headings in found.items():
            if len(headings) > 1 and not self.survey.options(name)[option].write_in:
                both = " and ".join(h.letters for h in headings)
                self._say(name, f"columns {both} are both {option!r} ({headings[0].label!r})", option)
            told = tuple(sorted(unticked))
            tick = Tick(name, Answer(option=option), tuple(h.column for h in headings), unticked=told)
            self.mapped.ticks.append(tick)
            self._offer(name, "", option, options)
        for option, declared in self.survey.options(name).items():
            if declared.from_text:
                self._offer(name, "", option, options)
            if declared.write_in:
                self._recode(name, option, [h for h in found.get(option, []) if h in write_ins])

    def _grid(self, asked: _Asked) -> None:
        """A column an item with the level in its cells, or a column headed `item - level`."""
        unknown: Counter[tuple[str, str]] = Counter()
        offered: dict[str, set[str]] = {}
        absent = self.fielding.wave.not_offered(asked.name)
        for heading in asked.columns:
            if self._is_write_in(asked, heading):
                self.mapped.beside.append((asked.name, heading.column))
                continue
            values = self.texts.get(heading.column, {})
            left, _, right = heading.label.rpartition(" - ")
            level = asked.options.match(right) if left else ""
            item = asked.items.match(left if level else heading.label)
            if not item:
                self._no_item(asked, heading, left if level else heading.label)
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
            self._offer(asked.name, item, "", asked.items)
            for level in asked.options.declared:
                if level in levels:
                    self._offer(asked.name, item, level, asked.options)

    def _no_item(self, asked: _Asked, heading: Heading, part: str) -> None:
        self.mapped.loose.append(Loose(asked.name, "items", part, 0, heading=True))
        hint = did_you_mean(part, asked.items.declared.values(), "its items are")
        stop = "" if hint.endswith("?") else "."
        said = f"{stop} Add it there, or map it under [answers.{asked.name}]"
        self._say(asked.name, f"column {heading.letters} {heading.label!r} is no item of it; {hint}{said}")

    def _rank(self, asked: _Asked) -> None:
        """Places under items, items under places, or items joined in their order in one cell."""
        matched = {h.column: asked.items.match(h.label) for h in asked.columns}
        unknown: Counter[tuple[str, str]] = Counter()
        if len(asked.columns) == 1 and not matched[asked.columns[0].column]:
            (heading,) = asked.columns
            folded = asked.items.known()
            codes: dict[str, tuple[Answer, ...]] = {}
            folded = self._whole(asked.name, asked.items, folded, self.texts[heading.column], False)
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
                    rank = as_place(text) if item else place
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
                self._offer(asked.name, item, "", asked.items)

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

    def _measured(self, asked: _Asked) -> None:
        """Numbers or dates, or one of the question's options."""
        if len(asked.columns) > 1:
            kind = self.survey.questions[asked.name].kind
            self._say(
                asked.name,
                f"a {kind} has one column, not {len(asked.columns)}; pick it under [columns]",
            )
            return
        (heading,) = asked.columns
        unknown: Counter[tuple[str, str]] = Counter()
        codes: dict[str, tuple[Answer, ...]] = {}
        for text, count in self.texts[heading.column].items():
            value = self._value(asked, text)
            option = "" if value is not None else asked.options.match(text)
            if value is None and not option:
                unknown[text, heading.letters] += count
            codes[text] = (Answer(option=option, value=value),)
        self._no_value(asked.name, unknown)
        self.mapped.coded.append(Coded(asked.name, heading.column, codes))
        self._offer_all(asked.name, asked.options)

    def _allocation(self, asked: _Asked) -> None:
        """A column an item, with its points."""
        unknown: Counter[tuple[str, str]] = Counter()
        found: dict[str, Heading] = {}
        for heading in asked.columns:
            item = asked.items.match(heading.label)
            if not item:
                self._no_item(asked, heading, heading.label)
                continue
            if item in found:
                self._say(
                    asked.name, f"columns {found[item].letters} and {heading.letters} are both {item!r}", item
                )
            found[item] = heading
            codes: dict[str, tuple[Answer, ...]] = {}
            for text, count in self.texts[heading.column].items():
                value = self._value(asked, text)
                if value is None or value < 0:
                    unknown[text, heading.letters] += count
                codes[text] = (Answer(item=item, value=value),)
            self.mapped.coded.append(Coded(asked.name, heading.column, codes))
        self._no_value(asked.name, unknown)
        for item in asked.items.declared:
            if item in found:
                self._offer(asked.name, item, "", asked.items)

    def _value(self, asked: _Asked, text: str) -> float | None:
        """What a cell gives: the number that [answers] says, a plain one (its unit may follow), or a date."""
        for line, number in asked.numbers.items():
            if fits(line, text):
                asked.options.used.add(line)
                return number
        question = self.survey.questions[asked.name]
        if question.kind == "date":
            return as_date(text, self.fielding.wave.source.dates)
        return as_number(text, question.unit)

    def _no_value(self, name: str, unknown: Counter[tuple[str, str]]) -> None:
        """Say of each text in `unknown` (text, column) that it is no number, or no date."""
        question, file = self.survey.questions[name], self.fielding.document.name
        if question.kind == "date":
            what = (
                'no date such as 1999-12-31; where days and months are parted by / or ., say dates = "day '
                'first" or "month first" under [source]'
            )
        else:
            what = f"no plain number such as 40 or 2.5; map it to a number under [answers.{name}] in {file}"
            what += ", or to an option" if question.kind == "number" else ""
        for (text, column), count in sorted(unknown.items()):
            seen = "a text" if question.private else repr(text[:_SHOWN])
            self._say(name, f"{seen} ({count} times, column {column}) is {what}")

    def _text(self, asked: _Asked) -> None:
        """Free text: that something was written is counted; what, only where it is not private."""
        self.mapped.ticks.append(Tick(asked.name, Answer(), tuple(h.column for h in asked.columns)))
        if not self.survey.questions[asked.name].private:
            self.mapped.texts += [(asked.name, heading.column) for heading in asked.columns]


def _claims(rule: str, folded: str) -> bool:
    """Whether a rule of a dictionary, a text or a pattern, claims a folded text."""
    pattern = as_pattern(rule)
    return bool(re.search(pattern, folded, re.IGNORECASE)) if pattern else fold(rule) == folded


def _folded(label: str) -> str:
    return fold(label.rstrip().removesuffix("…")) + "…" if is_beginning(label) else fold(label)
