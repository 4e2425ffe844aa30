"""Respondent-level data that may be published: a row a respondent, and a description of each column.

The answers come from the database alone, which holds no id, no time and no dropped column.
"""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.database.declared_tables import STATES
from pipeline.declarations.public import removed
from pipeline.declarations.questionnaire import Public
from pipeline.exhibits.run import Run
from pipeline.project.errors import SurveyError
from pipeline.public.anonymity import Numbers, few
from pipeline.public.linkage import Part, Release, releases
from pipeline.public.responses import IN_BASE, Responses, coarse, responses
from pipeline.text.rounding import half_up, significant, thousands

Kind = Literal["text", "category", "box", "place", "points", "weight"]
WAVE, RESPONDENT, WEIGHT = "wave", "respondent", "weight"
WITHHELD = "withheld"
"""the state of answers that are left out where there is a row"""
COUNTED_STATES = (*STATES, WITHHELD)
NO_SAMPLE = (
    "These rows are no sample of a wave, because rare groups are left out: shares belong in the tables. "
    "Coarser segments, or fewer quasi-identifiers, would keep more."
)
_DIGITS = 12  # of a pseudonym: hexadecimal
_SPSS_NAME = 64
# words that SPSS keeps for itself
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

    @property
    def codes(self) -> dict[str, int]:
        """The number of each answer of a category where answers are numbers: from 1, in their order."""
        return {value: number for number, value in enumerate(self.values, 1)}


@dataclass(frozen=True)
class Anonymity:
    """How k-anonymous one wave is beside the tables, and what was left out for that."""

    wave: str
    known: Sequence[str]
    """the questions whose answers others may know"""
    respondents: int
    rows: int
    classes: int
    smallest: int
    answers: int
    """how many there are of those who have a row, a grid's by item"""
    withheld: int
    weights_withheld: int | None
    """None in a wave that is not weighted"""
    rare: Mapping[str, int]
    """how many answers fewer than k gave, by single choice"""

    def in_words(self, k: int) -> Iterator[str]:
        """How anonymous the wave is, and what was left out for that, a sentence each."""
        if self.known:
            yield (
                f"k = {k} over {', '.join(self.known)}, as far as the tables tell them apart: "
                f"{counted(self.classes, 'class', 'classes')}, the smallest of {self.smallest}"
            )
        else:
            yield f"no quasi-identifier goes in, so all {self.rows} are one class"
        out = self.respondents - self.rows
        yield (
            f"{out} of {self.respondents} respondents ({_percent(out, self.respondents)}) are left out, "
            f"and {thousands(self.withheld)} of {thousands(self.answers)} answers "
            f"({_percent(self.withheld, self.answers)}) of the others are withheld"
        )
        if self.weights_withheld is not None:
            yield f"{counted(self.weights_withheld, 'weight is', 'weights are')} withheld"


def _percent(part: int, whole: int) -> str:
    return f"{half_up(100 * part / max(whole, 1), 1)}%"


@dataclass(frozen=True)
class Microdata:
    """The published rows, and all that the files beside them say of these."""

    frame: pd.DataFrame
    variables: list[Variable]
    removed: Mapping[str, str]
    anonymity: list[Anonymity]
    states: pd.DataFrame
    """question, item, wave, state and how many rows, of all that goes in"""
    questionnaire: pd.DataFrame
    """a row an option or item of a question as each wave put it"""


def counted(number: int, one: str, several: str) -> str:
    """A number with the noun that it takes."""
    return f"{number} {one if number == 1 else several}"


def pseudonym(key: bytes, wave: str, respondent: int) -> str:
    """The pseudonym of a respondent of a wave: the same for the same key, and not traceable without it."""
    digest = hmac.new(key, f"{wave}\0{respondent}".encode(), hashlib.sha256)
    return digest.hexdigest()[:_DIGITS]


def compose(run: Run, public: Public, key: bytes) -> Microdata:
    """The data of a survey as `[public]` allows, k-anonymous beside its tables, sorted by pseudonym."""
    source = responses(run, public)
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
    for question in run.declared.survey.questions:
        if question in out:
            continue
        for about, column in _columns(source, question):
            variable = names.variable(**about, question=question)
            variables.append(variable)
            columns[variable.name] = column
    frame = pd.DataFrame(columns, index=source.people.index)
    released = releases(run.estimated, source)
    made = [_released(frame, release, variables, public.k) for release in released]
    rows = _pseudonymous(pd.concat([rows for rows, _ in made]).reset_index(), key)
    return Microdata(
        rows[[one.name for one in variables]],
        variables,
        out,
        [report for _, report in made],
        _counted_states(source, out, released),
        source.questionnaire,
    )


def _released(
    frame: pd.DataFrame, release: Release, variables: Sequence[Variable], k: int
) -> tuple[pd.DataFrame, Anonymity]:
    """The rows of a wave that may be published, and how anonymous they are."""
    rows_of_wave = frame.loc[[release.wave]]
    rows_of_wave, classes = rows_of_wave[release.rows].copy(), release.classes[release.rows]
    answers = withheld = 0
    for part, columns in _by_part(variables).items():
        answered = rows_of_wave[columns].notna().any(axis=1).to_numpy()
        hidden = release.withheld.get(part, ~release.rows)[release.rows]
        answers, withheld = answers + int(answered.sum()), withheld + int((answered & hidden).sum())
        rows_of_wave.loc[hidden, columns] = pd.NA
    weights = None
    if WEIGHT in rows_of_wave and rows_of_wave[WEIGHT].notna().any():
        rows_of_wave[WEIGHT], weights = anonymous_weights(rows_of_wave[WEIGHT], classes, k)
    singles = [one for one in variables if one.kind == "category" and not one.part]
    rare = {one.question: int(rows_of_wave[one.name].value_counts().lt(k).sum()) for one in singles}
    sizes = np.unique(classes, return_counts=True)[1]
    report = Anonymity(
        release.wave, release.known, len(release.rows), len(rows_of_wave), len(sizes), int(sizes.min()),
        answers, withheld, weights, rare,
    )  # fmt: skip
    return rows_of_wave, report


