"""Texts beside an Other, coded by a dictionary: nobody is counted twice, and nothing is coded in silence."""

from __future__ import annotations

import itertools
from pathlib import Path

import duckdb
import pytest
import surveys
from projects import command, survey_command
from surveys import Wave

from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths

SURVEY = """
title = "Others"
[questions.c]
kind = "{kind}"
text = "Colour?"
[questions.c.options]
red = "Red"
blue = "Blue"
navy = {{ label = "Navy", from_text = true }}
other = {{ label = "Other", write_in = true }}
[questions.c.others]
"dark blue" = "navy"
'/\\bcrims/' = "red"
"""
BOXES = """Respondent ID,Colour?,,
,Red,Blue,Other
1,Red,,
2,,,Dark  Blue
3,Red,,a crimson one
4,,Blue,puce
5,,Blue,dark blue
"""
BESIDE = """Respondent ID,Colour?,
,Response,Other
1,Red,
2,,Dark  Blue
3,Other,a crimson one
4,,puce
5,Blue,dark blue
"""
JOINED = """Respondent ID,Colour?
1,Red
2,Dark  Blue
3,"Red, a crimson one"
4,"Blue, puce"
5,"Blue, dark blue"
"""


def lay_out(folder: Path, cells: str, kind: str = "multiple", layout: str = "surveymonkey") -> Paths:
    wave = Wave(cells, f'format = "{layout}"', 'id = "Respondent ID"')
    return surveys.lay_out(folder, "t", SURVEY.format(kind=kind), {"w": wave})


def answers(paths: Paths) -> dict[int, set[str]]:
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        rows = connection.execute("select respondent, option from answers").fetchall()
    assert len(rows) == len(set(rows)), "somebody is counted twice"
    return {r: {option for one, option in rows if one == r} for r, _ in rows}


@pytest.mark.parametrize(("cells", "layout"), [(BOXES, "surveymonkey"), (JOINED, "googleforms")])
def test_several_answers(cells: str, layout: str, tmp_path: Path) -> None:
    paths = lay_out(tmp_path, cells, layout=layout)
    assert answers(paths) == {1: {"red"}, 2: {"navy"}, 3: {"red"}, 4: {"blue", "other"}, 5: {"blue", "navy"}}


def test_one_answer(tmp_path: Path) -> None:
    # who chose an answer and wrote something beside it keeps the answer
    found = answers(lay_out(tmp_path, BESIDE, "single"))
    assert found == {1: {"red"}, 2: {"navy"}, 3: {"red"}, 4: {"other"}, 5: {"blue"}}


@pytest.mark.parametrize("kind", ["single", "multiple"])
def test_words_behind_the_label_of_an_other_are_its_text(kind: str, tmp_path: Path) -> None:
    cells = "Respondent ID,Colour?\n1,Red\n2,Other: Dark  Blue\n3,Other (please specify): puce\n"
    cells += "4,Autre : a crimson one\n"
    several = '5,"Blue, Other: puce, or so"\n6,"Other: puce, Red"\n' * (kind == "multiple")
    more = "".join(f"{n},Other: puce\n" for n in range(7, 12))  # given often, and an answer of nobody else
    paths = lay_out(tmp_path, cells + several + more, kind, "googleforms")
    coded = {1: {"red"}, 2: {"navy"}, 3: {"other"}, 4: {"red"}}
    coded |= {5: {"blue", "other"}, 6: {"red", "other"}} if several else {}
    found = answers(paths)
    first = sorted(found)[: len(coded)]
    assert [found[number] for number in first] == list(coded.values())
    assert all(found[number] == {"other"} for number in found if number not in first)
    run = survey_command(tmp_path, "others", "c", "--survey", "t")
    assert run.stdout.splitlines()[0] == f"    {7 if several else 6}  puce"


def test_what_is_coded_from_text_says_so(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, BOXES)
    answers(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        labels = connection.execute("select label from options where option = 'navy'").fetchall()
    assert labels == [("Navy (coded from text)",)]


def test_what_is_left_is_listed(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, BOXES + "6,,,Puce\n7,,,lime\n")
    run = survey_command(tmp_path, "others", "c", "--survey", "t")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "    2  Puce",
        "    1  lime",
        "2 texts of 3 answers are left; code them under [questions.c.others]",
    ]
    assert not paths.outputs.exists()
    text = paths.questionnaire.read_text()
    paths.questionnaire.write_text(text.replace('kind = "multiple"', 'kind = "multiple"\nprivate = true'))
    run = survey_command(tmp_path, "others", "c", "--survey", "t")
    assert (run.returncode, run.stdout) == (1, "")
    assert "is private" in run.stderr


RULE = '"dark blue" = "navy"'


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (RULE, f'{RULE}\n"/blue$/" = "navy"', "is claimed by 'dark blue' and by '/blue$/'"),
        (RULE, f'{RULE}\n"teal" = "blue"', "'teal' matched no text beside Other"),
        (RULE, '"dark blue" = "nvy"', "others: no option 'nvy'; did you mean 'navy'"),
        (RULE, '"dark blue" = "blue"', "'navy' is coded from text, and no line of others"),
        (RULE, f'{RULE}\n"/(/" = "navy"', "is no pattern"),
        (RULE, f'{RULE}\n"x" = "other"', "'other' is the Other itself"),
        (", write_in = true", "", "others wants an option with write_in = true"),
    ],
)
def test_mistakes_in_a_dictionary(before: str, after: str, said: str, tmp_path: Path) -> None:
    paths = lay_out(tmp_path, BOXES)
    text = paths.questionnaire.read_text()
    assert before in text
    paths.questionnaire.write_text(text.replace(before, after))
    with pytest.raises(SurveyError) as told:
        answers(paths)
    assert said in str(told.value)
    assert "raw/t/survey.toml:" in str(told.value)


def test_what_several_wrote_in_a_further_wave_is_a_doubtful_option(tmp_path: Path) -> None:
    header = "Timestamp,Which fruit?,How often?\n"
    days = (f"1987-06-{day:02} 10:20:30" for day in itertools.cycle(range(1, 29)))
    fruit = ["Apples"] * 14 + ["Pears"] * 12
    waves = {"one": [*fruit, "Sloes", "Medlars"], "two": [*fruit, *["Quinces"] * 4, "Medlars"]}
    folder = tmp_path / "raw" / "fruit"
    folder.mkdir(parents=True)
    for name, answers_given in waves.items():
        rows = (
            f"{next(days)},{text},{'Daily' if n % 2 else 'Weekly'}" for n, text in enumerate(answers_given)
        )
        (folder / f"{name}.csv").write_text(header + "\n".join(rows), encoding="utf-8")
        code, printed = command(tmp_path, "new-wave", f"raw/fruit/{name}.csv")
        assert code == 0, printed
    line = "fruit: 'Quinces' is a new option, 4 times: written beside the Other?"
    assert line in printed
    assert line.partition(": ")[2] in (folder / "two.toml").read_text("utf-8")
