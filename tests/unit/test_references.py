"""Names in declarations: each is looked up by its type, wherever it stands."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

import pytest
from projects import TOY

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.references import (
    OPTION,
    ListedOption,
    OptionOrItem,
    QuestionId,
    QuestionOrHeading,
    Scope,
    SegmentName,
    WaveName,
    mistakes,
)
from pipeline.declarations.report import Report
from pipeline.declarations.survey import check
from pipeline.declarations.toml import Declared, model, read
from pipeline.declarations.wave import Wave

TOML = read(TOY / "survey.toml", "survey.toml")
SURVEY = model(TOML, Survey)
SCOPE = Scope(SURVEY, segments=["region"], waves=["first", "second"])


class Named(Declared):
    """A declaration with names of each type in each kind of place."""

    question: QuestionId
    by: SegmentName = ""
    waves: list[WaveName] = []
    where: dict[QuestionOrHeading, list[ListedOption]] = {}
    codes: dict[str, OptionOrItem | float] = {}
    grouped: dict[str, list[Annotated[str, replace(OPTION, up=1)]] | list[float]] = {}


@pytest.mark.parametrize(
    ("keys", "mistake"),
    [
        ({"by": "regoin"}, ("no segment 'regoin'; did you mean 'region'?", ("by",))),
        ({"waves": ["first", "secund"]}, ("no wave 'secund'; did you mean 'second'?", ("waves", 1))),
        ({"where": {"region": ["nroth"]}},
         ("'region' has no option 'nroth'; did you mean 'north'?", ("where", "region"))),
        ({"codes": {"x": 3.0, "y": "modles"}},
         ("'uses' has no option or item 'modles'; did you mean 'models'?", ("codes", "y"))),
        ({"grouped": {"a": ["dkns", "dota"]}},
         ("'uses' has no option 'dota'; did you mean 'data'?", ("grouped", "a"))),
        ({"question": "usse"}, ("no question 'usse'; did you mean 'uses'?", ("question",))),
    ],
)  # fmt: skip
def test_a_name_of_nothing_is_reported_where_it_stands(
    keys: dict[str, object], mistake: tuple[str, tuple[str | int, ...]]
) -> None:
    assert list(mistakes(Named.model_validate({"question": "uses"} | keys), SCOPE)) == [mistake]


def test_names_that_are_there_headings_and_numbers_are_no_mistakes() -> None:
    named = Named(
        question="uses",
        by="region",
        waves=["first"],
        where={"region": ["north"], "Channel": ["web"]},
        codes={"x": "models", "y": 1.0},
        grouped={"a": ["data"], "b": [1.0, 2.0]},
    )
    assert list(mistakes(named, SCOPE)) == []


def test_of_an_unknown_question_nothing_is_looked_up() -> None:
    named = Named(question="usse", codes={"x": "modles"}, where={"region": ["nroth"]})
    assert [place for _, place in mistakes(named, SCOPE)] == [("question",)]


def test_no_toy_declaration_has_a_mistake() -> None:
    report = model(read(TOY / "report.toml", "report.toml"), Report)
    scope = replace(SCOPE, segments=[*SURVEY.segments, *report.segments])
    waves = [model(read(TOY / f"{name}.toml", name), Wave) for name in ("first", "second")]
    assert [list(mistakes(one, scope)) for one in (SURVEY, report, *waves)] == [[]] * 4


def test_routing_by_a_question_whose_scale_is_unknown_is_reported() -> None:
    data = TOML.data | {"questions": {name: dict(asked) for name, asked in TOML.data["questions"].items()}}
    data["questions"]["views"]["scale"] = "agreemant"
    data["questions"]["remarks"]["asked"] = {"views": ["agree"]}
    messages = [problem.message for problem in check(model(TOML, Survey, data), TOML)]
    assert "no scale 'agreemant'; did you mean 'agreement'?" in messages
