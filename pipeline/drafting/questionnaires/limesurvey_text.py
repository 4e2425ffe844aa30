"""LimeSurvey: the structure of a survey as tab-separated text (`.txt`).

A row is of a class: a setting (S, or SL for one in a language), a group (G), a question (Q), or a subquestion
(SQ) or an answer (A) of the question above it. The languages follow each other, with the same names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.drafting.questionnaires.definition import Definition
from pipeline.drafting.questionnaires.limesurvey import Structure, assembled
from pipeline.drafting.questionnaires.limesurvey_types import Entry, Row, in_one, plain, spoken
from pipeline.drafting.questionnaires.source import Source

_HEADINGS = {"class", "type/scale", "name", "relevance", "text"}
_NO_ATTRIBUTES = {*_HEADINGS, "id", "related_id", "help", "language", "validation", "mandatory", "other"}


def recognised(source: Source) -> bool:
    """Whether a file is the tab-separated structure of a LimeSurvey survey."""
    first = source.head.partition("\n")[0]
    return {name.strip().strip('"') for name in first.split("\t")} >= _HEADINGS


def definition(source: Source) -> Definition:
    """The questionnaire of a tab-separated structure."""
    rows = source.records("\t")
    if not any(row["class"] == "Q" for row in rows):
        raise source.error("has no row of the class Q; export the survey structure again", "class")
    settings = {row["name"]: row["text"] for row in rows if row["class"] == "S"}
    titles = {row.get("language", ""): row["text"] for row in rows if row["name"] == "surveyls_title"}
    named = (settings.get("language", ""), *settings.get("additional_languages", "").split())
    languages = spoken((*named, *(row.get("language", "") for row in rows if row["class"] == "Q")))
    reader = _Reader(source, languages)
    for row in rows:
        reader.read(row)
    reader.structure.title = plain(in_one(titles, languages[0]))
    reader.structure.language = languages[0]
    reader.structure.timed = settings.get("savetimings") in ("Y", "I")
    quotas = {row["name"] for row in rows if row["class"] == "QTA"}
    if quotas:
        reader.structure.reports.append(
            f"quotas ({len(quotas)}): who met a full one was sent away, or to the end"
        )
    return assembled(source, reader.structure)


@dataclass
class _Reader:
    """Goes down the rows; what it read last is what the next rows belong to."""

    source: Source
    languages: tuple[str, ...]
    structure: Structure = field(default_factory=Structure)

    def __post_init__(self) -> None:
        """Begin above the first group and question."""
        self._entries: dict[str, Entry] = {}
        self._entry: Entry | None = None
        self._of_group = ""
        self._parts: dict[tuple[int, bool, int, str], Row] = {}

    def read(self, row: Mapping[str, str]) -> None:
        """Take in a row; a class that is not known here asks nothing."""
        kind, name, language = row["class"], row["name"], row.get("language", "")
        if kind == "G":
            self._of_group, self._entry = row["relevance"], None
            self.structure.groups.setdefault(row.get("id") or row["type/scale"], name)
        elif kind == "Q":
            if not name:
                raise self.source.error("has no name; export it again", f"the question {row['text'][:40]!r}")
            self._question(row, name, language)
        elif kind in ("SQ", "A"):
            if self._entry is None:
                raise self.source.error("stands below no question; export the survey again", f"{kind} {name}")
            self._part(self._entry, row, kind == "SQ", language)

    def _question(self, row: Mapping[str, str], name: str, language: str) -> None:
        """A question, or the texts of one in another language."""
        entry = self._entries.get(name)
        if entry is None or language in entry.texts:  # of another language it comes again
            entry = Entry(
                name,
                row["type/scale"],
                self.languages,
                relevance=(self._of_group, row["relevance"]),
                required=row.get("mandatory") == "Y",
                other=row.get("other") == "Y",
                encrypted=row.get("encrypted") == "Y",
                validation=row.get("validation", ""),
            )
            self._entries.setdefault(name, entry)
            self.structure.entries.append(entry)
        entry.texts[language] = row["text"]
        for key, value in row.items():
            if value and key not in _NO_ATTRIBUTES:
                entry.attributes.setdefault(key, {})[language] = value
        self._entry = entry

    def _part(self, entry: Entry, row: Mapping[str, str], is_asked: bool, language: str) -> None:
        """A subquestion, or an answer, whose score stands where others have their relevance."""
        scale, name = int(row["type/scale"] == "1"), row["name"]
        relevance, score = (row["relevance"], "") if is_asked else ("", row["relevance"])
        part = Row(name, {}, scale, relevance, score)
        known = self._parts.setdefault((id(entry), is_asked, scale, name), part)
        if known is part:
            (entry.subquestions if is_asked else entry.answers).append(part)
        known.texts.setdefault(language, row["text"])
