"""Respondent-level data that may be published: a row a respondent, and what is told of each column.

The answers come from the database alone, which holds no id, no time and no dropped column.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Literal

import pandas as pd

from pipeline.anonymity import WITHHELD, anonymise, class_sizes, withheld
from pipeline.coded import STATES
from pipeline.errors import SurveyError
from pipeline.publication import COARSENED_BY, Public, quasi_identifiers, removed
from pipeline.rounding import MINUS, half_up, significant
from pipeline.statements import statement
from pipeline.survey import Survey
from pipeline.tables import Run, questionnaire

Kind = Literal["text", "category", "box", "place", "points", "weight"]
WAVE, RESPONDENT, WEIGHT = "wave", "respondent", "weight"
WITHHELD_CODE = -1  # in responses.sav, where answers are numbers from 1
IN_BASE = ("answered", "dkns")
_DIGITS = 12  # of a pseudonym: hexadecimal
_SPSS_NAME = 64
# what no variable of SPSS can be called
_SPSS_WORDS = {"all", "and", "by", "eq", "ge", "gt", "le", "lt", "ne", "not", "or", "to", "with"}


@dataclass(frozen=True)
class Variable:
    """One column: whose answers it holds, as what, and what its values mean."""

    name: str
    spss: str
    kind: Kind
    title: str
    question: str = ""
    part: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    """the label of each answer of a category by its id, in order"""
    ordered: bool = False
    may_be_withheld: bool = False

    @property
    def codes(self) -> dict[str, int]:
        """The number of each answer of a category where answers are numbers: from 1, in their order."""
        return {value: number for number, value in enumerate(self.values, 1)}


@dataclass(frozen=True)
class Anonymity:
    """What k-anonymity took in one wave, and what it left."""

    wave: str
    respondents: int
    classes: int
    reached: int
    withheld: int
    weights_withheld: int | None
    """None in a wave that is not weighted"""
    rare: Mapping[str, int]
    """how many answers fewer than k gave, by single choice"""

    def in_words(self, identifiers: Sequence[str], k: int) -> str:
        """How anonymous the wave is, and what that took."""
        if not identifiers:
            return f"no quasi-identifier goes in, so k = {k} asks for nothing"
        share = f"{half_up(100 * self.withheld / max(self.respondents, 1), 1)}%"
        said = (
            f"k = {k} over {', '.join(identifiers)}: {_counted(self.classes, 'class', 'classes')}, "
            f"the smallest of {self.reached}; withheld in {self.withheld} of {self.respondents} rows "
            f"({share})"
        )
        if self.weights_withheld is not None:
            said += f"; {_counted(self.weights_withheld, 'weight', 'weights')} withheld"
        return said


@dataclass(frozen=True)
class Microdata:
    """The published rows, and all that the files beside them tell."""

    frame: pd.DataFrame
    variables: list[Variable]
    identifiers: list[str]
    """the columns of the quasi-identifiers"""
    removed: Mapping[str, str]
    anonymity: list[Anonymity]
    states: pd.DataFrame
    """question, item, wave, state and how many respondents, of all that goes in"""
    questionnaire: pd.DataFrame
    """a row an option or item of a question as each wave put it"""


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def pseudonym(key: bytes, wave: str, respondent: int) -> str:
    """Who a respondent of a wave is called: the same for the same key, and no way back without it."""
    digest = hmac.new(key, f"{wave}\0{respondent}".encode(), hashlib.sha256)
    return digest.hexdigest()[:_DIGITS]


def compose(run: Run, public: Public, key: bytes) -> Microdata:
    """The data of a survey as `[public]` allows, k-anonymous in each wave, sorted by pseudonym."""
    source = _source(run, public)
    out = removed(run.declared.survey, public)
    weighted = source.people["weight"].notna().any()
    names = Names()
    variables = [
        names.variable(WAVE, kind="text", title="Wave"),
        names.variable(RESPONDENT, kind="text", title="Pseudonym of the respondent"),
    ]
    columns: dict[str, pd.Series] = {}
    if weighted:
        title = "Weight, with a mean of 1 over all respondents of the wave"
        variables.append(names.variable(WEIGHT, kind="weight", title=title))
        columns[WEIGHT] = source.people["weight"].map(_rounded)
    by = quasi_identifiers(run.declared.survey, public)
    for question in run.declared.survey.questions:
        if question in out:
            continue
        for told, column in _columns(source, question):
            variable = names.variable(**told, question=question, may_be_withheld=question in by)
            variables.append(variable)
            columns[variable.name] = column
    frame = pd.DataFrame(columns, index=source.people.index).reset_index()
    identifiers = [variable.name for variable in variables if variable.may_be_withheld]
    safe, reports = [], []
    for wave in source.waves:
        own, weights = anonymous(frame[frame["wave"] == wave], identifiers, public.k)
        safe.append(own)
        reports.append(_report(wave, own, identifiers, variables, public.k, weights))
    states = source.states[source.states["question"].isin(set(source.states["question"]) - set(out))]
    return Microdata(
        _pseudonymous(pd.concat(safe), key)[[variable.name for variable in variables]],
        variables,
        identifiers,
        out,
        reports,
        states.groupby(["question", "item", "wave", "state"], observed=True).size().reset_index(name="n"),
        source.questionnaire,
    )


class Names:
    """Gives each column a name of its own: one for CSV and Parquet, and one that SPSS can have."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.spss: set[str] = set()

    def variable(self, wanted: str, **told: Any) -> Variable:
        """A variable with the name that is wanted, or one like it where that is taken."""
        name = _free(wanted, self.taken)
        fits = name[0].isalpha() and name not in _SPSS_WORDS
        spss = _free(name if fits else f"q_{name}", self.spss, _SPSS_NAME)
        self.taken.add(name)
        self.spss.add(spss)
        return Variable(name=name, spss=spss, **told)


