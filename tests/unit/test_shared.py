"""A test that changes a survey which other tests read is found out."""

from __future__ import annotations

import os
from pathlib import Path

import shared


def test_every_change_of_a_shared_survey_is_told(tmp_path: Path) -> None:
    raw, tables = tmp_path / "raw" / "toy", tmp_path / "outputs" / "toy" / "tables"
    for folder in (raw, tables):
        folder.mkdir(parents=True)
    for path in (raw / "first.csv", raw / "second.csv", tables / "uses.csv"):
        path.write_text("a", encoding="utf-8")
    shared.keep("a survey", tmp_path)
    assert (raw / "first.csv").read_text(encoding="utf-8") == "a"
    (tmp_path / "notes.txt").touch()  # no part of the survey
    assert shared.changed("a survey") == []
    os.utime(raw / "first.csv", ns=(0, 0))
    (tables / "uses.csv").unlink()
    (tables / "verify.csv").touch()
    assert shared.changed("a survey") == [
        "outputs/toy/tables/uses.csv", "outputs/toy/tables/verify.csv", "raw/toy/first.csv",
    ]  # fmt: skip
    # whoever comes next is not blamed for it
    assert shared.changed("a survey") == []
    shared.forget("a survey")
    (raw / "first.csv").unlink()
    assert shared.changed("a survey") == []
