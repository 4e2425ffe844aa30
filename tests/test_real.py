"""The real surveys: what their owners published must come out. Skipped where the exports are not at hand."""

from __future__ import annotations

import csv
import hashlib
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import ROOT, digest, make_project, survey_command

from pipeline.ingest import ingest, load_export
from pipeline.normalise import normalise
from pipeline.paths import Paths
from pipeline.tables import tables
from pipeline.tidy import read
from pipeline.verify import verify

TEXT, NUMERIC = "ospo/2024_raw_text.csv", "ospo/2024_raw_numeric.csv"


def ospo(folder: Path, export: Path) -> Paths:
    """The OSPO survey with `export` as its 2024 file, pinned to it, up to the tables."""
    paths = make_project(folder, "ospo", ROOT / "raw" / "ospo")
    for leftover in paths.raw.glob("*_raw_*.csv"):
        leftover.unlink()
    shutil.copyfile(export, paths.raw / "2024_raw_text.csv")
    declared = (paths.raw / "2024.toml").read_text()
    pinned = next(line for line in declared.splitlines() if line.startswith("sha256"))
    seen = hashlib.sha256(export.read_bytes()).hexdigest()
    (paths.raw / "2024.toml").write_text(declared.replace(pinned, f'sha256 = "{seen}"'))
    for stage in (ingest, normalise, tables):
        stage(paths)
    return paths


@pytest.fixture(scope="session")
def ospo_2024(real: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory) -> Paths:
    return ospo(tmp_path_factory.mktemp("ospo"), real(TEXT))


def test_the_pinned_export_is_the_one_at_hand(real: Callable[[str], Path]) -> None:
    seen = hashlib.sha256(real(TEXT).read_bytes()).hexdigest()
    assert seen in (ROOT / "raw" / "ospo" / "2024.toml").read_text()


def test_rows_and_columns_of_2024(ospo_2024: Paths) -> None:
    export = load_export(ospo_2024, "2024")
    assert (export.rows, export.blank_rows) == (222, 688)
    # 1,072 columns, of which two are dropped and one is blank in heading and cells
    assert len(export.headings) == 1069


def test_the_published_numbers_of_2024(ospo_2024: Paths, real: Callable[[str], Path]) -> None:
    rows = verify(ospo_2024).rows
    agree = Counter(zip(rows["question"], rows["agrees"], strict=True))
    with real("ospo/published.csv").open(encoding="utf-8-sig", newline="") as stream:
        known = [row for row in csv.DictReader(stream) if row["wave"] == "2024"]
    expected = Counter(
        (row["question"], "yes" if row["rounds_to_published"] == "yes" else "no") for row in known
    )
    assert len(rows) == len(known) == 131
    assert agree == expected
    assert (rows["agrees"] == "yes").sum() == 123
    assert (rows["base_agrees"] == "yes").all()
    # row by row: the same percentage was computed by hand
    by_hand = sorted((row["question"], float(row["recomputed_pct"])) for row in known)
    computed = sorted((q, round(c, 2)) for q, c in zip(rows["question"], rows["computed"], strict=True))
    for (question, one), (same, other) in zip(by_hand, computed, strict=True):
        assert question == same
        assert one == pytest.approx(other, abs=0.011)


def test_numbers_that_the_readers_of_the_deck_know(ospo_2024: Paths) -> None:
    reasons = read(ospo_2024, "frequencies/q46")
    whole = reasons[(reasons["by"] == "") & (reasons["measure"] == "option")]
    assert set(whole["valid_cases"]) == {96}
    assert set(whole["total_mentions"]) == {187}


def test_labels_and_codes_give_the_same_answers(
    ospo_2024: Paths, real: Callable[[str], Path], tmp_path: Path
) -> None:
    # the same responses as labels and as codes, where "don't know" is code 0
    by_code = ospo(tmp_path, real(NUMERIC))
    theirs, ours = digest(by_code.tables), digest(ospo_2024.tables)
    for name in ("waves.csv", "verify.csv"):  # the hash of the export, and what only one of them ran
        theirs.pop(name, None)
        ours.pop(name, None)
    assert len(ours) > 50
    assert theirs == ours


def test_fetch_finds_the_export_by_its_hash(real: Callable[[str], Path], tmp_path: Path) -> None:
    folder = real(TEXT).parent
    paths = make_project(tmp_path, "ospo", ROOT / "raw" / "ospo")
    for leftover in paths.raw.glob("*_raw_*.csv"):
        leftover.unlink()
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(folder))
    assert run.returncode == 0, run.stderr
    assert (paths.raw / "2024_raw_text.csv").read_bytes() == real(TEXT).read_bytes()
    empty = tmp_path / "empty"
    empty.mkdir()
    (paths.raw / "2024_raw_text.csv").write_text("something else")
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(empty))
    assert run.returncode == 1
    assert "raw/ospo/2024.toml:7: no file in" in run.stderr
