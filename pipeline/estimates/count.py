"""Counts of a domain: whom and what to count, and the sums that SQL makes of them.

No other module outside of database/ names tables of the schema `coded`: they read views, or these counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd

from pipeline.declarations.questionnaire import NO_ANSWER, Survey
from pipeline.declarations.report import Bands
from pipeline.estimates.tests import Joint, Together
from pipeline.project.sql import Engine, Rows, query, statement, temporary_table, temporary_views
from pipeline.tidy.measures import CROSS

Dkns = Literal["keep", "exclude"]


@dataclass(frozen=True)
class Domain:
    """Whom and in which groups to count: segments by name, and a filter (questions AND, options OR).

    Two names joined by × are one segment, of everybody who is in a group of both.
    """

    segments: tuple[str, ...] = ()
    where: Mapping[str, Sequence[str]] | None = None
    dkns: Dkns = "keep"


@dataclass(frozen=True)
class Counted:
    """Which answers to a question one number counts, in one group of a wave; numbers stand for ids."""

    wave: str
    question: int
    item: int
    slot: int
    """the item that has a state of its own: that of a grid, else 0"""
    options: list[int]
    places: int
    """the last place of a ranking that is counted"""
    segment: str
    group: str


@dataclass(frozen=True)
class SurveyData:
    """An open database, with the questionnaire and the bands of segments that it is counted by."""

    connection: Engine
    survey: Survey
    bands: Mapping[str, Bands]


@dataclass(frozen=True)
class OpenDomain:
    """The respondents of a domain in their groups, and the questions counted, as statements read them."""

    data: SurveyData
    groups: pd.DataFrame
    """one row an option that puts a respondent into a group of a segment"""

    def query(self, name: str, **values: object) -> Rows:
        """Execute a statement of estimates/sql over the domain; its rows can be fetched."""
        return query(self.data.connection, f"estimates/{name}", **values)

    @contextmanager
    def summed(self) -> Iterator[None]:
        """The sums of all answers, from one pass over them, that some statements read: for a `with`.

        Who is in the same groups is counted together, and once: the sums of a group are those of all
        combinations that it is in.
        """
        with ExitStack() as tables:
            for name in ("grouped", "groupings", "members", "people", "sums"):
                made = temporary_table(self.data.connection, name, statement(f"estimates/{name}"))
                tables.enter_context(made)
            yield

    def together(self) -> Together:
        """Who chose both of two options, or ranked both of two items, of all respondents."""
        survey = self.data.survey
        names = list(survey.questions)
        together: Together = {}
        for wave, number, item, first, second, weight, squares in self.query("pairs").fetchall():
            name = names[number - 1]
            items = ["", *survey.questions[name].items]
            is_ranking = survey.questions[name].form.is_ranked
            parts = items if is_ranking else ["", *survey.options(name)]
            pair = frozenset((parts[first], parts[second]))
            together[wave, name, items[item], pair] = (float(weight), float(squares))
        return together

    def overlaps(self, question: str, row: Mapping[Any, Any], dkns: str) -> Joint:
        """Who chose an item of a grid or ranking and each other item, of all respondents of its wave.

        `row` is the estimate of the item: of an option or a net, or of a share ranked.
        """
        survey = self.data.survey
        items = list(survey.questions[question].items)
        joint: Joint = {}
        rows = self.query(
            "overlaps",
            wave=row["wave"],
            question=survey.position(question),
            item=survey.item_number(question, row["item"]),
            options=[survey.option_number(question, m) for m in survey.members(question, row["option"])],
            places=survey.last_place(question, row["measure"]),
            states=_states_in_base(dkns),
        )
        for part, one, other, weight, squares in rows.fetchall():
            joint.setdefault(items[part - 1], {})[one, other] = (float(weight), float(squares))
        return joint

    def combinations(self, question: str, options: Sequence[str]) -> pd.DataFrame:
        """Who chose exactly which of `options` of a multiple choice, of all respondents.

        The columns are wave, options (their ids), respondents, weighted and squares; who chose none has no
        row.
        """
        survey = self.data.survey
        every = list(survey.options(question))
        numbers = [survey.option_number(question, option) for option in options]
        combined = self.query("combinations", question=survey.position(question), options=numbers).df()
        ids = [tuple(every[number - 1] for number in chosen) for chosen in combined["options"]]
        return combined.assign(options=pd.Series(ids, dtype=object))

    def distribution(self, counted: Counted) -> pd.DataFrame:
        """How many gave each answer, place or number: option, rank, value and sums."""
        with self.summed():
            return self.query("distribution", **vars(counted)).df()

    def weights(self, counted: Counted, dkns: str, target: str) -> pd.DataFrame:
        """How many of the base (cases), and of who is counted (chosen), gave each answer to a target."""
        key = {**vars(counted), "states": _states_in_base(dkns), "target": self.data.survey.position(target)}
        return self.query("weights_of", **key).df()

    def states(self, counted: Counted) -> list[tuple[str, int]]:
        """How many are in each state of the question."""
        return self.query("states", **vars(counted)).fetchall()

    def respondents(self, counted: Counted) -> list[int]:
        """Who gave one of the answers counted."""
        return [respondent for (respondent,) in self.query("chosen_by", **vars(counted)).fetchall()]


def _states_in_base(dkns: str) -> list[str]:
    return ["answered", "dkns"] if dkns == "keep" else ["answered"]


def open_domain(
    data: SurveyData, questions: Sequence[str], domain: Domain
) -> AbstractContextManager[OpenDomain]:
    """A domain to count questions in, for the length of a `with`; no other can be open meanwhile."""
    return _opened(data, questions, domain.segments, _members(data.survey, domain))


def open_flagged(data: SurveyData) -> AbstractContextManager[OpenDomain]:
    """As `open_domain`, of those whom a rule of data quality flags, with all questions and a group a rule."""
    return _opened(data, list(data.survey.questions), (), statement("estimates/flagged"))


@contextmanager
def _opened(
    data: SurveyData, questions: Sequence[str], segments: Sequence[str], members: str
) -> Iterator[OpenDomain]:
    groups = _groups(data.survey, data.bands, segments)
    numbers = np.array([data.survey.position(question) for question in questions], dtype="uint16")
    with (
        temporary_views(
            data.connection, groups=groups, counted_questions=pd.DataFrame({"question": numbers})
        ),
        temporary_table(data.connection, "domain", members),
    ):
        yield OpenDomain(data, groups)


def answered(connection: Engine) -> set[str]:
    """The questions that anybody analysed answered, or did not know."""
    return {name for (name,) in query(connection, "estimates/answered").fetchall()}


def _groups(survey: Survey, bands: Mapping[str, Bands], segments: Sequence[str]) -> pd.DataFrame:
    """One row an option that puts a respondent into a group of a segment, crossed segments one by one."""
    rows: list[tuple[str, int, int, str, str, int]] = []
    for segment in dict.fromkeys(part for name in segments for part in name.split(CROSS)):
        question = bands[segment].of if segment in bands else segment
        if segment in bands:
            listed = [(name, group.label, group.options) for name, group in bands[segment].groups.items()]
        else:
            answers = survey.options(question).items()
            listed = [(name, "", [name]) for name, option in answers if option.role not in NO_ANSWER]
        rows += [
            (
                segment,
                survey.position(question),
                position,
                group,
                label,
                survey.option_number(question, option),
            )
            for position, (group, label, members) in enumerate(listed, 1)
            for option in members
        ]
    types = {"segment": "str", "question": "uint16", "position": "int64", "grp": "str", "label": "str"}
    types["option"] = "uint16"
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _members(survey: Survey, domain: Domain) -> str:
    """The query of who is in which group of a domain; everybody is in the group '' of the segment ''."""
    conditions = ["excluded is null"]
    for name, chosen in (domain.where or {}).items():
        listed = ", ".join(str(survey.option_number(name, option)) for option in chosen)
        conditions.append(
            "exists (select 1 from coded.answers where answers.wave = respondents.wave "
            f"and answers.respondent = respondents.respondent and question = {survey.position(name)} "
            f"and option in ({listed}))"
        )
    everybody = f"from coded.respondents{{joins}} where {' and '.join(conditions)}"
    parts = [f"select wave, respondent, '' as segment, '' as grp {everybody.format(joins='')}"]
    for segment in domain.segments:
        names = segment.split(CROSS)
        joins = "".join(
            f" join coded.answers as a{i} using (wave, respondent) join groups as g{i} on "
            f"g{i}.question = a{i}.question and g{i}.option = a{i}.option and g{i}.segment = '{name}'"
            for i, name in enumerate(names)
        )
        group = f" || '{CROSS}' || ".join(f"g{i}.grp" for i in range(len(names)))
        parts.append(f"select wave, respondent, '{segment}', {group} {everybody.format(joins=joins)}")
    return " union all ".join(parts)
