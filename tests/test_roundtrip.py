"""Every layout read back gives the same answers: the responses invented do not depend on the layout."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.formats import formats
from pipeline.formats.written import layouts
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.paths import Paths
from pipeline.synthesise import synthesise

RAW = ROOT / "raw" / "open-source-ai"
IDS = {"surveymonkey": "Respondent ID", "qualtrics": "ResponseId", "limesurvey": "id", "flat": "Response ID"}


def answers(folder: Path, layout: str, respondents: int, seed: int) -> list[tuple[object, ...]]:
    """What the database holds of responses invented and read in one layout."""
    paths = Paths(folder, "roundtrip")
    paths.raw.mkdir(parents=True)
    shutil.copy(RAW / "survey.toml", paths.raw)
    # "Licence terms" is kept here: an assumption about it stands under 2024 alone
    (paths.raw / "one.toml").write_text(
        f'title = "One"\nsynthetic = true\n[source]\nfile = "one.csv"\nformat = "{layout}"\n'
        + (f'[respondents]\nid = "{IDS[layout]}"\n' if layout in IDS else "")
    )
    synthesise(paths, "one", respondents, seed)
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        return connection.execute(
            "select respondent, question, item, option, rank, value from answers order by all"
        ).fetchall()


def test_every_reader_has_a_writer() -> None:
    assert set(formats) == set(layouts)


@settings(max_examples=4, deadline=None)
@given(respondents=st.integers(20, 60), seed=st.integers(0, 10_000))
@pytest.mark.parametrize("layout", [name for name in formats if name != "flat"])
def test_a_layout_read_back_gives_the_same_answers(
    layout: str, respondents: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = answers(tmp_path_factory.mktemp("flat"), "flat", respondents, seed)
    assert len(expected) > 10 * respondents
    assert answers(tmp_path_factory.mktemp(layout), layout, respondents, seed) == expected
