"""What holds for any responses, from the export to the estimates: order, labels and scale change nothing."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from projects import run_to
from scipy.stats import friedmanchisquare
from surveys import Wave, lay_out

from pipeline import open_survey
from pipeline.estimates.count import Domain, SurveyData
from pipeline.estimates.domain_estimates import estimates
from pipeline.normalise import normalise
from pipeline.tidy.tables import FREQUENCIES

# each example is a survey that is read and estimated twice
pytestmark = pytest.mark.slow

QUESTIONS = ("level", "uses", "views", "share", "top")
LABELS = {
    "region": ["North", "South", "East"],
    "level": ["Never", "Rarely", "Sometimes", "Often", "Don't know"],
    "uses": ["Models", "Data", "Code", "None of these"],
    "top": ["Price", "Speed", "Trust"],
}
KEYS = ["question", "item", "option", "measure", "by", "group"]
NUMBERS = ["share", "value", "standard_error", "low", "high", "effective_base", "deff"]
COUNTS = ["respondents", "sample_size", "valid_cases", "total_mentions"]

EVERY = settings(max_examples=8, deadline=None, derandomize=True)
DRAWN = given(
    seed=st.integers(0, 10**6), n=st.integers(12, 260), spread=st.sampled_from([0.0, 0.3, 1.0, 2.0])
)


def drawn(seed: int, n: int, spread: float) -> pd.DataFrame:
    """Responses in which regions differ, some are blank or unsure, and weights are lognormal."""
    rng = np.random.default_rng(seed)
    region = rng.choice([0, 1, 2, -1], n, p=[0.45, 0.35, 0.15, 0.05])
    lean = 0.25 + 0.25 * (region == 1)
    several = [
        "; ".join(label for label, odds in zip(LABELS["uses"][:3], (p, 0.4, 0.05), strict=True)
                  if rng.random() < odds)
        for p in lean
    ]  # fmt: skip
    order = [rng.permutation(3)[: rng.integers(0, 4)] for _ in range(n)]
    return pd.DataFrame(
        {
            "weight": rng.lognormal(0, spread, n),
            "region": ["" if place < 0 else LABELS["region"][place] for place in region],
            "level": [LABELS["level"][int(place)] for place in np.minimum(rng.poisson(1 + 2 * lean), 4)],
            "uses": [text or rng.choice(["None of these", ""]) for text in several],
            "views [Good]": rng.choice([*LABELS["level"], ""], n),
            "share": [rng.choice(["", "0", "10", "25.5", "80", str(rng.integers(0, 100))]) for _ in range(n)],
            **{f"top [{place}]": [LABELS["top"][o[place - 1]] if len(o) >= place else "" for o in order]
               for place in (1, 2, 3)},
        }
    )  # fmt: skip


def questionnaire(labels: dict[str, list[str]], regions: list[int]) -> str:
    """The survey with these labels, and its regions in this order; ids stay."""

    def listed(name: str, ids: list[str], order: list[int] | None = None) -> str:
        every = [f'{i} = "{label}"' for i, label in zip(ids, labels[name], strict=True)]
        return ", ".join(every[place] for place in order or range(len(ids)))

    levels = listed("level", ["never", "rarely", "sometimes", "often", "dkns"])
    return f"""
