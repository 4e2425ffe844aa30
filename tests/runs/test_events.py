"""What is rebuilt when: every row of the table in docs/architecture.md, done to the toy survey by `make`."""

from __future__ import annotations

import fnmatch
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import FEW_EXHIBITS, ROOT, digest, few_of, installed, make, make_environment, stages, survey_of

from pipeline.cli import STAGES
from pipeline.project.paths import Paths

Rows = dict[str, tuple[list[str], list[str]]]


def table() -> Rows:
    """The rows of the document: what happened, the stages that run, and patterns of the files written."""
    text = (ROOT / "docs" / "architecture.md").read_text()
    section = text.split("## What is rebuilt when")[1].split("\n## ")[0]
    rows = [line.strip("| ").split(" | ") for line in section.splitlines() if line.startswith("| ")]
    found: Rows = {}
    for happened, ran, written in rows[1:]:
        ran = {"nothing": "", "everything": ", ".join(STAGES)}.get(ran, ran)
        found[happened] = (re.findall("[a-z]+", ran), re.findall("`(.+?)`", written))
    return found


def replaced(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert before in text
    path.write_text(text.replace(before, after, 1), encoding="utf-8")


def appended(path: Path, text: str) -> None:
    path.write_text(f"{path.read_text(encoding='utf-8')}\n{text}\n", encoding="utf-8")


def nothing(paths: Paths) -> None:
    pass


def touched(paths: Paths) -> None:
    for path in paths.raw.iterdir():
        os.utime(path)


def new_export(paths: Paths) -> None:
    replaced(paths.raw / "first.csv", "a11;Yes;1;Data", "a11;Yes;N;Data")
    os.utime(paths.raw / "first.csv", (1, 1))


def comment(*names: str) -> Callable[[Paths], None]:
    def change(paths: Paths) -> None:
        for name in names:
            appended(paths.raw / name, "# a comment")

    return change


def label(paths: Paths) -> None:
    replaced(paths.questionnaire, 'models = "Models"', 'models = "MODELS"')


def title(paths: Paths) -> None:
    replaced(paths.report_file, 'id = "uses",', 'id = "uses", neutral = "What is used",')


def introduction(paths: Paths) -> None:
    paths.report_file.write_text(f'introduction = "Read on."\n{paths.report_file.read_text()}')


def sponsor(paths: Paths) -> None:
    appended(paths.questionnaire, '[methodology]\nsponsor = "An Institute"')


def reworded(paths: Paths) -> None:
    appended(paths.raw / "second.toml", '[changes.region]\nstatus = "reworded"\nnote = "Put otherwise."')


def code(paths: Paths) -> None:
    replaced(paths.root / "pipeline" / "charts" / "colours.py", 'INK = "#1A1A1A"', 'INK = "#1A1A1B"')


def upgraded(paths: Paths) -> None:
    appended(paths.root / "requirements.lock", "# another version")
    (paths.root / ".venv" / ".installed").touch()
    (library,) = installed(paths.root).glob("*.dist-info")
    library.rename(library.with_name("another_library-1.1.dist-info"))


def without_wave(paths: Paths) -> None:
    (paths.raw / "first.toml").unlink()
    # which compares it with the other
    replaced(paths.report_file, next(line for line in FEW_EXHIBITS.splitlines() if "trend" in line), "")


def wave_back(paths: Paths) -> None:
    kept = {path: path.read_bytes() for path in (paths.raw / "first.toml", paths.report_file)}
    without_wave(paths)
    assert len(stages(make(paths.root, "all"))) == 5
    assert not paths.cells("first").exists()
    for path, content in kept.items():
        path.write_bytes(content)


def deleted(find: Callable[[Paths], Path]) -> Callable[[Paths], None]:
    return lambda paths: find(paths).unlink()


def killed(paths: Paths) -> None:
    title(paths)
    run = subprocess.Popen(
        ["make", "all"], cwd=paths.root, env=make_environment(paths.root), start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert run.stderr is not None
    assert run.stderr.readline().startswith("tables ")
    os.killpg(run.pid, signal.SIGKILL)
    run.stderr.close()
    assert run.wait() == -signal.SIGKILL


def draft(paths: Paths) -> None:
    assert stages(make(paths.root, "all", "DRAFT=1")) == ["tables"]
    assert stages(make(paths.root, "all", "DRAFT=1")) == []


EVENTS: dict[str, Callable[[Paths], None]] = {
    "nothing": nothing,
    "a file is touched": touched,
    "an export has new bytes and an old date": new_export,
    "a comment in a wave file or survey.toml": comment("second.toml", "survey.toml"),
    "a comment in report.toml": comment("report.toml"),
    "the label of an option": label,
    "the title of an exhibit": title,
    "the introduction of the report": introduction,
    "who paid for the survey": sponsor,
    "a wave file calls a question reworded": reworded,
    "the code that draws": code,
    "a library is upgraded": upgraded,
    "a wave is deleted": without_wave,
    "a wave that was deleted comes back": wave_back,
    "cells of an export are deleted": deleted(lambda paths: paths.cells("first")),
    "the database is deleted": deleted(lambda paths: paths.database),
    "a table is deleted": deleted(lambda paths: paths.tables / "views.csv"),
    "a figure is deleted": deleted(lambda paths: paths.figures / "uses.svg"),
    "the report is deleted": deleted(lambda paths: paths.report),
    "the manifest is deleted": deleted(lambda paths: paths.manifest),
    "a run is killed after tables": killed,
    "`DRAFT=1` comes or goes": draft,
}


def dates(paths: Paths) -> dict[str, int]:
    """When each output was written, what is private left out."""
    return {
        str(path.relative_to(paths.outputs)): path.stat().st_mtime_ns
        for path in paths.outputs.rglob("*")
        if path.is_file() and paths.interim not in path.parents
    }


def test_every_row_of_the_document_is_tried() -> None:
    assert list(table()) == list(EVENTS)


@pytest.mark.parametrize("event", few_of(EVENTS, 2))
def test_make_rebuilds_what_the_document_says(event: str, made: Paths, remade: Paths) -> None:
    ran, patterns = table()[event]
    EVENTS[event](remade)
    before = dates(remade)
    assert stages(make(remade.root, "all")) == ran
    after = dates(remade)
    written = {name for name in after if after[name] != before.get(name)}
    meant = {pattern: set(fnmatch.filter(written, pattern)) for pattern in patterns}
    assert {pattern for pattern, names in meant.items() if not names} == set()
    assert written - set().union(*meant.values()) == set()
    if digest(remade.raw) == digest(made.raw) and event != "the code that draws":
        assert digest(remade.outputs) == digest(made.outputs)
    again = make(remade.root, "all")
    assert stages(again) == []
    assert dates(remade) == after


def test_a_mistake_keeps_everything_and_clean_removes_it(remade: Paths) -> None:
    kept = digest(remade.tables)
    replaced(remade.raw / "second.toml", "synthetic = true", "syntetic = true")
    failed = make(remade.root, "all")
    assert failed.returncode != 0
    assert "raw/toy/second.toml:3: unknown key 'syntetic'" in failed.stderr
    assert digest(remade.tables) == kept
    assert make(remade.root, "clean").returncode == 0
    assert not remade.outputs.exists()


@pytest.mark.slow
def test_dates_of_a_clock_that_was_set_back_hide_no_change(remade: Paths) -> None:
    title(remade)
    ahead = time.time() + 86_400
    for path in (*remade.outputs.rglob("*"), *remade.raw.iterdir()):
        os.utime(path, (ahead, ahead))
    assert stages(make(remade.root, "all")) == list(STAGES)
    assert "What is used" in remade.report.read_text()
    assert stages(make(remade.root, "all")) == []


def test_an_output_that_somebody_changed_is_made_again(remade: Paths) -> None:
    before = digest(remade.outputs)
    appended(remade.tables / "views.csv", "9,9")
    assert stages(make(remade.root, "all")) == ["tables"]
    assert digest(remade.outputs) == before


def test_a_stage_that_ran_alone_needs_not_run_again(remade: Paths) -> None:
    label(remade)
    for stage in ("ingest", "normalise", "tables"):
        assert survey_of(remade.root, stage).returncode == 0
    assert stages(make(remade.root, "all")) == ["figures", "report"]


def test_all_says_where_nothing_has_changed(remade: Paths) -> None:
    run = survey_of(remade.root, "all")
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "toy: nothing has changed\n")
    remade.report.unlink()
    run = survey_of(remade.root, "all", "--verbose")
    assert re.match(r"report     toy  \d+\.\d s, \d+ MiB at most\n", run.stderr)
