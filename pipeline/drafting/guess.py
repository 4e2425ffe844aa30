"""The questions of columns that nobody has declared, guessed from headings and distinct texts.

Whatever a person should look at carries the reason. A guess is a beginning: it is held to the closed world
like any declaration.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import groupby

from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.declarations.wave import ROLES
from pipeline.drafting import cells, words
from pipeline.drafting.tool_columns import OWN, PERSONAL, described, is_preview, tools_of
from pipeline.exports.tools import Format, Heading
from pipeline.project.errors import shortened
from pipeline.text.addresses import personal
from pipeline.text.folding import fold
from pipeline.text.values import Numerals, as_number, ways_to_read

Group = tuple[Heading, ...]

_LONGEST_LABEL = 160
_FEW_BOXES = 2  # of so many it is no wonder that nobody ticked two
_FOUR_NUMBERS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")  # in a column of them they are no versions
_ONE = re.compile(r"select one|choose one|pick one|please select one\b")
_SHOWN = 40  # characters of a text that a doubt shows
_DENSE = 1.5  # codes leave out few of the numbers between the first and the last
_MOST_CODES = 40  # a choice with more codes than this is a number
_FEW_NUMBERS = 7  # so few different ones may be codes whatever was asked
_MANY_OTHERS = 0.05  # so large a part in words of their own is looked at although there is an Other
_ENOUGH = 5  # that so many respondents tie nothing is no chance: they rank
_LAST_NUMBER = re.compile(r"\d+(?=\D*$)")
_RANKED = re.compile(r"\brank\b|\brank order\b|in order of")


@dataclass(frozen=True)
class Question:
    """A question that survey.toml does not have yet, and the columns it stands in."""

    id: str
    text: str
    kind: str
    columns: Group
    options: Mapping[str, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)
    write_in: str = ""
    """the option beside which people write"""
    check: str = ""
    """what a person should look at: words and names, which change no number"""
    doubt: str = ""
    """what could change its numbers, for [unsettled]; empty where the file tells"""
    moved: int = 0
    """how many answers the doubt is about"""
    reading: Mapping[str, str] = field(default_factory=dict)
    """the keys of [reading.<question>] that settle in which of two ways its numbers are written"""

    def doubted(self, doubt: str) -> Question:
        """The same with one thing more to look at."""
        return replace(self, check="; ".join(filter(None, (self.check, doubt))))

    def unsettled(self, doubt: str, moved: int) -> Question:
        """The same with one thing more that could change its numbers, about so many answers."""
        return replace(self, doubt="; ".join(filter(None, (self.doubt, doubt))), moved=max(self.moved, moved))

    def marked(self, wave: str) -> Question:
        """The same as new in a wave; as it is where that is the first one, which has no name here."""
        return replace(self, check="").doubted(f"new in {wave}").doubted(self.check) if wave else self

    def with_write_in(self, label: str) -> Question:
        """The same with an option beside which people write: the one of that label, else a new one."""
        known = next((i for i, option in self.options.items() if fold(option) == fold(label)), "")
        write_in = known or ("other" if "other" not in self.options else "other_text")
        options = {**self.options, write_in: self.options.get(write_in, label)}
        return replace(self, write_in=write_in, options=options)


@dataclass(frozen=True)
class Guesses:
    """All that was guessed of some columns."""

    questions: list[Question]
    roles: dict[str, str]
    """the finder of the column of each role that describes a response"""
    drop: list[tuple[str, str]]
    """finder and reason of each column that is not to be read"""
    previews: dict[str, list[str]]
    """the texts that mark a response as a trial of the survey's makers, by the finder of their column"""
    blank: list[str]
    """texts that stand for an empty cell"""


@dataclass(frozen=True)
class Rows:
    """What the rows of an export say of some columns, by their numbers."""

    at_most: Callable[[Sequence[int]], int] = len
    """how many of the columns a respondent filled at most"""
    ties: Callable[[Sequence[int]], tuple[int, int]] = lambda _: (0, 0)
    """how many respondents filled two of the columns or more, and how many of these filled two alike"""


