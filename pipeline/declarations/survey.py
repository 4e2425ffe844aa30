"""The questionnaire: survey.toml, read, and the checks that span several keys."""

from __future__ import annotations

import importlib
import itertools
import math
import re
import warnings
from collections.abc import Iterator
from typing import Any

from pipeline.declarations.public import check_public
from pipeline.declarations.questionnaire import (
    IDENTIFIER,
    MOST_LETTERS,
    NO_ANSWER,
    Option,
    Question,
    Scale,
    Survey,
)
from pipeline.declarations.toml import Document, Key, as_far_as, model, read
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import SURVEY_FILE, Paths
from pipeline.text.folding import fold

# patterns as Python takes them apart; it has no public name for that
_parsed: Any = importlib.import_module("re._parser")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def load(paths: Paths) -> tuple[Survey, Document]:
    """The questionnaire of a survey; SurveyError with every problem in it."""
    path = paths.raw / SURVEY_FILE
    document = read(path, paths.shown(path))
    survey = model(document, Survey)
    problems = list(check(survey, document))
    if problems:
        raise SurveyError(problems)
    return survey, document


def load_partly(paths: Paths) -> tuple[Survey | None, Document | None, list[Problem]]:
    """The questionnaire without what is wrong in it, if waves can be held against that; and all problems."""
    path = paths.raw / SURVEY_FILE
    try:
        document = read(path, paths.shown(path))
    except SurveyError as error:
        return None, None, error.problems
    return as_far_as(document, Survey, check, _apart)


def _apart(problem: Problem, _: Document) -> Iterator[tuple[Key, ...]]:
    """What can be left out of the questionnaire without another question than those that waves ask."""
    place = problem.place
    of_question = place[2:3] if place[:1] == ("questions",) else ()
    if place[:1] in (("segments",), ("methodology",), ("privacy",), ("public",)) or of_question in (
        ("asked",), ("max",), ("unit",), ("others",)
    ):  # fmt: skip
        yield place


def check(survey: Survey, document: Document) -> Iterator[Problem]:
    """What no single key can show: ids, references between questions, missing parts."""
    for path in _ids(survey):
        if not IDENTIFIER.match(str(path[-1])):
            yield document.problem(no_identifier(str(path[-1])), *path)
    for name, scale in survey.scales.items():
        yield from _check_scale(scale, document, "scales", name)
    for name in survey.questions:
        yield from _check_question(survey, name, document)
    for index, name in enumerate(survey.segments):
        if name not in survey.questions:
            hint = did_you_mean(name, survey.questions)
            yield document.problem(f"segment {name!r} is no question; {hint}", "segments", index)
        elif not survey.questions[name].form.is_one_choice:
            yield document.problem(
                f"segment {name!r} is of kind {survey.questions[name].kind}; only a single choice "
                "puts each respondent into one group",
                "segments",
                index,
            )
        elif all(option.role in NO_ANSWER for option in survey.options(name).values()):
            yield document.problem(f"segment {name!r} has no answer to group by", "segments", index)
        if name in survey.segments[:index]:
            yield document.problem(f"segment {name!r} is listed twice", "segments", index)
    if survey.public:
        yield from check_public(survey, survey.public, document)


def no_identifier(text: str) -> str:
    """What is wrong with a text that is no id."""
    if len(text) > MOST_LETTERS:
        return f"the id {text[:20]!r}… has {len(text)} characters; {MOST_LETTERS} at most are wanted"
    return f"the id {text!r} may hold only a-z, 0-9 and _, and not begin with _"


def _ids(survey: Survey) -> Iterator[tuple[Key, ...]]:
    for scale, declared in survey.scales.items():
        yield ("scales", scale)
        yield from (("scales", scale, "options", option) for option in declared.options)
        yield from (("scales", scale, "nets", net) for net in declared.nets)
    for question, asked in survey.questions.items():
        yield ("questions", question)
        yield from (("questions", question, "options", option) for option in asked.options)
        yield from (("questions", question, "items", item) for item in asked.items)
        yield from (("questions", question, "nets", net) for net in asked.nets)
    for question, coarser in (survey.public.coarsen if survey.public else {}).items():
        yield from (("public", "coarsen", question, group) for group in coarser.groups)


