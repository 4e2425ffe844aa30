"""assumptions.toml: what synthetic responses are drawn from, as frozen models checked both ways."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from typing import Annotated

from pydantic import Field

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.references import (
    ListedOption,
    Mention,
    QuestionId,
    Reference,
    Scope,
    WaveName,
    problems,
)
from pipeline.declarations.toml import Declared, Document, Key, model, read
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import ASSUMPTIONS_FILE, Paths
from pipeline.tidy.question_kinds import QuestionKind

Probability = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Shift = Annotated[float, Field(allow_inf_nan=False)]


def _earlier(fact: str) -> Callable[[Mention], list[str]]:
    """The questions before the one around a name of whose kind a fact holds."""

    def known(mention: Mention) -> list[str]:
        questions = mention.survey.questions
        before = itertools.takewhile(lambda name: name != mention.of, questions)
        return [name for name in before if getattr(questions[name].form, fact)]

    return known


def _items(mention: Mention) -> Collection[str] | None:
    """The items of a question whose shares, or shifts, are by item; None for another."""
    asked = mention.survey.questions[mention.of]
    is_by_item = asked.form.items and ("shift" in mention.path or not asked.form.has_options)
    return asked.items if is_by_item else None


def _options(mention: Mention) -> Collection[str] | None:
    """The options of a question whose shares, or shifts, are not by item; None for another."""
    if _items(mention) is not None:
        return None
    is_measured = mention.survey.questions[mention.of].form.is_measured
    return [mention.of] if is_measured and "shift" in mention.path else mention.options


_ITEM = Reference(lambda m: m.survey.questions[m.of].items, "no item of {of!r} {name!r}; {hint}")
_OPTION = Reference(lambda m: m.options, "no option of {of!r} {name!r}; {hint}")
_ANSWER = Reference(
    lambda m: [m.of, *m.options, *m.survey.questions[m.of].items],
    "no option or item of {of!r} {name!r}; {hint}",
)
_SEVERAL = Reference(_earlier("several"), "among: no earlier multiple choice {name!r}; {hint}")
_CHOICE = Reference(_earlier("has_options"), "no choice before {of!r} {name!r}; {hint}", leads=True)
ByPart = Annotated[str, replace(_ITEM, known=_items), replace(_OPTION, known=_options)]
"""what a share or a shift is of: an option, an item, or a number itself"""


class Number(Declared):
    """The distribution of a number, or of a date in years: logistic on the log-odds scale, low to high."""

    low: float = 0
    high: float = 100
    median: float = 50
    spread: Annotated[float, Field(gt=0)] = 1
    step: Annotated[float, Field(gt=0)] = 1


class Effect(Declared):
    """Log-odds added for respondents who chose one of `where`, in `waves` (none named: in all).

    `shift` is by option; by item for a grid (towards its last level), a ranking or an allocation; by
    the question's own id for a number. `basis` names the published number behind it.
    """

    shift: dict[ByPart, Shift]
    where: dict[Annotated[str, _CHOICE], list[ListedOption]] = {}
    waves: list[WaveName] = []
    basis: str = ""


class Assumed(Declared):
    """What is assumed of one question before any effects.

    `shares` are by option; by item for a ranking or an allocation. Those of a multiple choice are
    shares of respondents, before `max`; all others are relative, and what is not listed divides what is
    left to 1. `items` gives items of a grid shares of their own. `among` lets a ranking hold only items
    ticked in that multiple choice. `not_in` names the waves that do not ask the question.
    `basis` names the published number behind a share, by its id.
    """

    shares: dict[ByPart, Weight] = {}
    items: dict[Annotated[str, _ITEM], dict[Annotated[str, _OPTION], Weight]] = {}
    number: Number = Number()
    among: Annotated[str, _SEVERAL] = ""
    texts: list[str] = []
    dkns: Probability | None = None
    skips: Probability | None = None
    not_in: list[WaveName] = []
    effects: list[Effect] = []
    basis: dict[Annotated[str, _ANSWER], str] = {}


class Assumptions(Declared):
    """All that assumptions.toml says; every key has a default."""

    screened_out: Probability = 0.05
    breaks_off: Probability = 0.05
    dkns: Probability = 0.05
    skips: Probability = 0.02
    questions: dict[QuestionId, Assumed] = {}


def _fitting(form: QuestionKind) -> set[str]:
    """The keys that questions of a kind can have, beside those that all can have."""
    if form.has_options:
        return {"shares", "dkns", "items" if form.items else "texts"}
    if form.items:
        return {"shares", "among"} if form.is_ranked else {"shares"}
    return {"texts"} if form.is_open else {"number"}


def load(paths: Paths, questionnaire: Survey) -> Assumptions:
    """The assumptions of a survey, the defaults where it has none; SurveyError with every problem."""
    path = paths.raw / ASSUMPTIONS_FILE
    if not path.is_file():
        return Assumptions()
    document = read(path, paths.shown(path))
    assumptions = model(document, Assumptions)
    scope = Scope(questionnaire, waves=[file.stem for file in paths.wave_files()])
    wrong = [*problems(assumptions, scope, document), *_check(assumptions, questionnaire, document)]
    if wrong:
        raise SurveyError(wrong)
    return assumptions


def _check(assumptions: Assumptions, questionnaire: Survey, document: Document) -> Iterator[Problem]:
    """What is wrong with the assumptions of known questions, apart from names."""
    for name, assumed in assumptions.questions.items():
        if name not in questionnaire.questions:
            continue
        place: tuple[Key, ...] = ("questions", name)
        asked = questionnaire.questions[name]
        fitting = _fitting(asked.form) | {"skips", "not_in", "effects", "basis"}
        for key in sorted(assumed.model_fields_set - fitting):
            yield document.problem(f"{key} means nothing for a {asked.kind} question", *place, key)
        for key, shares in {"": assumed.shares, **assumed.items}.items():
            where = (*place, "items", key) if key else (*place, "shares")
            if shares and not any(shares.values()):
                yield document.problem("every share is 0", *where)
            for option, share in shares.items():
                declared = questionnaire.options(name).get(option)
                if declared and declared.role == "dkns":
                    message = f"{option!r} is no share of answers; say dkns = {share}"
                    yield document.problem(message, *where, option)
                if asked.form.several and share > 1:
                    message = f"{option!r}: a share lies between 0 and 1, seen {share}"
                    yield document.problem(message, *where, option)
        number = assumed.number
        if not number.low < number.median < number.high:
            yield document.problem("the median wants to lie between low and high", *place, "number")
