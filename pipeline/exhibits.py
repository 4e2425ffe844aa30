"""The exhibits of the report: report.toml as frozen models, and the default ones without it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

from pydantic import Field, field_validator

from pipeline.documents import Declared, Document, model, read
from pipeline.errors import Problem, SurveyError, did_you_mean
from pipeline.paths import RESERVED, Paths
from pipeline.survey import IDENTIFIER, Survey
from pipeline.words import plain

ExhibitKind = Literal["ranked_bars", "single_bar", "scale_bars", "segment_panels", "published_bars", "table"]

# which kinds can show a question of a kind; the first is the default exhibit
FITTING: dict[str, tuple[ExhibitKind, ...]] = {
    "single": ("single_bar", "ranked_bars", "segment_panels", "table"),
    "multiple": ("ranked_bars", "segment_panels", "table"),
    "grid": ("scale_bars", "table"),
    "rank": ("ranked_bars", "segment_panels", "table"),
    "number": ("table",),
    "date": ("table",),
    "allocation": ("table",),
    "text": ("table",),
}
_DEFAULT_BANDS_LIMIT = 7


class Exhibit(Declared):
    """One figure or table to be drawn, as declared."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_]*$")
    kind: ExhibitKind
    question: str
    by: str = ""
    where: dict[str, list[str]] = {}
    dkns: Literal["keep", "exclude"] = "keep"
    neutral: str = ""


class Group(Declared):
    """One band of a segment, with the label it is printed under."""

    label: str
    options: list[str]


class Bands(Declared):
    """A segment made of the options of a single choice; options in no group are left out."""

    of: str
    groups: dict[str, Group]

    @field_validator("groups", mode="before")
    @classmethod
    def _labelled(cls, value: Any) -> Any:
        """A group written as a bare list is printed under its id."""
        if not isinstance(value, dict):
            return value
        return {i: {"label": plain(i), "options": g} if isinstance(g, list) else g for i, g in value.items()}


class Report(Declared):
    """All that report.toml says."""

    exhibit: list[Exhibit] = []
    segments: dict[str, Bands] = {}


def load(paths: Paths, survey: Survey) -> Report:
    """The report of a survey; without a report.toml, every question's default exhibit."""
    path = paths.report_file
    if not path.is_file():
        return Report(exhibit=list(defaults(survey)))
    document = read(path, paths.shown(path))
    report = model(document, Report)
    problems = list(check(report, survey, document))
    if problems:
        raise SurveyError(problems)
    return report


def problem(paths: Paths, index: int, message: str) -> Problem:
    """What is wrong with the exhibit in place `index`, at its line in report.toml, or else of survey.toml."""
    path = paths.report_file
    if not path.is_file():
        return Problem(paths.shown(paths.questionnaire), 0, message)
    return read(path, paths.shown(path)).problem(message, "exhibit", index)


def defaults(survey: Survey) -> Iterator[Exhibit]:
    """One exhibit a question, of the kind that suits it; private texts have none."""
    for name, question in survey.questions.items():
        kind = FITTING[question.kind][0]
        if question.kind == "single" and len(survey.options(name)) > _DEFAULT_BANDS_LIMIT:
            kind = "ranked_bars"
        if not question.private:
            yield Exhibit(id=f"question_{name}" if name in RESERVED else name, kind=kind, question=name)


def check(report: Report, survey: Survey, document: Document) -> Iterator[Problem]:
    """What an exhibit says of questions, options and segments that do not exist."""
    for name, bands in report.segments.items():
        yield from _check_bands(name, bands, survey, document)
    seen: set[str] = set()
    for index, exhibit in enumerate(report.exhibit):
        if exhibit.id in RESERVED:
            yield document.problem(f"no exhibit can be called {exhibit.id!r}", "exhibit", index, "id")
        if exhibit.id in seen:
            yield document.problem(f"two exhibits {exhibit.id!r}", "exhibit", index, "id")
        seen.add(exhibit.id)
        yield from _check_exhibit(exhibit, report, survey, document, index)


def _check_bands(name: str, bands: Bands, survey: Survey, document: Document) -> Iterator[Problem]:
    if name in survey.questions:
        yield document.problem(f"segment {name!r} has the id of a question", "segments", name)
    if bands.of not in survey.questions or survey.questions[bands.of].kind != "single":
        singles = [q for q, asked in survey.questions.items() if asked.kind == "single"]
        hint = did_you_mean(bands.of, singles)
        yield document.problem(f"no single choice {bands.of!r}; {hint}", "segments", name, "of")
        return
    if not IDENTIFIER.match(name):
        yield document.problem(
            f"the id {name!r} may hold only a-z, 0-9 and _, and not begin with _", "segments", name
        )
    if not bands.groups:
        yield document.problem(f"segment {name!r} has no groups", "segments", name)
    grouped: set[str] = set()
    for group, declared in bands.groups.items():
        place = ("segments", name, "groups", group)
        if not IDENTIFIER.match(group):
            yield document.problem(
                f"the id {group!r} may hold only a-z, 0-9 and _, and not begin with _", *place
            )
        if not declared.options:
            yield document.problem(f"group {group!r} of {name!r} has no options", *place)
        for option in declared.options:
            if option not in survey.options(bands.of):
                hint = did_you_mean(option, survey.options(bands.of))
                yield document.problem(
                    f"{bands.of!r} has no option {option!r}; {hint}",
                    *("segments", name, "groups", group),
                )
            elif option in grouped:
                yield document.problem(
                    f"{option!r} is in two groups of {name!r}", *("segments", name, "groups", group)
                )
            grouped.add(option)


def _check_exhibit(
    exhibit: Exhibit, report: Report, survey: Survey, document: Document, index: int
) -> Iterator[Problem]:
    question = exhibit.question
    if question not in survey.questions:
        hint = did_you_mean(question, survey.questions)
        yield document.problem(f"no question {question!r}; {hint}", "exhibit", index, "question")
        return
    kind = survey.questions[question].kind
    if exhibit.kind != "published_bars" and exhibit.kind not in FITTING[kind]:
        yield document.problem(
            f"{exhibit.kind} cannot show a {kind} question; it can be {' or '.join(FITTING[kind])}",
            *("exhibit", index, "kind"),
        )
    segments = {*survey.segments, *report.segments}
    if exhibit.by and exhibit.by not in segments:
        hint = did_you_mean(exhibit.by, sorted(segments), "the segments are")
        yield document.problem(f"no segment {exhibit.by!r}; {hint}", "exhibit", index, "by")
    if exhibit.kind == "segment_panels" and not exhibit.by:
        yield document.problem("segment_panels needs by = a segment", "exhibit", index)
    for on, options in exhibit.where.items():
        place = ("exhibit", index, "where", on)
        if on not in survey.questions:
            yield document.problem(f"no question {on!r}; {did_you_mean(on, survey.questions)}", *place)
            continue
        if not options:
            yield document.problem(f"no option of {on!r} is listed, so nobody is left", *place)
        for option in options:
            if option not in survey.options(on):
                hint = did_you_mean(option, survey.options(on))
                yield document.problem(f"{on!r} has no option {option!r}; {hint}", *place)
