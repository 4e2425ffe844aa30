"""The CSVs of tables/ come back as they were meant, and run nothing in a spreadsheet."""

from __future__ import annotations

import pandas as pd
import pytest

from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read, to_csv

UNSAFE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx"]


def test_unsafe_texts_are_written_harmless_and_read_as_they_were(toy: Paths) -> None:
    texts = [*UNSAFE, "'quoted'", "plain, with a comma", ""]
    frame = pd.DataFrame({"label": texts, "share": [1 / 3] * 7 + [float("nan")], "n": [1] * 8})
    text = to_csv(frame)
    cells = text.replace('"', "").splitlines()[1:]
    assert not [line for line in cells if line.startswith(("=", "+", "-", "@", "\t"))]
    assert "0.333333333333" in text
    toy.tables.mkdir(parents=True)
    (toy.tables / "x.csv").write_text(text)
    back = read(toy, "x")
    assert list(back["label"]) == texts
    assert back["share"].isna().to_list() == [False] * 7 + [True]
    assert back["n"].sum() == 8


def test_a_table_that_is_not_there_names_the_stage(toy: Paths) -> None:
    with pytest.raises(SurveyError, match="run: survey tables --survey toy"):
        read(toy, "exhibits")
