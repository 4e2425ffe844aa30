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
from itertools import combinations, groupby

from pipeline.answers.boxes import is_box, unticked_texts
from pipeline.answers.columns import is_other
from pipeline.answers.meaning import Texts
from pipeline.declarations.wave import ROLES
from pipeline.drafting import cells, damage, words
from pipeline.drafting.tool_columns import OWN, PERSONAL, described, is_preview, tools_of
from pipeline.exports.tools import Format, Heading
from pipeline.project.errors import shortened
from pipeline.text.addresses import personal
from pipeline.text.folding import fold
from pipeline.text.values import CONTINENTAL, ENGLISH, PLAIN, Numerals, as_number, ways_to_read

Group = tuple[Heading, ...]

_LONGEST_LABEL = 160
_SURELY_ONE = 20  # so many ticks of which no two are one person's are those of a single choice
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
_HARDLY_MORE = 1.25  # times those who wrote beside an option have chosen it, at most
_LONGEST_SCALE = 10
_RESPONSE = ("Response", "Open-Ended Response")
_HERE = "QUESTION"
"""what stands for the id of a question in a doubt about it, until it has one"""
_WORDS_BESIDE = 6  # a column of numbers has no more other texts than this
_MOSTLY = 0.8  # and so large a part of its cells are numbers
_FEW_LANGUAGE_CELLS = 5
_UNIT = re.compile(
    r"(?P<before>[A-Z]{3}|[^\w\s.,'+-])? ?[+-]?\d[\d.,' ]*? ?(?P<behind>[^\W\d_]{1,12}\.?|[^\w\s.,'+-])?"
)
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
    reading: Mapping[str, str | list[str]] = field(default_factory=dict)
    """the keys of [reading.<question>] that say how its cells are read"""
    answers: Mapping[str, str] = field(default_factory=dict)
    """the texts of [answers.<question>], each with the id of its option"""
    unit: str = ""
    """what stands beside its numbers"""
    scores: Sequence[int] = ()
    """what the steps of its scale count, where it is one of steps with numbers"""
    nets: Mapping[str, list[str]] = field(default_factory=dict)
    """options that are counted together"""

    @property
    def doubt_in_full(self) -> str:
        """The doubt, with the id of the question in the keys that it names."""
        return self.doubt.replace(_HERE, self.id)

    def read_as(self, **keys: str | list[str]) -> Question:
        """The same with further keys of [reading.<question>]."""
        return replace(self, reading={**self.reading, **keys})

    def doubted(self, doubt: str) -> Question:
        """The same with one thing more to look at."""
        return replace(self, check="; ".join(filter(None, (self.check, doubt))))

    def unsettled(self, doubt: str, moved: int) -> Question:
        """The same with one thing more that could change its numbers, about so many answers."""
        return replace(self, doubt="; ".join(filter(None, (self.doubt, doubt))), moved=max(self.moved, moved))

    def marked(self, wave: str) -> Question:
        """The same as new in a wave; as it is where that is the first one, which has no name here."""
        return replace(self, check="").doubted(f"new in {wave}").doubted(self.check) if wave else self

    def with_write_in(self, label: str, option: str = "") -> Question:
        """The same with an option beside which people write: that one, the one of that label, else a new one."""
        known = option or next((i for i, option in self.options.items() if fold(option) == fold(label)), "")
        write_in = known or ("other" if "other" not in self.options else "other_text")
        options = {**self.options, write_in: self.options.get(write_in, label)}
        return replace(self, write_in=write_in, options=options)


@dataclass(frozen=True)
class _Joint:
    """How several answers are joined in the cells of a column."""

    separator: str
    cut: cells.Cut
    answers: Mapping[str, int]


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
    beside: Callable[[int, int], Mapping[str, int]] = lambda _, __: {}
    """the texts of a column in the rows in which another holds anything"""
    by_text: Callable[[int, int], Mapping[str, Mapping[str, int]]] = lambda _, __: {}
    """the texts of a column for each text of another"""
    denied: Callable[[Sequence[int], Collection[str]], tuple[int, int, int]] = lambda _, __: (0, 0, 0)
    """how many responses there are, how many have all columns filled, how many hold nothing but these texts"""