def _free(wanted: str, taken: set[str], limit: int | None = None) -> str:
    name, number = wanted[:limit], 2
    while name in taken:
        end = f"_{number}"
        name = wanted[: limit - len(end) if limit else None] + end
        number += 1
    return name


@dataclass(frozen=True)
class _Source:
    """What the database has of the analysed respondents, by question."""

    survey: Survey
    public: Public
    waves: list[str]
    people: pd.DataFrame
    """the weights, by wave and respondent"""
    answers: Mapping[str, pd.DataFrame]
    states: pd.DataFrame
    state: Mapping[str, pd.Series]
    """the state on each question that is no grid, by wave and respondent"""
    offered: frozenset[tuple[str, str, str]]
    """wave, question, and option or item"""
    labels: Mapping[tuple[str, str], str]
    texts: Mapping[str, str]
    questionnaire: pd.DataFrame

    def of(self, question: str) -> pd.DataFrame:
        """The answers to a question, by wave and respondent."""
        return self.answers.get(question, self.none)

    @property
    def none(self) -> pd.DataFrame:
        """No answers, with the columns of answers."""
        return next(iter(self.answers.values())).iloc[:0]

    def told(self, question: str, part: str = "") -> dict[str, Any]:
        """What a column is called and titled."""
        text = self.texts[question]
        if not part:
            return {"wanted": question, "title": text}
        title = f"[{self.labels[question, part]}] {text}"
        return {"wanted": f"{question}__{part}", "title": title, "part": part}


def _source(run: Run, public: Public) -> _Source:
    connection = run.connection
    key = ["wave", "respondent"]
    people = connection.execute(statement("public_respondents")).df().set_index(key)
    answers = connection.execute(statement("public_answers")).df().set_index(key)
    states = connection.execute(statement("public_states")).df()
    if answers.empty:
        raise SurveyError("nobody is analysed, so there is nothing to publish")
    asked = questionnaire(connection, run.contexts)
    parts = asked[asked["part"] != ""]
    labels = connection.execute(
        "select question, option as id, label from options union all select question, item, label from items "
        "order by all"
    ).fetchall()
    texts = connection.execute("select question, text from questions order by position").fetchall()
    whole = states[states["item"] == ""].set_index(key)
    return _Source(
        run.declared.survey,
        public,
        [fielding.name for fielding in run.declared.fieldings],
        people,
        {str(name): own for name, own in answers.groupby("question", observed=True)},
        states,
        {str(name): own["state"] for name, own in whole.groupby("question", observed=True)},
        frozenset(parts[["wave", "question", "id"]].itertuples(index=False, name=None)),
        {(question, part): label for question, part, label in labels},
        dict(texts),
        asked,
    )


def _columns(source: _Source, question: str) -> Iterator[tuple[dict[str, Any], pd.Series]]:
    """What is told of each column of a question, with its answers by wave and respondent."""
    asked, own = source.survey.questions[question], source.of(question)
    everyone = source.people.index
    if asked.kind in COARSENED_BY:
        values, chosen = _coarse(source, question)
        ordered = bool(source.survey.scores(question)) or asked.kind != "single"
        told = source.told(question) | {"kind": "category", "values": values, "ordered": ordered}
        yield told, chosen.reindex(everyone)
    elif asked.kind == "grid":
        values = {i: source.labels[question, i] for i in source.survey.options(question)}
        ordered = bool(source.survey.scores(question))
        for item in asked.items:
            told = source.told(question, item) | {"kind": "category", "values": values, "ordered": ordered}
            yield told, own.loc[own["item"] == item, "option"].reindex(everyone)
    elif asked.kind == "multiple":
        based = source.state[question].reindex(everyone).isin(IN_BASE)
        for option in source.survey.options(question):
            waves = [wave for wave in source.waves if (wave, question, option) in source.offered]
            offered = everyone.get_level_values("wave").isin(waves)
            boxes = pd.Series(pd.NA, index=everyone, dtype="Int64").mask(based & offered, 0)
            # who chose only what does not apply is in no base, and has chosen that all the same
            ticked = everyone.isin(own.index[own["option"] == option])
            yield source.told(question, option) | {"kind": "box"}, boxes.mask(ticked, 1)
    else:
        kind, measure = ("place", "rank") if asked.kind == "rank" else ("points", "value")
        for item in asked.items:
            column = own.loc[own["item"] == item, measure].reindex(everyone)
            as_read = column.astype("Int64") if kind == "place" else column.map(_rounded)
            yield source.told(question, item) | {"kind": kind}, as_read


