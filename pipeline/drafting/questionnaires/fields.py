"""What the definitions that list fields have in common: XLSForm, formr, REDCap."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipeline.drafting.questionnaires.conditions import (
    Choices,
    Condition,
    Is,
    UnfitError,
    as_asked,
    both,
    parse,
)
from pipeline.drafting.questionnaires.definition import Part, Place, Posed, label, numbered, with_role
from pipeline.drafting.words import role_of
from pipeline.text.folding import fold

Resolve = Callable[[str], tuple[str, str]]
"""gives for a reference the question and, where it is a box, its option"""
Routed = tuple[Posed, Sequence[str]]
"""a question with the conditions of which all must hold for it to be asked"""
PER_CENT = 100  # what an allocation adds up to unless it says otherwise
TOOLS, IDENTIFIES = "the survey tool's own", "it may identify somebody"
LOCATION, FILE, MAIL = "it asks for a location", "it asks for a file", "it asks for an e-mail address"
_NAMED, _LONGEST, _MOST_REPORTS = 12, 200, 20
_LONGEST_SCALE = 11  # so many steps of a slider are a scale at most, and more are a number
_MARKDOWN = re.compile(r"^[ \t]*#{1,6}\s+|!?\[(?P<text>[^\[\]\n]{0,300})\]\([^()\s]{0,500}\)", re.MULTILINE)
_ESCAPED = re.compile(r"\\([\\`*_{}\[\]()#+.!-])")


def reports(noticed: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """A line for each thing that was noticed, with the names of the fields; no more than somebody reads."""
    return tuple(f"{what}: {listing(names)}" for what, names in noticed.items())[:_MOST_REPORTS]


def without(unasked: Iterable[tuple[str, str]], posed: Iterable[Posed]) -> dict[str, str]:
    """The headings that ask nothing, with the reason, but for those that a question may have too."""
    claimed = {heading.casefold() for asked in posed for heading, _ in asked.columns}
    return {heading: why for heading, why in unasked if heading.casefold() not in claimed}


def listing(names: Sequence[str]) -> str:
    """The first of some names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def wording(text: object) -> str:
    """A text as it is printed: without markup, be it HTML or Markdown."""
    return _ESCAPED.sub(r"\1", label(_MARKDOWN.sub(lambda link: link["text"] or " ", str(text or ""))))


def distinct(posed: Sequence[Posed]) -> list[Posed]:
    """The questions, a code that comes twice with a number behind it."""
    by_code: dict[str, Posed] = {}
    times = Counter[str]()
    for asked in posed:
        code = asked.code
        while code in by_code:
            times[asked.code] += 1
            code = f"{asked.code}_{times[asked.code] + 1}"
        again = replace(asked, code=code).doubted(f"the definition has {asked.code} twice")
        by_code[code] = asked if code == asked.code else again
    return list(by_code.values())


def beside(text: str, name: str, resolve: Resolve, question: Posed, field_name: str) -> Part | None:
    """The option of a question that a field of text is for, shown with that alone; None for a question.

    The option is an Other by its words, or the name of the field says that it belongs to it: who answers
    "yes" may be asked a question of its own.
    """
    try:
        condition = parse(text, name, resolve)
    except UnfitError:
        return None
    if not isinstance(condition, Is) or condition.negated or condition.question != question.code:
        return None
    part = next((one for one in question.options if {one.code} == condition.options), None)
    if part is None or part.write_in:
        return None
    named = {f"{question.code}_{end}".casefold() for end in ("other", "oth", "specify")}
    is_other = "other" in (part.code.casefold(), role_of(fold(part.label)))
    return part if is_other or field_name.casefold() in named else None


def with_words(question: Posed, part: Part, columns: Iterable[tuple[str, Place]]) -> Posed:
    """The question with an option that takes people's own words, which stand in columns of their own."""
    options = (with_role(replace(one, write_in=True)) if one is part else one for one in question.options)
    return replace(question, options=tuple(options), columns=once([*question.columns, *columns]))


