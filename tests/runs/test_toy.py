"""The toy survey end to end: every number below was counted by hand from tests/toy/*.csv."""

from __future__ import annotations

import duckdb
import pandas as pd
import pytest

from pipeline.project.paths import Paths
from pipeline.tidy.csv import read


def rows(paths: Paths, exhibit: str, wave: str, measure: str = "option", by: str = "") -> pd.DataFrame:
    data = read(paths, exhibit)
    found = data[(data["wave"] == wave) & (data["measure"] == measure) & (data["by"] == by)]
    assert len(found), f"no {measure} of {exhibit} in {wave}"
    return found


def counts(data: pd.DataFrame, key: str = "option") -> dict[str, int]:
    return dict(zip(data[key], data["respondents"].astype(int), strict=True))


def test_multiple_choice(toy_done: Paths) -> None:
    second = rows(toy_done, "uses", "second")
    # sorted by share, with Other, None and DKNS last; R9 ticked None beside Models and counts in both
    assert list(second["option"]) == ["models", "data", "other", "none", "dkns"]
    assert counts(second) == {"models": 6, "data": 5, "other": 1, "none": 3, "dkns": 1}
    # R10 ticked nothing: skipped, and in no base
    assert set(second["sample_size"]) == {11}
    assert set(second["valid_cases"]) == {11}
    assert set(second["total_mentions"]) == {16}
    assert second["share"].iloc[0] == pytest.approx(6 / 11)


def test_dkns_excluded_shrinks_the_base_and_leaves_the_counts(toy_done: Paths) -> None:
    known = rows(toy_done, "uses_known", "second")
    assert counts(known) == {"models": 6, "data": 5, "other": 1, "none": 3}
    assert set(known["sample_size"]) == {11}
    assert set(known["valid_cases"]) == {10}
    assert set(known["total_mentions"]) == {15}
    assert known["share"].iloc[0] == pytest.approx(0.6)


def test_joined_cells_with_an_option_that_holds_the_separator(toy_done: Paths) -> None:
    first = rows(toy_done, "uses", "first")
    # a1 and a2 joined two options, one of which has a comma; a5 wrote two words of their own
    assert counts(first) == {"models": 4, "data": 3, "other": 1, "none": 3, "dkns": 1}
    # a10 said n/a, which this wave declares blank
    assert set(first["sample_size"]) == {10}


def test_nets_count_respondents_once(toy_done: Paths) -> None:
    net = rows(toy_done, "uses", "second", "net")
    assert counts(net) == {"anything": 8}


def test_routing_never_drops_an_answer(toy_done: Paths) -> None:
    with duckdb.connect(str(toy_done.database), read_only=True) as connection:
        states = connection.execute(
            "select respondent, state from responses where wave = 'second' and question = 'why_not'"
        ).fetchall()
    # R5 and R10 gave a reason (R10 was not routed), R6 did not know, R9 was asked and left it blank
    answered = {respondent for respondent, state in states if state == "answered"}
    assert answered == {5, 10}
    assert {respondent for respondent, state in states if state == "dkns"} == {6}
    assert {respondent for respondent, state in states if state == "skipped"} == {9}
    assert {respondent for respondent, state in states if state == "not_asked"} == {1, 2, 3, 4, 7, 8, 11, 12}


def test_a_response_that_ended_early_did_not_reach_the_rest(toy_done: Paths) -> None:
    with duckdb.connect(str(toy_done.database), read_only=True) as connection:
        states = dict(
            connection.execute(
                "select question, state from responses where wave = 'second' and respondent = 11 "
                "and item is null"
            ).fetchall()
        )
    assert states["uses"] == "answered"
    assert states["top"] == "not_reached"
    assert states["share"] == "not_reached"


def test_ranks(toy_done: Paths) -> None:
    assert counts(rows(toy_done, "top", "second", "ranked"), "item") == {"price": 7, "speed": 5, "trust": 3}
    assert counts(rows(toy_done, "top", "second", "first"), "item") == {"price": 5, "speed": 3, "trust": 2}
    # the mean rank of the 7 who ranked price would say too much of them
    mean = rows(toy_done, "top", "second", "mean_rank")
    assert set(mean["flag"]) == {"suppressed"}
    assert mean["value"].isna().all()
    # the first wave did not offer trust: it is absent there, not 0%
    assert counts(rows(toy_done, "top", "first", "ranked"), "item") == {"price": 7, "speed": 6}