title = "Any"
segments = ["region"]
[scales.level]
scores = [1, 2, 3, 4]
options = {{ {levels} }}
[questions.region]
kind = "single"
options = {{ {listed("region", ["north", "south", "east"], regions)} }}
[questions.level]
kind = "single"
scale = "level"
[questions.uses]
kind = "multiple"
options = {{ {listed("uses", ["models", "data", "code", "none"])} }}
nets = {{ anything = ["models", "data", "code"] }}
[questions.views]
kind = "grid"
scale = "level"
items = {{ good = "Good" }}
[questions.share]
kind = "number"
nets = {{ low = [0, 50], high = [50, 100] }}
[questions.top]
kind = "rank"
items = {{ {listed("top", ["price", "speed", "trust"])} }}
"""


def estimated(
    folder: Path,
    data: pd.DataFrame,
    weighted: bool = True,
    labels: dict[str, list[str]] | None = None,
    regions: list[int] | None = None,
    where: dict[str, str] | None = None,
    more: str = "",
) -> pd.DataFrame:
    """Every estimate of the responses, for all and by region, through the export and the database."""
    questions = questionnaire(labels or LABELS, regions or [0, 1, 2])
    role = "weight" if weighted else "drop"
    wave = Wave(data.reset_index(names="id"), respondents=f'id = "id"\n{role} = "weight"', more=more)
    run_to(lay_out(folder, "any", questions, {"w": wave}), normalise)
    domain = Domain(("region",), {question: [option] for question, option in (where or {}).items()})
    with open_survey("any", folder) as opened:
        data = SurveyData(opened.connection, opened.survey, opened.bands)
        out = estimates(data, QUESTIONS, domain)[FREQUENCIES.names]
    assert len(out) > 50
    return out


def same(one: pd.DataFrame, other: pd.DataFrame, *columns: str) -> None:
    """Both have the same rows, with the same numbers in `columns`."""
    left, right = (found.sort_values(KEYS).reset_index(drop=True) for found in (one, other))
    pd.testing.assert_frame_equal(left[KEYS], right[KEYS])
    for column in columns:
        a, b = (found[column].astype(float).to_numpy() for found in (left, right))
        np.testing.assert_allclose(a, b, rtol=1e-9, atol=1e-11, err_msg=column)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("any")


@EVERY
@DRAWN
def test_the_order_of_respondents_changes_nothing(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    found = estimated(folder, data)
    shuffled = data.sample(frac=1, random_state=seed, ignore_index=True)
    pd.testing.assert_frame_equal(found, estimated(folder, shuffled), check_exact=True)


def test_raked_weights_do_not_turn_on_the_order_of_respondents(folder: Path) -> None:
    shares = "never = 1, rarely = 1, sometimes = 1, often = 1"
    more = f'[weights.targets.level]\nsource = "x"\nshares = {{ {shares} }}\n'
    for seed in range(4):
        data = drawn(seed, 250, 0.8)
        shuffled = data.sample(frac=1, random_state=seed, ignore_index=True)
        found, again = (estimated(folder, rows, more=more) for rows in (data, shuffled))
        pd.testing.assert_frame_equal(found, again, check_exact=True)


@EVERY
@DRAWN
def test_labels_change_nothing(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    found = estimated(folder, data)
    new = {
        name: [f"{label[::-1]} {place}" for place, label in enumerate(own)] for name, own in LABELS.items()
    }
    for name, own in LABELS.items():
        columns = [column for column in data if column.startswith(name)] + (
            ["views [Good]"] if name == "level" else []
        )
        for column in columns:
            told = dict(zip(own, new[name], strict=True))
            data[column] = [
                "; ".join(told.get(part, part) for part in text.split("; ")) for text in data[column]
            ]
    again = estimated(folder, data, labels=new)
    labels = [column for column in FREQUENCIES.names if column.endswith("_label")]
    pd.testing.assert_frame_equal(found.drop(columns=labels), again.drop(columns=labels), check_exact=True)


@EVERY
@DRAWN
def test_the_scale_of_the_weights_changes_nothing(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    found = estimated(folder, data)
    again = estimated(folder, data.assign(weight=data["weight"] * 731.5))
    same(found, again, *NUMBERS, *COUNTS)
    assert (found["higher_than"] == again["higher_than"]).all()
    known = again["weighted_base"] > 0
    assert (again["weighted_base"] / found["weighted_base"])[known].to_numpy() == pytest.approx(731.5)


@EVERY
@DRAWN
def test_everybody_twice_changes_no_share(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    found, doubled = estimated(folder, data), estimated(folder, pd.concat([data, data], ignore_index=True))
    shown = found["flag"] != "suppressed"
    keyed = doubled.set_index(KEYS).loc[pd.MultiIndex.from_frame(found.loc[shown, KEYS])].reset_index()
    same(found[shown], keyed, "share", "value")
    assert (keyed["valid_cases"].to_numpy() == 2 * found.loc[shown, "valid_cases"].to_numpy()).all()


@EVERY
@DRAWN
def test_weights_of_one_are_no_weights(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    ones = estimated(folder, data.assign(weight=1))
    pd.testing.assert_frame_equal(ones, estimated(folder, data, weighted=False), check_exact=True)
    same(ones, estimated(folder, data.assign(weight=3.25)), *NUMBERS, *COUNTS)


@EVERY
@DRAWN
def test_a_group_alone_has_the_share_of_the_domain(folder: Path, seed: int, n: int, spread: float) -> None:
    data = drawn(seed, n, spread)
    found = estimated(folder, data)
    alone = estimated(folder, data[data["region"] == "South"])
    filtered = estimated(folder, data, where={"region": "south"})
    own = found[found["group"] == "south"].assign(by="", group="")
    for other in (alone, filtered):
        whole = other[other["by"] == ""]
        whole = whole.set_index(KEYS).loc[pd.MultiIndex.from_frame(own[KEYS])].reset_index()
        same(own, whole, "share", "value", "valid_cases", "effective_base")
    # a domain keeps the degrees of freedom of its wave; its own respondents alone are another sample
    whole = filtered[filtered["by"] == ""]
    same(own, whole.set_index(KEYS).loc[pd.MultiIndex.from_frame(own[KEYS])].reset_index(), *NUMBERS)


def lettered(found: pd.DataFrame) -> set[tuple[str, ...]]:
    """Every pair that is told apart: the estimate, the higher group, the lower one, and how surely."""
    letters = dict(zip(found["letter"], found["group"], strict=True))
    return {
        (*row[:3], row[3], letters[letter.upper()], "sure" if letter.isupper() else "likely")
        for row in found[["question", "option", "measure", "group", "higher_than"]].itertuples(index=False)
        for letter in row[4].split()
    }


def test_the_order_of_columns_letters_the_same_pairs(folder: Path) -> None:
    pairs = 0
    for seed in range(8):
        data = drawn(seed, 400, 0.3)
        found, again = estimated(folder, data), estimated(folder, data, regions=[2, 0, 1])
        assert dict(zip(again["letter"], again["group"], strict=True)) == {
            "": "", "A": "east", "B": "north", "C": "south",
        }  # fmt: skip
        assert lettered(found) == lettered(again)
        pairs += len(lettered(found))
    assert pairs > 20


def test_weighted_runs_give_the_same_bytes(folder: Path) -> None:
    data = drawn(7, 260, 1.0)
    first = estimated(folder, data).to_csv()
    for _ in range(9):
        assert estimated(folder, data).to_csv() == first


def test_a_ranking_agrees_with_scipy(folder: Path) -> None:
    for seed in (3, 4, 5):
        data = drawn(seed, 200, 0.0)
        estimated(folder, data)
        with open_survey("any", folder) as opened:
            tested = opened.test("top").set_index("test").loc["friedman"]
        ranked = [
            [row.index(label) + 1 if label in row else np.nan for label in LABELS["top"]]
            for row in data[["top [1]", "top [2]", "top [3]"]].to_numpy().tolist()
            if any(row)
        ]
        # what is not ranked shares the places that are left
        filled = [[(np.nanmax(r) + 4) / 2 if np.isnan(place) else place for place in r] for r in ranked]
        expected = friedmanchisquare(*np.array(filled).T)
        assert tested["statistic"] == pytest.approx(expected.statistic, rel=1e-10)
        assert tested["p"] == pytest.approx(expected.pvalue, rel=1e-8)
