"""What a survey tool writes down about a questionnaire, in the words of this project: the one result type.

A reader of a tool's definition makes a `Definition` of it, and knows nothing of exports, of survey.toml or of
what is drafted from it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import unescape
from typing import Literal, cast

from pipeline.declarations.questionnaire import Role
from pipeline.drafting.doubts import in_one_line
from pipeline.drafting.words import role_of
from pipeline.text.folding import ELLIPSIS, fold, without_markup

Holds = Literal["answer", "box", "item", "place", "words"]
# what a tool fills in while it asks: {{name}}, ${q://QID1/ChoiceGroup}, ${name}, [[name]]
_PIPED = re.compile(r"\$e?\{[^{}]*\}|\{\{[^{}]*\}\}")
_EMPHASIS = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_LONGEST = 10_000  # characters of a text that is read as one: no question is longer
_BREAKS = re.compile(r"<\s{0,9}(?:br|/p|/div|/li)\b[^<>]*>", re.IGNORECASE)


@dataclass(frozen=True)
class Part:
    """An option or an item of a question."""

    code: str
    """what stands for it in an export of codes"""
    label: str
    role: Role = "substantive"
    exclusive: bool = False
    write_in: bool = False
    score: float | None = None
    others: tuple[str, ...] = ()
    """further texts that an export may have for it: another code, a label of another language"""
    check: str = ""
    """what a person should look at, which changes no number"""


@dataclass(frozen=True)
class Place:
    """What a column of an export holds.

    `answer` is the whole of a question, several answers joined; `box` the tick of an option; `item` the
    answer to an item; `place` the item at a place of a ranking; `words` what people wrote beside an option.
    """

    holds: Holds = "answer"
    part: str = ""
    """the code of the option or item, or the number of the place"""


@dataclass(frozen=True)
class Posed:
    """A question as the tool posed it."""

    code: str
    """what names it in the definition and, where the tool repeats it there, in the export"""
    text: str
    kind: str
    options: tuple[Part, ...] = ()
    items: tuple[Part, ...] = ()
    max: int | None = None
    """of how many options at most, or what an allocation adds up to"""
    asked: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """who was asked: each question by its code, with the codes of options of which one must be chosen"""
    shown_if: str = ""
    """the words of the tool for a condition that `asked` cannot say; empty for none"""
    required: bool = False
    private: bool = False
    personal: str = ""
    """why it is not to be read: it asks for an address, a name; empty for what may be read"""
    unit: str = ""
    columns: tuple[tuple[str, Place], ...] = ()
    """the headings under which an export may have it, in its order, in any layout of the tool"""
    check: str = ""
    doubt: str = ""
    """what could change its numbers and the definition does not say"""

    def doubted(self, check: str) -> Posed:
        """The same with one thing more to look at."""
        return replace(self, check="; ".join(filter(None, (self.check, check))))


@dataclass(frozen=True)
class Definition:
    """A questionnaire as its tool has it."""

    tool: str
    """the tool or standard, as printed"""
    title: str
    questions: tuple[Posed, ...]
    unasked: Mapping[str, str] = field(default_factory=dict)
    """headings of columns that ask nothing, with the reason: a computed field, a file, a field of the tool"""
    roles: Mapping[str, str] = field(default_factory=dict)
    """the heading of the column of each role that describes a response: id, weight, started, submitted"""
    reports: tuple[str, ...] = ()
    """lines on what the definition holds and cannot be drafted, or was left out"""
    language: str = ""
    """the language of the labels, as the tool names it; empty where it does not"""


def label(text: object) -> str:
    """A text of a definition as it is printed: without markup, what is filled in as an ellipsis."""
    whole = str(text or "")[:_LONGEST].encode("utf-8", "replace").decode("utf-8")  # halves of a character
    plain = _BREAKS.sub(" ", whole)
    plain = unescape(without_markup(_PIPED.sub(ELLIPSIS, plain)))
    return " ".join(_EMPHASIS.sub(r"\2", plain).replace("\xa0", " ").split())


def with_role(part: Part) -> Part:
    """The option with the role that its write-in or its words imply; a code alone implies none.

    Who is offered "None of these" or "Don't know" among several options is not thereby kept from others: that
    is `exclusive`, and the definition says it.
    """
    if part.role != "substantive":
        return part
    role = "other" if part.write_in else role_of(fold(part.label)) or "substantive"
    return replace(part, role=cast("Role", role))


def told_apart(posed: Posed) -> Posed:
    """The question with labels of which no two are the same: the code stands behind that of the later one.

    Cells that hold labels do not tell such options apart, so that the question is doubtful.
    """
    options, twice = _unlike(posed.options)
    items, _ = _unlike(posed.items)
    if twice:
        doubt = f"full answers do not tell apart what is called {spread([repr(text) for text in twice])}"
        posed = replace(posed, doubt=in_one_line(posed.doubt, doubt))
    return replace(posed, options=options, items=items)


def _unlike(parts: Sequence[Part]) -> tuple[tuple[Part, ...], list[str]]:
    """Options or items whose labels differ, and the labels that came twice, folded."""
    labels: set[str] = set()
    twice: dict[str, None] = {}
    unlike = []
    for part in parts:
        folded = fold(part.label)
        if folded in labels:
            twice[folded] = None
            check = "; ".join(filter(None, (part.check, "another has this label, too")))
            part = replace(part, label=f"{part.label} ({part.code})", check=check)
        labels.add(folded)
        unlike.append(part)
    return tuple(unlike), list(twice)


def numbered(first: int, last: int, step: int = 1) -> tuple[Part, ...]:
    """The options of a scale of numbers."""
    return tuple(Part(str(n), str(n)) for n in range(first, last + (1 if step > 0 else -1), step))


def spread(codes: Sequence[str]) -> str:
    """Codes in words, for a line to a person: `1, 2 or 3`."""
    return " or ".join(filter(None, (", ".join(codes[:-1]), codes[-1]))) if codes else ""
