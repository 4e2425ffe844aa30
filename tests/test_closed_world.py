"""The closed world: each kind of mistake is reported with its file and line, and changes no output."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import digest, survey_command

from pipeline.paths import Paths

Edit = tuple[str, str, str]

# what is changed (file, from, to) → what must be said
MISTAKES: dict[str, tuple[Edit, str]] = {
    "an unknown key": (
        ("second.toml", "synthetic = true", "syntetic = true"),
        r"raw/toy/second.toml:3: unknown key 'syntetic'; did you mean 'synthetic'\?",
    ),
    "an unknown key of a question": (
        ("survey.toml", "max = 2\n[questions.uses.options]", "maxx = 2\n[questions.uses.options]"),
        r"raw/toy/survey.toml:24: unknown key 'maxx'; did you mean 'max'\?",
    ),
    "not TOML": (
        ("survey.toml", "title = ", "title "),
        r"raw/toy/survey.toml:2: is not valid TOML",
    ),
    "a missing key": (
        ("second.toml", 'format = "surveymonkey"\n', ""),
        r"raw/toy/second.toml:5: source.format is missing",
    ),
    "an unknown format": (
        ("second.toml", '"surveymonkey"', '"surveymonke"'),
        r"raw/toy/second.toml:7: source.format: .*'surveymonkey'.* seen 'surveymonke'",
    ),
    "a column that nothing claims": (
        ("second.csv", "Anything else?,", "Anything  more?,"),
        r"raw/toy/second.toml:1: column S 'Anything  more\?' \('Open-Ended Response'\) is no question's, .*"
        r"did you mean 'Anything else\?'",
    ),
    "an answer that is no option": (
        ("second.csv", "Yes,North,Models,,,,,,,1", "Yes,Nroth,Models,,,,,,,1"),
        r"survey.toml:\d+: region: 'Nroth' \(once, column E\) is no answer of it; did you mean 'North'",
    ),
    "an answer of a grid that is no level": (
        ("second.csv", ",Neither,Don't know,0", ",Neether,Don't know,0"),
        r"raw/toy/survey.toml:\d+: views: 'Neether' .* did you mean 'Neither'\?",
    ),
    "a number that is none": (
        ("second.csv", ",Agree,Agree,40", ",Agree,Agree,forty"),
        r"raw/toy/survey.toml:\d+: share: 'forty' \(1 times, column R\) is no plain number",
    ),
    "a place that is none": (
        ("second.csv", "Models,,,,,,,1,2,", "Models,,,,,,,first,2,"),
        r"raw/toy/survey.toml:\d+: top: 'first' ",
    ),
    "two items at one place": (
        ("second.csv", "Models,,,,,,,1,2,", "Models,,,,,,,1,1,"),
        r"raw/toy/second.toml:1: top: one item a place fails for 1 respondents \(response 1 of the export\)",
    ),
    "an option's column that no option claims": (
        # this column is known by its heading alone: its cells hold texts of their own
        ("second.csv", "Don’t know,Other (please specify),", "Don’t know,Othr (please specify),"),
        r"survey.toml:\d+: uses: column K 'Othr \(please specify\)' is no option of it",
    ),
    "two texts in the column of an option": (
        ("second.csv", "Yes,South,Models,,,None", "Yes,South,Modems,,,None"),
        r"raw/toy/survey.toml:\d+: uses: column F .* holds 2 texts \('Models'\)",
    ),
    "a question that is in no export": (
        ("survey.toml", "[questions.remarks]", '[questions.ghost]\nkind = "text"\n\n[questions.remarks]'),
        r"raw/toy/survey.toml:\d+: 'ghost' has no column in any wave",
    ),
    "a mapping line that matched nothing": (
        ("first.toml", '"1" = "south"', '"1" = "south"\n"2" = "south"'),
        r"raw/toy/first.toml:20: '2' = 'south' matched nothing in this export",
    ),
    "a mapping to no option": (
        ("first.toml", '"1" = "south"', '"1" = "suoth"'),
        r"raw/toy/first.toml:19: 'region' has no option or item 'suoth'; did you mean 'south'\?",
    ),
    "a finder that names no column": (
        ("first.toml", "Why don't you use it?", "Why don't you use them?"),
        r"first.toml:15: why_not: \"Why don't you use them\?\": the export has no such heading; did you",
    ),
    "a finder for no question": (
        ("first.toml", "why_not =", "why_nut ="),
        r"raw/toy/first.toml:15: no question 'why_nut'; did you mean 'why_not'\?",
    ),
    "a dropped column that is not there": (
        ("second.toml", 'drop = ["Email Address"]', 'drop = ["Email Address", "IP Address"]'),
        r"raw/toy/second.toml:11: drop: 'IP Address': the export has no such heading",
    ),
    "a respondents' id that is not there": (
        ("first.toml", 'id = "ID"', 'id = "Id number"'),
        r"raw/toy/first.toml:12: id: 'Id number': the export has no such heading",
    ),
    "a screening rule on an unknown heading": (
        ("second.toml", "Channel =", "Chanel ="),
        r"raw/toy/second.toml:19: 'Chanel' is neither a question nor a heading; did you mean 'Channel'\?",
    ),
    "a screening rule on an unknown option": (
        ("second.toml", 'involved = ["no"]', 'involved = ["not"]'),
        r"raw/toy/second.toml:15: 'involved' has no option 'not'; did you mean 'no'\?",
    ),
    "routing by an option that does not exist": (
        ("survey.toml", 'asked = { uses = ["none"] }', 'asked = { uses = ["nothing"] }'),
        r"raw/toy/survey.toml:37: asked: 'uses' has no option 'nothing'",
    ),
    "routing by a later question": (
        ("survey.toml", 'asked = { uses = ["none"] }', 'asked = { views = ["agree"] }'),
        r"raw/toy/survey.toml:37: asked: 'views' comes after 'why_not'",
    ),
    "two options with one label": (
        ("survey.toml", 'none = "None of these"', 'none = "models"'),
        r"raw/toy/survey.toml:29: 'none' has the label of 'models': 'models'",
    ),
    "a net of unknown options": (
        ("survey.toml", 'anything = ["models", "data", "other"]', 'anything = ["models", "dota"]'),
        r"raw/toy/survey.toml:32: net 'anything': no option 'dota'; did you mean 'data'\?",
    ),
    "a segment that is no single choice": (
        ("survey.toml", 'segments = ["region"]', 'segments = ["uses"]'),
        r"raw/toy/survey.toml:4: segment 'uses' is of kind multiple",
    ),
    "scores that do not match the scale": (
        ("survey.toml", "scores = [1, 2, 3]", "scores = [1, 2]"),
        r"raw/toy/survey.toml:8: 2 scores for 3 substantive options",
    ),
    "an exhibit of no question": (
        ("report.toml", 'question = "views"', 'question = "view"'),
        r"raw/toy/report.toml:22: no question 'view'; did you mean 'views'\?",
    ),
    "an exhibit of a kind that cannot show its question": (
        ("report.toml", 'kind = "scale_bars"', 'kind = "ranked_bars"'),
        r"raw/toy/report.toml:21: ranked_bars cannot show a grid question; it can be scale_bars or table",
    ),
    "an exhibit by an unknown segment": (
        ("report.toml", 'by = "place"', 'by = "plaice"'),
        r"raw/toy/report.toml:17: no segment 'plaice'; did you mean 'place'\?",
    ),
    "a published number of an unknown option": (
        ("published.csv", "second,uses,data,", "second,uses,dota,"),
        r"raw/toy/published.csv:3: 'uses' has no option 'dota'; did you mean 'data'\?",
    ),
    "a published number above 100": (
        ("published.csv", ",12.5,", ",125,"),
        r"raw/toy/published.csv:7: percent: .*less than or equal to 100",
    ),
    "an export that is not there": (
        ("second.toml", 'file = "second.csv"', 'file = "seconds.csv"'),
        r"raw/toy/second.toml:6: no file raw/toy/seconds.csv; run: survey synthesise second --survey toy",
    ),
    "an export outside the survey's folder": (
        ("second.toml", 'file = "second.csv"', 'file = "../../second.csv"'),
        r"raw/toy/second.toml:6: '../../second.csv' is outside raw/toy",
    ),
    "an export that is not the pinned one": (
        ("second.toml", 'format = "surveymonkey"', f'format = "surveymonkey"\nsha256 = "{"0" * 64}"'),
        r"raw/toy/second.toml:8: raw/toy/second.csv has sha256 [0-9a-f]{64}, which is not the pinned one",
    ),
    "a row with too many cells": (
        ("second.csv", "canary-private-1,", "canary-private-1,,more"),
        r"raw/toy/second.toml:6: line 3 of second.csv has 21 cells, where the header has 20 parted by ','",
    ),
    "a row with too few cells": (
        ("second.csv", "canary-drop-4,web,Yes", "canary-drop-4,Yes"),
        r"raw/toy/second.toml:6: line 6 of second.csv has 19 cells",
    ),
    "an export cut short inside a quoted cell": (
        ("second.csv", "test,Yes,North,Models,", 'test,Yes,North,"Models,'),
        r"raw/toy/second.toml:6: second.csv ends inside a quoted cell",
    ),
}


@pytest.fixture
def broken(tmp_path: Path, toy_done: Paths) -> Callable[[Edit], Path]:
    """A project whose outputs are made, and in which one thing is then broken."""

    def make(edit: Edit) -> Path:
        shutil.copytree(toy_done.root, tmp_path / "project")
        file, before, after = edit
        path = tmp_path / "project" / "raw" / "toy" / file
        text = path.read_text(encoding="utf-8")
        assert text.count(before) >= 1, f"{before!r} is not in {file}"
        path.write_text(text.replace(before, after, 1), encoding="utf-8")
        return tmp_path / "project"

    return make


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_changes_no_output(
    mistake: str, broken: Callable[[Edit], Path]
) -> None:
    edit, expected = MISTAKES[mistake]
    project = broken(edit)
    kept = {k: v for k, v in digest(project / "outputs").items() if "interim" not in k}
    run = survey_command(project, "all", "--survey", "toy")
    assert run.returncode == 1, run.stderr
    assert "Traceback" not in run.stderr
    assert re.search(expected, run.stderr), run.stderr
    assert {k: v for k, v in digest(project / "outputs").items() if "interim" not in k} == kept


def test_all_problems_come_in_one_run(broken: Callable[[Edit], Path]) -> None:
    project = broken(("second.csv", "Yes,North,Models,,,,,,,1", "Yes,Nroth,Models,,,,,,,1"))
    path = project / "raw" / "toy" / "second.csv"
    path.write_text(path.read_text().replace(",Agree,Agree,40", ",Agree,Agree,forty"))
    run = survey_command(project, "all", "--survey", "toy")
    assert "'Nroth'" in run.stderr
    assert "'forty'" in run.stderr
    assert run.stderr.rstrip().endswith("2 problems; tables, figures and report are as they were")


def test_an_undeclared_option_cannot_hide_among_write_ins(broken: Callable[[Edit], Path]) -> None:
    # one or two texts of their own are an Other; the third time it is an option that nobody declared
    project = broken(("first.csv", "a3;Yes;N;Models;", "a3;Yes;N;Knitting, sewing;"))
    path = project / "raw" / "toy" / "first.csv"
    assert survey_command(project, "all", "--survey", "toy").returncode == 0
    path.write_text(path.read_text().replace("a4;Yes;N;Models;", "a4;Yes;N;knitting, Sewing;"))
    run = survey_command(project, "all", "--survey", "toy")
    assert run.returncode == 1
    assert re.search(r"uses: '[Kk]nitting, [Ss]ewing' .* is no answer of it", run.stderr)


def test_a_screening_rule_may_match_nobody(broken: Callable[[Edit], Path]) -> None:
    project = broken(("second.csv", "canary-drop-13,web,No,", "canary-drop-13,web,Yes,"))
    assert survey_command(project, "all", "--survey", "toy").returncode == 0


def test_a_survey_that_is_not_there(toy: Paths) -> None:
    run = survey_command(toy.root, "all", "--survey", "toyy")
    assert run.returncode == 1
    assert "no survey 'toyy'" in run.stderr
    assert "did you mean 'toy'?" in run.stderr


def test_an_export_that_git_tracks_is_refused(toy: Paths) -> None:
    import subprocess

    wave = toy.raw / "second.toml"
    wave.write_text(wave.read_text().replace("synthetic = true", "synthetic = false"))
    for words in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *words], cwd=toy.root, check=True)
    run = survey_command(toy.root, "ingest", "--survey", "toy")
    assert run.returncode == 1
    assert "second.csv is tracked by git" in run.stderr
    wave.write_text(
        wave.read_text().replace('format = "surveymonkey"', 'format = "surveymonkey"\nlicence = "CC0"')
    )
    assert survey_command(toy.root, "ingest", "--survey", "toy").returncode == 0


def test_check_says_the_same_and_writes_nothing(broken: Callable[[Edit], Path]) -> None:
    project = broken(("second.csv", "Yes,North,Models,,,,,,,1", "Yes,Nroth,Models,,,,,,,1"))
    kept = digest(project)
    run = survey_command(project, "check", "--survey", "toy")
    assert run.returncode == 1
    assert "region: 'Nroth' (once, column E) is no answer of it" in run.stderr
    assert digest(project) == kept
    path = project / "raw" / "toy" / "second.csv"
    path.write_text(path.read_text().replace("Nroth", "North"))
    kept = digest(project)
    run = survey_command(project, "check", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "first: 8 questions, 11 responses, 11 analysed",
        "second: 8 questions, 14 responses, 12 analysed",
        "nothing is wrong in 2 waves and 8 exhibits",
    ]
    assert digest(project) == kept