def guess(
    headings: Sequence[Heading],
    texts: Texts,
    layout: Format,
    rows: Rows = Rows(),
) -> Guesses:
    """Questions, kinds, options and items of columns, from their headings, distinct texts and rows."""
    guesses = Guesses([], {}, [], {}, cells.blanks(texts, layout.not_shown))
    columns = _Columns(texts, layout, guesses.blank, rows)
    columns.language = next((h for h in headings if columns.says_language(h)), None)
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
            # the shares are the same either way; few may have ticked one each by chance
            doubt = "boxes of which nobody ticked two: a single choice?"
            sure = ticks >= _SURELY_ONE
            question = question.doubted(doubt) if sure else question.unsettled(doubt, ticks)
        question = columns.with_languages(columns.with_errors(question))
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
        idle = columns.idle(group)
        guesses.drop.extend((h.letters, "nothing in it") for h in idle)
        return tuple(h for h in group if h not in idle)
    guesses.drop.extend((h.letters, "nothing in it") for h in group)
    return ()


def _identifies(values: Mapping[str, int]) -> bool:
    """Whether most texts of a column are addresses or numbers by which somebody can be reached."""
    addresses = sum(bool(personal(text) or _FOUR_NUMBERS.fullmatch(text)) for text in values)
    return 2 * addresses > len(values) > 0


