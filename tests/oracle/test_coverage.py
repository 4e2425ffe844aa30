"""The default interval holds the true share about as often as it says; docs/coverage.md has how often."""

from __future__ import annotations

import itertools
import sys

import pytest
from projects import ROOT

sys.path.append(str(ROOT / "benchmarks"))
from interval_coverage import (
    COMPARED,
    DESIGNS,
    HARSH,
    INTERVALS,
    PROMISED,
    SHARES,
    SIZES,
    SPREADS,
    Design,
    designed,
    exact,
    page,
    weighted,
)

LINES = (ROOT / "docs" / "coverage.md").read_text().splitlines()
CELLS = [[part.strip() for part in line.strip("|").split("|")] for line in LINES if "% |" in line]
ROWS = {
    tuple(cells[:3]): dict(zip(INTERVALS, cells[3:], strict=True))
    for cells in CELLS
    if len(cells) == 3 + len(INTERVALS)
}
DESIGNED = {
    tuple(cells[:4]): dict(zip(COMPARED, cells[5:], strict=True))
    for cells in CELLS
    if len(cells) == 5 + len(COMPARED)
}


def _key(design: Design) -> tuple[str, ...]:
    evenness = f"{design.evenness:g}" if design.evenness else "pareto"
    return design.answer, str(design.n), evenness, f"{design.share:g}"


def test_every_case_is_in_the_page_and_the_default_keeps_its_word() -> None:
    assert len(ROWS) == len(SHARES) * len(SIZES) * (1 + len(SPREADS)) == 27
    for case, row in ROWS.items():
        assert float(row["wilson"].rstrip("%")) >= 93, case
        assert case[0] != "equal" or row["wilson"] == row["wilson_kish"]


def test_the_default_keeps_its_word_where_the_answer_depends_on_the_weight() -> None:
    assert len(DESIGNED) == len(DESIGNS) + len(HARSH) == 81 + 27
    promised = [design for design in DESIGNS if design.least >= PROMISED - 1e-9]
    assert len(promised) > 40
    for design in DESIGNS:
        found = {name: float(cell.rstrip("%")) for name, cell in DESIGNED[_key(design)].items()}
        assert found["wilson"] >= (92 if design in promised else 91), design
        assert round(max(found.values()) - found["wilson"], 1) <= 1, design
    # what the default mends: the old one and that of the design's size alone hold far less often
    for name in ("wilson_kish", "wilson_design"):
        assert min(float(DESIGNED[_key(design)][name].rstrip("%")) for design in DESIGNS) < 85


@pytest.mark.parametrize(("share", "n"), list(itertools.product(SHARES, SIZES)))
def test_the_exact_rows(share: float, n: int) -> None:
    row = ROWS["equal", f"{share:g}", str(n)]
    assert {name: f"{exact(share, n, name):.1%}" for name in INTERVALS} == row


@pytest.mark.parametrize(("share", "spread"), list(itertools.product(SHARES, SPREADS)))
def test_the_weighted_rows(share: float, spread: float) -> None:
    row = ROWS[f"lognormal, {spread:g}", f"{share:g}", "30"]
    assert f"{weighted(share, 30, spread, 'wilson'):.1%}" == row["wilson"]


@pytest.mark.parametrize(
    "design", [design for design in (*DESIGNS, *HARSH) if design.n == 150 and design.share == 0.2]
)
def test_the_rows_of_designs(design: Design) -> None:
    assert {name: f"{designed(design, name):.1%}" for name in COMPARED} == DESIGNED[_key(design)]


def test_the_page_begins_as_it_is_made() -> None:
    made = list(itertools.islice(page(), 10))
    assert LINES[:10] == made
