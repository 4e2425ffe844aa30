"""Every layout read back gives the same answers: the responses invented do not depend on the layout."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import ROOT

from pipeline.exports.tools import formats
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.paths import Paths
from pipeline.synthetic.synthesise import synthesise

RAW = ROOT / "raw" / "open-source-ai"
IDS = {
    "surveymonkey": "Respondent ID",
    "qualtrics": "ResponseId",
    "limesurvey": "id",
    "googleforms": "Timestamp",
    "typeform": "#",
    "kobotoolbox": "_id",
    "spss": "respondent",
    "flat": "Response ID",
}


# the kinds that the default survey does not ask
OTHER_KINDS = """
[questions.effort]
text = "How would you share out your effort?"
kind = "allocation"
items = { e_build = "Building", e_review = "Reviewing", e_support = "Helping others" }

[questions.since]
text = "Since when do you contribute?"
kind = "date"

[questions.team]
text = "How many people are in your team?"
kind = "number"
unit = "people"
"""


def answers(
    folder: Path, layout: str, respondents: int, seed: int, suffix: str = ""
) -> list[tuple[object, ...]]:
    """What the database holds of responses invented and read in one layout."""
    paths = Paths(folder, "roundtrip")
    file = f"one{suffix or ('.sav' if layout == 'spss' else '.csv')}"
    paths.raw.mkdir(parents=True)
    (paths.raw / "survey.toml").write_text((RAW / "survey.toml").read_text() + OTHER_KINDS)
    # "Licence terms" is kept here: an assumption about it stands under 2024 alone
    (paths.raw / "one.toml").write_text(
        f'title = "One"\nsynthetic = true\n[source]\nfile = "{file}"\nformat = "{layout}"\n'
        + f'[respondents]\nid = "{IDS[layout]}"\n'
    )
    synthesise(paths, "one", respondents, seed)
    ingest(paths)
    normalise(paths)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        return connection.execute(
            "select respondent, question, item, option, rank, value from answers order by all"
        ).fetchall()


def test_every_reader_has_a_writer() -> None:
    assert len(formats) == len(IDS)
    assert all(callable(layout.headings) and callable(layout.columns) for layout in formats.values())


KINDS_OF_FILE = [
    *((name, "") for name in formats if name != "flat"),
    ("flat", ".xlsx"),
    ("surveymonkey", ".xlsx"),
    ("flat", ".parquet"),
    ("kobotoolbox", ".parquet"),
    ("spss", ".zsav"),
]
FEW_KINDS = [KINDS_OF_FILE[0], *(pytest.param(*case, marks=pytest.mark.slow) for case in KINDS_OF_FILE[1:])]


@settings(max_examples=4, deadline=None)
@given(respondents=st.integers(20, 60), seed=st.integers(0, 10_000))
@pytest.mark.parametrize(("layout", "suffix"), FEW_KINDS)
def test_a_layout_read_back_gives_the_same_answers(
    layout: str, suffix: str, respondents: int, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = answers(tmp_path_factory.mktemp("flat"), "flat", respondents, seed)
    assert len(expected) > 10 * respondents
    assert {"effort", "since", "team"} < {row[1] for row in expected}
    assert answers(tmp_path_factory.mktemp(layout), layout, respondents, seed, suffix) == expected
