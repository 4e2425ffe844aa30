"""Synthetic responses: the export that a synthetic wave names, drawn from declared assumptions.

Nothing here comes from anybody's answers. Where an export would identify people stands a canary, a
made-up token that a test can look for in the outputs.
"""

from __future__ import annotations

import codecs
import datetime
import itertools
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipeline.declarations import survey
from pipeline.declarations.questionnaire import Option, Survey
from pipeline.declarations.wave import Exclude, Fielding
from pipeline.declarations.wave_files import load_one
from pipeline.exports.tools import Format, formats
from pipeline.exports.tools.writing import Answered, Column
from pipeline.project import files
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import Paths
from pipeline.synthetic import assumptions
from pipeline.synthetic.assumptions import Assumed, Assumptions, Number
from pipeline.synthetic.export import save
from pipeline.text.folding import ELLIPSIS, fold
from pipeline.tidy.question_kinds import QuestionKind

Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]
Values = npt.NDArray[Any]
Answers = dict[str, Values]

_CHUNK = 50_000  # respondents drawn and written at a time; changing it changes every export
_TEXTS = ["Something that is not listed", "A mixture of several things", "It depends on the team"]
_UNLISTED = {"substantive": 0.3, "other": 0.04, "none": 0.03, "not_applicable": 0.03}


@dataclass(frozen=True)
class _Plan:
    """All that the drawing depends on. `options` and `items` hold what the wave offers, by question."""

    survey: Survey
    fielding: Fielding
    assumptions: Assumptions
    respondents: int
    seed: int
    options: dict[str, list[str]]
    items: dict[str, list[str]]
    rules: list[Exclude]

    @property
    def questions(self) -> list[str]:
        return list(self.options)

    def assumed(self, question: str) -> Assumed:
        return self.assumptions.questions.get(question, Assumed())

    def form(self, question: str) -> QuestionKind:
        return self.survey.questions[question].form

    def declared(self, question: str) -> dict[str, Option]:
        options = self.survey.options(question)
        return {option: options[option] for option in self.options[question]}

    def dkns(self, question: str) -> float:
        declared = self.assumed(question).dkns
        return self.assumptions.dkns if declared is None else declared

    def forbidden(self, question: str) -> set[str]:
        """The options that alone screen a respondent out, so that nobody else may choose them."""
        alone = [rule.where for rule in self.rules if list(rule.where) == [question]]
        return {option for where in alone for option in where[question]}


def synthesise(
    paths: Paths, wave: str, respondents: int, seed: int, format_: str | None = None, replace: bool = False
) -> Path:
    """Write the export that a synthetic wave names, and return its path; the same seed, the same bytes.

    SurveyError where the wave is not synthetic, where `format_` is not the one that its file declares (the
    wave file could not read what was written), and where there is an export already and not `replace`.
    """
    plan = _plan(paths, wave, respondents, seed, format_)
    source = plan.fielding.wave.source
    export = plan.fielding.exports[0]
    if export.exists() and not replace:
        raise SurveyError(
            f"{paths.shown(export)} is there already, and might hold real answers; say --replace if it may go"
        )
    encoding = source.encoding or formats[source.format].encoding
    try:
        with files.aside(export) as temporary:
            save(temporary, export.suffix, encoding, _rows(plan))
    except UnicodeEncodeError as error:
        message = f"the export cannot be written as {encoding!r}: {error}"
        raise SurveyError([plan.fielding.document.problem(message, "source", "encoding")]) from None
    return export


def _plan(paths: Paths, name: str, respondents: int, seed: int, format_: str | None) -> _Plan:
    if respondents < 0 or seed < 0:
        raise SurveyError(f"respondents ({respondents}) and seed ({seed}) may not be negative")
    questionnaire, _ = survey.load(paths)
    waves = {path.stem: path for path in paths.wave_files()}
    if name not in waves:
        raise SurveyError(f"no wave {name!r}; {did_you_mean(name, waves, 'the waves are')}")
    fielding = load_one(paths, questionnaire, waves[name])
    problems = list(_refusals(fielding, format_))
    if problems:
        raise SurveyError(problems)
    assumed = assumptions.load(paths, questionnaire)
    options, items = _offered(questionnaire, fielding, assumed)
    rules = [rule for rule in fielding.wave.exclude if _applies(rule, questionnaire, options)]
    return _Plan(questionnaire, fielding, assumed, respondents, seed, options, items, rules)