def test_grid(toy_done: Paths) -> None:
    second = rows(toy_done, "views", "second")
    good, cheap = second[second["item"] == "good"], second[second["item"] == "cheap"]
    assert counts(good) == {"agree": 7, "neutral": 1, "disagree": 2, "dkns": 1}
    assert counts(cheap) == {"agree": 5, "neutral": 1, "disagree": 2, "dkns": 2}
    assert set(good["valid_cases"]) == {11}
    assert set(cheap["valid_cases"]) == {10}
    mean = rows(toy_done, "views", "second", "mean").set_index("item")
    assert mean.loc["good", "value"] == pytest.approx(2.5)
    # 8 gave a score to cheap, the other 2 of its valid cases did not know
    assert mean["flag"].to_dict() == {"good": "low_base", "cheap": "suppressed"}
    assert mean["valid_cases"].to_dict() == {"good": 10, "cheap": 8}


def test_numbers(toy_done: Paths) -> None:
    data = pd.read_csv(toy_done.frequencies / "share.csv", keep_default_na=False)
    second = data[(data["wave"] == "second") & (data["by"] == "")]
    values = second[second["value"] != ""].set_index("measure")["value"].astype(float)
    # 0 10 25 40 50 50 50 75 100 100
    assert values["mean"] == pytest.approx(50)
    assert values["median"] == pytest.approx(50)
    assert values["lower_quartile"] == pytest.approx(25)
    assert values["upper_quartile"] == pytest.approx(75)
    nets = second[second["measure"] == "net"].set_index("option")["respondents"].astype(int)
    assert nets.to_dict() == {"under_half": 4, "half_or_more": 6}


def test_small_groups_are_not_shown(toy_done: Paths) -> None:
    groups = rows(toy_done, "uses_by_place", "second", by="place")
    assert set(groups["flag"]) == {"suppressed"}
    assert groups[["share", "low", "high", "respondents"]].isna().all(axis=None)
    assert dict(zip(groups["group"], groups["valid_cases"], strict=True)) == {"up": 6, "south": 3}
    assert set(rows(toy_done, "uses", "second")["flag"]) == {"low_base"}


def test_survey_flow(toy_done: Paths) -> None:
    flow = read(toy_done, "flow")
    second = flow[flow["wave"] == "second"]
    assert list(zip(second["step"], second["reason"], second["respondents"].astype(int), strict=True)) == [
        ("received", "", 14),
        ("excluded", "not involved", 1),
        ("excluded", "a test entry", 1),
        ("analysed", "", 12),
        ("flagged", "uses: exclusive_with_others", 1),
        ("flagged", "uses: more_than_allowed", 1),
        ("flagged", "why_not: answered_not_asked", 1),
    ]


def test_verify_says_which_published_numbers_follow(toy_copy: Paths) -> None:
    from pipeline.commands.verify import verify

    compared = verify(toy_copy).rows
    compared = compared[compared["wave"] != ""]
    said = list(zip(compared["published"], compared["agrees"], compared["base_agrees"], strict=True))
    # 6 of 11 is 55%, 5 of 11 is 45%, 7 of 11 is 63.6% and 64%
    assert said == [("55", "yes", "yes"), ("44", "no", "yes"), ("63.6", "yes", "yes"), ("64", "yes", "no")]
    # no count of 11 is 44%, the nearest is the 5 that there are; 64% of 10 is nobody's
    assert compared["apart"].fillna(-1).tolist() == [-1, 0, -1, -1]
    assert compared["possible"].tolist() == ["yes", "no", "yes", "no"]


def test_private_texts_and_dropped_columns_stay_out(toy_done: Paths) -> None:
    dropped, private, seen = [], [], 0
    for path in toy_done.outputs.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            seen += 1
            if b"canary-drop" in data:
                dropped.append(path)
            if b"canary-private" in data and toy_done.interim not in path.parents:
                private.append(path)
            if b"9000001" in data and toy_done.interim not in path.parents:
                private.append(path)
    assert seen > 10
    assert dropped == []
    assert private == []


def test_interim_is_readable_by_its_owner_alone(toy_done: Paths) -> None:
    cells = list(toy_done.interim.glob("*.parquet"))
    assert len(cells) == 2
    assert {path.stat().st_mode & 0o777 for path in cells} == {0o600}
