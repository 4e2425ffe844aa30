"""A questionnaire as declared in survey.toml: questions, options, scales, privacy, as frozen models."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from pipeline.declarations.groups import Group, labelled
from pipeline.declarations.references import (
    IS_LISTED_TWICE,
    IS_NO_SINGLE_CHOICE,
    OPTION,
    QUESTION,
    Mention,
    QuestionId,
    Reference,
    Rule,
    ScaleName,
)
from pipeline.declarations.toml import Declared
from pipeline.stats.intervals import Method
from pipeline.text.folding import in_words, plain
from pipeline.text.values import MOST
from pipeline.tidy.question_kinds import QuestionKind, question_kinds

Role = Literal["substantive", "other", "none", "dkns", "not_applicable"]
if TYPE_CHECKING:
    Kind = str
else:
    Kind = Literal[tuple(question_kinds())]
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


def _counted(mention: Mention) -> Mapping[str, Any] | None:
    """The options that a net can have; the net of a number is a band, and has none."""
    of_scale = mention.path[0] == "scales"
    measured = not of_scale and mention.survey.questions[mention.of].form.is_measured
    return None if measured else mention.options


_IN_NO_BASE = "{name!r} is in no base (not_applicable), so no net can count it"
NET_MEMBER = replace(OPTION, known=_counted, message="no option {name!r}; {hint}", up=1).with_rules(
    Rule(lambda m: m.options[m.name].role == "not_applicable", _IN_NO_BASE),
    replace(IS_LISTED_TWICE, message="{name!r} is in it twice", always=True),
    prefix="net {key!r}: ",
)
NetMember = Annotated[str, NET_MEMBER]


class Scale(Declared):
    """Ordered options shared by grids, with a score for each substantive one and named nets."""

    options: dict[str, Option]
    scores: list[Annotated[float, Field(ge=-MOST, le=MOST, allow_inf_nan=False)]] = []
    nets: dict[str, list[NetMember]] = {}
    net_labels: dict[str, str] = {}

    _read_options = field_validator("options", mode="before")(_options)
    _read_nets = model_validator(mode="before")(_nets)


def _before(mention: Mention) -> list[str]:
    """The questions before the one that a name stands in."""
    questions = list(mention.survey.questions)
    return questions[: questions.index(mention.of)]


_COMES_AFTER = Rule(lambda m: m.name not in _before(m), "{name!r} comes after {of!r}, so it cannot route it")
_IS_THE_OTHER = Rule(lambda m: m.options[m.name].write_in, "{name!r} is the Other itself")
ROUTING_QUESTION = QUESTION.with_rules(_COMES_AFTER, prefix="asked: ", near=_before)
ROUTING_OPTION = replace(OPTION, prefix="asked: ", up=1)
CODED_OPTION = OPTION.with_rules(_IS_THE_OTHER, prefix="others: ", message="no option {name!r}; {hint}")


class Question(Declared):
    """One question. `asked` routes: every question listed must have one of its options chosen.

    `base` says in words whom that leaves, for all questions with the same `asked`.
    """

    kind: Kind
    text: str = ""
    options: dict[str, Option] = {}
    scale: ScaleName = ""
    items: dict[str, str] = {}
    max: Annotated[int, Field(ge=1, le=1000)] | None = None
    asked: dict[
        Annotated[str, ROUTING_QUESTION],
        Annotated[list[Annotated[str, ROUTING_OPTION]], Field(min_length=1)],
    ] = {}
    base: str = ""
    nets: dict[str, list[NetMember] | list[float]] = {}
    net_labels: dict[str, str] = {}
    unit: str = ""
    others: dict[str, Annotated[str, CODED_OPTION]] = {}
    private: bool = False
    sensitive: bool = False
    order: Literal["questionnaire", "scale", "share"] | None = None

    _read_options = field_validator("options", mode="before")(_options)
    _read_nets = model_validator(mode="before")(_nets)

    @property
    def form(self) -> QuestionKind:
        """What the kind of the question says of itself."""
        return question_kinds()[self.kind]

    @property
    def mode(self) -> str:
        """How one answers, as printed after the question."""
        if self.max is None or not self.form.has_max:
            return self.form.mode
        return self.form.mode_with_max.format(words=in_words(self.max), number=self.max)

    @property
    def total(self) -> int:
        """What the numbers of a respondent should add up to; 0 where they need not."""
        return self.form.total and (self.max or self.form.total)


Routing = frozenset[tuple[str, frozenset[str]]]


def _routing(question: Question) -> Routing:
    """The routing of a question, the same for all that the same answers lead to."""
    return frozenset((on, frozenset(options)) for on, options in question.asked.items())


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


def _has_no_answer(mention: Mention) -> bool:
    return all(option.role in NO_ANSWER for option in mention.survey.options(mention.name).values())


GROUPING_QUESTION = QUESTION.with_rules(
    IS_NO_SINGLE_CHOICE,
    Rule(_has_no_answer, "{name!r} has no answer to group by"),
    replace(IS_LISTED_TWICE, always=True),
    prefix="segment ",
    message="{name!r} is no question; {hint}",
)


class Survey(Declared):
    """A questionnaire fielded in one or more waves, in questionnaire order."""

    title: str
    population: str = ""
    methodology: Methodology = Methodology()
    privacy: Privacy = Privacy()
    segments: list[Annotated[str, GROUPING_QUESTION]] = []
    interval: Method = "wilson"
    memory_limit: Annotated[str, Field(pattern=r"^[1-9][0-9]*(\.[0-9]+)? ?[KMGT]i?B$")] | None = None
    scales: dict[ScaleName, Scale] = {}
    questions: dict[QuestionId, Question]
    public: Public | None = None

    def options(self, question: str) -> dict[str, Option]:
        """The options of a question in questionnaire order, from its scale where it names one."""
        asked = self.questions[question]
        return self.scales[asked.scale].options if asked.scale in self.scales else asked.options

    def nets(self, question: str) -> dict[str, list[str]]:
        """The nets of a question's options, from its scale and its own; number bands left out.

        A scale with a score of its own for each of four options or more that declares no nets has `top_2` and
        `bottom_2`.
        """
        asked = self.questions[question]
        own = {i: [str(part) for part in parts] for i, parts in asked.nets.items()}
        if asked.form.is_measured:
            return {}
        of_scale = (self.scales[asked.scale].nets or self._ends(question)) if asked.scale else {}
        return of_scale | own

    def base_of(self, question: str) -> str:
        """Who was asked a question, in the words of `base`; of all questions with its routing one says it."""
        return self._bases.get(_routing(self.questions[question]), "")

    @cached_property
    def _bases(self) -> dict[Routing, str]:
        asked = self.questions.values()
        return {_routing(question): question.base for question in asked if question.base}

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
        return self.positions[question]

    @cached_property
    def positions(self) -> dict[str, int]:
        """The place of every question in the questionnaire, from 1."""
        return {name: place for place, name in enumerate(self.questions, 1)}

    def item_number(self, question: str, item: str) -> int:
        """The place of an item among those of its question, from 1; 0 for the empty id."""
        return list(self.questions[question].items).index(item) + 1 if item else 0

    def option_number(self, question: str, option: str) -> int:
        """The place of an option among those of its question, from 1; 0 for the empty id."""
        return list(self.options(question)).index(option) + 1 if option else 0


DEFAULT_K = 10  # the base under which tables show nothing


def _grouped(mention: Mention) -> Mapping[str, Any] | None:
    """The options of a question whose answers are made coarser by groups, and of no other."""
    groups = mention.survey.questions[mention.of].form.coarsened_by == "groups"
    return mention.options if groups else None


GROUPED_OPTION = replace(OPTION, known=_grouped, prefix="coarsen: ", up=2)


class CoarserGroup(Group):
    """Options of a single choice that are published as one."""

    options: list[Annotated[str, GROUPED_OPTION]]


class Coarsening(BaseModel):
    """How the answers of a question are made coarser: groups of its options by id, or edges of bands."""

    model_config = ConfigDict(extra="allow", frozen=True)
    __pydantic_extra__: dict[str, CoarserGroup] = Field(init=False)
    edges: list[Annotated[float, Field(allow_inf_nan=False)]] = []

    @model_validator(mode="before")
    @classmethod
    def _labelled(cls, value: Any) -> Any:
        if not isinstance(value, dict):
            return value
        groups = labelled({name: group for name, group in value.items() if name != "edges"})
        return groups | {name: edges for name, edges in value.items() if name == "edges"}

    @property
    def groups(self) -> dict[str, CoarserGroup]:
        """The groups by their id, in the order in which they are declared."""
        return dict(self.__pydantic_extra__ or {})


def _of_public(key: str) -> Reference:
    """A question that is listed under a key of [public], once."""
    return QUESTION.with_rules(IS_LISTED_TWICE, prefix=f"{key}: ")


class Public(Declared):
    """What a bundle of respondent-level data holds, and under which licence."""

    licence: str = ""
    citation: str = ""
    quasi_identifiers: list[Annotated[str, _of_public("quasi_identifiers")]] | None = None
    k: Annotated[int, Field(ge=2)] = DEFAULT_K
    remove: list[Annotated[str, _of_public("remove")]] = []
    coarsen: dict[Annotated[str, replace(QUESTION, prefix="coarsen: ")], Coarsening] = {}
