"""Cells as codes, a block of rows at a time: the same answers and states, wherever a block ends."""

from __future__ import annotations

from pathlib import Path

import duckdb
import numpy as np
import pytest
from projects import make_project
from surveys import Wave, lay_out

from pipeline.exports import cells
from pipeline.ingest import ingest
from pipeline.normalise import normalise

QUESTIONS = 140  # more than two words of 62
OPTIONS = 300  # more than a byte counts
RESPONDENTS = 40


@pytest.mark.parametrize("rows", [1, 2, 5])
def test_where_a_block_ends_makes_no_other_database(
    rows: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = make_project(tmp_path)
    ingest(paths)
    whole = normalise(paths)
    monkeypatch.setattr(cells, "ROWS_A_BLOCK", rows)
    assert normalise(paths) == whole


def test_many_questions_and_options_are_coded_as_they_stand_in_the_export(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = np.random.default_rng(3)
    options = {f"o{n}": f"Option {n}" for n in range(OPTIONS)}
    declared = ", ".join(f'{option} = "{label}"' for option, label in options.items())
    questions = 'title = "Long"\n' + f"scales.long.options = {{ {declared} }}\n"
    questions += "".join(
        f'[questions.q{n}]\nkind = "single"\nscale = "long"\ntext = "Question {n}?"\n'
        for n in range(QUESTIONS)
    )
    questions += '[questions.many]\nkind = "multiple"\nscale = "long"\ntext = "Which?"\n'
    chosen = [[str(drawn.choice(["", *options])) for _ in range(QUESTIONS)] for _ in range(RESPONDENTS)]
    several = [
        [str(o) for o in drawn.choice(list(options), drawn.integers(4), replace=False)]
        for _ in range(RESPONDENTS)
    ]
    header = ["ID", *(f"Question {n}?" for n in range(QUESTIONS)), "Which?"]
    rows = [
        [n, *(options.get(option, "") for option in singles), "; ".join(options[o] for o in many)]
        for n, (singles, many) in enumerate(zip(chosen, several, strict=True), 1)
    ]
    columns = "".join(f'q{n} = ["Question {n}?"]\n' for n in range(QUESTIONS)) + 'many = ["Which?"]\n'
    wave = Wave([header, *rows], 'format = "flat"\nseparator = "; "', more=f"[columns]\n{columns}")
    paths = lay_out(tmp_path, "long", questions, {"w": wave})
    monkeypatch.setattr(cells, "ROWS_A_BLOCK", 16)
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        answers = connection.execute("select respondent, question, option from answers").fetchall()
        states = connection.execute("select respondent, question, state from responses").fetchall()
    expected = {
        (n, f"q{place}", option)
        for n, singles in enumerate(chosen, 1)
        for place, option in enumerate(singles)
        if option
    }
    expected |= {(n, "many", option) for n, many in enumerate(several, 1) for option in many}
    assert len(answers) == len(expected) and set(answers) == expected
    answered = {(n, question) for n, question, _ in expected}
    assert len(states) == RESPONDENTS * (QUESTIONS + 1)
    assert {(n, question) for n, question, state in states if state == "answered"} == answered
    assert {state for *_, state in states} == {"answered", "skipped", "not_reached"}
