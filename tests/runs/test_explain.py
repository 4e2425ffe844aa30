"""Receipts: every line of them followed to the cells of the export, with the csv module and no pipeline."""

from __future__ import annotations

import csv
import hashlib
import json
import re
from typing import Any

import duckdb
import pandas as pd
import pytest
from projects import survey_command
from receipt import receipt

from pipeline.answers.meaning import Mapped
from pipeline.answers.waves import DeclaredWaves, declared_waves, mapped_question, mapped_waves
from pipeline.commands.explain import explain
from pipeline.estimates import run as estimates_of
from pipeline.exhibits.run import opened
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tidy.csv import read


def export(paths: Paths, file: str, header_rows: int) -> list[list[str]]:
    """The rows of a text export that hold anything, without its header."""
    with (paths.raw / file).open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream))[header_rows:]
    return [row for row in rows if any(cell.strip() for cell in row)]


def letters(column: str) -> int:
    """The place of a column named by letters, from 0."""
    place = 0
    for letter in column:
        place = place * 26 + ord(letter) - ord("A") + 1
    return place - 1


def test_a_number_of_the_toy_is_followed_by_hand(toy_done: Paths) -> None:
    exhibit = next(name for name in read(toy_done, "exhibits")["id"] if name == "uses")
    found = receipt(toy_done, exhibit, "models", with_rows=True)
    digest = hashlib.sha256((toy_done.raw / "second.csv").read_bytes()).hexdigest()
    assert found["export"][0] == f"raw/toy/second.csv, read as surveymonkey; SHA-256 {digest}"
    assert "synthetic responses: nobody's answers" in found["export"]
    assert found["received"] == [
        "14",
        "−1 not involved (raw/toy/second.toml:13)",
        "−1 a test entry (raw/toy/second.toml:17)",
    ]
    assert found["analysed"] == ["12"]
    lines = (toy_done.raw / "survey.toml").read_text().splitlines()
    (place,) = re.findall(r"survey.toml:(\d+)", found["answer"][0])
    assert lines[int(place) - 1] == 'models = "Models"'
    # F is the sixth column; a tick of the test entry is received and not analysed
    assert found["column"] == ["F “Models”: any text, 7 cells, 6 of analysed"]
    rows = export(toy_done, "second.csv", 2)
    assert sum(bool(row[5]) for row in rows) == 7
    assert found["states"] == ["10 answered, 1 dkns, 1 skipped"]
    assert found["base"][0] == "11 valid cases (answered and DKNS), sample size 11"
    assert found["chosen by"] == ["6 respondents"]
    assert found["share"] == ["6 ÷ 11 = 0.545454545455"]
    assert found["rounding"] == ["54.5454545455% is printed as 55%, half up"]
    assert found["flag"] == ["low base"]
    assert found["responses"] == ["6, by their place in the export: 1, 2, 3, 8, 9, 11"]


@pytest.mark.parametrize(
    ("exhibit", "reference"),
    [
        ("reasons_without_plan", "too_small"),
        ("open_source_journey", "use"),
        ("challenges", "budget.frequently"),
        ("has_ospo_by_size", "formal.large"),
        ("responsibilities", "policies"),
        ("has_ospo_over_time", "planning.2018"),
    ],
)
def test_five_numbers_of_ospo_and_more_are_in_the_cells(
    ospo_done: Paths, exhibit: str, reference: str
) -> None:
    """The cells that a receipt names hold the answer as often as it says, at the places that it lists."""
    found = receipt(ospo_done, exhibit, reference, with_rows=True)
    file = re.findall(r"raw/ospo/(\S+), read", found["export"][0])[0]
    digest = hashlib.sha256((ospo_done.raw / file).read_bytes()).hexdigest()
    assert found["export"][0].endswith(digest)
    headers = 3 if "raw_text" in file else 2
    rows = export(ospo_done, file, headers)
    assert found["received"][0] == f"{len(rows):,}"
    holding: set[int] = set()
    for line in found["column"]:
        column, text, cells = re.findall(r"^([A-Z]+) “.*”: (any text|“.*”), (\d+) cells", line)[0]
        wanted = None if text == "any text" else text[1:-1]
        own = {
            place for place, row in enumerate(rows, 1)
            if (row[letters(column)].strip() if wanted is None else row[letters(column)].strip() == wanted)
        }  # fmt: skip
        assert len(own) == int(cells)
        holding |= own
    count, listed = re.findall(r"(\d+), by their place in the export: (.*)", found["responses"][0])[0]
    places = {int(place) for place in listed.split(", ")}
    assert len(places) == int(count)
    assert places <= holding
    if "group" not in found:  # whoever holds the answer and is analysed is counted
        analysed = int(found["analysed"][0].replace(",", ""))
        assert len(holding - places) <= len(rows) - analysed
    base = int(re.findall(r"^(\d+) valid cases", found["base"][0])[0])
    assert found["share"] == [f"{count} ÷ {base} = {int(count) / base:.12g}"]


def test_changes_and_others_numbers_have_their_own_receipts(toy_done: Paths) -> None:
    found = receipt(toy_done, "published_uses", "Models of any kind")
    assert found["number"] == ["61%, as printed by the source"]
    assert found["base"] == ["200 respondents"]


def test_a_change_is_told_by_its_two_sides(ospo_done: Paths) -> None:
    for reference in ("planning.change", "planning.2018.2024.change", "change.planning.2018"):
        found = receipt(ospo_done, "has_ospo_over_time", reference)
        assert "2024" in found
    assert found["2018"][0] == "0.159090909091 of 748 valid cases"
    assert found["flag"] == ["no_clear_change"]
    with pytest.raises(SurveyError, match="counts no responses of its own"):
        receipt(ospo_done, "has_ospo_over_time", "planning.change", with_rows=True)


