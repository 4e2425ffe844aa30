"""What is to be declared of a new export: what holds of it as of the wave before, and what is guessed.

A first wave is one that nothing is carried over to. Questions, options and items are matched by their
wording, exactly, then folded, then by likeness; nothing is matched by its place, and a likeness is never
silent: its line says how alike the two are.
"""

from __future__ import annotations

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.answers.columns import by_default, is_other
from pipeline.declarations.wave import ALL, RESPONDENTS, ROLES, SUBMITTED, Fielded, Reading, in_order
from pipeline.drafting.answers import Answers, NewPart
from pipeline.drafting.before import NOT_DEFINED, Before, wordings
from pipeline.drafting.cells import blanks, without
from pipeline.drafting.doubts import in_one_line
from pipeline.drafting.guess import guess
from pipeline.drafting.look import Looked
from pipeline.drafting.matching import groups, match_questions
from pipeline.drafting.question import SHOWN, Guesses, Question
from pipeline.drafting.toml_out import Exactly, Line, Quoted, Table, exactly
from pipeline.drafting.tool_columns import OWN, is_screened_out, tells_submitted, tools_of
from pipeline.drafting.words import unlike
from pipeline.exports.finders import find, is_letters, letters_of
from pipeline.exports.tools import Heading
from pipeline.project import files
from pipeline.project.errors import quoted, shortened
from pipeline.text.addresses import personal
from pipeline.text.folding import ELLIPSIS, fold, likeness

_DROPPED_LIKE = 0.6  # what is so like a dropped heading is dropped: better one question less than a name
_WHOLE = 60  # a heading longer than this is named by its beginning
PREVIEW = "a trial of the survey's makers"
"""why a response is left out that the tool itself calls a preview"""
REWORDED = Line("reworded", "does it mean the same? say same, reworded or broken")


@dataclass(frozen=True)
class Given:
    """What the definition of a questionnaire says of an export, and of what differs from the wave before."""

    matches: Mapping[str, tuple[list[Heading], str]]
    """the columns of each question of survey.toml with what is doubtful about it, by its id"""
    drop: Sequence[tuple[Heading, str]] = ()
    """columns that ask nothing, and why they are not read"""
    roles: Mapping[str, Heading] = field(default_factory=dict)
    """the column of each role that describes a response"""
    questions: Sequence[Question] = ()
    """the questions that survey.toml lacks"""
    parts: Sequence[NewPart] = ()
    """the options and items that it lacks"""
    changed: Changed | None = None
    """what differs from the definition of the wave before; None where that is not known"""
    file: str = ""
    """the name of the definition, where it lies beside the export"""


@dataclass(frozen=True)
class Changed:
    """What differs between the definitions of two waves, by the ids of survey.toml."""

    statuses: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """of questions that are `reworded` or `broken`, that and what is to be noted"""
    added: Mapping[str, list[str]] = field(default_factory=dict)
    """options that the wave before did not offer"""
    removed: Mapping[str, list[str]] = field(default_factory=dict)
    """options that are offered no more"""


@dataclass(frozen=True)
class Draft:
    """The declarations of a new wave, each value with what a person should look at beside it."""

    name: str
    wave: Table
    """the wave file, by section"""
    questions: Sequence[tuple[str, Question]]
    """what survey.toml lacks: the question behind which each comes (empty for none), and the new one"""
    parts: Sequence[NewPart]
    """the options and items that questions of survey.toml lack"""
    reworded: Mapping[str, str]
    """questions of which the file of the wave before is to say that they read otherwise in it, and how"""
    newly_offered: Mapping[str, list[str]]
    """options that are new, of questions where one column cannot tell that the wave before lacked them"""
    gone: Sequence[str]
    """questions of the wave before that this export does not have"""
    asked_again: Sequence[str] = ()
    """questions of earlier waves that the wave before did not ask"""