def _coarse(source: _Source, question: str) -> tuple[dict[str, str], pd.Series]:
    """The labels of a question's answers as published, by id, and the answers of those who gave one."""
    asked, own = source.survey.questions[question], source.of(question)
    coarser = source.public.coarsen.get(question)
    own_values = {i: source.labels[question, i] for i in source.survey.options(question)}
    if asked.kind == "single":
        groups = coarser.groups if coarser else {}
        into = {option: group for group, declared in groups.items() for option in declared.options}
        labels = {group: declared.label for group, declared in groups.items()}
        left = {i: label for i, label in own_values.items() if i not in into}
        return labels | left, own["option"].map(lambda option: into.get(option, option))
    bands = _bands(coarser.edges if coarser else [])
    edges, ids = coarser.edges if coarser else [], list(bands)
    banded = [
        option if math.isnan(value) else ids[bisect_right(edges, value)]
        for option, value in zip(own["option"], own["value"], strict=True)
    ]
    return bands | own_values, pd.Series(banded, index=own.index, dtype=object)


def _bands(edges: Sequence[float]) -> dict[str, str]:
    """The bands between edges by their id: each up to below the next edge, one below and one above all."""
    shown = [f"{edge:.12g}".replace("-", MINUS) for edge in edges]
    labels = [
        f"under {shown[0]}",
        *(f"{low} to under {high}" for low, high in pairwise(shown)),
        f"{shown[-1]} or more",
    ]
    return {label.replace(MINUS, "minus_").replace(" ", "_"): label for label in labels}


def anonymous(own: pd.DataFrame, identifiers: list[str], k: int) -> tuple[pd.DataFrame, int | None]:
    """One wave with classes of `k` or more, and how many weights were withheld for it; None if it has none.

    Weights are made from answers, and would give away those that are withheld or coarser than they were: so
    in each class, fewer than `k` with the same weight have theirs withheld.
    """
    safe = anonymise(own, identifiers, k)
    if WEIGHT not in safe or safe[WEIGHT].isna().all():
        return safe, None
    parts = safe.groupby(identifiers, dropna=False, sort=False) if identifiers else [((), safe)]
    gone = [
        row
        for _, part in parts
        for row, out in zip(part.index, withheld(part, [WEIGHT], k), strict=True)
        if out
    ]
    safe.loc[gone, WEIGHT] = float("nan")
    return safe, len(gone)


def _report(
    wave: str,
    own: pd.DataFrame,
    identifiers: list[str],
    variables: Sequence[Variable],
    k: int,
    weights: int | None,
) -> Anonymity:
    sizes = class_sizes(own, identifiers)
    gone = int((own[identifiers] == WITHHELD).all(axis=1).sum()) if identifiers else 0
    singles = [one for one in variables if one.kind == "category" and not one.part]
    rare = {
        one.question: int(own.loc[own[one.name] != WITHHELD, one.name].value_counts().lt(k).sum())
        for one in singles
    }
    return Anonymity(wave, len(own), len(sizes), sizes[0] if sizes else 0, gone, weights, rare)


def _pseudonymous(frame: pd.DataFrame, key: bytes) -> pd.DataFrame:
    """`frame` with pseudonyms instead of numbers, in their order, so that nothing is left of the export's."""
    names = [
        pseudonym(key, wave, int(number))
        for wave, number in zip(frame["wave"], frame["respondent"], strict=True)
    ]
    if len(set(names)) < len(names):
        raise SurveyError("two respondents have the same pseudonym; delete pseudonyms.key for another key")
    return frame.assign(respondent=names).sort_values("respondent").reset_index(drop=True)


def _rounded(number: float) -> float:
    """A number with the twelve significant digits that CSVs carry, so that every file has the same."""
    return number if math.isnan(number) else float(significant(number))


def states_of(data: Microdata, question: str, item: str = "") -> Iterator[tuple[str, list[int]]]:
    """How many respondents of each wave are in each state on a question, or on an item of a grid."""
    own = data.states[(data.states["question"] == question) & (data.states["item"] == item)]
    by_wave = {str(wave): rows for wave, rows in own.groupby("wave", observed=True)}
    for wave in (report.wave for report in data.anonymity if report.wave in by_wave):
        rows = by_wave[wave]
        counts = dict(zip(rows["state"].astype(str), rows["n"], strict=True))
        yield wave, [int(counts.get(state, 0)) for state in STATES]
