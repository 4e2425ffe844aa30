"""Projects to work on: copies of surveys, the command line and `make` run in them, and what came of it."""

from __future__ import annotations

import contextlib
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from pipeline import cli
from pipeline.exhibits.run import opened
from pipeline.figures import figures
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project import paths as places
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables

ROOT = Path(__file__).parents[2]
TOY = ROOT / "tests" / "toy"
OSPO_TEXT = "ospo/2024_raw_text.csv"
REAL = Path(os.environ.get("SURVEY_DATA", ROOT.parent / "shared" / "data"))


def make_project(folder: Path, survey: str = "toy", source: Path = TOY) -> Paths:
    """A project folder that holds one survey, copied from `source`."""
    shutil.copytree(source, folder / "raw" / survey)
    return places.find(survey, folder)


def copy_of(paths: Paths, folder: Path) -> Paths:
    """The project of a survey with all that was made of it, in a folder of a test's own."""
    shutil.copytree(paths.root, folder, symlinks=True, dirs_exist_ok=True)
    return places.find(paths.survey, folder)


def run_to(paths: Paths, last: Callable[[Paths], object]) -> None:
    """The stages up to one of them, which is the last that a test reads the outputs of."""
    for stage in (ingest, normalise, tables, figures, report):
        stage(paths)
        if stage is last:
            return


def run_all(paths: Paths) -> None:
    """All five stages."""
    run_to(paths, report)


def frequencies(paths: Paths, question: str) -> pd.DataFrame:
    """frequencies/<question>.csv as `tables` would write it, straight from the database."""
    with opened(paths) as run:
        return run.estimated.frequencies(question)


def composed(paths: Paths, draft: bool = False) -> dict[str, pd.DataFrame]:
    """Every table by its name as `tables` would write it, without the attack on them, workbook and files.

    SurveyError where an exhibit, a claim or a quoted number is wrong.
    """
    with opened(paths) as run:
        whole = run.composed(draft)
    if whole.problems:
        raise SurveyError(whole.problems)
    return {
        path.relative_to(paths.tables).with_suffix("").as_posix(): frame
        for path, frame in whole.contents.items()
    }


def digest(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, but of the database and the record of a run, whose bytes never
    repeat, and of locks.
    """
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".duckdb", ".lock", ".record")
    }
    assert found, f"nothing below {folder}"
    return found


def survey_process(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`survey …` run in a project folder by a process of its own, as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
    )


def survey_command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`survey …` run in a project folder by this process, which saves the start of another."""
    out, err = io.StringIO(), io.StringIO()
    code = _run_here(folder, out, err, *words)
    return subprocess.CompletedProcess(["survey", *words], code, out.getvalue(), err.getvalue())


def command(folder: Path, *words: str) -> tuple[int, str]:
    """`survey …` run likewise: its exit code, and all that it printed in the order in which it did."""
    both = io.StringIO()
    return _run_here(folder, both, both, *words), both.getvalue()


def _run_here(folder: Path, out: io.StringIO, err: io.StringIO, *words: str) -> int:
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        before, sys.argv = sys.argv, ["survey", *words]
        try:
            cli.main()
        except SystemExit as ended:
            return int(ended.code or 0)
        finally:
            sys.argv = before
    return 0


# two figures over one wave, one over both, and a table: enough to see which is made again
FEW_EXHIBITS = """
exhibit = [
  { id = "uses", kind = "ranked_bars", question = "uses" },
  { id = "views", kind = "scale_bars", question = "views" },
  { id = "trend", kind = "dumbbell", question = "region" },
  { id = "share", kind = "table", question = "share" },
]
"""


def make_folder(folder: Path) -> Paths:
    """A project folder with a Makefile, a package of its own and the toy survey, for `make`."""
    for name in ("Makefile", "requirements.lock", "pyproject.toml"):
        shutil.copy2(ROOT / name, folder)
    shutil.copytree(ROOT / "pipeline", folder / "pipeline", ignore=shutil.ignore_patterns("__pycache__"))
    # an environment of its own, with the libraries of the one that the tests run in
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    (programs / "python").symlink_to(sys.executable)
    (folder / ".venv" / "pyvenv.cfg").write_text(f"home = {Path(sys.base_prefix) / 'bin'}\n")
    (programs / "survey").write_text('#!/bin/sh\nexec .venv/bin/python -m pipeline "$@"\n')
    (programs / "survey").chmod(0o755)
    (installed(folder) / "another_library-1.0.dist-info").mkdir(parents=True)
    beside = [place for place in sys.path if place.endswith("site-packages")]
    (installed(folder) / "beside.pth").write_text("\n".join(beside))
    (folder / ".venv" / ".installed").touch()
    paths = make_project(folder)
    paths.report_file.write_text(FEW_EXHIBITS)
    return paths


def installed(folder: Path) -> Path:
    """Where the libraries of the environment of a project folder are."""
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    return folder / ".venv" / "lib" / version / "site-packages"


def make_environment(folder: Path) -> dict[str, str]:
    """What `make` and the stages see in a project folder of its own."""
    environment = {k: v for k, v in os.environ.items() if k not in ("MAKEFLAGS", "MAKELEVEL")}
    return environment | {"SURVEY": "toy", "PYTHONPATH": str(folder)}


def make(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`make …` in a folder that `make_folder` made."""
    environment = make_environment(folder)
    return subprocess.run(
        ["make", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def survey_of(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """`survey …` by the environment of a folder that `make_folder` made, as its `make` runs it."""
    environment = make_environment(folder)
    return subprocess.run(
        [".venv/bin/survey", *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def stages(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that ran, in order."""
    assert run.returncode == 0, run.stdout + run.stderr
    return re.findall(r"^([a-z]+) +toy ", run.stderr, re.MULTILINE)


def survey_all(folder: Path) -> None:
    """`survey all` as a process of its own, of which nobody hears."""
    os.setsid()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    code, said = command(folder, "all", "--survey", "toy")
    assert code == 0, said


def ospo(folder: Path, export: Path) -> Paths:
    """The OSPO survey with `export` as its 2024 file, pinned to it, up to the tables."""
    paths = make_project(folder, "ospo", ROOT / "raw" / "ospo")
    for leftover in [*paths.raw.glob("*_raw_*.csv"), *paths.raw.glob("*_results.csv")]:
        leftover.unlink()
    shutil.copyfile(export, paths.raw / "2024_raw_text.csv")
    for name in ("2018_results.csv", "2020_results.csv"):
        shutil.copyfile(export.parent / name, paths.raw / name)
    declared = (paths.raw / "2024.toml").read_text()
    pinned = next(line for line in declared.splitlines() if line.startswith("sha256"))
    seen = hashlib.sha256(export.read_bytes()).hexdigest()
    (paths.raw / "2024.toml").write_text(declared.replace(pinned, f'sha256 = "{seen}"'))
    for stage in (ingest, normalise, tables):
        stage(paths)
    return paths


def few_of(cases: Iterable[Any], few: int) -> list[Any]:
    """Cases to parametrize with, of which `make test` tries the first few and `make test-slow` all others."""
    return [
        pytest.param(case, marks=pytest.mark.slow) if place >= few else case
        for place, case in enumerate(cases)
    ]
