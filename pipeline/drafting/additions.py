"""What a new wave adds to files that people have written: line by line, so that all else stays as it is."""

from __future__ import annotations

import copy
import tomllib
from collections.abc import Mapping
from typing import Any

from pipeline.drafting.answers import NewPart, add_parts
from pipeline.drafting.before import NOT_DEFINED, Before
from pipeline.drafting.draft import REWORDED, Draft
from pipeline.drafting.edited import Edited
from pipeline.drafting.toml_out import (
    CHECK,
    Line,
    beside,
    key_lines,
    label_line,
    question_lines,
)


def with_additions(text: str, before: Before, draft: Draft) -> str:
    """survey.toml with new options, items and questions in their places, each marked."""
    file = Edited(text)
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


def _add_part(file: Edited, before: Before, name: str, new: NewPart, owner: tuple[str, str]) -> None:
    """An option or item more in the table `owner`: behind those that it has, or in a table of its own."""
    place = (*owner, new.part)
    check = NOT_DEFINED if before.by_definition else f"new in {name}"
    known = [key for key in file.places if key[:3] == place and len(key) == 4]
    at = file.places.get(place, 0)
    if not known:
        (added,) = key_lines(new.id, label_line(new.label, new.write_in, check))
        file.add([f"[questions.{new.question}.{new.part}]", added], file.end_of(new.question))
        return
    if new.part == "options" and before.survey.nets(new.question):
        check += "; of which net?"
    if all(file.places[key] == at for key in known):
        (added,) = key_lines(new.id, label_line(new.label, new.write_in))
        line, end = file.lines[at - 1], file.lines[at - 1].rindex("}")
        mark = "" if CHECK in line else beside(check)
        file.lines[at - 1] = f"{line[:end].rstrip()}, {added} {line[end:]}{mark}"
        return
    options = before.survey.options(new.question) if new.part == "options" else {}
    plain = [key for key in known if key[3] not in options or options[str(key[3])].role == "substantive"]
    (added,) = key_lines(new.id, label_line(new.label, new.write_in, check))
    file.add([added], max(file.places[key] for key in plain or known))


def with_changes(text: str, draft: Draft) -> str:
    """The file of the wave before with what the new wave shows of it: options that it lacked, other wording.

    An option that is new was most likely not offered before, where one column cannot show it. Other wording
    stands in the file of the later wave.
    """
    file = Edited(text)
    places = file.places
    check = f"new in {draft.name}; or could they be chosen?"
    for question in dict.fromkeys((*draft.newly_offered, *draft.reworded)):
        fresh, change = draft.newly_offered.get(question, []), ("changes", question)
        block: list[str] = []
        if question in draft.reworded and not any(path[:3] == (*change, "status") for path in places):
            block = [*key_lines("status", REWORDED)]
            if (*change, "note") not in places:
                block += key_lines("note", draft.reworded[question])
        if (*change, "not_offered") in places and fresh:
            file.lengthen((*change, "not_offered"), fresh, check)
        elif fresh:
            block += key_lines("not_offered", Line(fresh, check))
        if block and change in places and file.lines[places[change] - 1].lstrip().startswith("["):
            file.add(block, places[change])
        elif block:
            file.add(["", f"[changes.{question}]", *block])
    return file.text()


def expected(data: Mapping[str, Any], draft: Draft) -> dict[str, Any]:
    """The questionnaire that survey.toml must hold once everything is added: what it held, and no more."""
    whole = copy.deepcopy(add_parts(data, draft.parts))
    for _, question in draft.questions:
        added = tomllib.loads("\n".join(question_lines(question)))
        for table in ("scales", "questions"):
            if table in added:
                whole[table] = whole.get(table, {}) | added[table]
    return whole
