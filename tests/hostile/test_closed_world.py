"""The closed world: each kind of mistake is reported with its file and line, and changes no output."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from mistakes import MISTAKES, Edit
from projects import digest, survey_command

from pipeline.project.paths import Paths


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


def test_how_cells_are_read_hides_no_heading(broken: Callable[[Edit | list[Edit]], Path]) -> None:
    reading = (
        '[reading.share]\nblank = ["nil"]\n[reading.remarks]\nblank = ["nil"]\n[[exclude]]\nreason = "not'
    )
    project = broken(
        [
            ("second.csv", "Anything else?,", "Anything more?,"),
            ("second.toml", '[[exclude]]\nreason = "not', reading),
        ]
    )
    for words in (["check"], ["all"]):
        said = survey_command(project, *words, "--survey", "toy").stderr
        assert "column S 'Anything more?'" in said
        assert "'remarks' has no column in this export" in said
        # of a question that has no column nothing else is told
        assert said.count("blank: 'nil' stands in no cell") == 1
        assert "3 problems" in said


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


def problems_of(project: Path) -> list[str]:
    """What `survey check` says is wrong, its last line (how many) left out."""
    run = survey_command(project, "check", "--survey", "toy")
    assert run.returncode == 1, run.stdout
    assert "Traceback" not in run.stderr
    *lines, last = run.stderr.splitlines()
    assert last.startswith(f"{len(lines)} problem")
    return lines


# a mistake in each layer, none of which may hide or double another
LAYERS: list[tuple[Edit, str]] = [
    # the questionnaire
    (
        ("survey.toml", 'asked = { uses = ["none"] }', 'asked = { uses = ["nothing"] }'),
        r"survey.toml:37: asked: 'uses' has no option 'nothing'",
    ),
    # wave files: one that was asked otherwise, one that is screened by an unknown option
    (("first.toml", '["trust"]', '["trsut"]'), r"first.toml:22: 'top' has no option 'trsut'; did you mean"),
    (
        ("second.toml", 'involved = ["no"]', 'involved = ["not"]'),
        r"second.toml:15: 'involved' has no option 'not'",
    ),
    # a heading, an answer and a number of the exports
    (
        ("second.csv", "Anything else?,", "Anything  more?,"),
        r"second.toml:1: column S 'Anything  more\?' .*did you mean 'Anything else\?'",
    ),
    (
        ("second.csv", "Yes,North,Models,,,,,,,1", "Yes,Nroth,Models,,,,,,,1"),
        r"survey.toml:\d+: region: 'Nroth' \(once, column E\) is no answer of it",
    ),
    (("first.csv", ";Agree;Agree;100;", ";Agree;Agree;many;"), r"survey.toml:\d+: share: 'many' \(1 times"),
    # the report: an exhibit that is wrong, and of others a claim, a quoted number and a typed one
    (
        ("report.toml", 'by = "place"', 'by = "plaice"'),
        r"report.toml:18: no segment 'plaice'; did you mean 'place'",
    ),
    (
        ("report.toml", 'neutral = "What people use"', 'title = "M"\nclaim = { majority = "modls" }'),
        r"report.toml:6: no 'modls' in the table; did you mean 'models'\?",
    ),
    (
        (
            "report.toml",
            'question = "views"',
            'question = "views"\ntext = "So {usse.models}, {uses_by_place.x}."',
        ),
        r"report.toml:24: {usse.models}: no exhibit 'usse'; did you mean 'uses'\?",
    ),
    (
        ("report.toml", 'question = "region"', 'question = "region"\ntext = "Of 12 people, {region.nroth}."'),
        r"report.toml:30: the number '12' is typed and would go stale",
    ),
    (
        ("report.toml", "", ""),
        r"report.toml:30: {region.nroth}: no 'nroth' in the table; did you mean 'north'\?",
    ),
    # published numbers
    (("published.csv", ",12.5,", ",125,"), r"published.csv:7: percent: .*less than or equal to 100"),
]


def test_check_says_everything_that_is_wrong_at_once(broken: Callable[[list[Edit]], Path]) -> None:
    project = broken([edit for edit, _ in LAYERS if edit[1]])
    kept = digest(project)
    lines = problems_of(project)
    for _, said in LAYERS:
        assert [line for line in lines if re.search(said, line)], (said, lines)
    assert len(lines) == len(LAYERS), lines
    assert digest(project) == kept


# where all before is right, check says all that would stop the tables
STOPPING: list[tuple[Edit, str]] = [
    (
        ("report.toml", 'neutral = "What people use"', 'title = "Data"\nclaim = { majority = "data" }'),
        r"report.toml:6: the claim majority = data does not hold: “Data, tools and code” has fewer",
    ),
    (
        ("report.toml", 'question = "region"', 'question = "region"\ntext = "{uses.models}, {views.good}"'),
        r"report.toml:29: {uses.models} has fewer than 30 respondents and cannot be quoted",
    ),
    (
        ("report.toml", 'kind = "scale_bars"', 'kind = "ranked_bars"'),
        r"report.toml:22: ranked_bars cannot show a grid question",
    ),
    (
        (
            "report.toml",
            'kind = "published_bars"',
            'kind = "published_bars"\nsame_theme = { "Modles" = "models" }',
        ),
        r"report.toml:\d+: exhibit 'published_uses': same_theme: nothing is published on Modles",
    ),
    (
        ("report.toml", 'question = "share"', 'question = "share"\nneutral = "Ask ann@example.org"'),
        r"outputs/toy/tables/exhibits.csv: row \d+, column title: an e-mail address \(an…\)",
    ),
]


def test_check_says_what_would_stop_the_tables(broken: Callable[[list[Edit]], Path]) -> None:
    lines = problems_of(broken([edit for edit, _ in STOPPING]))
    for _, said in STOPPING:
        assert [line for line in lines if re.search(said, line)], (said, lines)
    assert len(lines) == len(STOPPING), lines


NROTH = ("second.csv", "Yes,North,Models,", "Yes,Nroth,Models,")


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        (
            [("report.toml", "[[exhibit]]", "[[exhibit]"), NROTH],
            [r"report.toml:1: is not valid TOML", r"region: 'Nroth'"],
        ),
        (
            [("first.toml", "title = ", "title "), NROTH],
            [r"first.toml:1: is not valid TOML", r"region: 'Nroth'"],
        ),
        (
            [("first.csv", "", "ID;Are you involved?\n"), NROTH],
            [r"first.toml:6: first.csv holds no response below its header", r"region: 'Nroth'"],
        ),
        (
            [
                ("survey.toml", "title = ", "title "),
                ("first.toml", "title = ", "title "),
                ("report.toml", "[[exhibit]]", "introductoin = 'x'\n[[exhibit]]"),
            ],
            [r"first.toml:1: is not", r"report.toml:1: unknown key 'intro", r"survey.toml:2: is not valid"],
        ),
        (
            [
                ("survey.toml", 'options = { yes = "Yes", no = "No" }\n', ""),
                ("report.toml", "[[exhibit]]", "introductoin = 'x'\n[[exhibit]]"),
            ],
            [r"report.toml:1: unknown key 'intro", r"survey.toml:11: a single question needs options"],
        ),
        # what comes of a problem is not told beside it
        (
            [("second.toml", 'file = "second.csv"', 'file = "first.csv"')],
            [r"second.toml:6: file 'first.csv' is that of wave first too"],
        ),
        (
            [("published.csv", "percent,n,source", "percent,source")],
            [r"published.csv:1: the header is not"],
        ),
        # an unknown key does not hide what else is wrong in the same file, at its line
        (
            [
                ("report.toml", 'id = "uses"\n', 'id = "uses"\nkindd = "x"\n'),
                ("report.toml", 'by = "place"', 'by = "plaice"'),
                ("report.toml", 'question = "top"', 'question = "tops"'),
            ],
            [r"report.toml:3: unknown key 'kindd'", r":18: no segment 'plaice'", r":33: no question 'tops'"],
        ),
    ],
    ids=["report", "a wave", "an export", "questionnaire", "question", "copy", "header", "exhibit"],
)  # fmt: skip
def test_one_file_hides_nothing_of_another(
    edits: list[Edit], said: list[str], broken: Callable[[list[Edit]], Path]
) -> None:
    lines = problems_of(broken(edits))
    assert len(lines) == len(said), lines
    for line, wanted in zip(lines, said, strict=True):
        assert re.search(wanted, line), (wanted, lines)
