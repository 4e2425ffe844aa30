"""The notebooks: each runs as a script on the default survey, opens in Jupyter, and says what it must."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import jupytext
import pytest
from projects import ROOT, make_project, run_to

from pipeline.normalise import normalise

pytestmark = pytest.mark.slow

DEFAULT = "open-source-ai"
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.py"))
each = pytest.mark.parametrize("notebook", NOTEBOOKS, ids=lambda path: path.stem)


@pytest.fixture(scope="session")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with the database of the default survey, which is all that notebooks open."""
    paths = make_project(tmp_path_factory.mktemp("notebooks"), DEFAULT, ROOT / "raw" / DEFAULT)
    run_to(paths, normalise)
    return paths.root


def run(notebook: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A notebook as a script in a project's folder: the default survey, no display, every warning shown."""
    environment = {name: value for name, value in os.environ.items() if name not in ("SURVEY", "DISPLAY")}
    return subprocess.run(
        [sys.executable, "-W", "default", str(notebook)],
        cwd=folder,
        env=environment | {"MPLBACKEND": "Agg", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) >= 6


@each
def test_a_notebook_runs_as_a_script(notebook: Path, project: Path) -> None:
    done = run(notebook, project)
    assert done.returncode == 0, done.stderr
    assert "Warning" not in done.stderr, done.stderr
    assert "synthetic" in done.stdout.lower(), "invented responses are not said to be so"


@each
def test_a_notebook_opens_in_jupyter(notebook: Path) -> None:
    cells = jupytext.read(notebook)["cells"]
    kinds = [cell["cell_type"] for cell in cells]
    assert kinds.count("markdown") >= 1
    assert kinds.count("code") >= 2
    first = next(cell["source"] for cell in cells if cell["cell_type"] == "markdown")
    assert first.startswith("# "), "the first markdown cell has no title"
    assert cells[-1]["source"].endswith("survey.close()"), "the survey stays open, and cannot be made again"


@each
def test_a_notebook_takes_waves_and_numbers_from_the_data(notebook: Path) -> None:
    """What is typed goes stale with the next wave: years, and percentages that claim something."""
    text = notebook.read_text(encoding="utf-8")
    assert not re.search(r"\b(19|20)\d\d\b", text), "a year is typed"
    assert set(re.findall(r"\b(\d+)%", text)) <= {"95", "90"}, "a percentage other than a level is typed"
    assert not re.search(r"\.pie\(|kind=.pie", text)


def test_a_synthetic_survey_is_told_from_a_real_one(project: Path, tmp_path: Path) -> None:
    """Whether responses are synthetic is read from the waves, not typed: without the mark nobody says so."""
    paths = make_project(tmp_path, DEFAULT, project / "raw" / DEFAULT)
    for declared in paths.wave_files():
        text = declared.read_text(encoding="utf-8")
        declared.write_text(text.replace("synthetic = true", "synthetic = false"), encoding="utf-8")
    run_to(paths, normalise)
    done = run(ROOT / "notebooks" / "blockers_and_enablers.py", tmp_path)
    assert done.returncode == 0, done.stderr
    assert "synthetic" not in done.stdout.lower()
