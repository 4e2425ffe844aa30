"""Published numbers: which are possible with their base, which sums cannot be, how far others are away."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from projects import OSPO_TEXT, copy_of, make_project, run_to, survey_command

from pipeline.commands.verify import apart, is_possible, verify
from pipeline.project.paths import Paths
from pipeline.tables import tables

HEADER = "wave,question,option,item,group,percent,n,source,wording,mode,address,grade"


def printed(count: int, n: int, places: int) -> set[Decimal]:
    """How `count` of `n` may be printed: halves up or to the even digit."""
    exact, digit = Decimal(100 * count) / n, Decimal(1).scaleb(-places)
    return {exact.quantize(digit, way) for way in (ROUND_HALF_UP, ROUND_HALF_EVEN)}


@given(st.integers(1, 150), st.integers(0, 2), st.data())
def test_what_is_possible_is_what_some_count_gives(n: int, places: int, data: st.DataObject) -> None:
    every = set().union(*(printed(count, n, places) for count in range(n + 1)))
    drawn = Decimal(data.draw(st.integers(0, 100 * 10**places))).scaleb(-places)
    assert all(is_possible(percent, n) for percent in every)
    # a half can be rounded down as well: that alone is let through beyond what is listed
    down = {percent - Decimal(1).scaleb(-places) for percent in every}
    assert not is_possible(drawn, n) or drawn in every | down


def test_the_published_examples_of_the_field() -> None:
    assert not is_possible(Decimal("36"), 20)
    assert is_possible(Decimal("35"), 20)
    assert not is_possible(Decimal("93.6"), 222)
    assert is_possible(Decimal("93.7"), 222)
    assert [apart(Decimal(46), 72, 159), apart(Decimal(45), 72, 159)] == [1, 0]
    assert apart(Decimal("36"), 5, 20) == 2  # 36% of 20 is 7.2, and 7 is nobody's 36%


PLANTED = [
    "second,uses,models,,,36,20,The deck,,,example.org,A",
    "second,involved,yes,,,70,11,The deck,,,example.org,A",
    "second,involved,no,,,36,11,The deck,,,example.org,A",
    ",uses,Models of any kind,,,61,33,Another survey,What?,single,example.org,A",
    ",uses,Data of any kind,,,45,33,Another survey,What?,single,example.org,A",
    ",uses,Of no base,,,33,,Another survey,Why?,multiple,example.org,B",
]


@pytest.fixture
def planted(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = make_project(tmp_path_factory.mktemp("planted"))
    (paths.raw / "published.csv").write_text("\n".join([HEADER, *PLANTED]) + "\n")
    run_to(paths, tables)
    return paths


def test_planted_numbers_that_cannot_be_are_found(planted: Paths) -> None:
    found = verify(planted)
    assert found.rows["possible"].tolist() == ["no", "no", "yes", "yes", "yes", ""]
    assert found.sums[["question", "sum", "whole", "possible"]].to_numpy().tolist() == [
        ["involved", "106", "yes", "no"], ["uses", "106", "no", "no"],
    ]  # fmt: skip
    said = "\n".join(found.lines)
    assert "not possible: second uses models: no number of 20 is 36% of them" in said
    assert (
        "second involved: the 2 answers of a single choice sum to 106%, and rounding allows 99.0 to 101.0"
        in said
    )
    assert "possible with their base: 3 of 5 percentages; 0 of 2 sums of single choices (1 whole)" in said
    page = planted.findings.read_text()
    assert "<td>uses  models</td><td>36%</td><td>20</td>" in page
    assert page.count("<td>106%</td>") == 2


def test_the_page_of_a_survey_without_own_numbers(planted: Paths) -> None:
    (planted.raw / "published.csv").write_text("\n".join([HEADER, PLANTED[3]]) + "\n")
    tables(planted)
    assert verify(planted).rows["agrees"].tolist() == [""]
    page = planted.findings.read_text()
    assert "Every percentage that was tested is possible" in page
    assert "What differs" not in page


def test_without_published_numbers_the_command_says_so(planted: Paths) -> None:
    (planted.raw / "published.csv").unlink()
    run = survey_command(planted.root, "verify", "--survey", "toy")
    assert run.returncode == 1
    assert "toy has no published numbers" in run.stderr


@pytest.mark.parametrize("survey", [OSPO_TEXT])
def test_what_the_owners_of_ospo_printed(survey: str, ospo_done: Paths, tmp_path: Path) -> None:
    paths = copy_of(ospo_done, tmp_path)
    found = verify(paths)
    tested = found.rows[found.rows["possible"] != ""]
    assert len(tested) == 193
    assert (tested["possible"] == "no").sum() == 0
    assert (found.sums["possible"] == "no").sum() == 0
    apart_by = found.rows.loc[found.rows["agrees"] == "no", "apart"]
    assert len(apart_by) == 26
    assert apart_by.notna().all()
    assert "<h2>What differs</h2>" in paths.findings.read_text()
