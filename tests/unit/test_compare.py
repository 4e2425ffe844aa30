"""What two waves do not share, and the codebook that says how far they compare."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd
import pytest
from projects import digest, survey_command
from surveys import Wave, lay_out

from pipeline.commands.codebook import codebook
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.tables import CODEBOOK, written


def change(path: Path, before: str, after: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, before
    path.write_text(text.replace(before, after), encoding="utf-8")


def test_what_differs_between_the_waves_of_the_toy(toy: Paths) -> None:
    kept = digest(toy.root)
    run = survey_command(toy.root, "diff", "first", "second", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    assert run.stdout.splitlines() == [
        "why_not (not declared): reworded, from \"Why don't you use it?\" to 'Why do you use none?'",
        "top (not declared): added trust",
        "6 of the 8 questions that both asked are put alike",
    ]
    assert digest(toy.root) == kept


def test_each_kind_of_difference_is_told(toy: Paths) -> None:
    with (toy.raw / "second.csv").open(newline="") as stream:
        rows = list(csv.reader(stream))
    at = rows[0].index("Anything else?")
    with (toy.raw / "second.csv").open("w", newline="") as stream:
        csv.writer(stream).writerows([[*row[at:], *row[:at]] for row in rows])
    routed = '[questions.uses]\nasked = { region = ["north", "south"] }\n'
    change(toy.raw / "survey.toml", "[questions.uses]\n", routed)
    change(toy.raw / "first.toml", "[changes.top]", '[changes.region]\nnot_offered = ["dkns"]\n[changes.top]')
    (toy.raw / "second.toml").write_text(
        (toy.raw / "second.toml").read_text() + '[changes.region]\nstatus = "broken"\nnote = "another map"\n'
    )
    run = survey_command(toy.root, "diff", "first", "second", "--survey", "toy")
    assert "asked in another place: remarks" in run.stdout
    assert "region (declared broken): added dkns" in run.stdout
    run = survey_command(toy.root, "diff", "second", "first", "--survey", "toy")
    assert "region (not declared): without dkns" in run.stdout
    assert "top (not declared): without trust" in run.stdout


@pytest.mark.parametrize(
    ("waves", "said"),
    [(("first", "third"), "no wave 'third'"), (("first", "first"), "'first' twice; name two waves")],
)
def test_waves_that_cannot_be_compared(waves: tuple[str, str], said: str, toy: Paths) -> None:
    run = survey_command(toy.root, "diff", *waves, "--survey", "toy")
    assert (run.returncode, run.stdout) == (1, "")
    assert said in run.stderr


def coded(folder: Path, second: str, changes: str = "") -> Paths:
    """Two waves of an export with codes above the wording, the second with another wording under q1."""
    questions = 'title = "Coded"\n[questions.q1]\nkind = "single"\noptions = { yes = "Yes", no = "No" }\n'
    waves = {
        name: Wave(
            f"ResponseId,Q1\nResponse ID,{text}\n1,Yes\n2,No\n",
            'format = "qualtrics"\nheader_rows = 2', 'id = "ResponseId"', more, title=name,
        )
        for name, text, more in (("first", "Do you use it?", ""), ("second", second, changes))
    }  # fmt: skip
    return lay_out(folder, "coded", questions, waves)


def test_a_code_that_stands_for_another_question_is_an_error(tmp_path: Path) -> None:
    paths = coded(tmp_path / "a", "Are you a member?")
    ingest(paths)
    with pytest.raises(
        SurveyError, match=r"raw/coded/second.toml:\d+: q1: the code .Q1. heads .Do you use it"
    ):
        normalise(paths)
    run = survey_command(paths.root, "diff", "first", "second", "--survey", "coded")
    assert run.returncode == 1
    assert "reworded, from 'Do you use it?' to 'Are you a member?'" in run.stdout
    assert "give it an id of its own" in run.stderr
    for same in (
        coded(tmp_path / "b", "Are you a member?", '[changes.q1]\nstatus = "reworded"\nnote = "x"\n'),
        coded(tmp_path / "c", "Do you use this?"),
    ):
        ingest(same)
        normalise(same)


def test_the_codebook_holds_every_question_option_and_wave(toy: Paths) -> None:
    run = survey_command(toy.root, "codebook", "--survey", "toy")
    assert run.returncode == 0, run.stderr
    assert "outputs/toy/codebook.md written" in run.stdout
    rows = pd.read_csv(toy.codebook_csv, dtype=str, keep_default_na=False)
    assert list(rows.columns) == written(CODEBOOK).names
    assert len(rows[rows["part"] == "question"]) == 2 * 8
    options = rows[(rows["question"] == "views") & (rows["part"] == "option") & (rows["wave"] == "first")]
    assert dict(zip(options["id"], options["score"], strict=True)) == {
        "disagree": "1", "neutral": "2", "agree": "3", "dkns": "",
    }  # fmt: skip
    (trust,) = rows[(rows["id"] == "trust") & (rows["wave"] == "first")].to_dict("records")
    assert (trust["part"], trust["label"], trust["offered"], trust["status"]) == ("item", "Trust", "no", "")
    (top,) = rows[(rows["id"] == "top") & (rows["wave"] == "second")].to_dict("records")
    assert (top["status"], top["base"]) == ("options", "everyone")
    (why,) = rows[(rows["id"] == "why_not") & (rows["wave"] == "first")].to_dict("records")
    assert (why["text"], why["base"]) == ("Why don't you use it?", "uses = none")
    page = toy.codebook.read_text()
    assert page.count("\n## ") == 8
    assert "| item | trust | Trust |  |  | no | yes |" in page
    assert "canary" not in page


def test_what_is_declared_of_a_wave_is_in_the_codebook(toy: Paths) -> None:
    wave = toy.raw / "second.toml"
    wave.write_text(wave.read_text() + '[changes.region]\nstatus = "broken"\nnote = "another map"\n')
    codebook(toy)
    rows = pd.read_csv(toy.codebook_csv, dtype=str, keep_default_na=False)
    (region,) = rows[(rows["id"] == "region") & (rows["wave"] == "second")].to_dict("records")
    assert (region["status"], region["note"]) == ("broken", "another map")
    assert "| second | broken | Where are you? | another map |" in toy.codebook.read_text()