def draft(before: Before, looked: Looked, export: Path, name: str, given: Given | None = None) -> Draft:
    """What is to be declared of the wave `name`, whose export was looked at.

    `given` is what the definition of its questionnaire says of the columns; without one they are matched.
    """
    carried = _Carried(before, looked, given)
    fielded = _period(looked, [carried.roles.get(role, "") for role in ("started", "submitted")])
    period = Fielded.model_validate(fielded) if fielded else None
    later = in_order({before.name: before.wave.fielded, name: period})[-1] == name
    reworded = carried.reworded  # the later of two waves says so
    by_rule = given.changed if given else None
    added = by_rule.added if by_rule else carried.answers.newly_offered()
    wave = {
        "title": Line(_title(before, name), "" if before.name else "the title that figures name"),
        "fielded": Line(
            fielded, "" if fielded else "add fielded = { from = YEAR-MONTH-DAY, to = YEAR-MONTH-DAY }"
        ),
        "unsettled": carried.unsettled(),
        "source": {
            **_source(before, looked, export, name, carried.blank),
            "questionnaire": Exactly(given.file) if given and given.file else None,
        },
        "respondents": carried.respondents(),
        "exclude": [
            *({"reason": PREVIEW, "where": {finder: texts}} for finder, texts in carried.previews.items()),
            *(carried.rule(rule.reason, rule.where, rule.quality) for rule in before.wave.exclude),
        ],
        "columns": carried.finders(),
        "reading": carried.readings(),
        "answers": carried.answers.sections() | carried.new_answers(),
        "changes": _by_rule(by_rule) if by_rule else carried.changes(reworded if later else {}),
        "weights": _weights(before),
        "quality": carried.quality(),
    }
    needed = ("title", "fielded", "source", "respondents")
    return Draft(
        name=name,
        wave={section: value for section, value in wave.items() if value or section in needed},
        questions=[(behind, _marked(question, before, name)) for behind, question in carried.questions],
        parts=carried.answers.parts,
        reworded={} if later or by_rule else {q: n for q, n in reworded.items() if q not in before.older},
        newly_offered={q: n for q, n in added.items() if q not in before.older},
        gone=[name for name in carried.gone if name not in before.older],
        asked_again=[name for name in before.older if name not in carried.gone],
    )


