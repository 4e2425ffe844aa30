"""What is printed in a terminal: a question with bars, SQL over the views, a table to paste."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from projects import few_of, survey_process

from pipeline.project.paths import Paths

FORMS = ("markdown", "latex", "html")


def said(paths: Paths, *words: str, code: int = 0) -> str:
    run = survey_process(paths.root, *words, "--survey", "toy")
    assert run.returncode == code, run.stderr
    assert "Traceback" not in run.stderr
    return run.stdout if code == 0 else run.stderr


def test_a_question_is_shown_with_bars_and_bases(toy_done: Paths) -> None:
    lines = said(toy_done, "show", "uses").splitlines()
    assert lines[0].endswith("What do you use? (select up to two responses)")
    assert "SYNTHETIC RESPONSES" in lines[1]
    bars = {line[:24].strip(): line for line in lines[3:]}
    # 6 of 11 is 13.1 of 24 cells, a net stands above its parts
    assert "55%  █████████████▏" in bars["Models"]
    assert list(bars).index("Net: anything") < list(bars).index("Models") < list(bars).index("None of these")
    assert "11 [low base]" in bars["Valid cases"]


def test_a_question_is_shown_by_a_segment_and_of_a_wave(toy_done: Paths) -> None:
    shown = said(toy_done, "show", "uses", "--by", "place", "--wave", "first")
    assert "Up north (A)" in shown
    assert "[c]" in shown
    assert "First" in shown
    assert "did you mean 'uses'" in said(toy_done, "show", "use", code=1)
    assert "did you mean 'place'" in said(toy_done, "show", "uses", "--by", "plaice", code=1)
    assert "no wave 'third'" in said(toy_done, "show", "uses", "--wave", "third", code=1)


def test_sql_reads_the_views_and_nothing_else(toy_done: Paths) -> None:
    select = "select state, count(*) as n from responses where question = 'top' group by all order by all"
    assert re.search(r"answered +\d+", said(toy_done, "sql", select))
    assert said(toy_done, "sql", select, "--csv").startswith("state,n\n")
    for statement in (
        f"copy answers to '{toy_done.root}/x.csv'",
        "select * from read_csv('/etc/passwd')",
        f"attach '{toy_done.root}/other.duckdb'",
        "set enable_external_access = true",
        "create table mine as select 1",
        "drop view answers",
        "install httpfs",
    ):
        assert said(toy_done, "sql", statement, code=1)
    assert not (toy_done.root / "x.csv").exists()
    assert "The views are answers" in said(toy_done, "sql", "select * from nothing", code=1)


@pytest.mark.parametrize("form", few_of(FORMS, 1))
def test_every_exhibit_can_be_pasted(form: str, toy_done: Paths) -> None:
    for exhibit in ("uses", "uses_by_place", "views", "region", "top", "share", "published_uses"):
        table = said(toy_done, "table", exhibit, "--as", form)
        assert "Figure" in table or "Table" in table or r"\caption" in table
        assert "55%" in table or r"55\%" in table or exhibit != "uses"
    assert "did you mean 'markdown'" in said(toy_done, "table", "uses", "--as", "markdwn", code=1)
    assert "did you mean 'uses'" in said(toy_done, "table", "use", code=1)


def test_what_is_pasted_is_escaped(toy_done: Paths) -> None:
    markdown = said(toy_done, "table", "uses")
    rows = [line for line in markdown.splitlines() if line.startswith("|")]
    assert len({line.count("|") for line in rows}) == 1
    latex = said(toy_done, "table", "uses", "--as", "latex")
    assert not re.findall(r"(?<!\\)%", latex)
    assert latex.count(r"\toprule") == latex.count(r"\bottomrule") == 1
    html = said(toy_done, "table", "published_uses", "--as", "html")
    assert html.count("<tr>") == html.count("</tr>")
    assert 'scope="col"' in html


ASCII = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
PLACES = {
    "C": ASCII,
    "C and ASCII": ASCII | {"PYTHONIOENCODING": "ascii"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
}


def bytes_of(folder: Path) -> dict[str, bytes]:
    """What is in the files of a folder, but for the database, whose bytes never repeat."""
    own = (
        path
        for path in folder.rglob("*")
        if path.is_file() and path.suffix not in (".duckdb", ".lock", ".record")
    )
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in own}


@pytest.fixture(scope="module")
def named(toy_done: Paths, tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The toy survey with every stage run, and an export of a name that ASCII lacks."""
    paths = Paths(tmp_path_factory.mktemp("named"), "toy")
    shutil.copytree(toy_done.root, paths.root, dirs_exist_ok=True)
    (paths.raw / "second.csv").rename(paths.raw / "zweite Wälle.csv")
    wave = (paths.raw / "second.toml").read_text(encoding="utf-8")
    renamed = wave.replace('file = "second.csv"', 'file = "zweite Wälle.csv"')
    (paths.raw / "second.toml").write_text(renamed, encoding="utf-8")
    assert survey_process(paths.root, "all", "--survey", "toy").returncode == 0
    return paths


@pytest.mark.parametrize("place", few_of(PLACES, 0))
def test_no_locale_changes_a_byte_or_stops_a_command(named: Paths, tmp_path: Path, place: str) -> None:
    shutil.copytree(named.root, tmp_path, dirs_exist_ok=True)
    paths = Paths(tmp_path, "toy")
    before = bytes_of(paths.outputs)
    assert not before[f"interim/{paths.headings('second').name}"].isascii()
    paths.headings("second").unlink()
    for command in (["show", "uses"], ["check"], ["ingest"], ["report"]):
        run = survey_process(tmp_path, *command, "--survey", "toy", **PLACES[place])
        assert run.returncode == 0, run.stderr
        assert "Traceback" not in run.stderr
    assert bytes_of(paths.outputs) == before


def test_errors_are_in_the_encoding_of_the_terminal(toy_done: Paths) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "pipeline", "show", "wälle", "--survey", "toy"],
        cwd=toy_done.root,
        env=os.environ | {"PYTHONIOENCODING": "cp1252"},
        capture_output=True,
        check=False,
    )
    assert run.returncode == 1
    assert "wälle" in run.stderr.decode("cp1252")