def guess(
    headings: Sequence[Heading],
    texts: Texts,
    layout: Format,
    rows: Rows = Rows(),
) -> Guesses:
    """Questions, kinds, options and items of columns, from their headings, distinct texts and rows."""
    guesses = Guesses([], {}, [], {}, cells.blanks(texts))
    columns = _Columns(texts, layout, guesses.blank, rows)
    asked = _without_described(guesses, columns, headings)
    for group in columns.groups(asked):
        group = tuple(_without_empty(guesses, columns, group))
        if not group:
            continue
        question = columns.question(group)
        boxes = question.kind == "multiple" and not question.write_in and len(group) > _FEW_BOXES
        if boxes and rows.at_most([h.column for h in group]) == 1:
            ticks = sum(sum(columns[h].values()) for h in group)
            question = replace(question, kind="single")
            question = question.unsettled("boxes of which nobody ticked two: a single choice?", ticks)
        name = words.slug(group[0].code or question.text or group[0].label)
        name = words.unlike(name, [question.id for question in guesses.questions])
        guesses.questions.append(replace(question, id=name))
    return guesses


def _without_described(guesses: Guesses, columns: _Columns, headings: Sequence[Heading]) -> Iterator[Heading]:
    """The columns that may ask something; the role of the others in a response is noted, or why they go."""
    tools = tools_of(headings)
    for heading in headings:
        role = described(heading, tools, guesses.roles)
        # a box of an option such as GitHub tells of nobody
        if not role or (role == PERSONAL and len(columns[heading]) <= _FEW_BOXES):
            yield heading
            continue
        named = heading.text or heading.code
        plain = heading.label in ("", heading.text) and not personal(named)
        finder = named if plain and named else heading.letters
        previews = [text for text in columns[heading] if role == OWN and is_preview(text)]
        if role in ROLES:
            guesses.roles[role] = finder
        elif previews and not guesses.previews:
            guesses.previews[finder] = previews
        else:
            guesses.drop.append((finder, role))


def _without_empty(guesses: Guesses, columns: _Columns, group: Group) -> Group:
    """The columns that may be a question; why the others are not is noted."""
    first = group[0]
    if first.blank:
        counts = columns[first].values()
        if first.column == 1 and "id" not in guesses.roles and len(counts) > 1 and max(counts) == 1:
            guesses.roles["id"] = first.letters
        else:
            guesses.drop.extend((h.letters, "it has no heading") for h in group)
        return ()
    addresses = [h for h in group if _identifies(columns[h])]
    guesses.drop.extend((h.letters, "its cells look like addresses of people") for h in addresses)
    group = tuple(h for h in group if h not in addresses)
    if any(columns[h] for h in group):
        return group
    guesses.drop.extend((h.letters, "nothing in it") for h in group)
    return ()


def _identifies(values: Mapping[str, int]) -> bool:
    """Whether most texts of a column are addresses or numbers by which somebody can be reached."""
    addresses = sum(bool(personal(text) or _FOUR_NUMBERS.fullmatch(text)) for text in values)
    return 2 * addresses > len(values) > 0


