"""assumptions.toml: what synthetic responses are drawn from, as frozen models checked both ways."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Any

from pydantic import Field

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.toml import Declared, Document, Key, model, read
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import ASSUMPTIONS_FILE, Paths
from pipeline.tidy.question_kinds import QuestionKind

Probability = Annotated[float, Field(ge=0, le=1)]
Weight = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Shift = Annotated[float, Field(allow_inf_nan=False)]


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

    shift: dict[str, Shift]
    where: dict[str, list[str]] = {}
    waves: list[str] = []
    basis: str = ""


class Assumed(Declared):
    """What is assumed of one question before any effects.

    `shares` are by option; by item for a ranking or an allocation. Those of a multiple choice are
    shares of respondents, before `max`; all others are relative, and what is not listed divides what is
    left to 1. `items` gives items of a grid shares of their own. `among` lets a ranking hold only items
    ticked in that multiple choice. `not_in` names the waves that do not ask the question.
    `basis` names the published number behind a share, by its id.
    """

    shares: dict[str, Weight] = {}
    items: dict[str, dict[str, Weight]] = {}
    number: Number = Number()
    among: str = ""
    texts: list[str] = []
    dkns: Probability | None = None
    skips: Probability | None = None
    not_in: list[str] = []
    effects: list[Effect] = []
    basis: dict[str, str] = {}


class Assumptions(Declared):
    """All that assumptions.toml says; every key has a default."""

    screened_out: Probability = 0.05
    breaks_off: Probability = 0.05
    dkns: Probability = 0.05
    skips: Probability = 0.02
    questions: dict[str, Assumed] = {}


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
    waves = [file.stem for file in paths.wave_files()]
    problems = list(_check(assumptions, questionnaire, waves, document))
    if problems:
        raise SurveyError(problems)
    return assumptions


def _check(
    assumptions: Assumptions, questionnaire: Survey, waves: list[str], document: Document
) -> Iterator[Problem]:
    """What the assumptions say of questions, options, items and waves that do not exist."""
    for name, assumed in assumptions.questions.items():
        place: tuple[Key, ...] = ("questions", name)
        if name not in questionnaire.questions:
            hint = did_you_mean(name, questionnaire.questions)
            yield document.problem(f"no question {name!r}; {hint}", *place)
            continue
        asked = questionnaire.questions[name]
        fitting = _fitting(asked.form) | {"skips", "not_in", "effects", "basis"}
        for key in sorted(assumed.model_fields_set - fitting):
            yield document.problem(f"{key} means nothing for a {asked.kind} question", *place, key)
        yield from _check_shares(assumed, name, questionnaire, document)
        yield from _unknown_waves(assumed.not_in, waves, document, *place, "not_in")
        yield from _check_effects(assumed, name, questionnaire, waves, document)
        among, earlier = assumed.among, _before(questionnaire, name)
        several = [other for other in earlier if questionnaire.questions[other].form.several]
        if among and among not in several:
            hint = did_you_mean(among, several)
            yield document.problem(f"among: no earlier multiple choice {among!r}; {hint}", *place, "among")
        number = assumed.number
        if not number.low < number.median < number.high:
            yield document.problem("the median wants to lie between low and high", *place, "number")


def _before(questionnaire: Survey, name: str) -> list[str]:
    return list(questionnaire.questions)[: questionnaire.position(name) - 1]


def _unknown(named: Any, known: Any, what: str, document: Document, *place: Key) -> Iterator[Problem]:
    for identifier in named:
        if identifier not in known:
            hint = did_you_mean(identifier, known)
            yield document.problem(f"no {what} {identifier!r}; {hint}", *place, identifier)


def _unknown_waves(named: list[str], known: list[str], document: Document, *place: Key) -> Iterator[Problem]:
    for index, wave in enumerate(named):
        if wave not in known:
            hint = did_you_mean(wave, known, "the waves are")
            yield document.problem(f"no wave {wave!r}; {hint}", *place, index)


def _check_shares(
    assumed: Assumed, name: str, questionnaire: Survey, document: Document
) -> Iterator[Problem]:
    place: tuple[Key, ...] = ("questions", name)
    question, options = questionnaire.questions[name], questionnaire.options(name)
    by_item = question.form.items and not question.form.has_options
    what, known = ("item", [*question.items]) if by_item else ("option", [*options])
    yield from _unknown(assumed.shares, known, f"{what} of {name!r}", document, *place, "shares")
    yield from _unknown(assumed.items, question.items, f"item of {name!r}", document, *place, "items")
    for item, shares in assumed.items.items():
        yield from _unknown(shares, options, f"option of {name!r}", document, *place, "items", item)
    basis = [name, *options, *question.items]
    yield from _unknown(assumed.basis, basis, f"option or item of {name!r}", document, *place, "basis")
    of_items = ((("items", item), shares) for item, shares in assumed.items.items())
    for where, shares in ((("shares",), assumed.shares), *of_items):
        if shares and not any(shares.values()):
            yield document.problem("every share is 0", *place, *where)
        for option, share in shares.items():
            if not by_item and option in options and options[option].role == "dkns":
                yield document.problem(
                    f"{option!r} is no share of answers; say dkns = {share}", *place, *where, option
                )
            if question.form.several and share > 1:
                yield document.problem(
                    f"{option!r}: a share lies between 0 and 1, seen {share}", *place, *where, option
                )


def _check_effects(
    assumed: Assumed, name: str, questionnaire: Survey, waves: list[str], document: Document
) -> Iterator[Problem]:
    question = questionnaire.questions[name]
    earlier = _before(questionnaire, name)
    choices = [other for other in earlier if questionnaire.questions[other].form.has_options]
    moved: list[str] = [*(question.items or questionnaire.options(name))]
    if question.form.is_measured:
        moved = [name]
    what = "item" if question.items else "option"
    for index, effect in enumerate(assumed.effects):
        place: tuple[Key, ...] = ("questions", name, "effects", index)
        yield from _unknown(effect.shift, moved, f"{what} of {name!r}", document, *place, "shift")
        yield from _unknown_waves(effect.waves, waves, document, *place, "waves")
        yield from _unknown(effect.where, choices, f"choice before {name!r}", document, *place, "where")
        for on, chosen in effect.where.items():
            for option in chosen if on in choices else []:
                if option not in questionnaire.options(on):
                    hint = did_you_mean(option, questionnaire.options(on))
                    yield document.problem(f"{on!r} has no option {option!r}; {hint}", *place, "where", on)
