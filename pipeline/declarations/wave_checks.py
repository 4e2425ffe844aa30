"""What a wave file cannot say: checks that span several keys, or need the questionnaire."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from pipeline.declarations.quality import is_about_repeats, keys_of
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.references import Scope, problems
from pipeline.declarations.toml import Document, Number, Place
from pipeline.declarations.wave import (
    REPEATED,
    SUBMITTED,
    Change,
    Reading,
    Source,
    Wave,
    written,
)
from pipeline.exports import json_rows, parquet, sheets, spss
from pipeline.exports.tools import formats
from pipeline.project.errors import Problem
from pipeline.text.folding import beginning, fits, is_beginning, without_secrets
from pipeline.text.values import as_number
from pipeline.tidy.quality_rules import quality_rules
from pipeline.tidy.question_kinds import QuestionKind

_ROWS_ALONE = {*spss.SUFFIXES, *parquet.SUFFIXES, *json_rows.SUFFIXES}
_NOT_TEXT = {*sheets.SUFFIXES, *_ROWS_ALONE}
# the keys of [reading.<question>] that say something about some kinds alone, with the fact that tells these
_ABOUT = (
    ("decimal", "is_numeric"),
    ("thousands", "is_numeric"),
    ("dates", "dates"),
    ("separator", "is_joined"),
    ("unticked", "several"),
)


def check(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """What is wrong with a wave file beside the questionnaire that it belongs to."""
    yield from problems(wave, Scope(survey), document)
    for question, mapped in wave.answers.items():
        if question in survey.questions:
            at = document.at("answers", question)
            for text, to in mapped.items():
                if isinstance(to, int | float) and not survey.questions[question].form.is_numeric:
                    yield at.problem(f"{text!r}: only a number question maps to numbers", text)
                yield from _check_taken(survey, question, text, to, at)
    for question, change in wave.changes.items():
        if question in survey.questions:
            yield from _check_pools(change, survey.nets(question), document.at("changes", question, "pool"))
    yield from _check_reading(wave, survey, document)
    yield from _check_source(wave.source, document.at("source"))
    if wave.fielded and wave.fielded.to < wave.fielded.from_:
        yield document.problem("fielded: to is before from", "fielded")
    yield from _check_weights(wave, survey, document)
    if wave.respondents.finished == SUBMITTED and not wave.respondents.submitted:
        yield document.problem(
            f'finished = "{SUBMITTED}" wants the column with the time of it: name it with submitted',
            *("respondents", "finished"),
        )
    yield from _check_quality(wave, survey, document.at("quality"))
    yield from _check_exclude(wave, survey, document.at("exclude"))


def _check_exclude(wave: Wave, survey: Survey, at: Place) -> Iterator[Problem]:
    """Screening rules by nothing, or that exclude nobody; two ways of leaving out what repeats."""
    one_way = wave.respondents.duplicates
    for number, exclude in enumerate(wave.exclude):
        if bool(exclude.where) == bool(exclude.quality):
            yield at.problem(f"the rule {exclude.reason!r} wants where or quality, one of the two", number)
        for index, rule in enumerate(exclude.quality):
            place = at.at(number, "quality", index)
            if rule in quality_rules() and (why := why_no_rule(rule, wave, survey)):
                yield place.problem(f"{rule} can exclude nobody: {why}")
            if one_way and is_about_repeats(rule):
                yield place.problem(
                    f"{rule} stands beside duplicates under [respondents]; say it in one way: delete one"
                )
        if one_way and exclude.reason == REPEATED:
            yield at.problem(
                f"{REPEATED!r} is what duplicates under [respondents] is called; name this rule otherwise",
                *(number, "reason"),
            )
    yield from _check_reasons([exclude.reason for exclude in wave.exclude], at, "two rules")


def _check_reasons(reasons: Iterable[str], at: Place, two: str) -> Iterator[Problem]:
    """Reasons by which two parts of a list cannot be told from each other."""
    before: set[str] = set()
    for number, reason in enumerate(reasons):
        if reason in before:
            yield at.problem(f"{two} with the reason {reason!r}; tell them apart", number, "reason")
        before.add(reason)


def _check_taken(survey: Survey, question: str, text: str, to: str | Number, at: Place) -> Iterator[Problem]:
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
                yield at.problem(
                    f"{text!r} {fitting} the label of {identifier!r} ({label!r}), and is mapped to {to!r}; "
                    "delete the line, or make it longer than that label",
                    text,
                )


def _check_reading(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """Ways of reading cells that mean nothing for their question, or that contradict themselves."""
    for question, reading in wave.reading.items():
        at = document.at("reading", question)
        asked = survey.questions.get(question)
        if asked:
            for key in without_meaning(reading, asked.form):
                yield at.problem(f"{key} means nothing for a {asked.kind} question", key)
        if not reading.model_dump(exclude_defaults=True):
            yield at.problem("says nothing; delete it")
        yield from _check_signs(reading, at)
    yield from _check_signs(wave.source, document.at("source"))


def without_meaning(reading: Reading, form: QuestionKind) -> list[str]:
    """The keys of [reading.<question>] that say something, but nothing about questions of this kind."""
    return [key for key, fact in _ABOUT if getattr(reading, key) and not getattr(form, fact)]


def _check_signs(cells: Source | Reading, at: Place) -> Iterator[Problem]:
    numerals = written(cells)
    if numerals and numerals.decimal == numerals.thousands:
        yield at.problem(
            f"{numerals.decimal!r} cannot stand before decimals and between thousands", "thousands"
        )


def why_no_rule(rule: str, wave: Wave, survey: Survey) -> str:
    """Why a rule of data quality cannot be applied to any wave that is declared so; empty where it can."""
    declared, respondents = quality_rules()[rule], wave.respondents
    of_key = getattr(wave.quality, declared.key) if declared.key else None
    grids = [len(asked.items) for asked in survey.questions.values() if asked.form.by_item]
    is_there = {
        "": True,
        "times": respondents.started and respondents.submitted,
        "id": respondents.id,
        "routing": any(asked.asked for asked in survey.questions.values()),
        "long_grid": max(grids, default=0) >= (of_key if isinstance(of_key, int) else 0),
    }
    return "" if is_there.get(declared.needs, of_key) else declared.lacks.format(least=of_key)


def _check_quality(wave: Wave, survey: Survey, at: Place) -> Iterator[Problem]:
    """Rules of data quality that can find nobody in this wave, or that cannot be told from each other."""
    for rule, key, limit in keys_of(wave.quality, "duration"):
        if (limit.below is None) == (limit.seconds is None):
            yield at.problem(
                f"{key} wants below (a part of the median duration) or seconds, one of the two", key
            )
        if why := why_no_rule(rule, wave, survey):
            yield at.problem(f"nobody can be a {rule}: {why}", key)
    for _, key, combinations in keys_of(wave.quality, "combinations"):
        yield from _check_reasons([one.reason for one in combinations], at.at(key), "two")


def _check_weights(wave: Wave, survey: Survey, document: Document) -> Iterator[Problem]:
    """Weights of nothing, targets without a source, and targets whose groups overlap."""
    if "weights" in wave.model_fields_set and not wave.weighting:
        yield document.problem(
            "no weights to cut: name a column with weight under [respondents], or declare targets",
            "weights",
        )
    for question, target in wave.weights.targets.items():
        if question not in survey.questions or not survey.questions[question].form.is_one_choice:
            continue
        at = document.at("weights", "targets", question)
        if not target.source.strip():
            yield at.problem(f"{question}: who says so? give the source", "source")
        taken: dict[str, str] = {}
        for group in target.shares:
            for member in survey.members(question, group):
                if member in taken:
                    yield at.problem(
                        f"{member!r} is in {taken[member]!r} and in {group!r}; each in one", "shares", group
                    )
                taken[member] = group


def _check_source(source: Source, at: Place) -> Iterator[Problem]:
    """Keys of [source] that mean nothing for its format, or for the kind of file that the names say it is."""
    if formats[source.format].has_one_header_row and source.header_rows not in (None, 1):
        yield at.problem(f"a {source.format} export has one header row", "header_rows")
    suffixes = {Path(file).suffix.lower() for file in source.file}
    if (source.format == "spss") != bool(suffixes & set(spss.SUFFIXES)):
        yield at.problem("the format spss goes with a file named .sav or .zsav", "format")
    for key, noun in (("encoding", "an encoding"), ("delimiter", "a delimiter")):
        if suffixes & _NOT_TEXT and getattr(source, key):
            yield at.problem(f"only a text file has {noun}; leave it out", key)
    if "sheet" in source.model_fields_set and not suffixes <= set(sheets.SUFFIXES):
        yield at.problem("only a spreadsheet has a sheet; leave it out", "sheet")
    if suffixes & _ROWS_ALONE and "first_row" in source.model_fields_set:
        yield at.problem("only a spreadsheet or a text file has a first_row; leave it out", "first_row")
    for index, file in enumerate(source.file):
        if file in source.file[:index]:
            yield at.problem(f"{file!r} is listed twice", "file", index)
    for index, url in enumerate(source.url):
        if not url.startswith(("https://", "http://")):
            yield at.problem(
                f"{without_secrets(url)!r} is no web address; https:// is wanted, and http:// will do",
                *("url", index),
            )
    if source.url and len(source.url) != len(source.file):
        yield at.problem(f"{len(source.url)} url for {len(source.file)} files; one each", "url")


def _check_pools(change: Change, nets: Mapping[str, list[str]], at: Place) -> Iterator[Problem]:
    """Pools of one option, pools that overlap, and nets that have a part of a pool."""
    for target, parts in change.pool.items():
        if not set(parts) - {target}:
            yield at.problem(f"nothing is joined with {target!r}", target)
        for option in set(parts) & set(change.pool) - {target}:
            yield at.problem(f"{option!r} is a pool and in the pool {target!r}; join all in one", target)
        for other, members in change.pool.items():
            for option in members if other < target else ():
                if option in parts:
                    yield at.problem(f"{option!r} is in two pools; a respondent would count twice", target)
        for net, members in nets.items():
            if set(members) & {target, *parts} and not {target, *parts} <= set(members):
                yield at.problem(
                    f"the net {net!r} has some of {', '.join((target, *parts))} and not all: it would lack "
                    "those of waves that offered the others",
                    target,
                )
