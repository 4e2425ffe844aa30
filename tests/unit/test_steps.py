"""Which answers are steps, which way they go, and what figures say and point at because of it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from projects import run_to
from surveys import Wave, lay_out

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.steps import Steps, steps_of
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables
from pipeline.tidy.csv import read

ASKED = {
    "bands": (["1 to 9", "10 to 49", "50 or more"], {}, "2 1 0", False),
    "often first": (["Always", "Often", "Sometimes", "Rarely", "Never"], {}, "0 1 2 3 4", False),
    "never first": (["Never", "Rarely", "Sometimes", "Often"], {}, "3 2 1 0", False),
    "German": (["sehr schlecht", "schlecht", "gut", "sehr gut"], {}, "3 2 1 0", False),
    "agreement": (["Agree", "Neither agree nor disagree", "Disagree"], {}, "0 1 2", True),
    "stages": (["Thinking", "Trying", "Using"], {"order": "scale"}, "2 1 0", False),
    "nets at the end": (["None yet", "A pilot", "In use"], {"nets": {"use": ["o1", "o2"]}}, "2 1 0", False),
    "nets at the start": (["Formal", "Informal", "None"], {"nets": {"has": ["o0", "o1"]}}, "0 1 2", False),
    "nominal": (["Africa", "Asia", "Europe"], {}, "", False),
    "yes and no": (["Yes", "No"], {}, "", False),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_steps_are_told_by_their_labels(name: str) -> None:
    labels, more, order, two_sided = ASKED[name]
    options: dict[str, Any] = {f"o{place}": label for place, label in enumerate(labels)}
    question = {"kind": "single", "text": "?", "options": options | {"dkns": "Don't know"}, **more}
    survey = Survey.model_validate({"title": "T", "questions": {"q": question}})
    assert steps_of(survey, "q") == Steps(tuple(f"o{place}" for place in order.split()), two_sided)


def test_scores_say_which_end_is_high() -> None:
    scale = {"options": {"good": "Fine", "fair": "So", "bad": "Not"}, "scores": [3, 2, 1]}
    asked = {"kind": "grid", "text": "?", "scale": "s", "items": {"a": "A"}}
    survey = Survey.model_validate({"title": "T", "scales": {"s": scale}, "questions": {"q": asked}})
    assert steps_of(survey, "q").options == ("good", "fair", "bad")
    turned = Survey.model_validate(
        {"title": "T", "scales": {"s": scale | {"scores": [1, 2, 3]}}, "questions": {"q": asked}}
    )
    assert steps_of(turned, "q").options == ("bad", "fair", "good")


QUESTIONS = """
title = "Steps"
population = "people who were asked"
[questions.uses]
text = "Do you use it?"
kind = "single"
options = { yes = "Yes", no = "No" }
[questions.why]
text = "What keeps you?"
kind = "multiple"
asked = { uses = ["no"] }
base = "people who do not use it"
options = { cost = "Cost", skills = "Skills", time = "Time" }
[questions.what]
text = "What would help?"
kind = "multiple"
asked = { uses = ["no"] }
options = { money = "Money", training = "Training" }
[questions.size]
text = "How many are you?"
kind = "single"
options = { one = "1 to 9", two = "10 to 49", three = "50 or more" }
"""
REPORT = """
[[exhibit]]
id = "every"
kind = "ranked_bars"
question = "why"
[[exhibit]]
id = "large"
kind = "ranked_bars"
question = "why"
where = { size = ["three"] }
[[exhibit]]
id = "help"
kind = "ranked_bars"
question = "what"
highlight = ["training"]
measure = "Share who named it"
note = "One person an organisation."
chapter = "Help"
[[exhibit]]
id = "size"
kind = "ranked_bars"
question = "size"
[[exhibit]]
id = "by_size"
kind = "ranked_bars"
question = "size"
order = "share"
"""


def export() -> str:
    """Of 150 who do not use it skills hold back 100, cost 70, time 10; of the large ones cost most."""
    lines = ["ID,uses,why,what,size"]
    for number in range(150):
        large = number < 40
        why = ["Cost"] * (large or number >= 120) + ["Skills"] * (number >= 50) + ["Time"] * (number < 10)
        what = "Money" if number % 3 else "Training"
        lines.append(f"{number},No,{'|'.join(why)},{what},{'50 or more' if large else '1 to 9'}")
    return "\n".join([*lines, "999,Yes,,,10 to 49"]) + "\n"


def made(folder: Path, questions: str = QUESTIONS, report: str = REPORT) -> Paths:
    columns = "".join(f'{name} = "{name}"\n' for name in ("uses", "why", "what", "size"))
    wave = Wave(export(), more=f'[columns]\n{columns}[reading.why]\nseparator = "|"')
    return lay_out(folder, "steps", questions, {"one": wave}, report)


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = made(tmp_path_factory.mktemp("steps"))
    run_to(paths, report)
    return paths


def exhibits(paths: Paths) -> pd.DataFrame:
    return read(paths, "exhibits").set_index("id")


def test_answers_stand_in_one_order_in_every_figure(done: Paths) -> None:
    for name in ("every", "large"):
        assert list(read(done, name)["option"]) == ["skills", "cost", "time"]
    large = read(done, "large").set_index("option")["share"]
    assert large["cost"] > large["skills"]


def test_steps_keep_their_order_unless_the_exhibit_says_otherwise(done: Paths) -> None:
    assert list(read(done, "size")["option"]) == ["one", "two", "three"]
    assert list(read(done, "by_size")["option"]) == ["one", "three", "two"]


def test_a_base_is_said_in_words_for_every_question_with_its_routing(done: Paths) -> None:
    printed = exhibits(done)
    assert "base: people who do not use it" in printed.loc["every", "subtitle"]
    assert "base: people who do not use it and Q4 = “50 or more”" in printed.loc["large", "subtitle"]
    assert printed.loc["help", "subtitle"].startswith("Share who named it, base: people who do not use it")


def test_a_figure_points_at_what_is_clearly_first_or_what_it_is_told(done: Paths) -> None:
    printed = exhibits(done)
    assert printed.loc["every", "highlight"] == "skills"
    assert printed.loc["help", "highlight"] == "training"
    assert printed.loc["size", "steps"] == "three two one"


def test_notes_are_short_under_the_figure_and_whole_on_the_page(done: Paths) -> None:
    printed = exhibits(done).loc["help"]
    source, note, *_ = printed["foot"].split("\n")
    assert source == "One, Q3, n = 150."
    assert note == "One person an organisation."
    page = done.report.read_text("utf-8")
    assert "<h2>Help</h2>" in page
    assert "<li><strong>Help</strong><br>" in page
    for said in ("sample size = 150, valid cases = 150", note, "Sorted by", "Data: tables/help.csv"):
        assert said in printed["details"]
    assert "Sorted by" not in printed["foot"]


WRONG = {
    "base says whom asked leaves": (QUESTIONS.replace('asked = { uses = ["no"] }\nbase', "base"), REPORT),
    "has the base 'others'; say it once": (
        QUESTIONS.replace('options = { money', 'base = "others"\noptions = { money'), REPORT,
    ),
    "compares no two waves or groups": (QUESTIONS, REPORT.replace('order = "share"', 'order = "change"')),
    "points at no answer": (
        QUESTIONS,
        REPORT.replace('"help"\nkind = "ranked_bars"', '"help"\nkind = "table"')),
    "no option, item or net 'trainings'; did you mean 'training'": (
        QUESTIONS, REPORT.replace('["training"]', '["trainings"]'),
    ),
    "the number '42' is typed": (QUESTIONS, REPORT.replace("One person an", "42 of one")),
}  # fmt: skip


@pytest.mark.parametrize("message", WRONG)
def test_what_cannot_be_meant_is_told(message: str, tmp_path: Path) -> None:
    paths = made(tmp_path, *WRONG[message])
    with pytest.raises(SurveyError) as caught:
        run_to(paths, tables)
    assert message in str(caught.value)
