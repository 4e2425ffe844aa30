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
    Option,
    Question,
    Scale,
    Survey,
)
from pipeline.declarations.references import Scope, problems
from pipeline.declarations.toml import Document, Key, Place, read_as, read_partly
from pipeline.declarations.wave import RESPONDENTS
from pipeline.project.errors import Problem, did_you_mean
from pipeline.project.paths import Paths
from pipeline.text.folding import fold

# patterns as Python takes them apart; it has no public name for that
_parsed: Any = importlib.import_module("re._parser")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")


def load(paths: Paths) -> tuple[Survey, Document]:
    """The questionnaire of a survey; SurveyError with every problem in it."""
    return read_as(paths.questionnaire, paths.shown(paths.questionnaire), Survey, check)


def load_partly(paths: Paths) -> tuple[Survey | None, Document | None, list[Problem]]:
    """The questionnaire without what is wrong in it, if waves can be held against that; and all problems."""
    path = paths.questionnaire
    return read_partly(path, paths.shown(path), Survey, check, _left_out)


def _left_out(problem: Problem, _: Document) -> Iterator[tuple[Key, ...]]:
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
        yield from _check_scale(scale, document.at("scales", name))
    for name in survey.questions:
        yield from _check_question(survey, name, document.at("questions", name))
    if RESPONDENTS in survey.questions:
        yield document.problem(
            f"no question can be called {RESPONDENTS!r}: in [unsettled] of a wave file that is who is in the "
            "file; give it another id",
            *("questions", RESPONDENTS),
        )
    yield from problems(survey, Scope(survey), document)
    if survey.public:
        yield from check_public(survey, survey.public, document.at("public"))


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


def _check_scale(scale: Scale, at: Place) -> Iterator[Problem]:
    substantive = [i for i, option in scale.options.items() if option.role == "substantive"]
    if scale.scores and len(scale.scores) != len(substantive):
        yield at.problem(
            f"{len(scale.scores)} scores for {len(substantive)} substantive options; give one for each of "
            f"{', '.join(substantive)}",
            "scores",
        )
    yield from _check_nets(scale.nets, scale.options, at.at("nets"))
    yield from _check_labels({i: o.label for i, o in scale.options.items()}, at.at("options"))


def _check_nets(nets: dict[str, Any], options: dict[str, Option], at: Place) -> Iterator[Problem]:
    for net, members in nets.items():
        if not members:
            yield at.problem(f"the net {net!r} is empty", net)
        if net in options:
            yield at.problem(f"the net {net!r} has the id of an option", net)
        for number in (member for member in members if not isinstance(member, str)):
            hint = did_you_mean(str(number), options)
            yield at.problem(f"net {net!r}: no option {number!r}; {hint}", net)


def _check_bands(asked: Question, at: Place) -> Iterator[Problem]:
    """Bands of a number: two finite ends, in order, and no number in two of them."""
    bands: list[tuple[float, float, str]] = []
    for net, ends in asked.nets.items():
        numbers = [float(end) for end in ends if isinstance(end, int | float) and math.isfinite(end)]
        if len(numbers) != 2 or len(ends) != 2 or numbers[0] >= numbers[1]:
            yield at.problem(f"band {net!r} wants [from, to], from below to", "nets", net)
        else:
            bands.append((numbers[0], numbers[1], net))
    bands.sort()
    for (_, high, first), (low, _, second) in itertools.pairwise(bands):
        if low < high:
            yield at.problem(f"bands {first!r} and {second!r} overlap", "nets", second)


def _check_labels(labels: dict[str, str], at: Place) -> Iterator[Problem]:
    seen: dict[str, str] = {}
    for identifier, label in labels.items():
        if not fold(label):
            yield at.problem(f"the label of {identifier!r} is empty", identifier)
        elif fold(label) in seen:
            yield at.problem(f"{identifier!r} has the label of {seen[fold(label)]!r}: {label!r}", identifier)
        seen.setdefault(fold(label), identifier)


def _check_question(survey: Survey, name: str, at: Place) -> Iterator[Problem]:
    asked = survey.questions[name]
    if asked.scale and asked.scale not in survey.scales:
        return
    if asked.scale and asked.options:
        yield at.problem("has both a scale and options; keep one")
    options = survey.options(name)
    if asked.form.has_options and not options:
        yield at.problem(f"a {asked.kind} question needs options or a scale")
    if asked.form.items and not asked.items:
        yield at.problem(f"a {asked.kind} question needs items")
    if asked.items and not asked.form.items:
        yield at.problem(f"a {asked.kind} question has no items", "items")
    if asked.max is not None and not asked.form.has_max:
        yield at.problem(f"max means nothing for a {asked.kind} question", "max")
    if asked.base and not asked.asked:
        yield at.problem("base says whom asked leaves, and there is no asked", "base")
    if asked.base and asked.base != survey.base_of(name):
        yield at.problem(
            f"another question with the same asked has the base {survey.base_of(name)!r}; say it once", "base"
        )
    if asked.unit and not asked.unit.strip("0123456789., "):
        yield at.problem(f"unit {asked.unit!r} is a number", "unit")
    if asked.base and not asked.asked:
        yield at.problem("base says whom asked leaves, and there is no asked", "base")
    if asked.base and asked.base != survey.base_of(name):
        yield at.problem(
            f"another question with the same asked has the base {survey.base_of(name)!r}; say it once", "base"
        )
    if asked.unit and not asked.form.is_numeric:
        yield at.problem(f"unit means nothing for a {asked.kind} question", "unit")
    for shared in sorted(set(options) & set(asked.items)):
        yield at.problem(f"{shared!r} is both an option and an item", "items", shared)
    yield from _check_labels({i: o.label for i, o in asked.options.items()}, at.at("options"))
    yield from _check_labels(asked.items, at.at("items"))
    if asked.form.is_measured:
        yield from _check_bands(asked, at)
    else:
        yield from _check_nets(asked.nets, options, at.at("nets"))
    yield from _check_others(asked, options, at)


def _check_others(asked: Question, options: dict[str, Option], at: Place) -> Iterator[Problem]:
    """The dictionary of texts beside an Other: there is one, and its patterns are some."""
    if asked.others and not any(option.write_in for option in options.values()):
        yield at.problem("others wants an option with write_in = true", "others")
    for rule in asked.others:
        if wrong := _wrong_pattern(rule):
            yield at.problem(f"others: {wrong}", "others", rule)
    for option, declared in options.items():
        if declared.from_text and option not in asked.others.values():
            yield at.problem(
                f"{option!r} is coded from text, and no line of others names it", "options", option
            )


def _wrong_pattern(rule: str) -> str:
    """What is wrong with a rule as a pattern; empty where nothing is."""
    pattern = as_pattern(rule)
    try:
        if pattern and _searched(pattern, ""):
            return f"{rule!r} claims every text"
        if pattern and _hangs(_parsed.parse(pattern)):
            return (
                f"{rule!r} repeats what holds a repeat or a choice, and a text could keep it searching for "
                "years; repeat one thing, or write several lines"
            )
    except RecursionError:
        return f"{rule[:20]!r}… is nested too deeply; write several lines"
    except (re.error, OverflowError, FutureWarning) as error:
        return f"{rule!r} is no pattern: {error}"
    return ""


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
