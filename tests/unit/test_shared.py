"""A test that changes a survey which other tests read is found out."""

from __future__ import annotations

import os
from pathlib import Path

import shared


def test_every_change_of_a_shared_survey_is_told(tmp_path: Path) -> None:
    for name in ("read.csv", "kept.csv", "gone.csv"):
        (tmp_path / name).write_text("a", encoding="utf-8")
    shared.keep("a survey", tmp_path)
    assert (tmp_path / "read.csv").read_text(encoding="utf-8") == "a"
    assert shared.changed("a survey") == []
    os.utime(tmp_path / "read.csv", ns=(0, 0))
    (tmp_path / "gone.csv").unlink()
    (tmp_path / "new.csv").touch()
    assert shared.changed("a survey") == ["gone.csv", "new.csv", "read.csv"]
    # whoever comes next is not blamed for it
    assert shared.changed("a survey") == []
    shared.forget("a survey")
    (tmp_path / "new.csv").unlink()
    assert shared.changed("a survey") == []