class _Columns:
    """Columns with the texts in their cells, without those that mean an empty cell."""

    def __init__(self, texts: Texts, layout: Format, blank: Collection[str], rows: Rows) -> None:
        self._layout = layout
        self._rows = rows
        self._texts = {
            column: cells.without(_answered(values, layout.missing), blank)
            for column, values in texts.items()
        }

    def __getitem__(self, heading: Heading) -> Mapping[str, int]:
        return self._texts.get(heading.column, {})

    def _ticks(self, heading: Heading) -> list[str]:
        """The texts that say that a box was ticked."""
        return [text for text in self[heading] if fold(text) not in self._layout.unticked]

    def groups(self, headings: Iterable[Heading]) -> Iterator[Group]:
        """The columns of each question: those under one heading, or neighbours headed by an option alone."""
        box: Group = ()
        for _, members in groupby(headings, key=lambda h: (fold(h.code), fold(h.text))):
            group = tuple(members)
            alone = len(group) == 1 and group[0].bare
            own_text = bool(box) and alone and is_other(group[0].label)
            if own_text or (alone and self._is_box(group[0])):
                box += group
                if own_text:
                    yield box
                    box = ()
                continue
            if box:
                yield box
                box = ()
            boxes = tuple(h for h in group if h.label)
            twice = self._layout.joined_too and len(boxes) > 1 and any(self[h] for h in boxes)
            yield from self._parted(boxes if twice and not all(is_other(h.label) for h in boxes) else group)
        if box:
            yield box

    def _is_box(self, heading: Heading) -> bool:
        """Whether a column holds nothing but its heading, as the box of one option does."""
        return [fold(text) for text in self._ticks(heading)] == [fold(heading.label)]

    def _parted(self, group: Group) -> Iterator[Group]:
        """The columns of a group without those of free text, which are questions of their own."""
        folded = {h: {fold(text) for text in self[h]} for h in group}
        counted = Counter(text for texts in folded.values() for text in texts)

        def is_free(heading: Heading) -> bool:
            texts = folded[heading]
            return len(texts) > 3 and sum(counted[t] == 1 for t in texts) > len(texts) / 2

        free = [h for h in group if len(group) > 2 and not is_other(h.label) and is_free(h)]
        if len(free) == len(group):
            free = []
        if rest := tuple(h for h in group if h not in free):
            yield rest
        yield from ((h,) for h in free)

    def question(self, group: Group) -> Question:
        """The question that stands in some columns, without an id yet."""
        # neighbours headed by their options do not say what was asked
        text = "" if len(group) > 1 and group[0].bare else group[0].text or group[0].code
        plain = Question("", text, "text", group)
        beside = [h for h in group if len(group) > 1 and is_other(h.label) and self._holds_own_words(h)]
        others = [h for h in group if h not in beside]
        own_label = beside[0].label if beside else ""
        if len(others) == 1:
            return self._of_one_column(plain, others[0], own_label)
        return self._of_boxes(plain, others, own_label) or self._of_items(plain, others)

    def _holds_own_words(self, heading: Heading) -> bool:
        """Whether a column headed Other holds people's own texts, and not the tick beside them."""
        return [fold(text) for text in self[heading]] != [fold(heading.label)]

    def _of_one_column(self, plain: Question, heading: Heading, own_label: str) -> Question:
        """A question that has one column, beside one of that label for people's own words."""
        values = self[heading]
        total = sum(values.values())
        ways = ways_to_read(values)
        if ways and len(values) > 2 and all(as_number(value, "", ways[0]) is not None for value in values):
            return self._of_numbers(plain, values, ways)
        separator = self._layout.separator
        joined = cells.cut(values, separator)
        pieces = joined.pieces
        answers = cells.common(pieces)
        several = sum(pieces.values()) > 1.1 * sum(values.values()) and len(values) > len(answers)
        if several and cells.is_choice(answers, pieces) and not own_label:
            question = replace(plain, kind="multiple", options=words.options(answers))
            question = _with_own_words(question, pieces, answers)
            if ends := joined.ends(answers):
                most = max(ends, key=lambda text: ends[text])
                doubt = (
                    f"cut at {separator!r} into {len(answers)} answers; {shortened(most, _SHOWN)!r}, in "
                    f"{ends[most]} of {total} cells and never first, may be the end of another"
                )
                return question.unsettled(doubt, sum(ends.values()))
            return question
        if len(values) == 1 and total > 1:
            question = replace(plain, kind="multiple", options=words.options(values))
            return question.unsettled("its cells hold one text: one box of a longer question?", total)
        answers = cells.common(values)
        if not cells.is_choice(answers, values) or max(map(len, answers)) > _LONGEST_LABEL:
            alike = sum(n for text, n in answers.items() if len(text) <= _LONGEST_LABEL)
            parts = cells.common(pieces)
            joined_alike = sum(parts.values()) if len(parts) <= cells.MOST_OPTIONS else 0
            if 2 * alike > total or 2 * joined_alike > sum(pieces.values()):
                return plain.unsettled(
                    f"read as people's own words, though most of its {total} cells repeat answers: a choice?",
                    total,
                )
            return plain
        if len(answers) > cells.MOST_OPTIONS:
            # of a long list an entry that one person chose is one too
            return replace(plain, kind="single", options=words.options(values))
        order = words.about_order(answers)
        question = replace(plain, kind="single", options=words.options(answers), check=order)
        if own_label:
            return question.with_write_in(own_label)
        return _with_own_words(question, values, answers)

    def _of_numbers(self, plain: Question, values: Mapping[str, int], ways: Sequence[Numerals]) -> Question:
        """A question whose cells are numbers: a number, or codes that stand for the answers of a choice."""
        total = sum(values.values())
        numbers = sorted(values, key=lambda text: as_number(text, "", ways[0]) or 0.0)
        ends = [as_number(text, "", ways[0]) or 0.0 for text in (numbers[0], numbers[-1])]
        dense = ends[0] in (0, 1) and ends[1] - ends[0] < _DENSE * len(values) and len(values) <= _MOST_CODES
        is_choice = self.coded or _ONE.search(fold(plain.text)) or not words.asks_a_number(plain.text)
        if dense and is_choice and all(text.isdecimal() for text in values):
            options = {f"code_{text}": text for text in numbers}
            question = replace(plain, kind="single", options=options)
            if self.coded:
                return replace(question, check="write what each code stands for")
            doubt = f"numbers from {numbers[0]} to {numbers[-1]}: codes or steps of a scale, or a number?"
            return question.unsettled(f"{doubt} then kind = 'number' in survey.toml", total)
        question = replace(plain, kind="number")
        if len(ways) > 1:
            # groups of just three digits are thousands rather than decimals
            keys = [way.keys(values) for way in ways]
            reading = next((written for written in keys if "thousands" in written), {})
            question = replace(question, reading=reading)
            question = question.unsettled(
                "its numbers can be read in two ways, [reading] has the likelier", total
            )
        if dense and len(values) <= _FEW_NUMBERS:
            question = question.unsettled(
                f"only {', '.join(numbers)}: a number, or codes of a choice?", total
            )
        return question

    @cached_property
    def coded(self) -> bool:
        """Whether the file holds codes in place of answers: most columns that hold one text hold a number."""
        single = [next(iter(values)) for values in self._texts.values() if len(values) == 1]
        numbers = {text for text in single if text.isdecimal()}
        return len(numbers) > 2 and 2 * sum(text.isdecimal() for text in single) > len(single)

    def _of_boxes(self, plain: Question, columns: Sequence[Heading], own_label: str) -> Question | None:
        """A question whose columns hold a tick at most, one an option; None where they hold more."""
        ticks = {h: self._ticks(h) for h in columns}
        if any(len(texts) > 1 for texts in ticks.values()):
            return None
        split = [h.label.rpartition(" - ") for h in columns]
        levels = dict.fromkeys(right for left, _, right in split if left)
        items = dict.fromkeys(left for left, _, right in split if left)
        if len(items) > 1 and len(levels) > 1 and len(columns) == len(items) * len(levels):
            return replace(plain, kind="grid", options=words.options(list(levels)), items=words.items(items))
        kind = "single" if _ONE.search(fold(plain.text)) else "multiple"
        named = [h.label or next(iter(ticks[h]), h.letters) for h in columns]
        question = replace(plain, kind=kind, options=words.options(named))
        return question.with_write_in(own_label) if own_label else question

    def _of_items(self, plain: Question, columns: Sequence[Heading]) -> Question:
        """A question with an item a column: a grid or a ranking, else texts."""
        values = [self[h] for h in columns]
        union: Counter[str] = Counter()
        for counts in values:
            union.update(counts)
        # what one person gave is no level of a grid
        once = {t for t, n in union.items() if n == 1 and as_number(t) is None and not words.is_usual(t)}
        levels = {text: count for text, count in union.items() if text not in once}
        labels = [h.label for h in columns]
        no_choice = not levels or len(levels) > cells.MOST_OPTIONS or max(map(len, levels)) > _LONGEST_LABEL
        if no_choice or not all(labels) or cells.mostly_given_once(values):
            return plain
        places = [as_number(text) for text in levels]
        items = words.items(labels)
        total = sum(union.values())
        are_places = all(p is not None and 1 <= p <= len(columns) for p in places)
        under_places = [found[0] for label in labels if (found := _LAST_NUMBER.search(label))]
        are_ranked = not are_places and under_places == [str(n + 1) for n in range(len(columns))]
        several, tied = self._rows.ties([h.column for h in columns]) if are_places or are_ranked else (0, 0)
        if several >= _ENOUGH and not tied and len(columns) > _FEW_BOXES:
            return replace(plain, kind="rank", items=items if are_places else words.items(levels))
        order = words.about_order(levels)
        question = replace(plain, kind="grid", options=words.options(levels), items=items, check=order)
        if are_places and _RANKED.search(fold(plain.text)):
            question = question.unsettled(
                f"a ranking, in which {tied} of {several} respondents tie two", total
            )
        if once:
            question = question.unsettled(f"{len(once)} texts given once are no level of it", len(once))
        return question


def _with_own_words(question: Question, values: Mapping[str, int], answers: Mapping[str, int]) -> Question:
    """The question with an Other for what is none of its answers: texts that were given once."""
    once = sum(count for text, count in values.items() if text not in answers)
    if not once:
        return question
    is_offered = "other" in question.options
    question = question.with_write_in(question.options.get("other", "Other"))
    if is_offered and once < _MANY_OTHERS * sum(values.values()):
        return question
    return question.unsettled(
        f"{once} of {sum(values.values())} answers, each given once, are read as Other", once
    )


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
