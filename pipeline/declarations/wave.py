"""One fielding: <wave>.toml as frozen models, and the checks against the questionnaire."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, StrictFloat, StrictInt, field_validator

from pipeline.declarations.questionnaire import NO_ANSWER, Survey
from pipeline.declarations.strays import misnamed
from pipeline.declarations.toml import Declared, Document, Key, as_far_as, model, read
from pipeline.exports import parquet, sheets, spss
from pipeline.exports.tools import formats
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import Paths, is_name
from pipeline.text.folding import beginning, fits, is_beginning, without_secrets
from pipeline.text.values import MOST, Numerals, as_number

_MOST_BYTES_OF_A_NAME = 255  # of a file or a folder, on the systems there are


# true is no 1, and what is not finite is no number that anybody meant
Number = (
    Annotated[StrictInt, Field(ge=-MOST, le=MOST)]
    | Annotated[StrictFloat, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]
)


def _listed(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


class Fielded(Declared):
    """The first and the last day of the field period."""

    from_: datetime.date = Field(alias="from")
    to: datetime.date


if TYPE_CHECKING:
    ExportFormat = str
else:
    ExportFormat = Literal[tuple(formats)]
Dates = Literal["", "day first", "month first"]
Decimal = Literal["", ".", ","]
Thousands = Literal["", ".", ",", "'", " "]


class Source(Declared):
    """The export: one file, or a list where several collectors exported alike."""

    file: Annotated[list[Annotated[str, Field(min_length=1)]], Field(min_length=1)]
    format: ExportFormat
    sha256: list[str] = []
    url: list[str] = []
    licence: str = ""
    citation: str = ""
    encoding: str = ""
    separator: str = ""
    delimiter: Annotated[str, Field(pattern=r'^[^"\r\n\x00]$')] | None = None
    header_rows: Annotated[int, Field(ge=1)] | None = None
    sheet: str = ""
    first_row: Annotated[int, Field(ge=1)] = 1
    dates: Dates = ""
    decimal: Decimal = ""
    thousands: Thousands = ""
    blank: list[str] = []

    _file = field_validator("file", "sha256", "url", "blank", mode="before")(_listed)


class Reading(Declared):
    """How the cells of one question are read, where it is not as [source] says."""

    blank: list[str] = []
    decimal: Decimal = ""
    thousands: Thousands = ""
    dates: Dates = ""

    _blank = field_validator("blank", mode="before")(_listed)


REPEATED = "a response that repeats another"
"""the reason, in the survey flow, of what `duplicates` leaves out"""
_ABOUT_DUPLICATES = ("duplicate_id", "duplicate_answers")
# the columns of [respondents] that each describe a response
ROLES = ("id", "started", "submitted", "weight")


class Respondents(Declared):
    """The columns that describe a response and not an answer; `drop` never reaches the disk.

    `duplicates` says which of the responses that repeat one another are counted.
    """

    id: str = ""
    started: str = ""
    submitted: str = ""
    weight: str = ""
    drop: list[str] = []
    duplicates: Literal["", "keep_first", "keep_last", "keep_all"] = ""

    _drop = field_validator("drop", mode="before")(_listed)


Options = dict[str, Annotated[list[str], Field(min_length=1)]]
"""options by question: one of each list"""
QUALITY_RULES = (
    "speeder", "straight_lining", "attention", "impossible", "duplicate_id", "duplicate_answers", "partial",
    "answered_not_asked",
)  # fmt: skip
"""the rules of data quality, in the order in which they are told"""


class Exclude(Declared):
    """One screening rule: all of `where` must hold, or one of the rules of `quality`.

    A key of `where` is a question or a heading.
    """

    reason: str
    where: Annotated[Options, Field(min_length=1)] = {}
    quality: Annotated[list[str], Field(min_length=1)] = []


class Speeders(Declared):
    """Who is a speeder: `below` a part of the median duration of the wave, or below so many `seconds`."""

    below: Annotated[Number, Field(gt=0, lt=1)] | None = None
    seconds: Annotated[Number, Field(gt=0)] | None = None


class Impossible(Declared):
    """Answers that cannot all be true: one of the options of each question of `where`."""

    reason: Annotated[str, Field(min_length=1)]
    where: Annotated[Options, Field(min_length=2)]


class Quality(Declared):
    """Who is flagged for data quality, where it is not as by default; nobody is excluded by it."""

    speeders: Speeders | None = None
    straight_lining: Annotated[StrictInt, Field(ge=2)] = 5
    attention: Options = {}
    impossible: list[Impossible] = []


class Change(Declared):
    """What differs from the wave before, for one question."""

    status: Literal["same", "reworded", "broken"] = "same"
    note: str = ""
    pool: dict[str, list[str]] = {}
    not_offered: list[str] = []


class Target(Declared):
    """What the groups of one question are in the population, and who says so.

    `shares` is by option or net of the question; percentages, parts or counts, of which the sum is all.
    """

    source: Annotated[str, Field(min_length=1)]
    shares: Annotated[dict[str, Annotated[Number, Field(gt=0)]], Field(min_length=1)]


class Weights(Declared):
    """How the weights of a wave are made: raked to targets, cut to limits (multiples of the mean weight)."""

    targets: dict[str, Target] = {}
    trim: tuple[Annotated[Number, Field(ge=0, lt=1)], Annotated[Number, Field(gt=1)]] | None = None


class Wave(Declared):
    """Where each question is in one export, and what is true of that export alone."""

    title: str
    fielded: Fielded | None = None
    synthetic: bool = False
    source: Source
    respondents: Respondents = Respondents()
    exclude: list[Exclude] = []
    columns: dict[str, list[str]] = {}
    answers: dict[str, dict[str, str | Number]] = {}
    reading: dict[str, Reading] = {}
    changes: dict[str, Change] = {}
    weights: Weights = Weights()
    quality: Quality = Quality()

    @property
    def weighting(self) -> str:
        """How respondents are weighted, in words; empty where each counts the same."""
        parts = [f"the column {self.respondents.weight!r}"] if self.respondents.weight else []
        if self.weights.targets:
            parts.append(f"raking to {', '.join(self.weights.targets)} (tables/targets.csv)")
        if parts and self.weights.trim:
            low, high = self.weights.trim
            parts.append(f"cut to {low:g} to {high:g} times the mean")
        return ", ".join(parts)

    @property
    def duplicates(self) -> str:
        """What becomes of responses that repeat another: as declared, or `rule` where a rule says so."""
        by_rule = any(name in _ABOUT_DUPLICATES for rule in self.exclude for name in rule.quality)
        return "rule" if by_rule else self.respondents.duplicates

    def numerals(self, question: str = "") -> Numerals | None:
        """How numbers are written in the cells of a question, or in the whole export; None where not said."""
        return _numerals(self.reading.get(question, Reading())) or _numerals(self.source)

    def dates(self, question: str) -> str:
        """Whether the day or the month comes first in the dates of a question; empty where not said."""
        return self.reading.get(question, Reading()).dates or self.source.dates

    def not_offered(self, question: str) -> list[str]:
        """The options and items of a question that this wave is said not to have offered."""
        change = self.changes.get(question)
        return change.not_offered if change else []

    def lines(self, question: str) -> dict[str, str]:
        """What [answers] maps to an option or item of a question; numbers are left out."""
        mapped = self.answers.get(question, {})
        return {text: to for text, to in mapped.items() if isinstance(to, str)}

    @field_validator("columns", mode="before")
    @classmethod
    def _finders(cls, value: Any) -> Any:
        return {k: _listed(v) for k, v in value.items()} if isinstance(value, dict) else value


def _numerals(said: Source | Reading) -> Numerals | None:
    """How numbers are written; a point between thousands leaves the comma to decimals."""
    if not (said.decimal or said.thousands):
        return None
    return Numerals(said.decimal or ("," if said.thousands == "." else "."), said.thousands)


@dataclass(frozen=True)
class Fielding:
    """A wave with its name, its files and the places of its lines."""

    name: str
    wave: Wave
    document: Document
    exports: tuple[Path, ...]


def load(paths: Paths, survey: Survey) -> list[Fielding]:
    """Every wave of a survey, the earliest first (`in_order`); SurveyError with every problem in any of them.

    "Before", "after" and "the latest" mean places in this list, and nothing else sorts waves: the database
    numbers them so, and the rows of tables follow.
    """
    files = paths.wave_files()
    if not files and not any(misnamed(paths)):
        raise SurveyError(f"no wave file in {paths.shown(paths.raw)}; write one beside its export")
    fieldings: list[Fielding] = []
    problems = list(misnamed(paths))
    for path in files:
        try:
            fieldings.append(load_one(paths, survey, path))
        except SurveyError as error:
            problems += error.problems
    problems += twice(fieldings)
    if problems:
        raise SurveyError(problems)
    order = in_order({fielding.name: fielding.wave.fielded for fielding in fieldings})
    return sorted(fieldings, key=lambda fielding: order.index(fielding.name))


def in_order(waves: Mapping[str, Fielded | None]) -> list[str]:
    """The names of waves, the earliest first: by the first day of the field period, the last day, the name.

    A wave without dates stands behind all waves whose names come before its own (`by_name`), so that it
    moves none of the others.
    """
    named = sorted(waves, key=by_name)
    dated = {name: fielded for name, fielded in waves.items() if fielded}
    order = sorted(
        (name for name in named if name in dated), key=lambda name: (dated[name].from_, dated[name].to)
    )
    for name in named:
        if name not in dated:
            before = [place for place, other in enumerate(order) if by_name(other) < by_name(name)]
            order.insert(max(before, default=-1) + 1, name)
    return order


def by_name(name: str) -> tuple[list[str | int], str]:
    """What sorts names: numbers in them are compared as numbers, so that wave2 comes before wave10."""
    parts = re.split(r"([0-9]+)", name)
    return [int(part) if place % 2 else part for place, part in enumerate(parts)], name


def twice(fieldings: list[Fielding]) -> Iterator[Problem]:
    """What two waves cannot share: their export and their title, as a copied wave file would have it."""
    for key, of in (("file", lambda f: f.wave.source.file), ("title", lambda f: [f.wave.title])):
        seen: dict[str, str] = {}
        for fielding in fieldings:
            for named in of(fielding):
                if named in seen:
                    place = ("source", "file") if key == "file" else ("title",)
                    yield fielding.document.problem(
                        f"{key} {named!r} is that of wave {seen[named]} too; give this wave its own", *place
                    )
                seen.setdefault(named, fielding.name)


def load_one(paths: Paths, survey: Survey, path: Path) -> Fielding:
    """The wave that the file at `path` declares; SurveyError with every problem in it."""
    document = read(path, paths.shown(path))
    wave = model(document, Wave)
    problems = [*check(wave, survey, document), *_check_files(paths, path, wave, document)]
    if problems:
        raise SurveyError(problems)
    return _fielding(paths, path, wave, document)


def load_partly(paths: Paths, survey: Survey, path: Path) -> tuple[Fielding | None, list[Problem]]:
    """The wave without what is wrong in its file, if its export can be read by that; and all problems."""

    def checked(wave: Wave, left: Document) -> Iterator[Problem]:
        yield from check(wave, survey, left)
        yield from _check_files(paths, path, wave, left)

    try:
        document = read(path, paths.shown(path))
    except SurveyError as error:
        return None, error.problems
    wave, left, problems = as_far_as(document, Wave, checked, _apart)
    return _fielding(paths, path, wave, left) if wave else None, problems


def _apart(problem: Problem, _: Document) -> Iterator[tuple[Key, ...]]:
    """What can be left out of a wave file without another meaning of the columns and cells of its export."""
    if problem.place[:1] in (("fielded",), ("exclude",), ("changes",), ("weights",), ("quality",)):
        yield problem.place


def _fielding(paths: Paths, path: Path, wave: Wave, document: Document) -> Fielding:
    return Fielding(path.stem, wave, document, tuple(paths.raw / file for file in wave.source.file))


def _check_files(paths: Paths, path: Path, wave: Wave, document: Document) -> Iterator[Problem]:
    """What the wave and its exports cannot be called."""
    if not is_name(path.stem):
        yield document.problem(
            f"a wave cannot be called {path.stem!r}: no spaces, no signs, and 100 characters at most; "
            "rename the file, or take it away if it is a copy"
        )
    for index, file in enumerate(wave.source.file):
        if any(len(part.encode()) > _MOST_BYTES_OF_A_NAME for part in Path(file).parts):
            yield document.problem(
                f"{file[:20]!r}… has {len(file):,} characters, and no name of a file has so many",
                *("source", "file", index),
            )
            continue
        export = (paths.raw / file).resolve()
        if not export.is_relative_to(paths.raw.resolve()):
            yield document.problem(
                f"{file!r} is outside {paths.shown(paths.raw)}; an export lies beside its wave file",
                *("source", "file", index),
            )


def check(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """What a wave file says of questions, options and items that the questionnaire does not know."""
    for table in ("columns", "answers", "reading", "changes"):
        for question in getattr(wave, table):
            if question not in survey.questions:
                hint = did_you_mean(question, survey.questions)
                yield document.problem(f"no question {question!r}; {hint}", table, question)
    for question, mapped in wave.answers.items():
        if question in survey.questions:
            takes_numbers = survey.questions[question].form.is_numeric
            known = [*survey.options(question), *survey.questions[question].items]
            for text, identifier in mapped.items():
                if isinstance(identifier, int | float):
                    if not takes_numbers:
                        yield document.problem(
                            f"{text!r}: only a number question maps to numbers", "answers", question, text
                        )
                elif identifier not in known:
                    hint = did_you_mean(identifier, known)
                    yield document.problem(
                        f"{question!r} has no option or item {identifier!r}; {hint}",
                        *("answers", question, text),
                    )
                yield from _check_taken(survey, question, text, identifier, document)
    for question, change in wave.changes.items():
        if question in survey.questions:
            yield from _check_change(change, question, survey, document)
    for rule, exclude in enumerate(wave.exclude):
        yield from _check_options(exclude.where, survey, document, "exclude", rule, "where")
    yield from _check_reading(wave, survey, document)
    source = wave.source
    if formats[source.format].has_one_header_row and source.header_rows not in (None, 1):
        yield document.problem(f"a {source.format} export has one header row", "source", "header_rows")
    yield from _check_kind_of_file(source, document)
    for index, file in enumerate(source.file):
        if file in source.file[:index]:
            yield document.problem(f"{file!r} is listed twice", "source", "file", index)
    if wave.fielded and wave.fielded.to < wave.fielded.from_:
        yield document.problem("fielded: to is before from", "fielded")
    yield from _check_weights(wave, survey, document)
    yield from _check_quality(wave, survey, document)
    yield from _check_duplicates(wave, document)
    reasons: set[str] = set()
    for rule, exclude in enumerate(wave.exclude):
        if exclude.reason in reasons:
            yield document.problem(
                f"two rules with the reason {exclude.reason!r}; tell them apart", "exclude", rule, "reason"
            )
        reasons.add(exclude.reason)
    for index, url in enumerate(source.url):
        if not url.startswith(("https://", "http://")):
            yield document.problem(
                f"{without_secrets(url)!r} is no web address; https:// is wanted, and http:// will do",
                *("source", "url", index),
            )
    for key, count in (("sha256", len(source.sha256)), ("url", len(source.url))):
        if count and count != len(source.file):
            yield document.problem(f"{count} {key} for {len(source.file)} files; one each", "source", key)


def _check_duplicates(wave: Wave, document: Document) -> Iterator[Problem]:
    """Two ways of leaving out responses that repeat others, or a rule with the name of the first."""
    if not wave.respondents.duplicates:
        return
    for rule, exclude in enumerate(wave.exclude):
        for index, name in enumerate(exclude.quality):
            if name in _ABOUT_DUPLICATES:
                yield document.problem(
                    f"{name} stands beside duplicates under [respondents]; say it in one way: delete one",
                    *("exclude", rule, "quality", index),
                )
        if exclude.reason == REPEATED:
            yield document.problem(
                f"{REPEATED!r} is what duplicates under [respondents] is called; name this rule otherwise",
                *("exclude", rule, "reason"),
            )


def _check_taken(
    survey: Survey, question: str, text: str, to: str | Number, document: Document
) -> Iterator[Problem]:
    """A line of [answers] that takes the cells of another option, or item, than the one with that label.

    A number may be a code, whatever an option is labelled: of those `mapping` sees whether all are mapped.
    """
    if as_number(text) is not None:
        return
    options = {i: option.label for i, option in survey.options(question).items()}
    items = survey.questions[question].items
    for label_of in (
        (options, items) if isinstance(to, int | float) else (options if to in options else items,)
    ):
        for identifier, label in label_of.items():
            longer = (
                is_beginning(text) and is_beginning(label) and beginning(label).startswith(beginning(text))
            )
            if identifier != to and (longer or (not is_beginning(label) and fits(text, label))):
                fitting = "fits" if is_beginning(text) else "is"
                yield document.problem(
                    f"{text!r} {fitting} the label of {identifier!r} ({label!r}), and is mapped to {to!r}; "
                    "delete the line, or make it longer than that label",
                    *("answers", question, text),
                )


def _check_reading(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """Ways of reading cells that mean nothing for their question, or that contradict themselves."""
    tables: list[tuple[Source | Reading, tuple[Key, ...]]] = [(wave.source, ("source",))]
    for question, reading in wave.reading.items():
        tables.append((reading, ("reading", question)))
        asked = survey.questions.get(question)
        for key, fact in (("decimal", "is_numeric"), ("thousands", "is_numeric"), ("dates", "dates")):
            if asked and getattr(reading, key) and not getattr(asked.form, fact):
                said = f"{key} means nothing for a {asked.kind} question"
                yield document.problem(said, "reading", question, key)
        if not reading.model_dump(exclude_defaults=True):
            yield document.problem("says nothing; delete it", "reading", question)
    for table, place in tables:
        numerals = _numerals(table)
        if numerals and numerals.decimal == numerals.thousands:
            yield document.problem(
                f"{numerals.decimal!r} cannot stand before decimals and between thousands",
                *(*place, "thousands"),
            )


def _check_options(where: Options, survey: Survey, document: Document, *place: Key) -> Iterator[Problem]:
    """Options of questions, at a place of a wave file, that the questionnaire does not have."""
    for question, options in where.items():
        if question in survey.questions:
            for option in options:
                if option not in survey.options(question):
                    hint = did_you_mean(option, survey.options(question))
                    yield document.problem(f"{question!r} has no option {option!r}; {hint}", *place, question)


def why_no_rule(rule: str, wave: Wave, survey: Survey) -> str:
    """Why a rule of data quality cannot be applied to any wave that is declared so; empty where it can."""
    told, fewest = wave.respondents, wave.quality.straight_lining
    grids = [len(asked.items) for asked in survey.questions.values() if asked.form.by_item]
    cannot = {
        "speeder": (not (told.started and told.submitted), "started and submitted are not both under "
                    "[respondents]"),
        "straight_lining": (max(grids, default=0) < fewest, f"no grid has {fewest} items"),
        "attention": (not wave.quality.attention, "no question is under [quality.attention]"),
        "impossible": (not wave.quality.impossible, "there is no [[quality.impossible]]"),
        "duplicate_id": (not told.id, "no id is under [respondents]"),
        "answered_not_asked": (
            not any(asked.asked for asked in survey.questions.values()),
            "every question is asked of everyone",
        ),
    }  # fmt: skip
    holds, why = cannot.get(rule, (False, ""))
    return why if holds else ""


def _check_quality(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """Rules of data quality that are none, name what there is not, or can find nobody in this wave."""
    declared = wave.quality
    if declared.speeders is not None:
        if (declared.speeders.below is None) == (declared.speeders.seconds is None):
            yield document.problem(
                "speeders wants below (a part of the median duration) or seconds, one of the two",
                *("quality", "speeders"),
            )
        if why := why_no_rule("speeder", wave, survey):
            yield document.problem(f"nobody can be a speeder: {why}", "quality", "speeders")
    wheres: list[tuple[Options, tuple[Key, ...]]] = [(declared.attention, ("quality", "attention"))]
    reasons: set[str] = set()
    for number, impossible in enumerate(declared.impossible):
        place = ("quality", "impossible", number)
        wheres.append((impossible.where, (*place, "where")))
        if impossible.reason in reasons:
            yield document.problem(
                f"two with the reason {impossible.reason!r}; tell them apart", *place, "reason"
            )
        reasons.add(impossible.reason)
    for where, at in wheres:
        for question in where:
            if question not in survey.questions:
                yield document.problem(
                    f"no question {question!r}; {did_you_mean(question, survey.questions)}", *at, question
                )
        yield from _check_options(where, survey, document, *at)
    for question in declared.attention:
        if question in survey.questions and not survey.questions[question].form.is_one_choice:
            yield document.problem(
                f"{question!r} is of kind {survey.questions[question].kind}; only a single choice shows who "
                "attends",
                *("quality", "attention", question),
            )
    for number, exclude in enumerate(wave.exclude):
        if bool(exclude.where) == bool(exclude.quality):
            yield document.problem(
                f"the rule {exclude.reason!r} wants where or quality, one of the two", "exclude", number
            )
        for index, rule in enumerate(exclude.quality):
            place_of_rule = ("exclude", number, "quality", index)
            if rule not in QUALITY_RULES:
                hint = did_you_mean(rule, QUALITY_RULES, "the rules are")
                yield document.problem(f"no rule of data quality {rule!r}; {hint}", *place_of_rule)
            elif why := why_no_rule(rule, wave, survey):
                yield document.problem(f"{rule} can exclude nobody: {why}", *place_of_rule)


def _check_weights(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """Targets that are no single choice's, or whose groups are no options of it or overlap."""
    if "weights" in wave.model_fields_set and not wave.weighting:
        yield document.problem(
            "no weights to cut: name a column with weight under [respondents], or declare targets",
            "weights",
        )
    for question, target in wave.weights.targets.items():
        place: tuple[Key, ...] = ("weights", "targets", question)
        asked = survey.questions.get(question)
        if asked and not asked.form.is_one_choice:
            yield document.problem(
                f"{question!r} is of kind {asked.kind}; only a single choice puts each respondent into one "
                "group",
                *place,
            )
            continue
        if asked is None:
            singles = [name for name, other in survey.questions.items() if other.form.is_one_choice]
            hint = did_you_mean(question, singles, "the single choices are")
            yield document.problem(f"no question {question!r}; {hint}", *place)
            continue
        if not target.source.strip():
            yield document.problem(f"{question}: who says so? give the source", *place, "source")
        taken: dict[str, str] = {}
        for group in target.shares:
            members = survey.members(question, group)
            if not members:
                known = [*survey.options(question), *survey.nets(question)]
                yield document.problem(
                    f"{question!r} has no option or net {group!r}; {did_you_mean(group, known)}; a net is "
                    f"declared under [questions.{question}.nets] of survey.toml",
                    *(*place, "shares", group),
                )
            elif group in survey.options(question) and survey.options(question)[group].role in NO_ANSWER:
                yield document.problem(
                    f"{group!r} is no answer: who gave none keeps the part of the sample that they have",
                    *(*place, "shares", group),
                )
            for member in members:
                if member in taken:
                    yield document.problem(
                        f"{member!r} is in {taken[member]!r} and in {group!r}; each in one",
                        *(*place, "shares", group),
                    )
                taken[member] = group


