"""What lies in the folder of a survey and is not read is told: by check, by every stage, by make once."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from projects import ROOT, command, make, make_project, stages

from pipeline.declarations import survey, wave_files
from pipeline.declarations.notices import notices
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths, find

WAVE = 'title = "Third"\n[source]\nfile = "third.csv"\nformat = "flat"\n'
TABLE = "ID;Are you involved?\na1;Yes\n"
NAMED = r"raw/toy/{}: is not read under this name; rename it to {}, or move it out of raw/toy"
LIKE = r"if it is the export of a wave, run: survey new-wave raw/toy/{} --like second"

# files that would leave a wave out of everything without a word: nothing goes on
REFUSED: dict[str, tuple[str, str]] = {
    "third.TOML": (WAVE, NAMED.format("third.TOML", "third.toml")),
    "third.Toml": (WAVE, NAMED.format("third.Toml", "third.toml")),
    "third.toml.txt": (WAVE, NAMED.format("third.toml.txt", "third.toml")),
    "third.toml.TXT": ("not even TOML [", NAMED.format("third.toml.TXT", "third.toml")),
    "third": (WAVE, NAMED.format("third", "third.toml")),
    "third.txt": (WAVE, NAMED.format("third.txt", "third.toml")),
    "first (1).toml": (
        WAVE,
        r"first \(1\).toml:1: a wave cannot be called 'first \(1\)': .* rename the file",
    ),
    "Copy of first.toml": (WAVE, r"Copy of first.toml:1: a wave cannot be called 'Copy of first'"),
    "assumptions.toml.txt": ("", NAMED.format("assumptions.toml.txt", "assumptions.toml")),
}
# the same may be meant so, and files that are not needed: told, and everything goes on
TOLD: dict[str, tuple[str, str]] = {
    "third.toml.bak": (WAVE, r"raw/toy/third.toml.bak is not read; rename it to third.toml if it is to be"),
    "first.toml.txt": (WAVE, r"raw/toy/first.toml.txt is not read: first.toml is"),
    "first.TOML": (WAVE, r"raw/toy/first.TOML is not read: first.toml is"),
    "Report.toml": ("", r"raw/toy/Report.toml is not read: report.toml is"),
    "old/first.toml": (WAVE, r"raw/toy/old/first.toml is not read; declarations lie in raw/toy itself"),
    "third.csv": (TABLE, r"raw/toy/third.csv is named by no wave file; " + LIKE.format("third.csv")),
    "third.XLSX": ("", r"raw/toy/third.XLSX is named by no wave file; " + LIKE.format("third.XLSX")),
    "third.sav": ("", r"raw/toy/third.sav is named by no wave file"),
    "export": (TABLE, r"raw/toy/export is named by no wave file"),
    "export.txt": (TABLE, r"raw/toy/export.txt is named by no wave file"),
    "first.tsv": (
        TABLE,
        r"raw/toy/first.tsv is named by no wave file; name it under \[source\] in raw/toy/first.toml",
    ),
    "old/third.csv": (TABLE, r"raw/toy/old/third.csv is named by no wave file; move it to raw/toy if it is"),
}
QUIET: dict[str, str] = {
    "first.toml.bak": WAVE,
    "first.toml~": WAVE,
    "#first.toml#": WAVE,
    ".first.toml.swp": WAVE,
    ".third.csv": TABLE,
    "~$third.xlsx": "",
    "README.md": "A wave, its [source], and the rest;\na line; of prose\n",
    "notes.txt": "Fielded in spring, by mail, as before.\nAnd so on, and so on.\n",
    "LICENCE": "Whoever, whenever\nmay do this, or that, or not\n",
    "questions.qsf": '{"SurveyEntry": {"SurveyID": 1}}',
    "questions.lss": '<?xml version="1.0"?>\n<document>\n',
    "questions.pdf": "%PDF",
    "pseudonyms.key": "0123",
    "assumptions.toml": 'title = "x"\n',
}


def put(paths: Paths, name: str, content: str) -> None:
    path = paths.raw / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)


@pytest.mark.parametrize("name", REFUSED)
def test_a_declaration_under_another_name_is_refused(name: str, toy: Paths) -> None:
    content, said = REFUSED[name]
    put(toy, name, content)
    with pytest.raises(SurveyError, match=said):
        wave_files.load(toy, survey.load(toy)[0])


@pytest.mark.parametrize("name", TOLD)
def test_what_is_not_read_is_told(name: str, toy: Paths) -> None:
    content, said = TOLD[name]
    put(toy, name, content)
    (line,) = notices(toy)
    assert re.match(said, line), line


@pytest.mark.parametrize("name", QUIET)
def test_what_may_lie_there_is_not_told(name: str, toy: Paths) -> None:
    assert name == ".third.csv" or not (toy.raw / name).exists()
    put(toy, name, QUIET[name])
    assert list(notices(toy)) == []


def test_a_report_or_its_numbers_under_another_name_are_refused(toy: Paths) -> None:
    # by the names alone the default exhibits would be drawn, and nothing would be said
    toy.report_file.rename(toy.raw / "report.toml.txt")
    toy.published_file.rename(toy.raw / "Published.csv")
    with pytest.raises(SurveyError) as refused:
        wave_files.load(toy, survey.load(toy)[0])
    assert [problem.message.split(";")[1] for problem in refused.value.problems] == [
        " rename it to published.csv, or move it out of raw/toy",
        " rename it to report.toml, or move it out of raw/toy",
    ]


def test_an_export_in_a_folder_of_its_own_may_be_named(toy: Paths) -> None:
    (toy.raw / "exports").mkdir()
    (toy.raw / "first.csv").rename(toy.raw / "exports" / "first.csv")
    assert re.match(r"raw/toy/exports/first.csv is named by no", next(iter(notices(toy))))
    file = toy.raw / "first.toml"
    file.write_text(file.read_text().replace('"first.csv"', '"exports/first.csv"'))
    assert list(notices(toy)) == []


def test_many_exports_are_counted(toy: Paths) -> None:
    for number in range(8):
        put(toy, f"{number}.csv", TABLE)
    lines = list(notices(toy))
    assert len(lines) == 6
    assert lines[-1] == "nor are 3 more files in raw/toy"


def test_every_stage_tells_once(tmp_path: Path) -> None:
    paths = make_project(tmp_path)
    put(paths, "third.csv", TABLE)
    told = "raw/toy/third.csv is named by no wave file"
    paths.report_file.write_text('[[exhibit]]\nid = "share"\nkind = "table"\nquestion = "share"\n')
    for words in ("all", "ingest", "normalise", "tables", "figures", "report", "check"):
        code, said = command(paths.root, words, "--survey", "toy")
        assert (code, said.count(told)) == (0, 1), (words, said)
    # one that has to be renamed stops what reads waves; what reads tables tells of it
    put(paths, "third.toml.txt", WAVE)
    told = "raw/toy/third.toml.txt: is not read under this name; rename it to third.toml"
    for words, ended in {"all": 1, "ingest": 1, "tables": 1, "check": 1, "figures": 0, "report": 0}.items():
        code, said = command(paths.root, words, "--survey", "toy")
        assert (code, said.count(told)) == (ended, 1), (words, said)


def test_make_tells_once(remade: Paths) -> None:
    put(remade, "third.csv", TABLE)
    run = make(remade.root, "all")
    assert stages(run)[-1] == "report"
    assert run.stderr.count("raw/toy/third.csv is named by no wave file") == 1
    assert "third.csv" not in make(remade.root, "all").stderr


def test_the_surveys_here_have_no_strays() -> None:
    root = ROOT
    assert [list(notices(find(name, root))) for name in ("open-source-ai", "ospo")] == [[], []]
