"""The real surveys: what their owners published must come out. Skipped where the exports are not at hand."""

from __future__ import annotations

import csv
import hashlib
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from projects import OSPO_TEXT as TEXT
from projects import ROOT, copy_of, digest, make_project, ospo, survey_command

from pipeline.commands.verify import verify
from pipeline.exports.ingested import load_export
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read

NUMERIC = "ospo/2024_raw_numeric.csv"


def test_the_pinned_export_is_the_one_at_hand(real: Callable[[str], Path]) -> None:
    seen = hashlib.sha256(real(TEXT).read_bytes()).hexdigest()
    assert seen in (ROOT / "raw" / "ospo" / "2024.toml").read_text()


def test_rows_and_columns_of_2024(ospo_done: Paths) -> None:
    rows = {wave: load_export(ospo_done, wave).rows for wave in ("2018", "2020", "2024")}
    assert rows == {"2018": 748, "2020": 1026, "2024": 222}
    export = load_export(ospo_done, "2024")
    assert (export.rows, export.blank_rows) == (222, 688)
    # 1,072 columns, of which two are dropped and one is blank in heading and cells
    assert len(export.headings) == 1069


@pytest.mark.parametrize(("wave", "agree", "of"), [("2018", 34, 52), ("2020", 10, 10), ("2024", 123, 131)])
def test_the_published_numbers(
    wave: str, agree: int, of: int, ospo_done: Paths, real: Callable[[str], Path], tmp_path: Path
) -> None:
    every = verify(copy_of(ospo_done, tmp_path)).rows
    rows = every[every["wave"] == wave]
    with real("ospo/published.csv").open(encoding="utf-8-sig", newline="") as stream:
        known = [row for row in csv.DictReader(stream) if row["wave"] == wave]
    assert len(rows) == len(known) == of
    assert (rows["agrees"] == "yes").sum() == agree
    # row by row: the percentage, the base and the verdict are those that were computed by hand
    by_hand = sorted(
        (float(row["recomputed_pct"]), int(row["recomputed_n"]), row["rounds_to_published"].lower())
        for row in known
    )
    computed = sorted(
        (round(share, 2), int(cases), verdict)
        for share, cases, verdict in zip(rows["computed"], rows["computed_n"], rows["agrees"], strict=True)
    )
    for (one, n, said), (other, cases, verdict) in zip(by_hand, computed, strict=True):
        assert one == pytest.approx(other, abs=0.011)
        assert (n, said) == (cases, verdict)
    if wave == "2024":
        assert (rows["base_agrees"] == "yes").all()
        by_question = Counter(rows.loc[rows["agrees"] == "no", "question"])
        assert by_question == {"q46": 8}


@pytest.mark.parametrize(
    ("wave", "question", "option", "count", "base"),
    [
        ("2018", "responsibilities", "culture", 112, 159),
        ("2018", "q46", "time_resources", 129, 305),
        ("2018", "q4", "more_than_10000", 160, 748),
        ("2020", "responsibilities", "licence_compliance", 212, 324),
        ("2020", "open_source_benefits", "development_speed", 294, 680),
        ("2020", "q47", "culture_change", 61, 203),
    ],
)
def test_frequencies_counted_by_hand_in_the_earlier_waves(
    wave: str, question: str, option: str, count: int, base: int, ospo_done: Paths
) -> None:
    data = read(ospo_done, f"frequencies/{question}")
    (row,) = data[(data["wave"] == wave) & (data["by"] == "") & (data["option"] == option)].to_dict("records")
    assert (row["respondents"], row["valid_cases"]) == (count, base)


def test_a_level_that_a_wave_lacked_has_no_row_there(ospo_done: Paths) -> None:
    data = read(ospo_done, "frequencies/q7")
    waves = set(data.loc[data["option"] == "very_frequently", "wave"])
    assert waves == {"2024"}
    assert set(data["wave"]) == {"2018", "2020", "2024"}


def test_numbers_that_the_readers_of_the_deck_know(ospo_done: Paths) -> None:
    reasons = read(ospo_done, "frequencies/q46")
    reasons = reasons[reasons["wave"] == "2024"]
    whole = reasons[(reasons["by"] == "") & (reasons["measure"] == "option")]
    assert set(whole["valid_cases"]) == {96}
    assert set(whole["total_mentions"]) == {187}


def test_labels_and_codes_give_the_same_answers(
    ospo_done: Paths, real: Callable[[str], Path], tmp_path: Path
) -> None:
    # the same responses as labels and as codes, where "don't know" is code 0
    by_code = ospo(tmp_path, real(NUMERIC))
    theirs, ours = digest(by_code.tables), digest(ospo_done.tables)
    for name in ("waves.csv", "verify.csv"):  # the hash of the export, and what only one of them ran
        theirs.pop(name, None)
        ours.pop(name, None)
    assert len(ours) > 50
    assert theirs == ours


def test_fetch_finds_the_export_by_its_hash(real: Callable[[str], Path], tmp_path: Path) -> None:
    folder = real(TEXT).parent
    paths = make_project(tmp_path, "ospo", ROOT / "raw" / "ospo")
    for leftover in [*paths.raw.glob("*_raw_*.csv"), *paths.raw.glob("*_results.csv")]:
        leftover.unlink()
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(folder))
    assert run.returncode == 0, run.stderr
    assert (paths.raw / "2024_raw_text.csv").read_bytes() == real(TEXT).read_bytes()
    empty = tmp_path / "empty"
    empty.mkdir()
    (paths.raw / "2024_raw_text.csv").write_text("something else")
    run = survey_command(tmp_path, "fetch", "--survey", "ospo", "--from", str(empty))
    assert run.returncode == 1
    assert "raw/ospo/2024.toml" in run.stderr
    assert "no file in" in run.stderr