def _check_kind_of_file(source: Source, document: Document) -> Iterator[Problem]:
    """Keys of [source] that mean nothing for the kind of file that its name says it is."""
    suffixes = {Path(file).suffix.lower() for file in source.file}
    if (source.format == "spss") != bool(suffixes & set(spss.SUFFIXES)):
        yield document.problem("the format spss goes with a file named .sav or .zsav", "source", "format")
    if suffixes & {*sheets.SUFFIXES, *spss.SUFFIXES, *parquet.SUFFIXES} and source.encoding:
        yield document.problem("only a text file has an encoding; leave it out", "source", "encoding")
    if suffixes & {*sheets.SUFFIXES, *spss.SUFFIXES, *parquet.SUFFIXES} and source.delimiter:
        yield document.problem("only a text file has a delimiter; leave it out", "source", "delimiter")
    if "sheet" in source.model_fields_set and not suffixes <= set(sheets.SUFFIXES):
        yield document.problem("only a spreadsheet has a sheet; leave it out", "source", "sheet")
    if suffixes & {*spss.SUFFIXES, *parquet.SUFFIXES} and "first_row" in source.model_fields_set:
        yield document.problem(
            "only a spreadsheet or a text file has a first_row; leave it out", "source", "first_row"
        )


def _check_change(change: Change, question: str, survey: Survey, document: Document) -> Iterator[Problem]:
    known = [*survey.options(question), *survey.questions[question].items]
    for option in change.not_offered:
        if option not in known:
            yield document.problem(
                f"{question!r} has no option {option!r}; {did_you_mean(option, known)}",
                *("changes", question, "not_offered"),
            )
    options = survey.options(question)
    for target, parts in change.pool.items():
        place: tuple[Key, ...] = ("changes", question, "pool", target)
        for option in (target, *parts):
            if option not in options:
                hint = did_you_mean(option, options)
                yield document.problem(f"{question!r} has no option {option!r}; {hint}", *place)
            elif options[option].role != "substantive":
                yield document.problem(f"{option!r} is no answer to be joined with others", *place)
        if not set(parts) - {target}:
            yield document.problem(f"nothing is joined with {target!r}", *place)
        for option in set(parts) & set(change.pool) - {target}:
            yield document.problem(
                f"{option!r} is a pool and in the pool {target!r}; join all in one", *place
            )
        twice = [o for other, own in change.pool.items() if other < target for o in own if o in parts]
        for option in twice:
            yield document.problem(f"{option!r} is in two pools; a respondent would count twice", *place)
        for net, members in survey.nets(question).items():
            if set(members) & {target, *parts} and not {target, *parts} <= set(members):
                yield document.problem(
                    f"the net {net!r} has some of {', '.join((target, *parts))} and not all: it would lack "
                    "those of waves that offered the others",
                    *place,
                )
