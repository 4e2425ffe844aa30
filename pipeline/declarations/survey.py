"""The questionnaire: survey.toml as frozen models, and the checks that span several keys."""

from __future__ import annotations

import importlib
import itertools
import math
import re
import warnings
from collections.abc import Iterator
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator, model_validator

from pipeline.declarations.public import Public, check_public
from pipeline.declarations.toml import Declared, Document, Key, as_far_as, model, read
from pipeline.project.errors import Problem, SurveyError, did_you_mean
from pipeline.project.paths import SURVEY_FILE, Paths
from pipeline.stats.intervals import Method
from pipeline.text.folding import fold, plain
from pipeline.text.values import MOST

Role = Literal["substantive", "other", "none", "dkns", "not_applicable"]
Kind = Literal["single", "multiple", "grid", "rank", "number", "date", "allocation", "text"]

NUMERIC = ("number", "allocation")  # the kinds whose cells hold numbers
MEASURED = ("number", "date")  # the kinds whose answers are numbers, and whose nets are bands
POINTS = 100  # what an allocation shares out, unless it declares `max`

NO_ANSWER: tuple[Role, ...] = ("dkns", "not_applicable")
ROLES: tuple[Role, ...] = ("substantive", "other", "none", "dkns", "not_applicable")
_IMPLIED: dict[str, Role] = {
    "other": "other",
    "none": "none",
    "dkns": "dkns",
    "not_applicable": "not_applicable",
}
FROM_TEXT = "(coded from text)"  # what marks an option that was not offered, wherever it is printed
TOP = 3  # the places of a ranking whose share is given where there are more
_LONG_SCALE = 4  # the fewest options of which the two at each end are not all of them
# patterns as Python takes them apart; it has no public name for that
_parsed: Any = importlib.import_module("re._parser")
_REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
MOST_LETTERS = 100  # of an id: it becomes part of file names, which have 255 bytes
IDENTIFIER = re.compile(rf"[a-z0-9][a-z0-9_]{{0,{MOST_LETTERS - 1}}}\Z")


class Option(Declared):
    """An answer of a question. A label that ends in `…` is a beginning; the export has the rest.

    `from_text` marks an option that nobody was offered: it holds what people wrote beside an Other.
    """

    label: str
    role: Role = "substantive"
    exclusive: bool = False
    write_in: bool = False
    from_text: bool = False


def _options(value: Any) -> Any:
    """Options as written (a label, or a table) with the role that their id implies."""
    if not isinstance(value, dict):
        return value
    full: dict[str, Any] = {}
    for identifier, written in value.items():
        option = {"label": written} if isinstance(written, str) else written
        if isinstance(option, dict):
            role = option.get("role", _IMPLIED.get(identifier, "substantive"))
            option = {"role": role, "exclusive": role in ("none", "dkns")} | option
            if option.get("from_text") is True and isinstance(option.get("label"), str):
                option |= {"label": f"{option['label']} {FROM_TEXT}"}
        full[identifier] = option
    return full


def _nets(value: Any) -> Any:
    """A net written with a label and options is its options, and its label stands in `net_labels`."""
    if isinstance(value, dict) and "net_labels" in value:
        raise ValueError("net_labels is no key: write nets.<id> = { label = ..., options = [...] }")
    if not isinstance(value, dict) or not isinstance(value.get("nets"), dict):
        return value
    nets, labels = {}, {}
    for net, declared in value["nets"].items():
        nets[net] = declared
        if isinstance(declared, dict) and set(declared) == {"label", "options"}:
            nets[net], labels[net] = declared["options"], declared["label"]
    return value | {"nets": nets, "net_labels": labels}


class Scale(Declared):
    """Ordered options shared by grids, with a score for each substantive one and named nets."""

    options: dict[str, Option]
    scores: list[Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]] = []
    nets: dict[str, list[str]] = {}
    net_labels: dict[str, str] = {}

    _read_options = field_validator("options", mode="before")(_options)
    _read_nets = model_validator(mode="before")(_nets)


class Question(Declared):
    """One question. `asked` routes: every question listed must have one of its options chosen."""

    kind: Kind
    text: str = ""
    options: dict[str, Option] = {}
    scale: str = ""
    items: dict[str, str] = {}
    max: Annotated[int, Field(ge=1, le=1000)] | None = None
    asked: dict[str, Annotated[list[str], Field(min_length=1)]] = {}
    nets: dict[str, list[str] | list[float]] = {}
    net_labels: dict[str, str] = {}
    unit: str = ""
    others: dict[str, str] = {}
    private: bool = False
    sensitive: bool = False

    _read_options = field_validator("options", mode="before")(_options)
    _read_nets = model_validator(mode="before")(_nets)

    @property
    def mode(self) -> str:
        """How one answers, as printed after the question."""
        if self.kind == "multiple":
            if self.max is None:
                return "(select all that apply)"
            return f"(select up to {_spelt(self.max)} responses)"
        if self.kind == "rank":
            return f"(rank up to {_spelt(self.max)})" if self.max else "(rank all)"
        if self.kind == "allocation":
            return f"(share out {self.max or POINTS} points)"
        return {"single": "(select one)", "grid": "(select one per row)"}.get(self.kind, "")


def _spelt(number: int) -> str:
    words = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
    return words[number - 1] if number <= len(words) else str(number)


class Methodology(Declared):
    """What only the people behind a survey know of it, and what its readers are owed."""

    sponsor: str = ""
    recruitment: str = ""
    mode: str = ""


