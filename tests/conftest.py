"""What the tests share: copies of surveys to work on, and the command line run in-process or not."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import io
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pandas as pd
import pytest

from pipeline import cli
from pipeline.exhibits.run import Run, opened
from pipeline.figures import figures
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project import paths as places
from pipeline.project.paths import Paths
from pipeline.report import report
from pipeline.tables import tables

# as a user's pandas keeps strings: only the development tools bring pyarrow, with which it does otherwise
pd.set_option("mode.string_storage", "python")

ROOT = Path(__file__).parent.parent
# `make viewers` runs these: they need Chromium, axe-core and LibreOffice
collect_ignore = [] if "AXE" in os.environ else ["viewers"]
TOY = Path(__file__).parent / "toy"
OSPO_TEXT = "ospo/2024_raw_text.csv"
REAL = Path(os.environ.get("SURVEY_DATA", ROOT.parent / "shared" / "data"))


def make_project(folder: Path, survey: str = "toy", source: Path = TOY) -> Paths:
    """A project folder that holds one survey, copied from `source`."""
    shutil.copytree(source, folder / "raw" / survey)
    return places.find(survey, folder)


def run_all(paths: Paths) -> None:
    for stage in (ingest, normalise, tables, figures, report):
        stage(paths)


def digest(folder: Path) -> dict[str, str]:
    """The hash of every file below a folder, but of the database, whose bytes never repeat, and of locks."""
    found = {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.suffix not in (".duckdb", ".lock")
    }
    assert found, f"nothing below {folder}"
    return found


def survey_command(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """`survey …` run in a project folder, as a user would."""
    return subprocess.run(
        [sys.executable, "-m", "pipeline", *words],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        encoding=environment.get("PYTHONIOENCODING", "utf-8"),
        check=False,
    )


def command(folder: Path, *words: str) -> tuple[int, str]:
    """`survey …` run in a project folder by this process: its exit code, and all that it printed."""
    out = io.StringIO()
    code = 0
    with contextlib.chdir(folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        before, sys.argv = sys.argv, ["survey", *words]
        try:
            cli.main()
        except SystemExit as ended:
            code = int(ended.code or 0)
        finally:
            sys.argv = before
    return code, out.getvalue()


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
    # as if `make setup` had installed the environment that the tests run in
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    for name, words in {"python": "", "survey": "-m pipeline"}.items():
        (programs / name).write_text(f'#!/bin/sh\nexec {sys.executable} {words} "$@"\n')
        (programs / name).chmod(0o755)
    (programs.parent / ".installed").touch()
    paths = make_project(folder)
    paths.report_file.write_text(FEW_EXHIBITS)
    return paths


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


def stages(run: subprocess.CompletedProcess[str]) -> list[str]:
    """The stages that ran, in order."""
    assert run.returncode == 0, run.stdout + run.stderr
    return re.findall(r"^([a-z]+) +toy ", run.stderr, re.MULTILINE)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The folder of `make_folder` after `make all`; copy it, do not change it."""
    paths = make_folder(tmp_path_factory.mktemp("made"))
    assert len(stages(make(paths.root, "all"))) == 5
    return paths


@pytest.fixture
def remade(made: Paths, tmp_path: Path) -> Paths:
    """A copy of `made` with all its dates, to change."""
    folder = tmp_path / "remade"
    shutil.copytree(made.root, folder, symlinks=True)
    return places.find("toy", folder)


def survey_all(folder: Path) -> None:
    """`survey all` as a process of its own, of which nobody hears."""
    os.setsid()
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    code, said = command(folder, "all", "--survey", "toy")
    assert code == 0, said


@pytest.fixture
def toy(tmp_path: Path) -> Paths:
    """The toy survey in a project of its own, nothing run yet."""
    return make_project(tmp_path)


@pytest.fixture(scope="session")
def toy_done(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The toy survey with every stage run; read it, do not change it."""
    paths = make_project(tmp_path_factory.mktemp("toy"))
    run_all(paths)
    return paths


@pytest.fixture(scope="session")
def real() -> Callable[[str], Path]:
    """The path of a real export by its name; skips where the exports are not at hand."""

    def find(name: str) -> Path:
        path = REAL / name
        if not path.is_file():
            if os.environ.get("SURVEY_DATA_REQUIRED"):
                pytest.fail(f"{name} is missing, and this run may not skip it")
            pytest.skip(f"the real export {name} is not at hand; set SURVEY_DATA to its folder")
        return path

    return find


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


@pytest.fixture(scope="session")
def ospo_done(real: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return ospo(tmp_path_factory.mktemp("ospo"), real(OSPO_TEXT))


@pytest.fixture
def opened_once(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """All receipts of a test are made from one opened run, whose estimates are made once."""
    with contextlib.ExitStack() as stack:

        @functools.cache
        def run(paths: Paths) -> Run:
            return stack.enter_context(opened(paths))

        monkeypatch.setattr(
            "pipeline.commands.explain.opened", lambda paths: contextlib.nullcontext(run(paths))
        )
        yield