def _check_scale(scale: Scale, document: Document, *path: Key) -> Iterator[Problem]:
    substantive = [i for i, option in scale.options.items() if option.role == "substantive"]
    if scale.scores and len(scale.scores) != len(substantive):
        yield document.problem(
            f"{len(scale.scores)} scores for {len(substantive)} substantive options; give one for each of "
            f"{', '.join(substantive)}",
            *(*path, "scores"),
        )
    yield from _check_nets(scale.nets, scale.options, document, *path)
    yield from _check_labels({i: o.label for i, o in scale.options.items()}, document, *path, "options")


def _check_nets(
    nets: dict[str, Any], options: dict[str, Option], document: Document, *path: Key
) -> Iterator[Problem]:
    for net, members in nets.items():
        if not members:
            yield document.problem(f"the net {net!r} is empty", *path, "nets", net)
        if net in options:
            yield document.problem(f"the net {net!r} has the id of an option", *path, "nets", net)
        for member in dict.fromkeys(member for member in members if members.count(member) > 1):
            yield document.problem(f"net {net!r}: {member!r} is in it twice", *path, "nets", net)
        for member in members:
            if member in options and options[member].role == "not_applicable":
                yield document.problem(
                    f"net {net!r}: {member!r} is in no base (not_applicable), so no net can count it",
                    *path,
                    "nets",
                    net,
                )
            if member not in options:
                yield document.problem(
                    f"net {net!r}: no option {member!r}; {did_you_mean(str(member), options)}",
                    *path,
                    "nets",
                    net,
                )


def _check_bands(asked: Question, document: Document, *path: Key) -> Iterator[Problem]:
    """Bands of a number: two finite ends, in order, and no number in two of them."""
    bands: list[tuple[float, float, str]] = []
    for net, ends in asked.nets.items():
        numbers = [float(end) for end in ends if isinstance(end, int | float) and math.isfinite(end)]
        if len(numbers) != 2 or len(ends) != 2 or numbers[0] >= numbers[1]:
            yield document.problem(f"band {net!r} wants [from, to], from below to", *path, "nets", net)
        else:
            bands.append((numbers[0], numbers[1], net))
    bands.sort()
    for (_, high, first), (low, _, second) in itertools.pairwise(bands):
        if low < high:
            yield document.problem(f"bands {first!r} and {second!r} overlap", *path, "nets", second)


def _check_labels(labels: dict[str, str], document: Document, *path: Key) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for identifier, label in labels.items():
        if not fold(label):
            yield document.problem(f"the label of {identifier!r} is empty", *path, identifier)
        elif fold(label) in seen:
            yield document.problem(
                f"{identifier!r} has the label of {seen[fold(label)]!r}: {label!r}", *path, identifier
            )
        seen.setdefault(fold(label), identifier)


def _check_question(survey: Survey, name: str, document: Document) -> Iterator[Problem]:
    asked = survey.questions[name]
    path: tuple[Key, ...] = ("questions", name)
    if asked.scale and asked.scale not in survey.scales:
        hint = did_you_mean(asked.scale, survey.scales, "the scales are")
        yield document.problem(f"no scale {asked.scale!r}; {hint}", *path, "scale")
        return
    if asked.scale and asked.options:
        yield document.problem("has both a scale and options; keep one", *path)
    options = survey.options(name)
    if asked.form.has_options and not options:
        yield document.problem(f"a {asked.kind} question needs options or a scale", *path)
    if asked.form.items and not asked.items:
        yield document.problem(f"a {asked.kind} question needs items", *path)
    if asked.items and not asked.form.items:
        yield document.problem(f"a {asked.kind} question has no items", *path, "items")
    if asked.max is not None and not asked.form.has_max:
        yield document.problem(f"max means nothing for a {asked.kind} question", *path, "max")
    if asked.unit and not asked.unit.strip("0123456789., "):
        yield document.problem(f"unit {asked.unit!r} is a number", *path, "unit")
    if asked.unit and not asked.form.is_numeric:
        yield document.problem(f"unit means nothing for a {asked.kind} question", *path, "unit")
    for shared in sorted(set(options) & set(asked.items)):
        yield document.problem(f"{shared!r} is both an option and an item", *path, "items", shared)
    yield from _check_labels({i: o.label for i, o in asked.options.items()}, document, *path, "options")
    yield from _check_labels(asked.items, document, *path, "items")
    if asked.form.is_measured:
        yield from _check_bands(asked, document, *path)
    else:
        yield from _check_nets(asked.nets, options, document, *path)
    yield from _check_others(asked, options, document, *path)
    yield from _check_routing(survey, name, document)


