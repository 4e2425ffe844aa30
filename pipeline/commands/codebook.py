"""The codebook of a survey: every question, option, base and wave, with how far the waves compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from pipeline.commands.check import read
from pipeline.commands.diff import Posed, comparability, posed
from pipeline.declarations.questionnaire import Question, Survey
from pipeline.declarations.unsettled import Unsettled
from pipeline.pages.templates import template
from pipeline.project import files
from pipeline.project.paths import Paths
from pipeline.text.folding import is_beginning
from pipeline.tidy.csv import to_csv
from pipeline.tidy.tables import CODEBOOK, written


@dataclass(frozen=True)
class Part:
    """An item, option or net of a question; or the question itself."""

    kind: str
    id: str
    label: str
    role: str = ""
    score: float | None = None


@dataclass(frozen=True)
class InWave:
    """A question in one wave: how it was posed, and how it compares with the wave before that asked it."""

    name: str
    posed: Posed | None
    """None where the wave did not ask it"""
    status: str | None
    note: str

    def offers(self, part: Part) -> bool:
        """Whether the wave had a part of the question."""
        return self.posed is not None and (part.kind in ("question", "net") or part.id in self.posed.labels)


@dataclass(frozen=True)
class Entry:
    """A question with its parts, in every wave."""

    name: str
    asked: Question
    waves: list[InWave]
    parts: list[Part]

    @property
    def latest(self) -> Posed | None:
        """How the latest wave that asked it posed it."""
        return next((wave.posed for wave in reversed(self.waves) if wave.posed), None)

    def label(self, part: Part) -> str:
        """The label of a part in full, as the latest wave has it."""
        labels = [wave.posed.labels.get(part.id, "") for wave in self.waves if wave.posed]
        full = [label for label in labels if label and not is_beginning(label) and part.kind != "net"]
        return full[-1] if full else part.label

    def rows(self) -> Iterator[dict[str, object]]:
        """A row a part and wave, in the columns of codebook.csv."""
        for part in (Part("question", self.name, ""), *self.parts):
            for wave in self.waves:
                worded = wave.posed or Posed("", "", {}, (), {})
                yield {
                    "question": self.name, "kind": self.asked.kind, "part": part.kind, "id": part.id,
                    "label": worded.labels.get(part.id, self.label(part)), "role": part.role,
                    "score": part.score, "wave": wave.name, "offered": wave.offers(part),
                    "text": worded.text, "mode": worded.mode, "base": worded.base if wave.posed else "",
                    "status": wave.status or "", "note": wave.note,
                }  # fmt: skip


def codebook(paths: Paths) -> list[Path]:
    """Write codebook.md and codebook.csv: in the CSV a row a question, item, option or net, and wave."""
    survey, fieldings, mapped = read(paths)
    waves = [posed(survey, meaning) for meaning in mapped]
    statuses = comparability(survey, fieldings, mapped)
    entries = []
    for name, asked in survey.questions.items():
        notes = [f.wave.changes[name].note if name in f.wave.changes else "" for f in fieldings]
        in_waves = [
            InWave(fielding.name, wave.get(name), statuses.get((fielding.name, name)), note)
            for fielding, wave, note in zip(fieldings, waves, notes, strict=True)
        ]
        entries.append(Entry(name, asked, in_waves, list(_parts(survey, name))))
    rows = pd.DataFrame([row for entry in entries for row in entry.rows()], columns=CODEBOOK.names)
    lines = Unsettled(survey, fieldings, {}).column(rows)
    page = template("codebook.md.j2").render(survey=survey, fieldings=fieldings, entries=entries)
    with files.together() as write:
        write(paths.codebook_csv, to_csv(rows.assign(unsettled=lines), written(CODEBOOK)))
        write(paths.codebook, page)
    return [paths.codebook, paths.codebook_csv]


def _parts(survey: Survey, name: str) -> Iterator[Part]:
    """Everything that a question has, as it is declared."""
    scores = survey.scores(name)
    for item, label in survey.questions[name].items.items():
        yield Part("item", item, label)
    for identifier, option in survey.options(name).items():
        yield Part("option", identifier, option.label, option.role, scores.get(identifier))
    for net, members in survey.nets(name).items():
        yield Part("net", net, " or ".join(members))