def test_without_an_option_the_numbers_are_listed(toy_done: Paths) -> None:
    lines = list(explain(toy_done, "uses"))
    assert "  models.second  55%" in lines
    assert len(lines) == len(read(toy_done, "uses")) + 1


def never(*_: Any) -> Any:
    """In place of what counts estimates."""
    pytest.fail("counted again")


def test_what_tables_counted_is_not_counted_again(toy_copy: Paths, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(toy_copy) as run:
        kept = run.estimated.by_domain
        wrote = toy_copy.estimates.read_bytes()
    toy_copy.estimates.unlink()
    with opened(toy_copy) as run:
        counted = run.estimated.by_domain
    assert list(kept) == list(counted) and len(kept) > 1
    for of in kept:
        pd.testing.assert_frame_equal(kept[of], counted[of], check_exact=True)
        assert "suppressed" in set(counted[of]["flag"])
    assert toy_copy.estimates.read_bytes() == wrote
    assert toy_copy.estimates.stat().st_mode & 0o777 == 0o600
    receipt = list(explain(toy_copy, "uses", "models"))
    monkeypatch.setattr(estimates_of, "counted", never)
    assert list(explain(toy_copy, "uses", "models")) == receipt


@pytest.mark.parametrize("changed", ["interval", "segments", "rows", "damage", "empty"])
def test_what_is_kept_is_of_the_same(toy_copy: Paths, monkeypatch: pytest.MonkeyPatch, changed: str) -> None:
    if changed == "interval":
        toy_copy.questionnaire.write_text(f'interval = "wald"\n{toy_copy.questionnaire.read_text()}')
        assert survey_command(toy_copy.root, "normalise", "--survey", "toy").returncode == 0
    if changed == "segments":
        report = toy_copy.report_file
        report.write_text(report.read_text().replace('label = "Up north"', 'label = "Up"'))
    if changed == "rows":
        noted = json.loads(toy_copy.stored.read_text())
        toy_copy.stored.write_text(json.dumps(noted | {"rows": "others"}))
    if changed in ("damage", "empty"):
        whole = toy_copy.estimates.read_bytes()
        toy_copy.estimates.write_bytes(whole[: len(whole) // 2] if changed == "damage" else b"")
    monkeypatch.setattr(estimates_of, "counted", never)
    with opened(toy_copy) as run, pytest.raises(pytest.fail.Exception, match="counted again"):
        run.estimated.by_domain  # noqa: B018


def test_a_database_with_other_bytes_is_read_through(toy_copy: Paths) -> None:
    for noted in (
        "",
        "{}",
        "[]",
        '{"file": 1}',
        toy_copy.stored.read_text().replace('"file": "', '"file": "0'),
    ):
        toy_copy.stored.write_text(noted)
        with opened(toy_copy) as run:
            assert run.estimated.by_domain
    before = toy_copy.database.read_bytes()
    toy_copy.database.write_bytes(before[:-4096])
    with pytest.raises(SurveyError, match="damaged"), opened(toy_copy):
        pass


@pytest.mark.parametrize("survey", ["toy_done", "ospo_done"])
def test_a_question_means_alone_what_it_means_among_all(survey: str, request: pytest.FixtureRequest) -> None:
    declared = declared_waves(request.getfixturevalue(survey))
    connection, compared = duckdb.connect(), 0
    for fielding, every in zip(declared.fieldings, mapped_waves(declared), strict=True):
        wave = DeclaredWaves(declared.paths, declared.questionnaire, declared.document, [fielding])
        for question in every.columns:
            alone = mapped_question(connection, wave, question)
            assert parts(alone, question) == parts(every, question)
            compared += len(parts(alone, question)) > 1
    assert compared > 5


def parts(mapped: Mapped, question: str) -> list[Any]:
    """What a receipt reads of what the columns of a question mean."""
    lists: list[list[Any]] = [mapped.ticks, mapped.coded, mapped.recodes]
    return [mapped.columns[question], *(part for some in lists for part in some if part.question == question)]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("usse",), "no exhibit 'usse'; did you mean 'uses'"),
        (("uses", "modles"), "no 'modles' in the table; did you mean 'models'"),
        (("uses", "none.second", "--rows"), "are not shown: they are fewer than 5, or private"),
    ],
)
def test_mistakes_are_told(toy_done: Paths, words: tuple[str, ...], said: str) -> None:
    run = survey_command(toy_done.root, "explain", *words, "--survey", "toy")
    assert run.returncode == 1
    assert said in run.stderr
    assert "Traceback" not in run.stderr


@pytest.mark.slow
@pytest.mark.usefixtures("opened_once")
def test_every_receipt_of_the_toy_is_one(toy_done: Paths) -> None:
    """Each number has its receipt, and who is listed is as many as are counted, or nobody is listed."""
    seen = listed = 0
    for exhibit in ("uses", "top", "share", "uses_by_place"):
        for line in list(explain(toy_done, exhibit))[1:]:
            reference = line.split("  ")[1]
            if not reference.endswith("second"):
                continue
            seen += 1
            try:
                found = receipt(toy_done, exhibit, reference, with_rows=True)
            except SurveyError as error:
                assert re.search("fewer than 5, or private|no responses to list", str(error))
                assert receipt(toy_done, exhibit, reference)
                continue
            listed += 1
            assert found["chosen by"][0] == f"{found['responses'][0].split(',')[0]} respondents"
            assert "column" in found
    assert seen > 25
    assert listed > 5