def _check_others(
    asked: Question, options: dict[str, Option], document: Document, *path: Key
) -> Iterator[Problem]:
    """The dictionary of texts beside an Other: its options exist, and its patterns are some."""
    if asked.others and not any(option.write_in for option in options.values()):
        yield document.problem("others wants an option with write_in = true", *path, "others")
    for rule, option in asked.others.items():
        if option not in options:
            hint = did_you_mean(option, options)
            yield document.problem(f"others: no option {option!r}; {hint}", *path, "others", rule)
        elif options[option].write_in:
            yield document.problem(f"others: {option!r} is the Other itself", *path, "others", rule)
        if pattern := as_pattern(rule):
            try:
                if _searched(pattern, ""):
                    yield document.problem(f"others: {rule!r} claims every text", *path, "others", rule)
                elif _hangs(_parsed.parse(pattern)):
                    yield document.problem(
                        f"others: {rule!r} repeats what holds a repeat or a choice, and a text could keep it "
                        "searching for years; repeat one thing, or write several lines",
                        *(*path, "others", rule),
                    )
            except RecursionError:
                yield document.problem(
                    f"others: {rule[:20]!r}… is nested too deeply; write several lines", *path, "others", rule
                )
            except (re.error, OverflowError, FutureWarning) as error:
                yield document.problem(f"others: {rule!r} is no pattern: {error}", *path, "others", rule)
    for option, declared in options.items():
        if declared.from_text and option not in asked.others.values():
            yield document.problem(
                f"{option!r} is coded from text, and no line of others names it", *path, "options", option
            )


def _searched(pattern: str, text: str) -> bool:
    """Whether a pattern is in a text; one that Python reads and warns of raises FutureWarning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", FutureWarning)
        return bool(re.search(pattern, text))


def _hangs(parsed: Any, repeated: bool = False) -> bool:
    """Whether a pattern repeats what holds a repeat or a choice, as (a+)+ and (a|a)* do.

    Only then can the ways to match a text grow faster than a power of its length.
    """
    if isinstance(parsed, tuple) and len(parsed) == 2 and str(parsed[0]) in _REPEATS:
        least, most, inner = parsed[1]
        return (repeated and least != most) or _hangs(inner, repeated or most > 1)
    if repeated and isinstance(parsed, tuple) and parsed and str(parsed[0]) == "BRANCH":
        return True
    # a pattern, or what stands in one: groups, choices and look-arounds hold further patterns
    return isinstance(parsed, tuple | list | _parsed.SubPattern) and any(
        _hangs(part, repeated) for part in parsed
    )


def as_pattern(rule: str) -> str:
    """The regular expression of a rule written between slashes; empty for a plain text."""
    return rule[1:-1] if len(rule) > 2 and rule[0] == rule[-1] == "/" else ""


def _check_routing(survey: Survey, name: str, document: Document) -> Iterator[Problem]:
    asked = survey.questions[name].asked
    before = list(survey.questions)[: survey.position(name) - 1] if asked else []
    for on, chosen in asked.items():
        place = ("questions", name, "asked", on)
        if on not in survey.questions:
            yield document.problem(f"asked: no question {on!r}; {did_you_mean(on, before)}", *place)
        elif on not in before:
            yield document.problem(f"asked: {on!r} comes after {name!r}, so it cannot route it", *place)
        else:
            for option in chosen:
                if option not in survey.options(on):
                    hint = did_you_mean(option, survey.options(on))
                    yield document.problem(f"asked: {on!r} has no option {option!r}; {hint}", *place)
