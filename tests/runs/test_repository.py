"""Nobody commits people's answers by accident: what git ignores and may track, and when it cannot tell."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import command, make, make_project, run_all, stages

from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project import files
from pipeline.project import paths as places
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths


def git(folder: Path, *words: str) -> str:
    told = subprocess.run(["git", *words], cwd=folder, capture_output=True, text=True, check=True)
    return told.stdout


def real(paths: Paths, *waves: str) -> Paths:
    """The toy survey, of which some waves were answered by people."""
    for wave in waves or ("first", "second"):
        path = paths.raw / f"{wave}.toml"
        path.write_text(path.read_text().replace("synthetic = true", "synthetic = false"))
    return paths


@pytest.fixture
def inside(tmp_path: Path) -> Paths:
    """A survey of people, one wave of which is synthetic, far below the root of a repository."""
    git(tmp_path, "init", "-q")
    return real(make_project(tmp_path / "Größe und Maß" / "a project"), "second")


def committed(paths: Paths) -> set[str]:
    """The names of what `git add` would commit."""
    return {Path(name).name for name in git(paths.root, "ls-files", "-zo", "--exclude-standard").split("\0")}


def test_people_s_answers_are_ignored_from_the_first_run_on(inside: Paths) -> None:
    (inside.raw / "notes.xlsx").touch()
    run_all(inside)
    assert command(inside.root, "export", "parquet", "--survey", "toy")[0] == 0
    (inside.outputs / "survey.duckdb.wal").touch()
    found = committed(inside)
    assert {".gitignore", "survey.toml", "first.toml", "published.csv", "report.html", "uses.csv"} <= found
    assert "manifest.json" in found
    private = {".csv": "first", ".xlsx": "notes", ".duckdb": "survey", ".wal": "survey", ".parquet": ""}
    assert not {name for name in found for end, start in private.items()
                if name.endswith(end) and start and name.startswith(start)}  # fmt: skip
    assert not any(
        name.endswith((".parquet", "headings.json", ".md5", ".lock", ".record", ".key")) for name in found
    )
    assert ".gitignore" not in inside.manifest.read_text()


@pytest.mark.parametrize("waves", [(), ("first", "second")], ids=["synthetic", "ignored"])
def test_nothing_is_written_where_nothing_needs_it(waves: tuple[str, ...], tmp_path: Path) -> None:
    git(tmp_path, "init", "-q")
    paths = make_project(tmp_path)
    if waves:
        real(paths, *waves)
        (tmp_path / ".gitignore").write_text("raw/*/*\n!raw/*/*.toml\noutputs/\n")
    ingest(paths)
    assert [path for folder in (paths.raw, paths.outputs) for path in folder.rglob(".gitignore")] == []


def test_a_gitignore_that_is_there_is_kept_and_told_of(
    inside: Paths, capsys: pytest.CaptureFixture[str]
) -> None:
    own = inside.raw / ".gitignore"
    own.write_text("*.sav\n")
    ingest(inside)
    assert own.read_text() == "*.sav\n"
    assert (
        "raw/toy/.gitignore lets git commit people's answers; have it ignore raw/toy/"
        in capsys.readouterr().err
    )
    own.write_text("*.csv\n*.key\n")
    ingest(inside)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("programme", ["git", ""])
def test_a_folder_that_is_no_repository_gets_them_too(
    programme: str, toy: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not programme:
        monkeypatch.setenv("PATH", str(toy.root))
    ingest(real(toy))
    assert (toy.raw / ".gitignore").is_file()
    assert (toy.outputs / ".gitignore").is_file()


@pytest.mark.parametrize(
    "name", ["interim/first.parquet", "survey.duckdb", "parquet/answers/wave=1/a.parquet"]
)
def test_what_holds_answers_may_not_be_tracked(name: str, inside: Paths) -> None:
    path = inside.outputs / name
    path.parent.mkdir(parents=True)
    path.touch()
    git(inside.root, "add", "-f", str(path))
    # git keeps what is deleted, and would commit it again
    path.unlink()
    with pytest.raises(SurveyError) as told:
        ingest(inside)
    shown = f"outputs/toy/{name}"
    assert f"{shown}: is tracked by git" in str(told.value)
    assert f"Run: git rm --cached {shown}" in str(told.value)
    git(inside.root, "rm", "-q", "--cached", str(path))
    ingest(inside)


def test_exports_may_be_tracked_where_they_are_invented_or_licensed(inside: Paths) -> None:
    for name in ("first.csv", "second.csv"):
        shutil.move(inside.raw / name, inside.raw / f"Umfrage für {name}")
        wave = (inside.raw / name).with_suffix(".toml")
        wave.write_text(wave.read_text().replace(name, f"Umfrage für {name}"))
    git(inside.root, "add", ".")
    with pytest.raises(SurveyError) as told:
        ingest(inside)
    assert [problem.file for problem in told.value.problems] == ["raw/toy/second.toml"]
    assert "git rm --cached 'raw/toy/Umfrage für second.csv' — or declare" in str(told.value)
    wave = inside.raw / "second.toml"
    wave.write_text(wave.read_text().replace("[source]", '[source]\nlicence = "CC0-1.0"'))
    ingest(inside)
    inside.pseudonym_key.touch()
    git(inside.root, "add", "-f", str(inside.pseudonym_key))
    with pytest.raises(SurveyError, match=r"pseudonyms\.key: is tracked by git"):
        ingest(inside)


def dubious(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
    return "dubious ownership"


def broken(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> str:
    (paths.root.parent.parent / ".git" / "HEAD").write_text("damaged")
    return "not a git repository"


def failing(paths: Paths, monkeypatch: pytest.MonkeyPatch) -> str:
    programme = paths.root / "bin" / "git"
    programme.parent.mkdir()
    programme.write_text("#!/bin/sh\nexit 1\n")
    programme.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programme.parent}:{os.environ['PATH']}")
    return "git ends with 1"


@pytest.mark.parametrize("fault", [dubious, broken, failing])
def test_a_git_that_cannot_tell_is_an_error(
    fault: Callable[[Paths, pytest.MonkeyPatch], str], inside: Paths, monkeypatch: pytest.MonkeyPatch
) -> None:
    said = fault(inside, monkeypatch)
    with pytest.raises(SurveyError, match=f"git cannot say which files of .*{said}"):
        ingest(inside)
    assert not inside.cells("first").exists()


def test_hidden_files_are_no_inputs(remade: Paths) -> None:
    for folder in (remade.raw, remade.outputs, remade.tables, remade.figures):
        (folder / ".gitignore").write_text("# nothing\n")
    assert stages(make(remade.root, "all")) == []
    assert command(remade.root, "verify-manifest", "--survey", "toy")[0] == 0


def test_who_else_uses_the_machine_reads_neither_interim_nor_database(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        paths = make_project(tmp_path)
        assert command(paths.root, "ingest", "--survey", "toy")[0] == 0
        assert command(paths.root, "normalise", "--survey", "toy")[0] == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE(paths.interim.stat().st_mode) == 0o700
    assert stat.S_IMODE(paths.database.stat().st_mode) == 0o600
    # as versions before left it
    paths.interim.chmod(0o755)
    with files.scratch(paths.interim) as folder:
        assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(paths.interim.stat().st_mode) == 0o700
    assert places.find("toy", tmp_path).interim == paths.interim
    normalise(paths)
