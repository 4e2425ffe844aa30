"""The questions of columns that nobody has declared, guessed from headings and distinct texts.

Whatever a person should look at carries the reason. A guess is a beginning: it is held to the closed world
like any declaration.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.declarations.wave import ROLES
from pipeline.drafting import cells, words
from pipeline.exports.tools import Format, Heading
from pipeline.text.addresses import personal
from pipeline.text.folding import fold
from pipeline.text.values import as_number, ways_to_read

Group = tuple[Heading, ...]

_LONGEST_LABEL = 160
_FEW_BOXES = 2  # of so many it is no wonder that nobody ticked two
_FOUR_NUMBERS = re.compile(r"\d{1,3}(\.\d{1,3}){3}")  # in a column of them they are no versions
_ONE = re.compile(r"select one|choose one|pick one|please select one\b")
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
    """what a person should look at"""
    reading: Mapping[str, str] = field(default_factory=dict)
    """the keys of [reading.<question>] that settle in which of two ways its numbers are written"""

    def doubted(self, doubt: str) -> Question:
        """The same with one thing more to look at."""
        return replace(self, check="; ".join(filter(None, (self.check, doubt))))

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
    blank: list[str]
    """texts that stand for an empty cell"""


def guess(
    headings: Sequence[Heading],
    texts: Texts,
    layout: Format,
    at_most: Callable[[Sequence[int]], int] = len,
) -> Guesses:
    """Questions, kinds, options and items of columns, from their headings and distinct texts.

    `at_most` tells how many of some columns a respondent filled at most.
    """
    guesses = Guesses([], {}, [], cells.blanks(texts))
    columns = _Columns(texts, layout, guesses.blank)
    for group in columns.groups(headings):
        group = tuple(_without_roles(guesses, columns, group))
        if not group:
            continue
        question = columns.question(group)
        boxes = question.kind == "multiple" and not question.write_in and len(group) > _FEW_BOXES
        if boxes and at_most([h.column for h in group]) == 1:
            question = replace(question, kind="single", check="one choice: nobody ticked two")
        name = words.slug(group[0].code or question.text or group[0].label)
        name = words.unlike(name, [question.id for question in guesses.questions])
        guesses.questions.append(replace(question, id=name))
    return guesses


def _without_roles(guesses: Guesses, columns: _Columns, group: Group) -> Group:
    """The columns that may be a question; what the others are is noted."""
    first = group[0]
    if first.blank:
        counts = columns[first].values()
        if first.column == 1 and "id" not in guesses.roles and len(counts) > 1 and max(counts) == 1:
            guesses.roles["id"] = first.letters
        else:
            guesses.drop.extend((h.letters, "it has no heading") for h in group)
        return ()
    if len(group) == 1 and (described := words.described(first, guesses.roles)):
        named = first.text or first.code
        finder = first.letters if personal(named) or not named else named
        if described in ROLES:
            guesses.roles[described] = finder
        else:
            guesses.drop.append((finder, described))
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

    def __init__(self, texts: Texts, layout: Format, blank: Collection[str]) -> None:
        self._layout = layout
        self._texts = {
            column: cells.without(_answered(values, layout.missing), blank)
            for column, values in texts.items()
        }

    def __getitem__(self, heading: Heading) -> Mapping[str, int]:
        return self._texts.get(heading.column, {})

    def _ticks(self, heading: Heading) -> list[str]:
        """The texts that say that a box was ticked."""
        return [text for text in self[heading] if fold(text) not in self._layout.unticked]

    def groups(self, headings: Sequence[Heading]) -> Iterator[Group]:
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
        ways = ways_to_read(values)
        if ways and len(values) > 2 and all(as_number(value, "", ways[0]) is not None for value in values):
            # groups of just three digits are thousands rather than decimals
            keys = [way.keys(values) for way in ways] if len(ways) > 1 else []
            reading = next((written for written in keys if "thousands" in written), {})
            return replace(plain, kind="number", check="a number, or codes of a choice?", reading=reading)
        separator = self._layout.separator
        pieces = cells.pieces(values, separator)
        answers = cells.common(pieces)
        several = sum(pieces.values()) > 1.1 * sum(values.values()) and len(values) > len(answers)
        if several and cells.is_choice(answers, pieces) and not own_label:
            cut = f"several answers in a cell, cut at {separator!r}"
            question = replace(plain, kind="multiple", options=words.options(answers), check=cut)
            return _with_own_words(question, len(pieces) - len(answers))
        if len(values) == 1 and sum(values.values()) > 1:
            options = words.options(values)
            return replace(plain, kind="multiple", options=options, check="one box of a longer question?")
        answers = cells.common(values)
        if not cells.is_choice(answers, values) or max(map(len, answers)) > _LONGEST_LABEL:
            return plain
        order = words.about_order(answers)
        question = replace(plain, kind="single", options=words.options(answers), check=order)
        if own_label:
            return question.with_write_in(own_label)
        return _with_own_words(question, len(values) - len(answers))

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
        if _RANKED.search(fold(plain.text)) and all(p is not None and 1 <= p <= len(columns) for p in places):
            return replace(plain, kind="rank", items=items)
        order = words.about_order(levels)
        question = replace(plain, kind="grid", options=words.options(levels), items=items, check=order)
        return question.doubted(f"{len(once)} texts given once are left to settle" if once else "")


def _with_own_words(question: Question, count: int) -> Question:
    """The question with an Other for so many texts that were given once."""
    if not count:
        return question
    question = question.with_write_in(question.options.get("other", "Other"))
    return question.doubted(f"{count} texts given once are read as Other")


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