class _Carried:
    """What holds of an export as it did of the wave before, and what is new in it."""

    def __init__(self, before: Before, looked: Looked, given: Given | None) -> None:
        self._before, self._looked = before, looked
        known = {fold(text) for values in looked.texts.values() for text in values}
        blank = [text for text in before.wave.source.blank if fold(text) in known]
        if before.by_definition:
            blank = blanks(looked.texts, looked.layout.not_shown)
        self._texts = {column: without(values, blank) for column, values in looked.texts.items()}
        matches = given.matches if given else match_questions(before, looked.headings, self._texts)
        self._matches: Mapping[str, tuple[list[Heading], str]] = matches
        self.gone = [name for name in before.columns if name not in self._matches]
        matched = {name: columns for name, (columns, _) in self._matches.items()}
        self._taken = {h.column for columns in matched.values() for h in columns}
        self.reading = self._read_as(matched)
        self.roles: dict[str, str] = {}
        self._finished: str | dict[str, list[str]] = ""
        self._drop: list[tuple[str, str]] = []
        self.previews: dict[str, list[str]] = {}
        if given:
            self._take_given(given)
        self._describe_responses()
        guesses = self._guess()
        self.blank = Line(exactly(blank) or None)
        if guesses.blank and not before.name and not before.by_definition:
            self.blank = Line(guesses.blank, "do these mean an empty cell?")
        self.questions: list[tuple[str, Question]] = []
        for question in (*(given.questions if given else ()), *guesses.questions):
            self._add(question)
        parts = list(given.parts) if given else []
        self.answers = Answers(before, looked, self._texts, self.reading, dict(matched), parts)
        self.answers.settle()

    def _take_given(self, given: Given) -> None:
        """The columns that ask nothing by the definition, and those that describe a response."""
        for heading, reason in given.drop:
            self._drop.append((self._alone(heading), reason))
            self._taken.add(heading.column)
        for role, heading in given.roles.items():
            self.roles[role] = self._named([heading])
            self._taken.add(heading.column)
        self._taken |= {heading.column for question in given.questions for heading in question.columns}

    def _alone(self, heading: Heading) -> str:
        """What names one column: its text or its code where no other has them, else its letters."""
        names = (name for name in (heading.text, heading.code) if name and not personal(name))
        alone = (name for name in names if find(name, self._looked.written) == [heading])
        return next(alone, heading.letters)

    def _read_as(self, matched: Mapping[str, Sequence[Heading]]) -> dict[str, Reading]:
        """How the cells of questions are read; texts that mean an empty cell there are left out."""
        readings = {}
        for name, reading in self._before.wave.reading.items():
            columns = [h.column for h in matched.get(name, ())]
            known = {fold(text) for column in columns for text in self._texts[column]}
            blank = [text for text in reading.blank if fold(text) in known]
            for column in columns:
                self._texts[column] = without(self._texts[column], blank)
            kept = reading.model_copy(update={"blank": blank})
            if kept.model_dump(exclude_defaults=True) and columns:
                readings[name] = kept
        return readings

    def _describe_responses(self) -> None:
        """The columns that describe a response, and those that are dropped, as before."""
        before, headings = self._before, self._looked.written
        declared = before.wave.respondents
        for role in ROLES:
            finder = getattr(declared, role)
            columns = find(finder, headings) if finder else []
            if len(columns) == 1 and columns[0].column not in self._taken:
                self.roles[role] = finder
                self._taken.add(columns[0].column)
        if isinstance(declared.finished, dict):
            self._carry_finished(declared.finished)
        for finder in declared.drop:
            columns = find(finder, headings)
            if columns and not is_letters(finder):
                self._drop.append((finder, ""))
                self._taken.update(h.column for h in columns)
        # a column that repeats the boxes of a question is headed by it
        asked = {fold(question.text) for question in before.survey.questions.values()}
        dropped = [text for text in before.dropped if fold(text) not in asked]
        for heading in headings:
            like_it = max((likeness(heading.text, text) for text in dropped), default=0.0)
            if heading.column not in self._taken and heading.text and like_it >= _DROPPED_LIKE:
                doubt = "" if like_it == 1 else f"worded {like_it:.0%} like a column that {before.name} drops"
                self._drop.append((heading.letters, doubt or f"{before.name} drops it"))
                self._taken.add(heading.column)

    def _carry_finished(self, declared: Mapping[str, Sequence[str]]) -> None:
        """The column that says who finished, where it is there and still says so."""
        ((finder, wanted),) = declared.items()
        columns = find(finder, self._looked.written)
        if len(columns) == 1 and columns[0].column not in self._taken:
            there = {fold(text) for text in self._looked.texts[columns[0].column]}
            if texts := [text for text in wanted if fold(text) in there]:
                self._finished = {finder: texts}
                self._taken.add(columns[0].column)

    def _told_by(self, guessed: dict[str, list[str]]) -> str | dict[str, list[str]]:
        """How the export tells who finished, where the wave before does not say: a column, or a time."""
        headings, declared = self._looked.written, self._before.wave.respondents.finished
        if guessed or declared == ALL:
            return guessed or ALL
        columns = find(self.roles["submitted"], headings) if "submitted" in self.roles else []
        is_sent = len(columns) == 1 and tells_submitted(columns[0], tools_of(headings))
        there = len(columns) == 1 and bool(self._looked.texts[columns[0].column])
        return SUBMITTED if there and (is_sent or declared == SUBMITTED) else ""

    def _guess(self) -> Guesses:
        """What is left of the export, guessed."""
        looked = self._looked
        screens = [key for rule in self._before.wave.exclude for key in rule.where]
        taken = self._taken | {h.column for key in screens for h in find(key, looked.written)}
        left = [h for h in looked.headings if h.column not in taken]
        guesses = guess(left, self._texts, looked.layout, looked.rows)
        for role in ROLES:
            if finder := guesses.roles.get(role):
                if role in self.roles:
                    self._drop.append((finder, f"another {role}"))
                else:
                    self.roles[role] = finder
        if self._finished:
            self._drop += [(finder, OWN) for finder in guesses.finished]
        else:
            self._finished = self._told_by(guesses.finished)
        self._drop += guesses.drop
        self._drop += [(self._alone(h), "the boxes beside it are read") for h in guesses.repeated]
        self.previews = {} if self._before.wave.exclude else guesses.previews
        return guesses

    def _add(self, question: Question) -> None:
        """Take a new question, with an id of its own, and note behind which other it comes."""
        before = self._before
        worded = {text for name in before.columns for text in before.wordings(name)}
        # an id that is the code of a column in the wave before would claim it there
        codes = {fold(h.code) for columns in before.columns.values() for h in columns}
        used = {*before.survey.questions, *codes, *(other.id for _, other in self.questions)}
        # and a text that is there would find the column of another question
        text = "" if fold(question.text) in worded else question.text
        places = {columns[-1].column: name for name, (columns, _) in self._matches.items()}
        places |= {other.columns[-1].column: other.id for _, other in self.questions}
        earlier = [place for place in places if place < question.columns[0].column]
        behind = places[max(earlier)] if earlier else ""
        self.questions.append((behind, replace(question, id=unlike(question.id, used), text=text)))

    @property
    def reworded(self) -> dict[str, str]:
        """The questions that read otherwise than in the wave before, and what about them."""
        notes, before = {}, self._before
        if before.by_definition or not before.name:
            return {}
        for name, (columns, doubt) in self._matches.items():
            if name not in before.columns:
                continue
            if doubt or wordings(columns) != before.wordings(name):
                old = " ".join(before.columns[name][0].text.split())
                asked_in = before.asked_in(name)
                notes[name] = f"read {quoted(old)} in {asked_in}" if old else "its heading is new"
        return notes | {name: note for name, note in self.answers.reworded() if name not in notes}

    def finders(self) -> dict[str, Line]:
        """What names the columns of each question, where the default does not."""
        before = self._before
        if not before.columns:
            unclear = self._unclear([q for _, q in self.questions])
            return {q.id: Line(self._finders(q.columns)) for q in unclear}
        lines = {}
        places = {name: columns[0].column for name, columns in self.answers.columns.items()}
        for name, (columns, doubt) in self._matches.items():
            finders = self._kept_finders(name, columns)
            if finders or doubt:
                finders = finders or [self._named(columns)]
                lines[name] = Line(finders[0] if len(finders) == 1 else finders)
        for _, question in self.questions:
            places[question.id] = question.columns[0].column
            one_heading = all(h.text == question.columns[0].text for h in question.columns)
            named = self._named(question.columns) if one_heading else self._finders(question.columns)
            lines[question.id] = Line(named, comment=f"new: {question.kind}")
        for name in before.survey.questions:
            # what would be found although it was not asked: its code is another question's now
            if name not in lines and name not in self._matches:
                found = by_default(name, before.survey, self._looked.written, before.wave.lines(name))
                if found:
                    places[name] = found[0].column
                    lines[name] = Line([], comment="not asked")
        return dict(sorted(lines.items(), key=lambda pair: places[pair[0]]))

    def _unclear(self, questions: Sequence[Question]) -> list[Question]:
        """The questions whose columns neither their id nor their text finds."""
        texts = Counter(fold(question.text) for question in questions)
        codes = Counter(fold(question.columns[0].code) for question in questions)
        written = {heading.column: heading.text for heading in self._looked.headings}

        def is_unclear(question: Question) -> bool:
            first = question.columns[0]
            if first.column in self._looked.parted or any(h.text != first.text for h in question.columns):
                return True
            code = fold(first.code)
            if any(h.text != written[h.column] for h in question.columns):
                return True  # the text is that of a column which repeats these
            if personal(first.text) or (code and codes[code] > 1):
                return True  # a file does not repeat an address, so the text finds nothing
            return code != question.id and (texts[fold(question.text)] > 1 or question.text != first.text)

        return [question for question in questions if is_unclear(question)]

    def _kept_finders(self, name: str, columns: Sequence[Heading]) -> list[str]:
        """The finders that name just these columns; none where the default finds them."""
        before, headings = self._before, self._looked.written
        wanted = [h.column for h in columns]

        def names(finders: Sequence[str]) -> bool:
            return sorted({h.column for finder in finders for h in find(finder, headings)}) == sorted(wanted)

        declared = before.wave.columns.get(name, [])
        if not declared:
            lines = self.answers.lines.get(name, {})
            written = {text: to for text, to in lines.items() if isinstance(to, str)}
            default = by_default(name, before.survey, headings, written)
            if [h.column for h in default] == wanted:
                return []
        elif not any(is_letters(finder) for finder in declared) and names(declared):
            return list(declared)
        heading = before.columns[name][0].text if name in before.columns else ""
        if heading and not declared and names([heading]) and not personal(heading):
            return [heading]
        made = [self._named(group) for group in groups(columns)]
        return made if names(made) else [letters_of(columns)]

    def _finder(self, columns: Sequence[Heading]) -> str:
        """The finder that takes the headings of columns apart, where it names just these; empty for none."""
        parted, wanted = self._looked.parted, {h.column for h in columns}
        if any(h != parted[h.column][0] for h in columns if h.column in parted):
            return ""  # they are read by their headings as they stand
        finders = {parted[column][1] for column in wanted if column in parted}
        finder = finders.pop() if len(finders) == 1 else ""
        named = {h.column for h in find(finder, self._looked.written)} if finder else set()
        empty = {column for column in named - wanted if not self._looked.texts.get(column)}
        return finder if named and named - empty == wanted else ""

    def _finders(self, columns: Sequence[Heading]) -> str | list[str]:
        """What names the columns of a question that its text alone does not find."""
        if finder := self._finder(columns):
            return finder
        first = columns[0]
        beside = [
            h
            for h in columns
            if is_other(h.label) and h.text != first.text and not (h.code and h.code == first.code)
        ]
        rest = [h for h in columns if h not in beside]
        whole = self._finder(rest) or self._whole(rest) if beside and rest else ""
        if not whole or is_letters(whole):
            return self._letters(columns)
        return [whole, *map(letters_of, ([h] for h in beside))]

    def _whole(self, columns: Sequence[Heading]) -> str:
        """The code or text of a question that names its columns and what joins them, or letters."""
        wanted = {h.column for h in columns}
        for name in filter(None, (columns[0].code, columns[0].text)):
            named = find(name, self._looked.written)
            others = [h for h in named if h.column not in wanted]
            same = all(h.code == columns[0].code and not h.label for h in others)
            if wanted <= {h.column for h in named} and same and not personal(name):
                return name
        return letters_of(columns)

    def _letters(self, columns: Sequence[Heading]) -> str | list[str]:
        """The finders that name columns by their letters, those next to each other together.

        Boxes that got their question from a column beside them are named by their own headings.
        """
        wanted = {h.column for h in columns}
        headings = [h for h in self._looked.headings if h.column in wanted]
        if any(h.bare for h in headings) and not any(h.bare for h in columns):
            finders = [h.text for h in headings if find(h.text, self._looked.written) == [h]]
            if len(finders) == len(columns) and not any(map(personal, finders)):
                return finders
        runs: list[list[Heading]] = []
        for heading in sorted(columns, key=lambda h: h.column):
            if runs and self._are_neighbours(runs[-1][-1], heading):
                runs[-1].append(heading)
            else:
                runs.append([heading])
        finders = [letters_of(run) for run in runs]
        return finders[0] if len(finders) == 1 else finders

    def _are_neighbours(self, one: Heading, other: Heading) -> bool:
        """Whether no other column that is there stands between two."""
        between = range(one.column + 1, other.column)
        return not any(h.column in between for h in self._looked.written)

    def _named(self, columns: Sequence[Heading]) -> str:
        """A finder of columns under one heading: the heading or its beginning, else letters."""
        if finder := self._finder(columns):
            return finder
        text, code, wanted = columns[0].text, columns[0].code, {h.column for h in columns}
        words = text.split()
        candidates = [text] if 0 < len(text) <= _WHOLE else []
        candidates += [" ".join(words[:count]) + ELLIPSIS for count in range(3, len(words))]
        candidates = [candidate for candidate in candidates if not personal(candidate)] + [code] * bool(code)
        exact = (c for c in candidates if {h.column for h in find(c, self._looked.written)} == wanted)
        return next(exact, letters_of(columns))

    def unsettled(self) -> Table:
        """What could change numbers and nobody has looked at, what moves most answers first."""
        counted = {
            name: sum(sum(self._texts.get(h.column, {}).values()) for h in columns)
            for name, (columns, _) in self._matches.items()
        }
        doubts = [(counted[name], name, doubt) for name, (_, doubt) in self._matches.items() if doubt]
        doubts += [(q.moved, q.id, q.doubt_in_full) for _, q in self.questions if q.doubt]
        for name, texts in self.answers.unsure.items():
            most = max(texts, key=lambda text: texts[text])
            others = f" and {len(texts) - 1} more" if len(texts) > 1 else ""
            alike = f"{shortened(most, SHOWN)!r}{others} taken for an answer of {self._before.called}"
            doubts.append((sum(texts.values()), name, f"{alike} that reads otherwise: see [answers.{name}]"))
        for name, texts in self.answers.written.items():
            most = max(texts, key=lambda text: texts[text])
            others = f" and {len(texts) - 1} more are new options" if len(texts) > 1 else " is a new option"
            doubt = (
                f"{shortened(most, SHOWN)!r}{others}, {sum(texts.values())} times: written beside the Other?"
            )
            doubts.append((sum(texts.values()), name, doubt))
        lines: dict[str, tuple[int, str]] = {}
        for moved, name, doubt in doubts:
            moved_before, doubts_before = lines.get(name, (0, ""))
            lines[name] = (max(moved_before, moved), in_one_line(doubts_before, doubt))
        ranked = sorted(lines, key=lambda name: -lines[name][0])
        everybody = in_one_line(*self._about_respondents())
        return ({RESPONDENTS: everybody} if everybody else {}) | {name: lines[name][1] for name in ranked}

    def _about_respondents(self) -> Iterator[str]:
        """What could change who is counted, and for how much."""
        declared, headings = self._before.wave.respondents, self._looked.written
        if self._looked.has_label_row:
            yield "the first row below the header reads like a row of labels, and no response: delete it"
        for finder, texts in self._screened_out().items():
            listed = " or ".join(map(repr, texts))
            yield f"{sum(texts.values())} rows are {listed} by the column {finder!r}: to be left out?"
        if "weight" in self.roles and not declared.weight:
            yield f"the column {self.roles['weight']!r} is taken for weights: is it, of all of them?"
        columns = find(self.roles["id"], headings) if "id" in self.roles else []
        if len(columns) == 1 and not declared.duplicates:
            ids = self._looked.texts[columns[0].column]
            repeated = sum(ids.values()) - len(ids)
            if repeated:
                yield (
                    f"{repeated} of {sum(ids.values())} rows repeat an id: then duplicates = "
                    "'keep_first' under [respondents]"
                )

    def _screened_out(self) -> dict[str, dict[str, int]]:
        """What a tool says of responses that may not count, by the heading of its column."""
        found = {}
        for heading in self._looked.written:
            values = self._looked.texts.get(heading.column, {})
            texts = {text: n for text, n in values.items() if is_screened_out(heading, text)}
            if texts and heading.column not in self._taken:
                found[heading.text or heading.code] = texts
        return found

    def respondents(self) -> Table:
        """The section of that name: the columns that describe a response, and those that are dropped."""
        declared = self._before.wave.respondents
        table = {role: Line(finder) for role, finder in self.roles.items()}
        table["finished"] = Line(self._finished or None)
        drop = [*self._drop, *self.answers.drop]
        doubtful = any(doubt for _, doubt in drop)
        listed = [Line(finder, doubt) if doubtful else finder for finder, doubt in drop]
        return table | {"duplicates": declared.duplicates or None, "drop": listed or None}

    def new_answers(self) -> dict[str, dict[str, Line]]:
        """The lines of [answers] of new questions."""
        return {
            q.id: {Quoted(text): Line(option) for text, option in q.answers.items()}
            for _, q in self.questions
            if q.answers
        }

    def readings(self) -> Table:
        """How the cells of questions are read, as before and where a guess had to choose."""
        new = {q.id: {key: Line(exactly(said)) for key, said in q.reading.items()} for _, q in self.questions}
        carried = {name: reading.model_dump(exclude_defaults=True) for name, reading in self.reading.items()}
        return {**exactly(carried), **{question: keys for question, keys in new.items() if keys}}

    def changes(self, reworded: Mapping[str, str]) -> Table:
        """What differs from the wave before."""
        changes: dict[str, dict[str, Any]] = {
            question: {"status": REWORDED, "note": note} for question, note in reworded.items()
        }
        for question, absent, doubt in self.answers.not_offered():
            changes.setdefault(question, {})["not_offered"] = Line(absent, doubt)
        return changes

    def rule(self, reason: str, where: Mapping[str, Sequence[str]], quality: Sequence[str] = ()) -> Line:
        """A rule that stands in a table of its own; as a comment where a question of it is not asked."""
        condition = {"where": Line(where)} if where else {"quality": list(quality)}
        return self._unless_gone({"reason": reason, **condition}, where)

    def _unless_gone(self, value: Any, questions: Iterable[str]) -> Line:
        missing = [question for question in questions if question in self.gone]
        return Line(value, f"{missing[0]} is not asked here", off=True) if missing else Line(value)

    def quality(self) -> Table:
        """The rules of data quality of the wave before, those of what is not asked any more as comments."""
        quality = self._before.wave.quality
        table: dict[str, Any] = {}
        if limit := quality.speeders:
            table["speeders"] = Line(limit.model_dump(exclude_none=True))
        if "straight_lining" in quality.model_fields_set:
            table["straight_lining"] = quality.straight_lining
        if quality.attention:
            table["attention"] = {
                question: self._unless_gone(options, [question])
                for question, options in quality.attention.items()
            }
        if quality.impossible:
            table["impossible"] = [self.rule(rule.reason, rule.where) for rule in quality.impossible]
        return table