def _refusals(fielding: Fielding, format_: str | None) -> Iterator[Problem]:
    declared, document = fielding.wave, fielding.document
    source = declared.source
    if not declared.synthetic:
        yield document.problem(
            f"wave {fielding.name} does not say synthetic = true, so {source.file[0]} may hold real "
            "answers and is not written over",
            "synthetic",
        )
    if format_ is not None and format_ != source.format:
        known = did_you_mean(format_, formats, "the formats are")
        hint = f"say format = {format_!r} there first" if format_ in formats else known
        yield document.problem(
            f"the wave file reads {source.format!r}, not {format_!r}; {hint}", "source", "format"
        )
    try:
        codecs.lookup(source.encoding or "utf-8")
    except LookupError:
        yield document.problem(f"no encoding {source.encoding!r}", "source", "encoding")
    rows = len(formats[source.format].header([]))
    if source.header_rows not in (None, rows):
        yield document.problem(
            f"a synthetic {source.format} export has {rows} header rows, not {source.header_rows}",
            *("source", "header_rows"),
        )
    for question, finders in declared.columns.items():
        if len(finders) != 1:
            yield document.problem(
                f"{question!r}: a synthetic export has one heading a question, so name one, not "
                f"{len(finders)}",
                *("columns", question),
            )


def _offered(
    questionnaire: Survey, fielding: Fielding, assumptions: Assumptions
) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """The options and items of each question that the wave has; one with nothing left is not in it."""
    options: dict[str, list[str]] = {}
    items: dict[str, list[str]] = {}
    for name, question in questionnaire.questions.items():
        without = fielding.wave.not_offered(name)
        offered = [option for option in questionnaire.options(name) if option not in without]
        rows = [item for item in question.items if item not in without]
        emptied = (questionnaire.options(name) and not offered) or (question.items and not rows)
        absent = fielding.name in assumptions.questions.get(name, Assumed()).not_in
        if not emptied and not absent:
            options[name], items[name] = offered, rows
    return options, items


def _applies(rule: Exclude, questionnaire: Survey, options: dict[str, list[str]]) -> bool:
    """Whether somebody can be made to meet a rule: by headings, or by options that the wave has."""
    for key, wanted in rule.where.items():
        asked = questionnaire.questions.get(key)
        if asked and not (asked.form.is_choice and set(wanted) & set(options.get(key, []))):
            return False
    return bool(rule.where)


def _stream(plan: _Plan, chunk: int, name: str) -> np.random.Generator:
    """A random stream of its own for each question, so that editing one leaves the others as they were.

    Only `Generator.random` is drawn from it: NumPy may change its other distributions.
    """
    return np.random.Generator(np.random.PCG64([plan.seed, chunk, zlib.crc32(name.encode())]))


def _uniform(rng: np.random.Generator, *shape: int) -> Floats:
    return np.maximum(rng.random(shape), 2.0**-54)  # never 0, whose logarithm is not finite


def _logit(share: Any) -> Floats:
    odds: Floats = np.log(share) - np.log1p(-np.asarray(share, dtype=np.float64))
    return odds


def _sigmoid(odds: Floats) -> Floats:
    share: Floats = 1 / (1 + np.exp(-odds))
    return share


def _gumbel(rng: np.random.Generator, *shape: int) -> Floats:
    """Noise that, added to log weights, makes the largest sum a draw by those weights (Gumbel 1954)."""
    noise: Floats = -np.log(-np.log(_uniform(rng, *shape)))
    return noise