def _by_part(variables: Sequence[Variable]) -> dict[Part, list[str]]:
    """The columns of each question, and of each item of a grid."""
    columns_of_part: dict[Part, list[str]] = {}
    for one in variables:
        if one.question:
            part = one.part if one.kind == "category" else ""
            columns_of_part.setdefault((one.question, part), []).append(one.name)
    return columns_of_part


def _counted_states(source: Responses, out: Mapping[str, str], made: Sequence[Release]) -> pd.DataFrame:
    """How many rows of each wave are in each state on each question and item; `withheld` is one of them."""
    states = source.states[~source.states["question"].isin(set(out))]
    states = states.assign(state=states["state"].astype(str))
    parts = []
    for release in made:
        rows_of_wave = states[states["wave"] == release.wave]
        rows_of_wave = rows_of_wave[rows_of_wave["respondent"].isin(release.respondents[release.rows])]
        for (question, item), rows in rows_of_wave.groupby(["question", "item"], observed=True):
            withheld = release.withheld.get((str(question), str(item)))
            if withheld is not None:
                unsaid = rows["respondent"].isin(release.respondents[withheld])
                rows = rows.assign(state=rows["state"].mask(unsaid, WITHHELD))
            parts.append(rows)
    keys = ["question", "item", "wave", "state"]
    return pd.concat(parts).groupby(keys, observed=True).size().reset_index(name="n")


class Names:
    """Gives each column a name of its own: one for CSV and Parquet, and one that SPSS can have."""

    def __init__(self) -> None:
        self.taken: set[str] = set()
        self.spss: set[str] = set()

    def variable(self, wanted: str, **about: Any) -> Variable:
        """A variable with the name that is wanted, or one like it where that is taken."""
        name = _free(wanted, self.taken)
        fits = name[0].isalpha() and name not in _SPSS_WORDS
        spss = _free(name if fits else f"q_{name}", self.spss, _SPSS_NAME)
        self.taken.add(name)
        self.spss.add(spss)
        return Variable(name=name, spss=spss, **about)


def _free(wanted: str, taken: set[str], limit: int | None = None) -> str:
    name, number = wanted[:limit], 2
    while name in taken:
        end = f"_{number}"
        name = wanted[: limit - len(end) if limit else None] + end
        number += 1
    return name


def _columns(source: Responses, question: str) -> Iterator[tuple[dict[str, Any], pd.Series]]:
    """The description of each column of a question, with its answers by wave and respondent."""
    asked, answers = source.survey.questions[question], source.of(question)
    everyone = source.people.index
    if asked.form.coarsened_by:
        values, chosen = coarse(source, question)
        ordered = bool(source.survey.scores(question)) or asked.form.coarsened_by == "edges"
        about = source.named(question) | {"kind": "category", "values": values, "ordered": ordered}
        yield about, chosen.reindex(everyone)
    elif asked.form.by_item:
        values = {i: source.labels[question, i] for i in source.survey.options(question)}
        ordered = bool(source.survey.scores(question))
        for item in asked.items:
            about = source.named(question, item) | {"kind": "category", "values": values, "ordered": ordered}
            yield about, answers.loc[answers["item"] == item, "option"].reindex(everyone)
    elif asked.form.several:
        based = source.state[question].reindex(everyone).isin(IN_BASE)
        for option in source.survey.options(question):
            waves = [wave for wave in source.waves if (wave, question, option) in source.offered]
            offered = everyone.get_level_values("wave").isin(waves)
            boxes = pd.Series(pd.NA, index=everyone, dtype="Int64").mask(based & offered, 0)
            # whoever chose "not applicable" alone is in no base, but has that box ticked
            ticked = everyone.isin(answers.index[answers["option"] == option])
            yield source.named(question, option) | {"kind": "box"}, boxes.mask(ticked, 1)
    else:
        kind, measure = ("place", "rank") if asked.form.is_ranked else ("points", "value")
        for item in asked.items:
            column = answers.loc[answers["item"] == item, measure].reindex(everyone)
            as_read = column.astype("Int64") if kind == "place" else column.map(_rounded)
            yield source.named(question, item) | {"kind": kind}, as_read


def anonymous_weights(weights: pd.Series, classes: Numbers, k: int) -> tuple[pd.Series, int]:
    """Weights without those that fewer than `k` rows of a class share, and how many are left out.

    Weights are made from answers, and would reveal answers that are left out or made coarser.
    """
    hidden = np.zeros(len(weights), dtype=np.bool_)
    for number in np.unique(classes):
        alike = classes == number
        hidden[alike] = few(weights[alike].tolist(), k)
    return weights.mask(hidden), int(hidden.sum())


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
    states = data.states[(data.states["question"] == question) & (data.states["item"] == item)]
    by_wave = {str(wave): rows for wave, rows in states.groupby("wave", observed=True)}
    for wave in (report.wave for report in data.anonymity if report.wave in by_wave):
        rows = by_wave[wave]
        counts = dict(zip(rows["state"].astype(str), rows["n"], strict=True))
        yield wave, [int(counts.get(state, 0)) for state in COUNTED_STATES]
