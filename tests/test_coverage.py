"""The default interval holds the true share about as often as it says; docs/coverage.md has how often."""

from __future__ import annotations

import itertools

import pytest
from conftest import ROOT

from pipeline.stats.coverage import INTERVALS, SHARES, SIZES, SPREADS, exact, page, weighted

LINES = (ROOT / "docs" / "coverage.md").read_text().splitlines()
CELLS = [[part.strip() for part in line.strip("|").split("|")] for line in LINES if "% |" in line]
ROWS = {tuple(cells[:3]): dict(zip(INTERVALS, cells[3:], strict=True)) for cells in CELLS}


def test_every_case_is_in_the_page_and_the_default_keeps_its_word() -> None:
    assert len(ROWS) == len(SHARES) * len(SIZES) * (1 + len(SPREADS)) == 27
    for case, row in ROWS.items():
        assert 93 <= float(row["wilson"].rstrip("%")) <= 98, case


@pytest.mark.parametrize(("share", "n"), list(itertools.product(SHARES, SIZES)))
def test_the_exact_rows(share: float, n: int) -> None:
    row = ROWS["equal", f"{share:g}", str(n)]
    assert {name: f"{exact(share, n, name):.1%}" for name in INTERVALS} == row


@pytest.mark.parametrize(("share", "spread"), list(itertools.product(SHARES, SPREADS)))
def test_the_weighted_rows(share: float, spread: float) -> None:
    row = ROWS[f"lognormal, {spread:g}", f"{share:g}", "30"]
    assert f"{weighted(share, 30, spread, 'wilson'):.1%}" == row["wilson"]


def test_the_page_begins_as_it_is_made() -> None:
    made = list(itertools.islice(page(), 9))
    assert LINES[:9] == made
