"""What two definitions of a questionnaire do not share, by the codes of their questions and options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from pipeline.drafting import questionnaires
from pipeline.drafting.questionnaires.definition import Part, Posed
from pipeline.drafting.redefined import moved_to, parts_of
from pipeline.text.folding import fold


def definition_diff(first: Path, second: Path) -> Iterator[str]:
    """A line on each question that two definitions put differently; the second is the later one.

    DefinitionError where one of them cannot be read.
    """
    before = {posed.code: posed for posed in questionnaires.read(first).questions}
    after = questionnaires.read(second)
    now = {posed.code: posed for posed in after.questions}
    if added := [code for code in now if code not in before]:
        yield f"asked in {second.name} alone: {', '.join(added)}"
    if gone := [code for code in before if code not in now]:
        yield f"asked in {first.name} alone: {', '.join(gone)}"
    shared = [code for code in now if code in before]
    alike = 0
    for code in shared:
        old, new = parts_of(before[code]), parts_of(now[code])
        lost = [part for key, part in old.items() if key not in new]
        differences = list(_differences(before[code], now[code], old, new))
        if moved := moved_to(lost, after, before):
            differences.append(f"split: {_labels(lost)} asked in {moved} now")
        if differences:
            yield f"{code}: {'; '.join(differences)}"
        alike += not differences
    yield f"{alike} of the {len(shared)} questions of both are put alike"


def _differences(
    before: Posed, now: Posed, old: Mapping[str, Part], new: Mapping[str, Part]
) -> Iterator[str]:
    """How one question differs: kind, wording, options and items, and who is asked it."""
    if before.kind != now.kind:
        yield f"{now.kind} and not {before.kind}"
    if fold(before.text) != fold(now.text):
        yield f"reworded, from {before.text!r} to {now.text!r}"
    if added := [part for key, part in new.items() if key not in old]:
        yield f"added {_labels(added)}"
    if lost := [part for key, part in old.items() if key not in new]:
        yield f"without {_labels(lost)}"
    for key in (key for key in new if key in old):
        if fold(old[key].label) != fold(new[key].label):
            yield f"{key} reads {new[key].label!r} and not {old[key].label!r}"
    shared = [key for key in old if key in new]
    if shared != [key for key in new if key in old]:
        yield "in another order"
    if (before.max or 0) != (now.max or 0):
        yield f"at most {now.max or 'all'} and not {before.max or 'all'}"
    if before.asked != now.asked or before.shown_if != now.shown_if:
        yield "asked of others"


def _labels(parts: list[Part]) -> str:
    return ", ".join(repr(part.label) for part in parts)