def _by_rule(changed: Changed) -> Table:
    """[changes] as two definitions have them."""
    changes: dict[str, dict[str, Any]] = {
        question: {"status": status, "note": note} for question, (status, note) in changed.statuses.items()
    }
    for question, options in changed.removed.items():
        changes.setdefault(question, {})["not_offered"] = options
    return changes


def _marked(question: Question, before: Before, name: str) -> Question:
    """A question that was guessed, with why it is there."""
    if before.by_definition:
        return question.doubted(NOT_DEFINED)
    return question.marked(name if before.name else "")


def _title(before: Before, name: str) -> str:
    if not before.name:
        return name
    title = _renamed(before.wave.title, before.name, name)
    return title if title != before.wave.title else f"{title}, {name}"


def _renamed(text: str, before: str, after: str) -> str:
    """A text in which the name of a wave stands as a word of its own, with that of another."""
    return re.sub(rf"(?<![\w.]){re.escape(before)}(?![\w.])", after, text)


def _source(before: Before, looked: Looked, export: Path, name: str, blank: Line) -> Table:
    """Where the export is and how it is read; UTF-8 is told unless the wave before leaves it out."""
    like = before.wave.source
    table: dict[str, Any] = {
        "file": Exactly(export.name),
        "format": Line(looked.format, comment=looked.reason),
    }
    if looked.encoding not in ("", "utf-8"):
        table["encoding"] = Line(looked.encoding, "are accents and quotes right?")
    elif looked.encoding and like.encoding:
        table["encoding"] = looked.encoding
    if looked.first_row > 1:
        table["first_row"] = Line(looked.first_row, "does the header begin there?")
    if looked.format in ("surveymonkey", "qualtrics"):
        table["header_rows"] = looked.header_rows
    for key in ("separator", "delimiter", "sheet", "dates", "decimal", "thousands"):
        if value := getattr(like, key):
            table[key] = Exactly(value)
    return table | {
        "blank": blank,
        "sha256": files.sha256(export) if like.sha256 else None,
        "url": Line(check="add url, the address of this export" if like.url else ""),
        "licence": like.licence or None,
        "citation": _renamed(like.citation, before.name, name) if like.citation else None,
    }


def _weights(before: Before) -> Table:
    """What the wave before was raked to."""
    weights = before.wave.weights
    targets = {
        question: {"source": target.source, "shares": Line(target.shares, "do these still hold?")}
        for question, target in weights.targets.items()
    }
    trim = {"trim": list(weights.trim)} if weights.trim else {}
    return trim | ({"targets": targets} if targets else {})


def _period(looked: Looked, finders: Sequence[str]) -> dict[str, datetime.date]:
    """The field period, by the columns that say when a response began and ended, else by any dates."""
    named = [h for h in looked.headings if {h.text, h.code, h.letters} & {f for f in finders if f}]
    dated = [h for h in looked.headings if "date" in fold(h.text or h.code) or fold(h.text) == "timestamp"]
    days = looked.days([h.column for h in named]) or looked.days([h.column for h in dated])
    return {"from": min(days), "to": max(days)} if days else {}
