"""The tables behind the kinds of figure that compare or take apart: counted by hand from tests/toy/*.csv."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from projects import ROOT, make_project, run_to
from statsmodels.stats.proportion import proportion_confint

from pipeline.declarations import load
from pipeline.estimates.formulas import part_shares
from pipeline.figures import figures
from pipeline.ingest import ingest
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.tables import tables
from pipeline.tidy.csv import read

REPORT = """
[segments.two]
of = "region"
groups = { up = ["north"], down = ["south"] }
"""
SHAPES = {
    "together": 'kind = "combinations"\nquestion = "uses"',
    "steps": 'kind = "funnel_bars"\nquestion = "region"',
    "spread": 'kind = "histogram"\nquestion = "share"',
    "then": 'kind = "dumbbell"\nquestion = "uses"',
    "opinions": 'kind = "dumbbell"\nquestion = "views"',
    "agreeing": 'kind = "dumbbell"\nquestion = "views"\nshow = ["agree", "good"]',
    "groups": 'kind = "dumbbell"\nquestion = "uses"\nby = "two"',
    "lines": 'kind = "trend_lines"\nquestion = "uses"',
}


def report(paths: Paths, exhibits: dict[str, str]) -> None:
    blocks = [f'[[exhibit]]\nid = "{name}"\n{block}\n' for name, block in exhibits.items()]
    (paths.raw / "report.toml").write_text(REPORT + "\n".join(blocks))


@pytest.fixture(scope="module")
def shaped(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    """The toy survey with a third wave, the second without its last respondent, drawn by every such kind."""
    paths = make_project(tmp_path_factory.mktemp("shaped"))
    third = (
        (paths.raw / "second.toml").read_text().replace("second.csv", "third.csv").replace("Second", "Third")
    )
    (paths.raw / "third.toml").write_text(third)
    rows = (paths.raw / "second.csv").read_text().splitlines(keepends=True)
    # its respondents are others, who rank otherwise, or it would be refused as a copy
    kept = [row.replace("90000", "70000", 1) for row in rows if not row.startswith("9000012")]
    kept = [row.replace(",1,2,,", ",2,1,,") for row in kept]
    (paths.raw / "third.csv").write_text("".join(kept))
    report(paths, SHAPES)
    run_to(paths, figures)
    return paths


def counted(paths: Paths, exhibit: str, measure: str) -> dict[str, int]:
    data = read(paths, exhibit)
    own = data[data["measure"] == measure]
    return dict(zip(own["option"], own["respondents"].astype(int), strict=True))


def test_combinations_are_exclusive_and_add_up(shaped: Paths) -> None:
    # of ten: R1, R8 and R9 chose models alone, R2, R3 and R11 both, R4 data alone, R5 to R7 neither
    both = counted(shaped, "together", "combination")
    assert both == {"models": 3, "models+data": 3, "data": 1, "other_combinations": 0, "none_of_these": 3}
    data = read(shaped, "together")
    assert set(data["valid_cases"]) == {10}
    parts = data[data["measure"] == "combination"]
    assert list(parts["option_label"])[-2:] == ["Other combinations", "None of the two"]
    labels = dict(zip(parts["option"], parts["option_label"], strict=True))
    assert (labels["models"], labels["models+data"]) == ("Models alone", "Models + Data, tools and code")
    assert parts["share"].sum() == pytest.approx(1)
    assert counted(shaped, "together", "option") == {"models": 6, "data": 4}


def test_steps_are_those_who_came_so_far(shaped: Paths) -> None:
    # eleven said where they are, R12 gone: six north, four south and one who did not know
    assert counted(shaped, "steps", "reached") == {"all": 11, "south": 4}
    data = read(shaped, "steps")
    continued = data[data["measure"] == "continued"]
    assert list(continued["valid_cases"]) == [11]
    assert continued["share"].iloc[0] == pytest.approx(4 / 11)


def test_parts_have_the_interval_of_their_own_base() -> None:
    """Of 50 who came so far 20 went on; that 200 were asked makes the interval no shorter."""
    told = {"wave": "w", "question": "q", "item": "", "valid_cases": 50, "sample_size": 50, "analysed": 200,
            "weight": 50.0, "weight_squares": 50.0, "weighted_base": 50.0, "effective_base": 200.0,
            "deff": 1.0, "total_mentions": pd.NA}  # fmt: skip
    part = {"option": "next", "option_label": "Next", "role": "substantive", "respondents": 20}
    part |= {"weighted": 20.0, "squares": 20.0}
    row = part_shares(pd.DataFrame([told]), pd.DataFrame([part]), "continued", "wilson", 10).iloc[0]
    low, high = proportion_confint(20, 50, method="wilson")
    assert (row["low"], row["high"]) == pytest.approx((low, high), rel=1e-9)
    assert (row["effective_base"], row["deff"]) == (50, 1)


def test_classes_of_numbers(shaped: Paths) -> None:
    # 0 10 25 40 50 50 50 75 100, which is nine: too few to be shown
    data = read(shaped, "spread")
    assert set(data["flag"]) == {"suppressed"}
    assert data[["share", "respondents", "value"]].isna().all(axis=None)


def test_the_last_two_waves_and_their_change(shaped: Paths) -> None:
    data = read(shaped, "then")
    assert list(dict.fromkeys(data["wave"])) == ["second", "third"]
    changes = data[data["measure"] == "change"].set_index("option")
    # data fell from 5 of 11 to 4 of 10, models rose from 6 of 11 to 6 of 10
    assert changes.loc["models", "value"] == pytest.approx(6 / 10 - 6 / 11)
    assert changes.loc["data", "value"] == pytest.approx(4 / 10 - 5 / 11)
    # both are of fewer than 30: no test and no interval
    assert set(changes["flag"]) == {"low_base"}
    assert changes["low"].isna().all()
    # the most risen first, with Other, None and DKNS last
    assert list(changes.index) == ["models", "data", "other", "none", "dkns"]
    for wave in ("second", "third"):
        assert list(data[(data["wave"] == wave) & (data["measure"] == "option")]["option"]) == list(
            changes.index
        )


def test_a_grid_is_compared_by_its_first_net_or_by_what_is_asked_for(shaped: Paths) -> None:
    opinions = read(shaped, "opinions")
    assert set(opinions["option"]) == {"opinion"}
    assert set(opinions["item"]) == {"good", "cheap"}
    agreeing = read(shaped, "agreeing")
    assert set(zip(agreeing["item"], agreeing["option"], strict=True)) == {("good", "agree")}
    late = agreeing[(agreeing["wave"] == "third") & (agreeing["measure"] == "option")]
    assert [int(n) for n in late["respondents"]] == [6]


def test_two_groups_of_the_latest_wave(shaped: Paths) -> None:
    data = read(shaped, "groups")
    assert set(data["wave"]) == {"third"}
    sides = data[data["measure"] == "option"].drop_duplicates("group")
    assert dict(zip(sides["group"], sides["valid_cases"].astype(int), strict=True)) == {"up": 6, "down": 3}
    assert set(data["flag"]) == {"suppressed"}


def test_lines_have_every_wave_and_what_it_offered(shaped: Paths) -> None:
    data = read(shaped, "lines")
    models = data[(data["option"] == "models") & (data["measure"] == "option")]
    assert list(models["wave"]) == ["first", "second", "third"]
    assert list(models["share"]) == pytest.approx([4 / 10, 6 / 11, 6 / 10])
    assert list(models["comparability"]) == ["", "same", "same"]


def test_a_pair_has_what_each_question_has_alone() -> None:
    paths = Paths(ROOT, "open-source-ai")
    data = read(paths, "blockers_and_enablers")
    assert set(data["question"]) == {"blockers", "enablers"}
    first, second = (own["option"].tolist() for _, own in data.groupby("question"))
    assert first == second
    assert len(first) == 3
    for question, own in data.groupby("question"):
        alone = read(paths, f"frequencies/{question}")
        alone = alone[(alone["wave"] == "2025") & (alone["by"] == "") & (alone["measure"] == "option")]
        found = alone.set_index("option").loc[own["option"], ["share", "valid_cases"]]
        assert found["share"].tolist() == own["share"].tolist()
        assert found["valid_cases"].tolist() == own["valid_cases"].tolist()


@pytest.mark.parametrize(
    ("block", "message"),
    [
        ('kind = "paired_bars"\nquestion = "uses"', "needs counterpart = another question"),
        ('kind = "paired_bars"\nquestion = "uses"\ncounterpart = "region"', "no multiple question 'region'"),
        ('kind = "ranked_bars"\nquestion = "uses"\ncounterpart = "uses"', "leave out counterpart"),
        ('kind = "ranked_bars"\nquestion = "uses"\nshow = ["models"]', "only combinations or dumbbell or"),
        ('kind = "combinations"\nquestion = "uses"\nshow = ["modles"]', "did you mean 'models'"),
        ('kind = "combinations"\nquestion = "uses"\nby = "two"', "has no groups; leave out by"),
        ('kind = "segment_panels"\nquestion = "uses"', "needs by = a segment"),
        ('kind = "histogram"\nquestion = "uses"', "cannot show a multiple question"),
    ],
)
def test_what_a_kind_cannot_show_is_said(block: str, message: str, toy: Paths) -> None:
    report(toy, {"wrong": block})
    with pytest.raises(SurveyError, match=message):
        load.load_declarations(toy)


@pytest.mark.parametrize(
    ("block", "message"),
    [
        (
            'kind = "trend_lines"\nquestion = "uses"',
            "needs 3 waves that asked 'uses', and first and second did",
        ),
        ('kind = "combinations"\nquestion = "uses"\nshow = ["models"]', "need two options"),
    ],
)
def test_what_the_answers_do_not_bear_is_said_with_the_line(block: str, message: str, toy: Paths) -> None:
    report(toy, {"wrong": block})
    ingest(toy)
    normalise(toy)
    with pytest.raises(SurveyError, match=message) as error:
        tables(toy)
    assert "report.toml:5: " in str(error.value)


def test_a_funnel_shows_the_steps_that_are_named(tmp_path: Path) -> None:
    paths = make_project(tmp_path)
    shutil.rmtree(paths.outputs, ignore_errors=True)
    report(paths, {"steps": 'kind = "funnel_bars"\nquestion = "region"\nshow = ["north", "south"]'})
    run_to(paths, tables)
    assert counted(paths, "steps", "reached") == {"all": 11, "north": 10, "south": 4}
    assert counted(paths, "steps", "continued") == {"north": 10, "south": 4}
