"""What the database has of the analysed respondents: all that a bundle of respondent-level data is made from.

It holds no id, no time and no dropped column; nothing is read of what people wrote.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pandas as pd

from pipeline.database.connection import view
from pipeline.declarations.questionnaire import Public, Survey
from pipeline.exhibits.run import Run, questionnaire
from pipeline.project.errors import SurveyError
from pipeline.project.sql import query
from pipeline.text.rounding import MINUS

IN_BASE = ("answered", "dkns")


@dataclass(frozen=True)
class Responses:
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
    bands: pd.DataFrame
    """wave, respondent, question and net: in which band of a number each answer is"""
    labels: Mapping[tuple[str, str], str]
    texts: Mapping[str, str]
    questionnaire: pd.DataFrame

    def of(self, question: str) -> pd.DataFrame:
        """The answers to a question, by wave and respondent."""
        nobody = next(iter(self.answers.values())).iloc[:0]
        return self.answers.get(question, nobody)

    def named(self, question: str, part: str = "") -> dict[str, Any]:
        """What a column is called and titled."""
        text = self.texts[question]
        if not part:
            return {"wanted": question, "title": text}
        title = f"[{self.labels[question, part]}] {text}"
        return {"wanted": f"{question}__{part}", "title": title, "part": part}


def responses(run: Run, public: Public) -> Responses:
    """What a survey's database has, for a bundle as `[public]` allows it."""
    connection = run.connection
    key = ["wave", "respondent"]
    people = query(connection, "public/respondents").df().set_index(key)
    answers = query(connection, "public/answers").df().set_index(key)
    states = query(connection, "public/states").df()
    if answers.empty:
        raise SurveyError("nobody is analysed, so there is nothing to publish")
    asked = questionnaire(connection, run.contexts)
    parts = asked[asked["part"] != ""]
    labels = query(connection, "public/labels").fetchall()
    questions = view(connection, "questions")
    whole = states[states["item"] == ""].set_index(key)
    return Responses(
        run.declared.survey,
        public,
        [fielding.name for fielding in run.declared.fieldings],
        people,
        {str(name): rows for name, rows in answers.groupby("question", observed=True)},
        states,
        {str(name): rows["state"] for name, rows in whole.groupby("question", observed=True)},
        frozenset(parts[["wave", "question", "id"]].itertuples(index=False, name=None)),
        query(connection, "public/bands").df(),
        {(question, part): label for question, part, label in labels},
        dict(zip(questions["question"], questions["text"], strict=True)),
        asked,
    )


def coarse(source: Responses, question: str) -> tuple[dict[str, str], pd.Series]:
    """The labels of a question's answers as published, by id, and the answers of those who gave one."""
    asked, answers = source.survey.questions[question], source.of(question)
    coarser = source.public.coarsen.get(question)
    as_asked = {i: source.labels[question, i] for i in source.survey.options(question)}
    if asked.form.coarsened_by == "groups":
        groups = coarser.groups if coarser else {}
        into = {option: group for group, declared in groups.items() for option in declared.options}
        labels = {group: declared.label for group, declared in groups.items()}
        left = {i: label for i, label in as_asked.items() if i not in into}
        return labels | left, answers["option"].map(lambda option: into.get(option, option))
    bands = _bands(coarser.edges if coarser else [])
    edges, ids = coarser.edges if coarser else [], list(bands)
    banded = [
        option if math.isnan(value) else ids[bisect_right(edges, value)]
        for option, value in zip(answers["option"], answers["value"], strict=True)
    ]
    return bands | as_asked, pd.Series(banded, index=answers.index, dtype=object)


def _bands(edges: Sequence[float]) -> dict[str, str]:
    """The bands between edges by their id: each up to below the next edge, one below and one above all."""
    shown = [f"{edge:.12g}".replace("-", MINUS) for edge in edges]
    labels = [
        f"under {shown[0]}",
        *(f"{low} to under {high}" for low, high in pairwise(shown)),
        f"{shown[-1]} or more",
    ]
    return {label.replace(MINUS, "minus_").replace(" ", "_"): label for label in labels}