def once(columns: Iterable[tuple[str, Place]]) -> tuple[tuple[str, Place], ...]:
    """The headings, each with the first of its places; letters in capitals make no other heading."""
    places: dict[str, tuple[str, Place]] = {}
    for heading, place in columns:
        places.setdefault(heading.casefold(), (heading, place))
    return tuple(places.values())


def stem(names: Sequence[str]) -> str:
    """What some names begin with, without a number behind it; the first name where that is nothing."""
    ends = (at for at, letters in enumerate(zip(*names, strict=False)) if len(set(letters)) > 1)
    return re.sub(r"[\W\d_]+$", "", names[0][: next(ends, None)]) or names[0]


def all_routed(
    posed: Sequence[Routed], name: str, resolve: Resolve, spelt: Callable[[str], str] = str
) -> list[Posed]:
    """The questions with who was asked each, by the conditions beside it, of which all must hold.

    `name` is the pattern by which the tool writes a reference, and `resolve` says what one refers to; `spelt`
    gives a condition in the spelling that can be read. A condition on a question further below stays in the
    words of the tool, so that no two questions wait for each other.
    """

    def read(text: str) -> Condition:
        return parse(spelt(text), name, resolve)

    choices: dict[str, Choices] = {}
    finished = []
    for asked, conditions in posed:
        finished.append(_routed(asked, conditions, choices, read))
        if asked.kind in ("single", "multiple") and asked.options:
            # who was not asked it left it blank, whether or not it had to be answered
            required = asked.required and not any(conditions)
            codes = tuple(part.code for part in asked.options)
            choices.setdefault(asked.code, Choices(codes, asked.kind == "multiple", required))
    return distinct(finished)


def _routed(
    question: Posed, texts: Sequence[str], choices: Mapping[str, Choices], read: Callable[[str], Condition]
) -> Posed:
    """The question with who was asked, as `asked` or else in the words of the tool."""
    texts = list(dict.fromkeys(" ".join(text.split()) for text in texts if text.strip()))
    try:
        return replace(question, asked=as_asked(both(*map(read, texts)), choices))
    except UnfitError:
        words = " and ".join(f"({text})" if len(texts) > 1 else text for text in texts)
        return replace(question, shown_if=words if len(words) <= _LONGEST else f"{words[: _LONGEST - 1]}…")


def common(conditions: Sequence[str], question: Posed) -> tuple[Posed, list[str]]:
    """The question of several fields with the condition that all of them have; a line where they differ."""
    different = dict.fromkeys(" ".join(text.split()) for text in conditions)
    if len(different) > 1:
        return question.doubted("some of its items were shown by a condition of their own"), []
    return question, list(different)


def shared_out(
    sums: Iterable[tuple[str, Sequence[str]]], most: Mapping[str, int | None], totals: Mapping[str, int]
) -> Iterator[tuple[Sequence[str], int, str]]:
    """The numbers that share out a total: their names, the total, and what to look at.

    They are those that a computed field adds up, where `totals` has what it must come to or the numbers have
    the same upper bound. `most` has the bound of each field for a number.
    """
    taken: set[str] = set()
    for field, names in sums:
        bounds = {most.get(name) for name in names}
        total = totals.get(field) or (bounds.pop() if len(bounds) == 1 else None)
        if total and len(names) > 1 and all(name in most for name in names) and not taken & {*names}:
            taken |= {*names}
            guess = f"{field} adds its items up; that they come to {total} is a guess"
            yield names, total, "" if field in totals else guess


def steps(first: str, last: str, step: str = "1", ends: Sequence[str] = ()) -> tuple[Part, ...]:
    """The steps of a scale of few whole numbers, the first and the last with the labels of its ends.

    None of a scale that is longer or has other numbers: its answers are numbers.
    """
    if not all(re.fullmatch(r"-?\d{1,9}", number) for number in (first, last, step)):
        return ()
    if int(step) < 1 or not 0 < (int(last) - int(first)) // int(step) < _LONGEST_SCALE:
        return ()
    parts = list(numbered(int(first), int(last), int(step)))
    for place, end in zip((0, -1), ends, strict=False):
        text = f"{parts[place].code} ({end})" if end and end != parts[place].code else parts[place].code
        parts[place] = replace(parts[place], label=text)
    return tuple(parts)
