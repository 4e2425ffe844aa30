"""Names in declarations that stand for something declared elsewhere, and the one place that looks them up.

The type of a field says what its texts name: `question: QuestionId`, `where: dict[QuestionId, ...]`.
`problems` walks a model, looks up every name, and says which of them name nothing: "no question 'blocker';
did you mean 'blockers'?". A condition on what is named (a single choice, listed once) is a `Rule` of the
reference.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import UnionType
from typing import Annotated, Any, Protocol, Union, get_args, get_origin

from pydantic import BaseModel

from pipeline.declarations.toml import Document, Key
from pipeline.project.errors import Problem, did_you_mean

Mistake = tuple[str, tuple[Key, ...]]
"""a message, and the keys that lead to its place"""


class Questionnaire(Protocol):
    """What names are looked up in: a Survey, which is declared with the references of this module."""

    @property
    def questions(self) -> Mapping[str, Any]:
        """The questions by id."""

    @property
    def scales(self) -> Mapping[str, Any]:
        """The scales by id."""

    def options(self, question: str) -> Mapping[str, Any]:
        """The options of a question by id."""

    def nets(self, question: str) -> Mapping[str, Any]:
        """The nets of a question by id."""


@dataclass(frozen=True)
class Scope:
    """All that a declaration can name: a questionnaire, and the segments and waves there are."""

    survey: Questionnaire
    segments: Collection[str] = ()
    waves: Collection[str] = ()


@dataclass(frozen=True)
class Mention:
    """A name where it stands: `path` are the keys that lead there, `beside` the list that it is in.

    `of` is the question around it, or the scale: that of which an option, an item or a net is named.
    """

    scope: Scope
    name: str = ""
    of: str = ""
    path: tuple[Key, ...] = ()
    beside: Sequence[Any] = ()

    @property
    def survey(self) -> Questionnaire:
        """The questionnaire that names are looked up in."""
        return self.scope.survey

    @property
    def kind(self) -> str:
        """The kind of the question that is named; empty where none is."""
        return self.survey.questions[self.name].kind if self.name in self.survey.questions else ""

    @property
    def options(self) -> Mapping[str, Any]:
        """The options of the question, or of the scale, that the name stands in."""
        of_scale = self.path[0] == "scales"
        return self.survey.scales[self.of].options if of_scale else self.survey.options(self.of)


@dataclass(frozen=True)
class Rule:
    """What must not be so of a name, and the message where it is.

    Of the rules of a reference the first that is broken is reported, and only of a name that is known; a rule
    with `always` is reported whatever else is wrong.
    """

    broken: Callable[[Mention], bool]
    message: str
    always: bool = False


@dataclass(frozen=True)
class Reference:
    """What a text names: one of `known`, where None means that nothing is named in this place.

    All messages begin with `prefix`. They may show the {name}, the question or scale {of} which it is, the
    {kind} of the question that is named, and the {key} at whose line they are reported, `up` keys above the
    name. `message` also shows the {hint}, which is taken from the names `near`, by default from all that are
    known. Without a `message` the text may be something else.

    A key or field that `leads` says of which question the names below it, or beside it, are. These are looked
    up only if that question is known and breaks no rule.
    """

    known: Callable[[Mention], Collection[str] | None]
    message: str
    prefix: str = ""
    rules: tuple[Rule, ...] = ()
    near: Callable[[Mention], Iterable[str]] | None = None
    listed: str = "known"
    up: int = 0
    leads: bool = False

    def with_rules(self, *rules: Rule, **changes: Any) -> Reference:
        """The same with rules, and other changes."""
        return replace(self, rules=rules, **changes)

    def look_up(self, name: Mention) -> Generator[Mistake, None, bool]:
        """The mistakes in one name; returns whether the names of which it leads can be looked up."""
        known = self.known(name)
        if known is None:
            return True
        is_known = name.name in known
        first = next((r for r in self.rules if is_known and not r.always and r.broken(name)), None)
        if not is_known and self.message:
            near = self.near(name) if self.near else known
            yield self._mistake(name, self.message, hint=did_you_mean(name.name, near, self.listed))
        for rule in self.rules:
            if rule is first or (rule.always and rule.broken(name)):
                yield self._mistake(name, rule.message)
        return is_known and not first

    def _mistake(self, name: Mention, message: str, hint: str = "") -> Mistake:
        path = name.path[: len(name.path) - self.up]
        parts = {"name": name.name, "of": name.of, "key": path[-1], "kind": name.kind, "hint": hint}
        return (self.prefix + message).format(**parts), path


def problems(model: BaseModel, scope: Scope, document: Document) -> Iterator[Problem]:
    """What is wrong with the names in a model, at the lines of the document that it was read from."""
    for message, path in mistakes(model, scope):
        yield document.problem(message, *path)


def mistakes(model: BaseModel, scope: Scope) -> Iterator[Mistake]:
    """What is wrong with the names in a model, with the keys that lead to each place."""
    yield from _in_model(model, Mention(scope))


def _in_model(model: BaseModel, at: Mention) -> Iterator[Mistake]:
    fields = type(model).model_fields
    # the field that leads comes first: the others are looked up in what it names
    for name in sorted(fields, key=lambda name: not any(map(_leads, fields[name].metadata))):
        value = getattr(model, name)
        below = replace(at, path=(*at.path, fields[name].alias or name))
        if value == fields[name].default:
            continue
        if not isinstance(value, str):
            yield from _walk(value, fields[name].annotation, below)
            continue
        there = yield from _look_up(fields[name].metadata, replace(below, name=value))
        if there is None:
            return
        at = replace(at, of=at.of or there.of)
    for name, value in (model.model_extra or {}).items():
        yield from _walk(value, Any, replace(at, path=(*at.path, name)))


def _walk(value: Any, kind: Any, at: Mention) -> Iterator[Mistake]:
    """The mistakes in `value`, which is declared as `kind`, and in all that stands in it."""
    origin, parts = get_origin(kind), get_args(kind)
    if isinstance(value, BaseModel):
        yield from _in_model(value, at)
    elif origin in (Union, UnionType):
        for part in parts:
            yield from _walk(value, part, at)
    elif origin is Annotated and isinstance(value, str):
        yield from _look_up(parts, replace(at, name=value))
    elif origin is Annotated:
        yield from _walk(value, parts[0], at)
    elif origin is list and isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _walk(inner, parts[0], replace(at, path=(*at.path, index), beside=value))
    elif origin is dict and isinstance(value, dict):
        for key, inner in value.items():
            there = yield from _look_up(get_args(parts[0]), replace(at, path=(*at.path, key), name=key))
            if there is not None:
                yield from _walk(inner, parts[1], there)


def _look_up(markers: Iterable[object], name: Mention) -> Generator[Mistake, None, Mention | None]:
    """The mistakes in one name; returns where it leads, None where nothing can be looked up there."""
    for reference in markers:
        if isinstance(reference, Reference):
            is_there = yield from reference.look_up(name)
            if reference.leads and not is_there:
                return None
            name = replace(name, of=name.name) if reference.leads else name
    return name


def _leads(marker: object) -> bool:
    return isinstance(marker, Reference) and marker.leads


def single_choices(mention: Mention) -> list[str]:
    """The questions of kind single."""
    return [name for name, asked in mention.survey.questions.items() if asked.form.is_one_choice]


def options_and(items: bool = False, nets: bool = False) -> Callable[[Mention], list[str]]:
    """The options of the question that a name stands in, with its items or nets."""

    def known(mention: Mention) -> list[str]:
        all_items = mention.survey.questions[mention.of].items if items else ()
        return [*mention.options, *all_items, *(mention.survey.nets(mention.of) if nets else ())]

    return known


QUESTION = Reference(lambda m: m.survey.questions, "no question {name!r}; {hint}", leads=True)
OPTION = Reference(lambda m: m.options, "{of!r} has no option {name!r}; {hint}")
OPTION_OR_ITEM = Reference(options_and(items=True), "{of!r} has no option or item {name!r}; {hint}")
SCALE = Reference(lambda m: m.survey.scales, "no scale {name!r}; {hint}", listed="the scales are", leads=True)
SEGMENT = Reference(lambda m: m.scope.segments, "no segment {name!r}; {hint}", listed="the segments are")
WAVE = Reference(lambda m: m.scope.waves, "no wave {name!r}; {hint}", listed="the waves are")

QuestionId = Annotated[str, QUESTION]
QuestionOrHeading = Annotated[str, replace(QUESTION, message="")]
OptionRef = Annotated[str, OPTION]
ListedOption = Annotated[str, replace(OPTION, up=1)]
"""an option in a list; what is wrong with it is reported at the line of the list"""
ItemRef = Annotated[
    str, Reference(lambda m: m.survey.questions[m.of].items, "{of!r} has no item {name!r}; {hint}")
]
OptionOrItem = Annotated[str, OPTION_OR_ITEM]
ScaleName = Annotated[str, SCALE]
SegmentName = Annotated[str, SEGMENT]
WaveName = Annotated[str, WAVE]

IS_LISTED_TWICE = Rule(lambda m: m.name in m.beside[: int(m.path[-1])], "{name!r} is listed twice")
IS_NO_SINGLE_CHOICE = Rule(
    lambda m: m.name in m.survey.questions and not m.survey.questions[m.name].form.is_one_choice,
    "{name!r} is of kind {kind}; only a single choice puts each respondent into one group",
)
