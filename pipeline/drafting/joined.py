"""Which columns of an export hold which question of a definition: by id first, then by words.

Every tool leaves a key in its export: import ids, `code[SQ001]`, names of fields. Texts are often edited
after fielding began, so that words are tried only where no key is there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.answers.columns import is_other
from pipeline.drafting.look import Looked
from pipeline.drafting.questionnaires.definition import Definition, Holds, Place, Posed
from pipeline.exports.tools import Heading
from pipeline.text.folding import fold

Held = tuple[Heading, Place]
_IMPORT_ID = re.compile(
    r"""\{\s*["']ImportId["']\s*:\s*["'](?P<id>[^"']+)["'](?:.*?["']choiceId["']\s*:\s*["'](?P<choice>[^"']+))?"""
)
_CODED = re.compile(r"(?P<code>[^\s.]+)\.\s+(?P<text>.+)\Z", re.DOTALL)
_ANSWER = ("", "response", "open-ended response", "selected choice")


@dataclass(frozen=True)
class Joined:
    """The columns of an export by what a definition says of them."""

    questions: Mapping[str, list[Held]] = field(default_factory=dict)
    """the columns of each question that is there, by its code in the definition, with what each holds"""
    unasked: Sequence[tuple[Heading, str]] = ()
    """columns that ask nothing, and why"""
    roles: Mapping[str, Heading] = field(default_factory=dict)
    """the column of each role that describes a response"""
    missing: Sequence[str] = ()
    """the codes of questions that the export does not have"""


def join(definition: Definition, looked: Looked) -> Joined:
    """The columns of each question, in the order of the definition.

    A name that several questions have (an option of two lists, in an export that heads boxes by the option
    alone) is given out in their order.
    """
    claims: dict[str, list[tuple[Posed, Place]]] = {}
    for posed in definition.questions:
        for name, place in posed.columns:
            claims.setdefault(_key(name), []).append((posed, place))
    unasked_names = {_key(name): reason for name, reason in definition.unasked.items()}
    role_names = {_key(name): role for role, name in definition.roles.items()}
    held: dict[str, list[Held]] = {}
    taken: set[tuple[str, Place]] = set()
    unasked: list[tuple[Heading, str]] = []
    roles: dict[str, Heading] = {}
    left: list[Heading] = []
    for heading in looked.written:
        names = list(_names(heading, looked))
        free = [
            (posed, place)
            for name in names
            for posed, place in claims.get(name, ())
            if (posed.code, place) not in taken
        ]
        role = next((role_names[name] for name in names if name in role_names), "")
        if free:
            posed, place = free[0]
            taken.add((posed.code, place))
            held.setdefault(posed.code, []).append((heading, place))
        elif role and role not in roles:
            roles[role] = heading
        elif reason := next((unasked_names[name] for name in names if name in unasked_names), ""):
            unasked.append((heading, reason))
        else:
            left.append(heading)
    by_text = {fold(posed.text): posed for posed in definition.questions if posed.text}
    # a box or an item more than the definition has: an option that was deleted after people had chosen it
    by_code = {
        fold(posed.code): (posed, place.holds)
        for posed in definition.questions
        for _, place in held.get(posed.code, ())
        if place.holds in ("box", "item")
    }
    for heading in left:
        worded = by_text.get(fold(heading.text))
        within = _by_words(worded, heading) if worded else None
        if worded and within and (worded.code, within) not in taken:
            taken.add((worded.code, within))
            held.setdefault(worded.code, []).append((heading, within))
            continue
        if heading.code and (known := by_code.get(fold(heading.code))):
            posed, holds = known
            held[posed.code].append((heading, Place(holds)))  # of no option: its label is all that tells
    codes = [posed.code for posed in definition.questions]
    return Joined(
        {code: sorted(held[code], key=lambda one: one[0].column) for code in codes if code in held},
        unasked,
        roles,
        [code for code in codes if code not in held],
    )


def _names(heading: Heading, looked: Looked) -> Iterator[str]:
    """What may name a column, surest first: its import id, its code, the texts above it."""
    cells = [row[heading.column - 1] for row in looked.header if len(row) >= heading.column]
    for cell in reversed(cells):
        if match := _IMPORT_ID.match(cell):
            yield _key(match["id"] + (f"-{match['choice']}" if match["choice"] else ""))
    if heading.column in looked.variables:
        yield _key(looked.variables[heading.column])
    for cell in cells:
        yield _key(cell)
        if coded := _CODED.match(cell):
            yield _key(coded["code"])
    for cell in cells:
        if coded := _CODED.match(cell):
            yield _key(coded["text"])


def _key(name: str) -> str:
    """A name as it is compared; an import id is written with `_` or with `-`."""
    folded = fold(name)
    return folded.replace("_", "-") if re.match(r"qid\d", folded) else folded


def _by_words(posed: Posed, heading: Heading) -> Place | None:
    """What a column headed by the question holds, by the option, item or place in its label."""
    label = fold(heading.label)
    if heading.bare or label in _ANSWER:
        return Place()
    holds: Holds = "item" if posed.items else "box"
    for part in posed.items or posed.options:
        if label in {fold(part.label), fold(part.code), *map(fold, part.others)}:
            # beside a single choice the column of an Other can hold nothing else
            return Place("words" if part.write_in and posed.kind == "single" else holds, part.code)
    others = [part for part in posed.options if part.write_in]
    if len(others) == 1 and is_other(heading.label):
        return Place("words", others[0].code)
    number = re.search(r"\d+", label)
    return Place("place", number[0]) if posed.kind == "rank" and number else None