class Privacy(Declared):
    """What is hidden because it could tell of a person, and what may be published although it looks like it.

    A base under `base` is not shown; of what could identify somebody a count under `count` is not; what a
    hidden count can be, as far as published tables tell, lies at least `span` apart. `allow` has addresses
    and numbers as they stand, and `*.example.org` for all at a host and below it.
    """

    base: Annotated[int, Field(ge=1, le=1000)] = 10
    count: Annotated[int, Field(ge=1, le=1000)] = 5
    span: Annotated[int, Field(ge=1, le=1000)] = 5
    allow: list[Annotated[str, Field(min_length=1)]] = []

    @field_validator("allow")
    @classmethod
    def _narrow(cls, lines: list[str]) -> list[str]:
        for line in lines:
            if "*" in line and not re.fullmatch(r"\*(\.[^.*]+){2,}", line):
                raise ValueError(f"{line!r} allows too much; write *. and a host, as *.example.org")
        for line in dict.fromkeys(line for line in lines if lines.count(line) > 1):
            raise ValueError(f"{line!r} is listed twice")
        return lines


class Survey(Declared):
    """A questionnaire fielded in one or more waves, in questionnaire order."""

    title: str
    population: str = ""
    methodology: Methodology = Methodology()
    privacy: Privacy = Privacy()
    segments: list[str] = []
    interval: Method = "wilson"
    memory_limit: Annotated[str, Field(pattern=r"^[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B$")] | None = None
    scales: dict[str, Scale] = {}
    questions: dict[str, Question]
    public: Public | None = None

    def options(self, question: str) -> dict[str, Option]:
        """The options of a question in questionnaire order, from its scale where it names one."""
        asked = self.questions[question]
        return self.scales[asked.scale].options if asked.scale else asked.options

    def nets(self, question: str) -> dict[str, list[str]]:
        """The nets of a question's options, from its scale and its own; number bands left out.

        A scale with a score of its own for each of four options or more that declares no nets has `top_2` and
        `bottom_2`.
        """
        asked = self.questions[question]
        own = {i: [str(part) for part in parts] for i, parts in asked.nets.items()}
        if asked.kind in MEASURED:
            return {}
        of_scale = (self.scales[asked.scale].nets or self._ends(question)) if asked.scale else {}
        return of_scale | own

    def net_label(self, question: str, net: str) -> str:
        """How a net is printed: by its label, or by its id in words."""
        asked = self.questions[question]
        of_scale = self.scales[asked.scale].net_labels if asked.scale else {}
        return (of_scale | asked.net_labels).get(net) or plain(net)

    def _ends(self, question: str) -> dict[str, list[str]]:
        """The two options with the highest scores of a scale, and the two with the lowest."""
        scores = self.scores(question)
        taken = {"top_2", "bottom_2"} & set(self.options(question))
        if len(scores) < _LONG_SCALE or len(set(scores.values())) < len(scores) or taken:
            return {}
        falling = sorted(scores, key=lambda option: scores[option], reverse=True)
        order = list(scores)
        return {
            "top_2": sorted(falling[:2], key=order.index),
            "bottom_2": sorted(falling[-2:], key=order.index),
        }

    def members(self, question: str, group: str) -> list[str]:
        """The options that a group of a question is: those of a net, or the one option; none if unknown."""
        if group in self.options(question):
            return [group]
        return self.nets(question).get(group, [])

    def ranks_deep(self, question: str) -> bool:
        """Whether more than three of a question's items can be ranked."""
        asked = self.questions[question]
        return len(asked.items) > TOP and (asked.max is None or asked.max > TOP)

    def last_place(self, question: str, measure: str) -> int:
        """The last place of a ranking that a measure counts."""
        return {"first": 1, "top_3": TOP}.get(measure, len(self.questions[question].items))

    def scores(self, question: str) -> dict[str, float]:
        """The score of each scored option, by id."""
        asked = self.questions[question]
        if not asked.scale:
            return {}
        scale = self.scales[asked.scale]
        ids = [i for i, option in scale.options.items() if option.role == "substantive"]
        return dict(zip(ids, scale.scores, strict=False))

    def position(self, question: str) -> int:
        """The place of a question in the questionnaire, from 1."""
        return list(self.questions).index(question) + 1


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
        elif survey.questions[name].kind != "single":
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
    if asked.kind in ("single", "multiple", "grid") and not options:
        yield document.problem(f"a {asked.kind} question needs options or a scale", *path)
    if asked.kind in ("grid", "rank", "allocation") and not asked.items:
        yield document.problem(f"a {asked.kind} question needs items", *path)
    if asked.items and asked.kind not in ("grid", "rank", "allocation"):
        yield document.problem(f"a {asked.kind} question has no items", *path, "items")
    if asked.max is not None and asked.kind not in ("multiple", "rank", "allocation"):
        yield document.problem(f"max means nothing for a {asked.kind} question", *path, "max")
    if asked.unit and not asked.unit.strip("0123456789., "):
        yield document.problem(f"unit {asked.unit!r} is a number", *path, "unit")
    if asked.unit and asked.kind not in NUMERIC:
        yield document.problem(f"unit means nothing for a {asked.kind} question", *path, "unit")
    for shared in sorted(set(options) & set(asked.items)):
        yield document.problem(f"{shared!r} is both an option and an item", *path, "items", shared)
    yield from _check_labels({i: o.label for i, o in asked.options.items()}, document, *path, "options")
    yield from _check_labels(asked.items, document, *path, "items")
    if asked.kind in MEASURED:
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