def _weights(shares: dict[str, float], ids: list[str], roles: dict[str, Option]) -> Floats:
    """Relative weights of `ids`, which sum to 1; those that `shares` does not list divide the rest."""
    rest = [i for i in ids if i not in shares]
    if shares:
        left = max(0.0, 1 - sum(shares.values())) / max(1, len(rest))
        weights = [shares.get(i, left) for i in ids]
    else:
        weights = [1.0 if i not in roles or roles[i].role == "substantive" else 0.1 for i in ids]
    total = sum(weights)
    return np.array([weight / total if total else 1 / len(ids) for weight in weights])


def _chose(plan: _Plan, answers: Answers, question: str, wanted: list[str]) -> Flags:
    """Who chose one of the options `wanted`."""
    codes = [i for i, option in enumerate(plan.options[question]) if option in wanted]
    values = answers[question]
    hits = values[:, codes] > 0 if plan.form(question).several else np.isin(values, codes)
    return np.asarray(hits.any(axis=1), dtype=np.bool_)


def _shifts(plan: _Plan, name: str, keys: list[str], answers: Answers, size: int) -> Floats:
    """The log-odds added for each respondent and each of `keys`; minus infinity where forbidden."""
    shifts = np.zeros((size, len(keys)))
    for effect in plan.assumed(name).effects:
        if effect.waves and plan.fielding.name not in effect.waves:
            continue
        rows = np.ones(size, dtype=np.bool_)
        for question, wanted in effect.where.items():
            if question in answers:
                rows &= _chose(plan, answers, question, wanted)
        shifts[rows] += [effect.shift.get(key, 0.0) for key in keys]
    forbidden = plan.forbidden(name)
    shifts[:, [key in forbidden for key in keys]] = -np.inf
    return shifts


