"""What a new wave adds to files that people have written: line by line, so that all else stays as it is."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.declarations.toml import Document
from pipeline.drafting.answers import NewPart, add_parts
from pipeline.drafting.before import Before
from pipeline.drafting.draft import REWORDED, Draft
from pipeline.drafting.toml_out import (
    CHECK,
    Line,
    beside,
    key_lines,
    label_line,
    question_lines,
    toml_value,
)


class _Edited:
    """A file with lines that go in behind others; those of the file keep their numbers until the end."""

    def __init__(self, text: str, document: Document) -> None:
        self.lines = text.rstrip("\n").split("\n")
        self.document = document
        self._blocks: list[tuple[int, list[str]]] = []

    def add(self, block: list[str], after: int | None = None) -> None:
        """Put lines behind the one of that number, and behind what was put there before; else at the end."""
        self._blocks.append((len(self.lines) if after is None else after, block))

    def place_of(self, heading: str) -> int | None:
        """Behind which line a block goes in that holds a heading."""
        return next((after for after, block in self._blocks if heading in block), None)

    def end_of(self, question: str) -> int:
        """The number of the last line that belongs to a question."""
        places = [line for key, line in self.document.lines.items() if key[:2] == ("questions", question)]
        at = max(places, default=len(self.lines))
        while at < len(self.lines) and self.lines[at].strip() and not self.lines[at].lstrip().startswith("["):
            at += 1
        return at

    def text(self) -> str:
        """The file with all that was added."""
        lines: list[str] = []
        for number, line in enumerate(["", *self.lines]):
            lines.append(line)
            lines += [added for after, block in self._blocks if after == number for added in block]
        return "\n".join(lines[1:]) + "\n"


def with_additions(text: str, before: Before, draft: Draft) -> str:
    """survey.toml with new options, items and questions in their places, each marked."""
    file = _Edited(text, before.document)
    seen: set[tuple[str, ...]] = set()
    for new in draft.parts:
        scale = before.survey.questions[new.question].scale if new.part == "options" else ""
        owner = ("scales", scale) if scale else ("questions", new.question)
        if (*owner, new.id) not in seen:
            _add_part(file, before, draft.name, new, owner)
        seen.add((*owner, new.id))
    for behind, question in draft.questions:
        after = file.place_of(f"[questions.{behind}]")
        if after is None and behind:
            after = file.end_of(behind)
        file.add(["", *question_lines(question)], after)
    return file.text()


def _add_part(file: _Edited, before: Before, name: str, new: NewPart, owner: tuple[str, str]) -> None:
    """An option or item more in the table `owner`: behind those that it has, or in a table of its own."""
    place, check = (*owner, new.part), f"new in {name}"
    known = [key for key in file.document.lines if key[:3] == place and len(key) == 4]
    at = file.document.lines.get(place, 0)
    if not known:
        (added,) = key_lines(new.id, label_line(new.label, new.write_in, check))
        file.add([f"[questions.{new.question}.{new.part}]", added], file.end_of(new.question))
        return
    if new.part == "options" and before.survey.nets(new.question):
        check += "; of which net?"
    if all(file.document.lines[key] == at for key in known):
        (added,) = key_lines(new.id, label_line(new.label, new.write_in))
        line, end = file.lines[at - 1], file.lines[at - 1].rindex("}")
        mark = "" if CHECK in line else beside(check)
        file.lines[at - 1] = f"{line[:end].rstrip()}, {added} {line[end:]}{mark}"
        return
    options = before.survey.options(new.question) if new.part == "options" else {}
    plain = [key for key in known if key[3] not in options or options[str(key[3])].role == "substantive"]
    (added,) = key_lines(new.id, label_line(new.label, new.write_in, check))
    file.add([added], max(file.document.lines[key] for key in plain or known))


def with_changes(text: str, before: Before, draft: Draft) -> str:
    """The file of the wave before with what the new wave shows of it: options that it lacked, other wording.

    An option that is new was most likely not offered before, where one column cannot show it. Other wording
    stands in the file of the later wave.
    """
    file = _Edited(text, before.fielding.document)
    places = file.document.lines
    check = f"new in {draft.name}; or could they be chosen?"
    for question in dict.fromkeys((*draft.newly_offered, *draft.reworded)):
        fresh, change = draft.newly_offered.get(question, []), ("changes", question)
        block: list[str] = []
        if question in draft.reworded and not any(path[:3] == (*change, "status") for path in places):
            block = [*key_lines("status", REWORDED)]
            if (*change, "note") not in places:
                block += key_lines("note", draft.reworded[question])
        known = [line for path, line in places.items() if path[:3] == (*change, "not_offered")]
        if known and fresh:
            _lengthen(file, max(known), fresh, check)
        elif fresh:
            block += key_lines("not_offered", Line(fresh, check))
        if block and change in places and file.lines[places[change] - 1].lstrip().startswith("["):
            file.add(block, places[change])
        elif block:
            file.add(["", f"[changes.{question}]", *block])
    return file.text()


def _lengthen(file: _Edited, number: int, fresh: Sequence[str], check: str) -> None:
    """Further ids in the list that ends on or behind a line."""
    listed = ", ".join(map(toml_value, fresh))
    start, bracket, end = file.lines[number - 1].rpartition("]")
    if bracket and "#" not in end:
        start = start.rstrip().rstrip(",")
        comma = "" if start.endswith("[") else ", "
        file.lines[number - 1] = f"{start}{comma}{listed}]{end}{beside(check)}"
    else:
        file.lines[number - 1] = file.lines[number - 1].rstrip().rstrip(",") + ","
        file.add([f"    {listed},{beside(check)}"], number)


def data_of(text: str) -> dict[str, Any] | None:
    """What a TOML text holds; None where it is none."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return None


def expected(data: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The questionnaire that survey.toml must hold once everything is added: what it held, and no more."""
    whole = copy.deepcopy(add_parts(data, draft.parts))
    for _, question in draft.questions:
        added = tomllib.loads("\n".join(question_lines(question)))
        for table in ("scales", "questions"):
            if table in added:
                whole[table] = whole.get(table, {}) | added[table]
    return whole
