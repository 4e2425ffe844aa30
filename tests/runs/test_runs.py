"""Whole runs: the same bytes again, make's idea of what to do, a wave dropped in, the wheel elsewhere."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from projects import ROOT, digest, make_project, run_all, survey_process

from pipeline.project.paths import Paths


@pytest.mark.slow
@pytest.mark.parametrize("survey", ["toy", "open-source-ai"])
def test_the_same_bytes_under_any_hash_seed(survey: str, tmp_path: Path) -> None:
    found = []
    for seed in ("0", "4711"):
        folder = tmp_path / seed
        folder.mkdir()
        source = {"source": ROOT / "raw" / survey} if survey != "toy" else {}
        paths = make_project(folder, survey, **source)
        run = survey_process(folder, "all", "--survey", survey, PYTHONHASHSEED=seed, TZ=f"UTC+{len(found)}")
        assert run.returncode == 0, run.stderr
        found.append(digest(paths.outputs))
    assert len(found[0]) > 20
    assert found[0] == found[1]


def test_a_second_run_writes_nothing(toy_copy: Paths) -> None:
    before = {
        p: p.stat().st_mtime_ns
        for p in toy_copy.outputs.rglob("*")
        if p.is_file() and p not in (toy_copy.database, toy_copy.stored)
    }
    run_all(toy_copy)
    assert len(before) > 20
    assert {p: p.stat().st_mtime_ns for p in before} == before


def test_outputs_of_exhibits_that_are_gone_are_removed(toy_copy: Paths) -> None:
    assert (toy_copy.figures / "top.svg").is_file()
    report = toy_copy.raw / "report.toml"
    report.write_text(report.read_text().replace('id = "top"', 'id = "highest"'))
    run_all(toy_copy)
    assert (toy_copy.figures / "highest.svg").is_file()
    assert not (toy_copy.figures / "top.svg").exists()
    assert not (toy_copy.tables / "top.csv").exists()


def test_a_new_wave_is_two_files_and_appears_in_every_table(toy_copy: Paths) -> None:
    # its respondents are others, who rank otherwise, or it would be refused as a copy
    second = (
        (toy_copy.raw / "second.csv").read_text().replace("\n90000", "\n70000").replace(",1,2,,", ",2,1,,")
    )
    (toy_copy.raw / "third.csv").write_text(second)
    declared = (toy_copy.raw / "second.toml").read_text()
    (toy_copy.raw / "third.toml").write_text(
        declared.replace("second.csv", "third.csv").replace("Second", "Third")
    )
    run_all(toy_copy)
    tables = sorted([*toy_copy.tables.glob("*.csv"), *toy_copy.frequencies.glob("*.csv")])
    # private texts have no estimates, published numbers no wave, and nobody tests, weighs or doubts the toy
    about = (
        "remarks",
        "published_uses",
        "verify",
        "exhibits",
        "targets",
        "tests",
        "claims",
        "comparisons",
        "quotes",
        "changes",
        "unsettled",
    )
    counted = [p for p in tables if p.stem not in about]
    assert len(counted) > 15
    for path in counted:
        assert re.search(r"^third,", path.read_text(), re.MULTILINE), path
    exhibits = (toy_copy.tables / "exhibits.csv").read_text()
    assert exhibits.count("Third Toy Survey") >= 7
    assert "Second Toy Survey" not in exhibits


def test_without_a_report_file_every_question_gets_its_exhibit(toy: Paths) -> None:
    (toy.raw / "report.toml").unlink()
    run_all(toy)
    drawn = {path.stem for path in toy.figures.glob("*.svg")}
    assert drawn == {"involved", "region", "uses", "why_not", "top", "views", "share"}
    assert "Are you involved?" in toy.report.read_text()


def test_synthetic_responses_are_marked_everywhere(toy_done: Paths) -> None:
    figures = [path for path in toy_done.figures.glob("*.svg") if path.stem != "published_uses"]
    assert len(figures) > 4
    for path in figures:
        assert "Synthetic responses" in path.read_text(), path
    assert "Synthetic responses" in toy_done.report.read_text()


@pytest.mark.slow
def test_the_wheel_works_elsewhere(tmp_path: Path) -> None:
    built = tmp_path / "built"
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "-w", str(built), str(ROOT)], check=True
    )
    (wheel,) = built.glob("*.whl")
    site = tmp_path / "site"
    subprocess.run([*pip, "install", "--no-deps", "--target", str(site), str(wheel)], check=True)
    installed = {str(path.relative_to(site)) for path in site.rglob("*") if path.is_file()}
    packaged = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "pipeline").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert any(name.endswith(".sql") for name in packaged)
    assert packaged <= installed
    make_project(tmp_path)
    script = site / "bin" / "survey"
    assert script.is_file()
    environment = os.environ | {"PYTHONPATH": str(site), "PYTHONSAFEPATH": "1"}
    for words in (["--help"], ["all", "--survey", "toy"]):
        run = subprocess.run(
            [sys.executable, str(script), *words],
            cwd=tmp_path,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stderr
    where = subprocess.run(
        [sys.executable, "-c", "import pipeline; print(pipeline.__file__)"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert where.stdout.startswith(str(site))


def test_the_notebook_to_start_from_runs_on_any_survey(toy_done: Paths) -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "notebooks" / "explore.py")],
        cwd=toy_done.root,
        env=os.environ | {"SURVEY": "toy"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "What do you use?" in run.stdout
