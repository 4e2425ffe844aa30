"""Real surveys of six owners, every column declared in tests/real, counted without the pipeline.

The exports are not in the repository; each wave file names its original. counted.csv holds how many chose
each option and how many answered, counted from the raw file by the csv module and a list of full texts.
"""

from __future__ import annotations

import csv
import hashlib
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import run_to

from pipeline.exports.ingested import load_export
from pipeline.project.paths import Paths, find
from pipeline.tables import tables
from pipeline.tidy.csv import read

DECLARED = Path(__file__).parent
ROWS = {
    "ai2": {"2024": 816},
    "chaoss": {"2023": 31},
    "cncf": {"2020": 1324, "2022": 2286},
    "kubernetes": {"2018": 160, "2019": 211},
    "rse": {"de2017": 325, "uk2017": 253},
    "spack": {"2020": 170, "2022": 182},
}


def lay_out(survey: str, folder: Path, real: Callable[[str], Path]) -> Paths:
    """A project with one of these surveys and its exports, nothing run yet."""
    raw = folder / "raw" / survey
    raw.mkdir(parents=True)
    for path in sorted((DECLARED / survey).glob("*.toml")):
        shutil.copyfile(path, raw / path.name)
        source = tomllib.loads(path.read_text()).get("source")
        if source:
            export = real(f"{survey}/{source['file']}")
            assert hashlib.sha256(export.read_bytes()).hexdigest() == source["sha256"]
            shutil.copyfile(export, raw / source["file"])
    return find(survey, folder)


def test_every_survey_is_tried() -> None:
    assert {path.parent.name for path in DECLARED.glob("*/survey.toml")} == set(ROWS)


@pytest.mark.slow
@pytest.mark.parametrize("survey", ROWS)
def test_the_tables_say_what_was_counted_by_hand(
    survey: str, real: Callable[[str], Path], tmp_path: Path
) -> None:
    paths = lay_out(survey, tmp_path, real)
    run_to(paths, tables)
    waves = [path.stem for path in paths.wave_files()]
    assert {wave: load_export(paths, wave).rows for wave in waves} == ROWS[survey]
    with (DECLARED / survey / "counted.csv").open(newline="") as stream:
        counted = list(csv.DictReader(stream))
    by_hand = {
        (row["wave"], row["question"], row["item"], row["option"]): (
            int(row["respondents"]),
            int(row["valid_cases"]),
        )
        for row in counted
    }
    for wave in waves:
        assert len({question for of, question, _, _ in by_hand if of == wave}) >= 2
    for path in paths.frequencies.glob("*.csv"):
        named = read(paths, f"frequencies/{path.stem}")
        for part in ("option", "item"):
            assert (named.loc[named[part] != "", f"{part}_label"].str.strip() != "").all(), path.stem
    found = {}
    for question in {row["question"] for row in counted}:
        data = read(paths, f"frequencies/{question}")
        data = data[(data["by"] == "") & (data["measure"] == "option")]
        for row in data.to_dict("records"):
            key = (row["wave"], question, row["item"], row["option"])
            found[key] = (row["respondents"], row["valid_cases"])
    assert {key: found.get(key) for key in by_hand} == by_hand
