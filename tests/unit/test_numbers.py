"""Rounding, intervals and estimates: printed numbers, outside numbers, and what must hold for any."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import frequencies, make_project, run_to

from pipeline.commands.verify import same_rounded
from pipeline.normalise import normalise
from pipeline.project.paths import Paths
from pipeline.stats.limits import score as wilson
from pipeline.text.rounding import half_up, percent, significant, thousands


@pytest.mark.parametrize(
    ("share", "printed"),
    [
        (0.125, "13%"),
        (0.145, "15%"),
        (0.005, "1%"),
        (0.00499, "<1%"),
        (1e-9, "<1%"),
        (0.0, "0%"),
        (0.995, "100%"),
        (1.0, "100%"),
        (49 / 83, "59%"),
        (float("nan"), ""),
    ],
)
def test_percentages_round_half_up(share: float, printed: str) -> None:
    assert percent(share) == printed


@given(st.integers(0, 400), st.integers(1, 400))
def test_rounding_equals_exact_arithmetic(part: int, whole: int) -> None:
    part = min(part, whole)
    exact = (200 * part + whole) // (2 * whole)
    assert half_up(part / whole * 100) == exact


@pytest.mark.parametrize(
    ("printed", "share", "agrees"),
    [
        ("45", 5 / 11, True),
        ("46", 5 / 11, False),
        ("45.5", 5 / 11, True),
        ("45.4", 5 / 11, False),
        ("13", 0.125, True),
    ],
)
def test_a_published_percentage_agrees_to_its_printed_digits(
    printed: str, share: float, agrees: bool
) -> None:
    assert same_rounded(Decimal(printed), share) is agrees


def test_counts_and_digits() -> None:
    assert thousands(1493) == "1,493"
    assert significant(1 / 3) == "0.333333333333"
    assert significant(float("nan")) == ""


@pytest.mark.parametrize(
    ("chosen", "of", "low", "high"),
    # Newcombe, R. G. (1998), Statistics in Medicine 17, 857-872, table I, method 3
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_agrees_with_newcombe(chosen: int, of: int, low: float, high: float) -> None:
    found = wilson(chosen / of, of)
    assert (round(float(found[0]), 4), round(float(found[1]), 4)) == (low, high)


@given(st.integers(0, 300), st.integers(1, 300))
def test_wilson_holds_the_share_and_stays_within_0_and_1(chosen: int, of: int) -> None:
    share = min(chosen, of) / of
    low, high = (float(limit) for limit in wilson(share, of))
    assert 0 <= low <= share <= high <= 1
    mirrored = [float(limit) for limit in wilson(1 - share, of)]
    assert mirrored == pytest.approx([1 - high, 1 - low], abs=1e-12)


def test_wilson_of_nothing_is_nothing() -> None:
    assert np.isnan(wilson([0.5, np.nan], [0, 0])).all()


def export(rows: list[tuple[str, str, set[str]]]) -> str:
    """A flat export of the toy: region, involved and what is used."""
    lines = ["ID;Are you involved?;Where are you?;What do you use?;Do you agree? [It is good]"]
    for number, (region, level, uses) in enumerate(rows, 1):
        lines.append(f"r{number};Yes;{region};{', '.join(sorted(uses))};{level}")
    return "\n".join(lines) + "\n"


def project_of(folder: Path, rows: list[tuple[str, str, set[str]]]) -> Paths:
    """The toy survey cut down to three questions, with these responses."""
    paths = make_project(folder)
    for name in ("second.toml", "second.csv", "report.toml", "published.csv"):
        (paths.raw / name).unlink()
    text = (paths.raw / "survey.toml").read_text()
    text = text[: text.index("[questions.why_not]")] + (
        '[questions.views]\ntext = "Do you agree?"\nkind = "grid"\nscale = "agreement"\n'
        'items = { good = "It is good" }\n'
    )
    (paths.raw / "survey.toml").write_text(text)
    (paths.raw / "first.toml").write_text(
        'title = "First"\nsynthetic = true\n[source]\nfile = "first.csv"\nformat = "flat"\nseparator = ", "\n'
        '[respondents]\nid = "ID"\n'
    )
    (paths.raw / "first.csv").write_text(export(rows))
    run_to(paths, normalise)
    return paths


def estimates(paths: Paths) -> pd.DataFrame:
    return pd.concat([frequencies(paths, name) for name in ("region", "uses", "views")])


response = st.tuples(
    st.sampled_from(["North", "South", "Don't know", ""]),
    st.sampled_from(["Agree", "Neither", "Disagree", "Don't know", ""]),
    st.frozensets(st.sampled_from(["Models", "Data, tools and code", "None of these", "Don't know"])),
)


@pytest.mark.slow
@settings(max_examples=8, deadline=None)
@given(st.lists(response, min_size=12, max_size=40), st.randoms(use_true_random=False))
def test_what_holds_for_any_responses(
    tmp_path_factory: pytest.TempPathFactory, rows: list[tuple[str, str, set[str]]], random: object
) -> None:
    found = estimates(project_of(tmp_path_factory.mktemp("any"), rows))
    every = found[found["measure"] == "option"]
    slots = every[every["question"].isin(["region", "views"])].groupby(["question", "item", "by", "group"])
    sums = slots["share"].agg(["sum", "count", "size"])
    assert sums.loc[sums["count"] == sums["size"], "sum"].to_numpy() == pytest.approx(1)
    options = every[every["share"].notna()]
    assert (options["respondents"] <= options["valid_cases"]).all()
    assert (options["low"] <= options["share"]).all()
    assert (options["share"] <= options["high"]).all()

    shuffled = list(rows)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    again = estimates(project_of(tmp_path_factory.mktemp("any"), shuffled))
    pd.testing.assert_frame_equal(found, again)

    doubled = estimates(project_of(tmp_path_factory.mktemp("any"), [*rows, *rows]))
    both = found.merge(
        doubled, on=["question", "item", "option", "measure", "by", "group"], suffixes=("", "_2")
    )
    assert len(both) == len(found)
    # with twice as many, other answers may be what hides the few of a group
    shown = both[both["share"].notna() & both["share_2"].notna()]
    assert shown["share_2"].to_numpy() == pytest.approx(shown["share"].to_numpy(), abs=1e-11)
    assert (both["valid_cases_2"] == 2 * both["valid_cases"]).all()
