"""The closed world: each kind of mistake is reported with its file and line, and changes no output."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import digest, survey_command
from mistakes import MISTAKES, Edit

from pipeline.paths import Paths


@pytest.fixture
def broken(tmp_path: Path, toy_done: Paths) -> Callable[[Edit | list[Edit]], Path]:
    """A project whose outputs are made, and in which one thing is then broken."""

    def make(edits: Edit | list[Edit]) -> Path:
        shutil.copytree(toy_done.root, tmp_path / "project")
        for file, before, after in [edits] if isinstance(edits, tuple) else edits:
            path = tmp_path / "project" / "raw" / "toy" / file
            if isinstance(after, bytes):
                path.write_bytes(after)
                continue
            text = path.read_text(encoding="utf-8") if before else ""
            assert before in text, f"{before!r} is not in {file}"
            path.write_text(text.replace(before, after, 1) if before else after, encoding="utf-8")
        return tmp_path / "project"

    return make


def test_the_corpus_is_large() -> None:
    assert len(MISTAKES) >= 60


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_and_changes_no_output(
    mistake: str, broken: Callable[[Edit | list[Edit]], Path]
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