def _draw_single(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    ids = plan.options[name]
    declared = plan.declared(name)
    unsure = [declared[i].role == "dkns" for i in ids]
    sure = [i for i in ids if declared[i].role != "dkns"]
    weights = np.zeros(len(ids))
    rate = plan.dkns(name) if any(unsure) else 0.0
    if sure:
        weights[~np.array(unsure)] = (1 - rate) * _weights(plan.assumed(name).shares, sure, declared)
    weights[unsure] = (rate if sure else 1.0) / max(1, sum(unsure))
    score = np.log(weights) + _shifts(plan, name, ids, answers, size) + _gumbel(rng, size, len(ids))
    return np.asarray(score.argmax(axis=1), dtype=np.int16)[:, None]


def _draw_multiple(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    """One column an option, 1 where ticked: at least one, at most `max`, none beside an exclusive."""
    ids, declared = plan.options[name], plan.declared(name)
    assumed = plan.assumed(name)
    shares = np.array([assumed.shares.get(i, _UNLISTED.get(declared[i].role, 0.0)) for i in ids])
    alone = np.array([o.exclusive or o.role == "not_applicable" for o in declared.values()])
    shares[[o.role == "dkns" for o in declared.values()]] = plan.dkns(name)
    odds = _logit(shares) + _shifts(plan, name, ids, answers, size)
    score = np.where(alone, -np.inf, odds + _logit(_uniform(rng, size, len(ids))))
    most = plan.survey.questions[name].max or len(ids)
    best = np.argsort(-score, axis=1, kind="stable")[:, :most]
    kept = np.zeros(score.shape, dtype=np.bool_)
    np.put_along_axis(kept, best, True, axis=1)
    ticked = kept & (score > 0)
    # whoever would tick nothing ticks the likeliest option, or it would look as if they skipped
    rows = np.arange(size)
    nearest = best[:, 0]
    ticked[rows, nearest] |= score[rows, nearest] > -np.inf
    upto = np.where(alone, _sigmoid(odds), 0).cumsum(axis=1)
    drawn = rng.random((size, 1))
    only = (drawn < upto).any(axis=1)
    ticked[only] = False
    ticked[rows[only], (drawn < upto).argmax(axis=1)[only]] = True
    return ticked.astype(np.int16)


def _draw_grid(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    """The code of each item's level: a cumulative logit model, so that shifts move along the scale."""
    ids, items, declared = plan.options[name], plan.items[name], plan.declared(name)
    assumed = plan.assumed(name)
    levels = [i for i in ids if declared[i].role != "dkns"]
    shifts = _shifts(plan, name, items, answers, size)
    values = np.empty((size, len(items)), dtype=np.int16)
    codes = np.array([ids.index(level) for level in levels])
    for column, item in enumerate(items):
        weights = _weights(assumed.items.get(item, assumed.shares), levels, declared)
        bounds = _logit(np.clip(weights.cumsum()[:-1], 0, 1))
        place = _logit(_uniform(rng, size)) + shifts[:, column]
        values[:, column] = codes[np.searchsorted(bounds, place)]
    unsure = [i for i in ids if declared[i].role == "dkns"]
    drawn = rng.random(values.shape)
    if unsure:
        values[drawn < plan.dkns(name)] = ids.index(unsure[0])
    values[rng.random(values.shape) < _skips(plan, name)] = -1
    return values


def _draw_rank(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    """The place of each item, from 1; 0 where it has none (Plackett–Luce)."""
    items = plan.items[name]
    assumed = plan.assumed(name)
    score = np.log(_weights(assumed.shares, items, {})) + _shifts(plan, name, items, answers, size)
    score = score + _gumbel(rng, size, len(items))
    if assumed.among in answers:
        ticked = {i: c for c, i in enumerate(plan.options[assumed.among])}
        for column, item in enumerate(items):
            if item in ticked:
                score[answers[assumed.among][:, ticked[item]] == 0, column] = -np.inf
    most = min(plan.survey.questions[name].max or len(items), len(items))
    order = np.argsort(-score, axis=1, kind="stable")
    places = np.zeros(score.shape, dtype=np.int16)
    rows = np.arange(size)
    for place in range(most):
        chosen = order[:, place]
        places[rows, chosen] = np.where(score[rows, chosen] > -np.inf, place + 1, 0)
    return places


def _draw_allocation(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    """Whole points for each item, by the largest remainders."""
    total = plan.survey.questions[name].total
    items = plan.items[name]
    odds = np.log(_weights(plan.assumed(name).shares, items, {})) + _shifts(plan, name, items, answers, size)
    parts = np.exp(odds) * -np.log(_uniform(rng, size, len(items)))
    points = total * parts / parts.sum(axis=1, keepdims=True)
    whole = np.floor(points)
    missing = np.rint(total - whole.sum(axis=1, keepdims=True))
    behind = np.argsort(np.argsort(whole - points, axis=1, kind="stable"), axis=1, kind="stable")
    return np.asarray(whole + (behind < missing), dtype=np.int16)


def _draw_number(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    number = _assumed_number(plan, name)
    width = number.high - number.low
    odds = _logit(_uniform(rng, size, 1)) * number.spread + _shifts(plan, name, [name], answers, size)
    drawn = number.low + width * _sigmoid(odds + _logit((number.median - number.low) / width))
    steps = np.rint((drawn - number.low) / number.step)
    return np.minimum(number.low + number.step * steps, number.high)


def _assumed_number(plan: _Plan, name: str) -> Number:
    """The distribution of a number or a date; of a date in years, by the day."""
    assumed = plan.assumed(name)
    if plan.form(name).dates and "number" not in assumed.model_fields_set:
        fielded = plan.fielding.wave.fielded
        latest = fielded.from_.year if fielded else 1999
        return Number(low=latest - 20, high=latest, median=latest - 8, step=1 / 365.2425)
    return assumed.number


def _draw_date(plan: _Plan, name: str, answers: Answers, size: int, rng: np.random.Generator) -> Values:
    """A day as `datetime` numbers it; its assumptions are in years."""
    years = _draw_number(plan, name, answers, size, rng)
    return np.floor((years - 1) * 365.2425) + 1


def _draw_text(plan: _Plan, name: str, _given: Answers, size: int, rng: np.random.Generator) -> Values:
    texts = plan.assumed(name).texts or _TEXTS
    return np.floor(rng.random((size, 1)) * len(texts)).astype(np.int16)


_DRAWS: dict[str, Callable[[_Plan, str, Answers, int, np.random.Generator], Values]] = {
    "several": _draw_multiple,
    "is_one_choice": _draw_single,
    "by_item": _draw_grid,
    "is_ranked": _draw_rank,
    "items": _draw_allocation,
    "dates": _draw_date,
    "is_measured": _draw_number,
    "is_open": _draw_text,
}
"""how answers are drawn, by the first fact that holds of the kind of a question"""


def _skips(plan: _Plan, name: str) -> float:
    """The share that leaves a question blank; nobody skips a screening question."""
    if any(name in rule.where for rule in plan.rules):
        return 0.0
    declared = plan.assumed(name).skips
    return plan.assumptions.skips if declared is None else declared


def _flow(plan: _Plan, chunk: int, size: int) -> tuple[Values, Values]:
    """For each respondent the rule that screens them out (-1: none), and the questions they reach."""
    questions = plan.questions
    places = [[questions.index(key) + 1 for key in rule.where if key in plan.options] for rule in plan.rules]
    ends = np.array([max(of_rule, default=len(questions)) for of_rule in places], dtype=np.int64)
    first = max(itertools.chain(*places), default=min(1, len(questions)))
    rng = _stream(plan, chunk, " flow")  # the space keeps it apart from the ids of questions
    out, which, breaks, at = rng.random((4, size))
    rule = np.full(size, -1)
    reached = np.full(size, len(questions))
    breaking = breaks < plan.assumptions.breaks_off
    reached[breaking] = first + np.floor(at * (len(questions) - first)).astype(np.int64)[breaking]
    if plan.rules:
        screened = out < plan.assumptions.screened_out
        rule[screened] = np.floor(which * len(plan.rules)).astype(np.int64)[screened]
        reached[screened] = ends[rule[screened]]
    return rule, reached


# the log-odds of a share of 0 or 1 are infinite, as they should be
@np.errstate(divide="ignore", over="ignore")
def _answers(plan: _Plan, chunk: int, rule: Values, reached: Values) -> Answers:
    """What each respondent answers, by question, in the codes that the `_draw` functions return."""
    size = len(rule)
    answers: Answers = {}
    for position, name in enumerate(plan.questions):
        rng = _stream(plan, chunk, name)
        form = plan.form(name)
        draw = next(draw for fact, draw in _DRAWS.items() if getattr(form, fact))
        values = draw(plan, name, answers, size, rng)
        blank = rng.random(size) < (0.0 if form.by_item else _skips(plan, name))
        blank |= reached <= position
        for on, wanted in plan.survey.questions[name].asked.items():
            if on in answers:
                blank |= ~_chose(plan, answers, on, wanted)
        _screen(plan, name, values, rule, rng.random(size))
        values[blank] = 0 if form.is_joined else np.nan if form.is_measured else -1
        answers[name] = values
    return answers


def _screen(plan: _Plan, name: str, values: Values, rule: Values, drawn: Floats) -> None:
    """Change, in `values`, the answers of those whom a rule screens out to one that the rule names."""
    for index, exclude in enumerate(plan.rules):
        wanted = [plan.options[name].index(i) for i in exclude.where.get(name, []) if i in plan.options[name]]
        if wanted:
            rows = np.flatnonzero(rule == index)
            codes = np.array(wanted)[np.floor(drawn[rows] * len(wanted)).astype(np.int64)]
            if plan.form(name).several:
                values[rows] = 0
                values[rows, codes] = 1
            else:
                values[rows, 0] = codes


def _rows(plan: _Plan) -> Iterator[Sequence[str]]:
    """The header and the responses of the export."""
    layout = formats[plan.fielding.wave.source.format]
    for chunk, before in enumerate(range(0, max(plan.respondents, 1), _CHUNK)):
        numbers = range(before + 1, min(before + _CHUNK, plan.respondents) + 1)
        rule, reached = _flow(plan, chunk, len(numbers))
        answers = _answers(plan, chunk, rule, reached)
        columns = list(_respondents(plan, layout, chunk, numbers, rule, reached))
        for name, values in answers.items():
            columns += layout.columns(_answered(plan, name, values, numbers))
        if not chunk:
            yield from layout.header(columns)
        yield from zip(*(cells for _, _, cells in columns), strict=True)


def _respondents(
    plan: _Plan, layout: Format, chunk: int, numbers: range, rule: Values, reached: Values
) -> Iterator[Column]:
    """The columns that are no question: ids, times, a weight, canaries to drop, screened headings."""
    declared = plan.fielding.wave.respondents
    started, submitted = _times(plan, chunk, numbers, reached)
    if heading := declared.id or layout.id:
        yield heading, "", [layout.numbered(number) for number in numbers]
    if declared.started:
        yield declared.started, "", started
    if declared.submitted:
        yield declared.submitted, "", submitted
    if declared.weight:
        (spread,) = _uniform(_stream(plan, chunk, " weights"), 1, len(numbers))
        yield declared.weight, "", [f"{weight:.4f}" for weight in np.exp(0.25 * _logit(spread)).tolist()]
    for heading in declared.drop:
        # a token in place of what would identify someone: `Email Address` → `canary-email-000017`
        word = "".join(c for c in (heading.split() or [""])[0].lower() if c.isalnum())
        yield heading, "", [f"canary-{word}-{number:06d}" for number in numbers]
    headings = {key: None for r in plan.rules for key in r.where if key not in plan.survey.questions}
    for heading in headings:
        texts = [exclude.where.get(heading, [""])[0] for exclude in plan.rules]
        yield heading, "", [texts[index] if index >= 0 else "" for index in rule.tolist()]


def _times(plan: _Plan, chunk: int, numbers: range, reached: Values) -> tuple[list[str], list[str]]:
    """When each response began and ended, in the order of the field period."""
    fielded = plan.fielding.wave.fielded
    if fielded is None:
        return [""] * len(numbers), [""] * len(numbers)
    begin = datetime.datetime.combine(fielded.from_, datetime.time())
    longest = 3 * 3600
    span = ((fielded.to - fielded.from_).days + 1) * 86_400 - longest
    at, pace = _uniform(_stream(plan, chunk, " times"), 2, len(numbers))
    since = (np.array(numbers) - 1 + at) / max(1, plan.respondents) * span
    part = reached / max(1, len(plan.questions))
    took = np.clip(np.exp(np.log(600) + 0.35 * _logit(pace)) * part, 5, longest - 1)
    first = np.datetime64(begin, "s")
    times = [first + seconds.astype("timedelta64[s]") for seconds in (since, since + took)]
    started, submitted = ([str(time).replace("T", " ") for time in column] for column in times)
    return started, submitted


def _heading(plan: _Plan, name: str) -> str:
    """The question's heading: its text (its id where it has none), unless [columns] names another."""
    text = _whole(plan.survey.questions[name].text) or name
    finders = plan.fielding.wave.columns.get(name)
    if not finders or fold(text).startswith(fold(_whole(finders[0]))):
        return text
    return _whole(finders[0])


def _whole(label: str) -> str:
    """A label as an export may hold it: a beginning without its ellipsis."""
    return label.rstrip().removesuffix(ELLIPSIS).rstrip()


def _labels(plan: _Plan, name: str, ids: list[str]) -> list[str]:
    """The raw texts of options or items: what [answers] maps to them, otherwise their labels."""
    mapped = plan.fielding.wave.answers.get(name, {})
    raw = {identifier: text for text, identifier in reversed(mapped.items())}
    options, items = plan.survey.options(name), plan.survey.questions[name].items
    return [raw.get(i) or _whole(options[i].label if i in options else items[i]) for i in ids]


def _answered(plan: _Plan, name: str, values: Values, numbers: range) -> Answered:
    """A question's answers with everything that a layout writes of it."""
    wave = plan.fielding.wave
    return Answered(
        code=name,
        form=plan.form(name),
        heading=_heading(plan, name),
        options=_labels(plan, name, plan.options[name]),
        write_ins=[code for code, option in enumerate(plan.declared(name).values()) if option.write_in],
        items=_labels(plan, name, plan.items[name]),
        values=values,
        texts=plan.assumed(name).texts or _TEXTS,
        numbers=numbers,
        separator=wave.separator(name) or formats[wave.source.format].separator,
    )