class _Columns:
    """Columns with the texts in their cells, without those that mean an empty cell."""

    language: Heading | None = None
    """the column that says in which language each responded"""

    def __init__(self, texts: Texts, layout: Format, blank: Collection[str], rows: Rows) -> None:
        self._layout = layout
        self._rows = rows
        self._every = texts
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

    def _no(self, columns: Sequence[Heading]) -> frozenset[str]:
        """The texts, folded, that say in these columns that a box was not ticked."""
        return unticked_texts([self[h] for h in columns], self._layout)

    def idle(self, group: Group) -> list[Heading]:
        """The empty columns of a group that are no option of its question.

        Another column that is filled has the same label, or all others are `item - level` and this is none.
        """
        filled = [h for h in group if self[h]]
        labels = {fold(h.label) for h in filled}
        parts = [h.label.rpartition(" - ") for h in filled]
        of_items = len(filled) > 2 and all(item for item, _, _ in parts)
        levels = {level for _, _, level in parts}
        return [
            h
            for h in group
            if not self[h]
            and (fold(h.label) in labels or (of_items and h.label.rpartition(" - ")[2] not in levels))
        ]

    def says_language(self, heading: Heading) -> bool:
        """Whether a column says in which language each responded."""
        values = self[heading]
        named = any(name in words.LANGUAGE_HEADINGS for name in (fold(heading.code), fold(heading.text)))
        return len(values) > 1 and named and all(len(text) <= _SHOWN for text in values)

    def with_languages(self, question: Question) -> Question:
        """The question, unsettled where its answers differ with the language: the same ones, translated?"""
        if self.language is None or question.kind not in ("single", "multiple") or len(question.columns) > 2:
            return question
        separator = str(question.reading.get("separator", self._layout.separator))
        texts = self._rows.by_text(question.columns[0].column, self.language.column)
        given = {
            language: set(
                cells.common(cells.pieces(values, separator) if question.kind == "multiple" else values)
            )
            for language, values in texts.items()
            if sum(values.values()) >= _FEW_LANGUAGE_CELLS
        }
        given = {language: answers for language, answers in given.items() if len(answers) > 1}
        apart = [
            (one, other)
            for one, other in combinations(sorted(given), 2)
            if not {fold(t) for t in given[one]} & {fold(t) for t in given[other]}
        ]
        if not apart:
            return question
        one, other = apart[0]
        doubt = (
            f"no answer is given both where {self.language.text or self.language.code} is {one!r} and where it is "
            f"{other!r}: one answer in two languages? then map them under [answers.{_HERE}]"
        )
        return question.unsettled(doubt, sum(sum(values.values()) for values in texts.values()))

    def with_errors(self, question: Question) -> Question:
        """The question without the errors of a spreadsheet in its cells, unsettled where there are any."""
        errors: Counter[str] = Counter()
        for heading in question.columns:
            errors.update(self._errors.get(heading.column, {}))
        if not errors or question.kind == "text":
            return question
        listed = [*question.reading.get("blank", ()), *errors]
        doubt = f"{errors.total()} cells hold an error of a spreadsheet ({', '.join(errors)}): their answers are lost"
        return question.read_as(blank=listed).unsettled(doubt, errors.total())

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
            group = boxes if twice and not all(is_other(h.label) for h in boxes) else group
            for part in self._asked_apart(group):
                yield from self._parted(part)
        if box:
            yield box

    def _is_box(self, heading: Heading) -> bool:
        """Whether a column holds nothing but its heading, as the box of one option does."""
        return [fold(t) for t in self[heading] if fold(t) not in self._layout.unticked] == [
            fold(heading.label)
        ]

    def _asked_apart(self, group: Group) -> Iterator[Group]:
        """The columns of each question under one heading: several where nothing else tells its columns apart.

        So it is where labels repeat, and where each column of a checkbox grid has several answers in its cells.
        """
        filled = [h for h in group if self[h]]
        alike = len(filled) > 1 and len({fold(h.label) for h in filled}) == 1 and not filled[0].bare
        if alike or self._are_joined(filled):
            yield from ((h,) for h in group)
        else:
            yield group

    def _are_joined(self, columns: Sequence[Heading]) -> bool:
        """Whether all of several columns hold answers joined in their cells, each for an item."""
        others = [h for h in columns if not is_other(h.label)]
        if len(others) < 2 or not all(h.label for h in others):
            return False
        union: Counter[str] = Counter()
        for heading in others:
            union.update(self[heading])
        return bool(self._joint(union)) and all(self._joint(self[h]) for h in others)

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
        if len(others) == 1:
            return self._of_one_column(plain, others[0], beside[0] if beside else None)
        own_label = beside[0].label if beside else ""
        return self._of_boxes(plain, others, own_label) or self._of_items(plain, others)

    def _holds_own_words(self, heading: Heading) -> bool:
        """Whether a column headed Other holds people's own texts, and not the tick beside them."""
        return bool(self[heading]) and not is_box(self[heading], heading.label, self._layout)

    def _of_one_column(self, plain: Question, heading: Heading, beside: Heading | None) -> Question:
        """A question that has one column, or one `beside` it for people's own words."""
        if heading.label and not heading.bare and self._stands_apart(heading):
            plain = replace(plain, text=f"{plain.text} [{heading.label}]")
        values = self[heading]
        total = sum(values.values())
        if measured := self._measured(plain, values):
            return measured
        if joint := self._joint(values):
            return self._of_joined(plain, heading, beside, joint)
        if len(values) == 1 and total > 1:
            question = replace(plain, kind="multiple", options=words.options(values))
            return question.unsettled("its cells hold one text: one box of a longer question?", total)
        return self._of_texts(plain, heading, beside)

    def _stands_apart(self, heading: Heading) -> bool:
        """Whether the column of an item has several answers in its cells, and so is a question of its own."""
        return bool(self._joint(self[heading])) and heading.label not in _RESPONSE

    def _measured(self, plain: Question, values: Mapping[str, int]) -> Question | None:
        """A question whose cells are numbers, but for a few texts and codes beside them; None for others."""
        below, above = damage.no_answers(values)
        unit = _unit_of(values)
        without = {text: n for text, n in values.items() if text not in below and text not in above}
        numbers = {text: n for text, n in without.items() if _could_be_number(text, unit)}
        beside = {text: n for text, n in without.items() if text not in numbers}
        ways = ways_to_read(numbers, unit)
        if not ways or any(as_number(text, unit, ways[0]) is None for text in numbers):
            return None
        # two numbers alone are codes, unless codes for no answer stand beside them
        few = len(numbers) <= 2 and not (below or above)
        usual = all(n > 1 or words.is_usual(text) for text, n in beside.items())
        if (
            few
            or len(beside) > _WORDS_BESIDE
            or not usual
            or sum(numbers.values()) < _MOSTLY * sum(without.values())
        ):
            return None
        if damage.bands(values):
            return None
        question = self._of_numbers(plain, numbers, ways, unit)
        question = replace(question, options={**question.options, **words.options(beside)})
        lowest, highest = (
            end(numbers, key=lambda t: as_number(t, unit, ways[0]) or 0.0) for end in (min, max)
        )
        for text, count in below.items():
            question = question.read_as(blank=[*question.reading.get("blank", ()), text]).unsettled(
                f"{text} comes {count} times where all others are {lowest} to {highest}: read as no answer",
                count,
            )
        if above:
            if question.kind == "single":
                question = replace(
                    question, options={**question.options, **{f"code_{t}": t for t in sorted(above)}}
                )
            seen = ", ".join(f"{text} ({count} times)" for text, count in above.items())
            question = question.unsettled(
                f"{seen} where all others are {lowest} to {highest}: a missing value? then blank = "
                f"[{', '.join(map(repr, above))}] under [reading.{_HERE}]".replace("'", '"'),
                sum(above.values()),
            )
        return question

    def _joint(self, values: Mapping[str, int]) -> _Joint | None:
        """The separator by which several answers are joined in cells, with what it cuts; None for none."""
        several = sum(values.values())
        for separator in dict.fromkeys(("\n", " | ", self._layout.separator, "; ", ", ", ",", ";")):
            core = separator.strip() or separator
            if not any(core in text for text in values):
                continue
            cut = cells.cut(values, separator)
            answers = cells.common(cut.pieces)
            total = sum(cut.pieces.values())
            if total > 1.1 * several and len(values) > len(answers) and cells.is_choice(answers, cut.pieces):
                if max(map(len, answers)) <= _LONGEST_LABEL:
                    return _Joint(separator, cut, answers)
        return None

    def _of_joined(
        self, plain: Question, heading: Heading, beside: Heading | None, joint: _Joint
    ) -> Question:
        """A multiple choice whose answers are joined in the cells of one column."""
        pieces, answers = joint.cut.pieces, joint.answers
        question = replace(plain, kind="multiple", options=words.options(answers))
        if joint.separator.strip() != self._layout.separator.strip() or joint.separator == "\n":
            question = question.read_as(separator=joint.separator)
        if beside:
            question = self._with_words_beside(question, heading, beside, joint.separator)
        else:
            question = _with_own_words(question, pieces, answers)
        total = sum(self[heading].values())
        if ends := joint.cut.ends(answers):
            most = max(ends, key=lambda text: ends[text])
            doubt = (
                f"cut at {joint.separator!r} into {len(answers)} answers; {shortened(most, _SHOWN)!r}, in "
                f"{ends[most]} of {total} cells and never first, may be the end of another"
            )
            question = question.unsettled(doubt, sum(ends.values()))
        return question

    def _with_words_beside(
        self, question: Question, heading: Heading, beside: Heading, separator: str
    ) -> Question:
        """The question with the option beside which people write, in a column of its own.

        It is the one of that label, else the one that all who wrote have chosen and hardly anybody else.
        """
        if any(fold(label) == fold(beside.label) or is_other(label) for label in question.options.values()):
            label = next((o for o in question.options.values() if is_other(o)), beside.label)
            return question.with_write_in(label)
        cells_beside = self._rows.beside(heading.column, beside.column)
        wrote = sum(cells_beside.values())
        with_text = cells.pieces(cells_beside, separator) if separator else Counter(cells_beside)
        chosen = cells.pieces(self[heading], separator) if separator else Counter(self[heading])
        ids = {label: option for option, label in question.options.items()}
        fitting = [
            ids[text]
            for text, count in with_text.items()
            if text in ids and count == wrote and wrote and chosen[text] <= _HARDLY_MORE * wrote
        ]
        return question.with_write_in(beside.label, fitting[0] if len(fitting) == 1 else "")

    def _of_texts(self, plain: Question, heading: Heading, beside: Heading | None) -> Question:
        """A single choice or people's own words, in one column."""
        values = self[heading]
        total = sum(values.values())
        bands = damage.bands(values)
        shown: Counter[str] = Counter()
        for text, count in values.items():
            shown[bands.get(text, text)] += count
        answers = cells.common(shown)
        if not cells.is_choice(answers, shown) or max(map(len, answers)) > _LONGEST_LABEL:
            pieces = cells.pieces(shown, self._layout.separator)
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
            return replace(plain, kind="single", options=words.options(shown))
        order = words.about_order(answers)
        question = replace(plain, kind="single", options=words.options(answers), check=order)
        if beside:
            question = self._with_words_beside(question, heading, beside, "")
        else:
            question = _with_own_words(question, shown, answers)
        if bands:
            ids = {label: option for option, label in question.options.items()}
            moved = sum(values[text] for text in bands)
            first = next(iter(bands))
            doubt = f"a spreadsheet made dates of bands: {first!r} is read as {bands[first]!r}, see [answers.{_HERE}]"
            question = replace(
                question, answers={text: ids[band] for text, band in bands.items() if band in ids}
            )
            question = question.unsettled(doubt, moved)
        return question

    def _of_numbers(
        self, plain: Question, values: Mapping[str, int], ways: Sequence[Numerals], unit: str
    ) -> Question:
        """A question whose cells are numbers: a number, or codes that stand for the answers of a choice."""
        total = sum(values.values())
        numbers = sorted(values, key=lambda text: as_number(text, unit, ways[0]) or 0.0)
        ends = [as_number(text, unit, ways[0]) or 0.0 for text in (numbers[0], numbers[-1])]
        dense = ends[0] in (0, 1) and ends[1] - ends[0] < _DENSE * len(values) and len(values) <= _MOST_CODES
        is_choice = self.coded or _ONE.search(fold(plain.text)) or not words.asks_a_number(plain.text)
        if dense and is_choice and all(text.isdecimal() for text in values):
            if words.is_scale(plain.text) and ends[1] <= _LONGEST_SCALE:
                return _steps(plain, int(ends[0]), int(ends[1]))
            options = {f"code_{text}": text for text in numbers}
            question = replace(plain, kind="single", options=options)
            if self.coded:
                return replace(question, check="write what each code stands for")
            doubt = f"numbers from {numbers[0]} to {numbers[-1]}: codes or steps of a scale, or a number?"
            return question.unsettled(f"{doubt} then kind = 'number' in survey.toml", total)
        question = replace(plain, kind="number", unit=unit)
        if len(ways) > 1:
            # groups of just three digits are thousands rather than decimals
            keys = [way.keys(values) for way in ways]
            reading = next((written for written in keys if "thousands" in written), {})
            question = replace(question, reading={**question.reading, **reading})
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
        no = self._no(columns)
        ticks = {h: [text for text in self[h] if fold(text) not in no] for h in columns}
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
        question = question.with_write_in(own_label) if own_label else question
        return self._with_untouched(question, columns, no) if kind == "multiple" else question

    def _with_untouched(self, question: Question, columns: Sequence[Heading], no: frozenset[str]) -> Question:
        """The question with what an untouched box means, and unsettled where the file cannot tell.

        Where N/A says that boxes were not shown, an empty one beside it was. Where no box is empty, a No may be
        what the tool writes for everybody.
        """
        numbers = [h.column for h in columns]
        denied = {text for h in columns for text in self[h] if fold(text) in no}
        hidden = any(fold(text) in self._layout.not_shown for n in numbers for text in self._every.get(n, {}))
        if hidden and not denied:
            return question.read_as(unticked="no")
        everybody, full, none = self._rows.denied(numbers, denied)
        if denied and none and full == everybody and not self._layout.not_shown:
            doubt = (
                f"no box is empty, and {none} of {everybody} say No to all: were they asked? if not, then "
                f'unticked = "not_asked" under [reading.{_HERE}]'
            )
            return question.read_as(unticked="no").unsettled(doubt, none)
        return question

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


def _unit_of(values: Mapping[str, int]) -> str:
    """The unit that stands beside the numbers of a column, where one does beside most of them; or empty."""
    units: Counter[str] = Counter()
    for text, count in values.items():
        match = _UNIT.fullmatch(text.strip())
        unit = (match["before"] or match["behind"] or "") if match else ""
        if unit and not (match and match["before"] and match["behind"]):
            units[unit] += count
    unit, count = units.most_common(1)[0] if units else ("", 0)
    return unit if 2 * count > sum(values.values()) else ""


def _could_be_number(text: str, unit: str) -> bool:
    """Whether a text is a number in one of the ways in which they are written."""
    return any(as_number(text, unit, way) is not None for way in (PLAIN, ENGLISH, CONTINENTAL))


def _steps(plain: Question, first: int, last: int) -> Question:
    """A single choice of steps with numbers, which has a mean; of 0 to 10 with who would recommend, a score."""
    options = {f"step_{number}": str(number) for number in range(first, last + 1)}
    ids = list(options)
    recommends = (first, last) == (0, 10) and words.asks_to_recommend(plain.text)
    nets = {"promoters": ids[9:], "detractors": ids[:7]} if recommends else {}
    return replace(plain, kind="single", options=options, scores=range(first, last + 1), nets=nets)


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
