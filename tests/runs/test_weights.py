"""Weights, segments and tests on data small enough to count by hand, from the export to the page."""

from __future__ import annotations

import math
from pathlib import Path

import duckdb
import pandas as pd
import pytest
import surveys
from projects import ROOT, composed, frequencies, run_all, run_to, survey_command
from scipy.special import stdtrit
from surveys import Wave

from pipeline import open_survey
from pipeline.declarations.questionnaire import Survey
from pipeline.estimates.count import Domain, SurveyData, open_domain
from pipeline.normalise import normalise
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.project.sql import statement
from pipeline.stats.differences import newcombe_p
from pipeline.stats.tests import rao_scott
from pipeline.tidy.csv import read

SURVEY = """
title = "Members"
segments = ["region"]

[questions.region]
text = "Where?"
kind = "single"
options = { north = "North", south = "South", far_south = "Far south", dkns = "Don't know" }
nets = { all_south = ["south", "far_south"], not_north = ["south", "far_south", "dkns"] }

[questions.uses]
text = "What do you use?"
kind = "multiple"
options = { models = "Models", tools = "Tools", none = "None of these" }

[questions.score]
text = "How likely are you to recommend it?"
kind = "number"
nets = { detractors = [0, 7], promoters = [9, 10] }

[questions.order]
text = "Which first?"
kind = "rank"
items = { price = "Price", speed = "Speed", trust = "Trust" }
"""
RAKED = """
[weights.targets.region]
source = "the register of members"
shares = { north = 50, all_south = 50 }
"""
REPORT = """
[segments.part]
of = "region"
groups = { north = { label = "The north", options = ["north"] }, south = ["south", "far_south"] }

[[exhibit]]
id = "uses"
kind = "ranked_bars"
question = "uses"

[[exhibit]]
id = "uses_by_part"
kind = "segment_panels"
question = "uses"
by = "part"

[[exhibit]]
id = "where_by_part"
kind = "segment_panels"
question = "region"
by = "part"

[[exhibit]]
id = "score"
kind = "table"
question = "score"

[[exhibit]]
id = "order"
kind = "ranked_bars"
question = "order"
"""
HEADINGS = (
    "ID;W;Where?;What do you use?;How likely are you to recommend it?;Which first? [1];Which first? [2]"
)


def members() -> list[str]:
    """40 in the north, of whom 30 use models; 30 in the south, of whom 9 do; 10 who do not know where."""
    rows = []
    for number in range(80):
        region = (
            "North" if number < 40 else ["South", "Far south"][number % 2] if number < 70 else "Don't know"
        )
        models = number < 30 or 40 <= number < 49 or number >= 75
        uses = "Models" if models else "None of these" if number % 4 else "Tools"
        score = [10, 9, 7, 3][number % 4]
        first, second = ("Price", "Speed") if number % 5 else ("Trust", "Price")
        weight = "2,5" if number < 40 else "0,5"
        rows.append(f"m{number};{weight};{region};{uses};{score};{first};{second}")
    return rows


def lay_out(folder: Path, weights: str = RAKED, column: str = 'drop = "W"', survey: str = SURVEY) -> Paths:
    wave = Wave(
        "\n".join([HEADINGS, *members()]) + "\n",
        respondents=f'id = "ID"\n{column}',
        more=weights,
        title="The Members' Survey",
    )
    return surveys.lay_out(folder, "members", survey, {"w": wave}, REPORT)


@pytest.fixture(scope="module")
def raked(tmp_path_factory: pytest.TempPathFactory) -> Paths:
    paths = lay_out(tmp_path_factory.mktemp("raked"))
    run_all(paths)
    return paths


def test_raking_to_a_net_leaves_who_is_in_no_group_as_they_are(raked: Paths) -> None:
    with duckdb.connect(str(raked.database), read_only=True) as connection:
        weights = connection.execute(
            "select option, any_value(weight)::double, count(distinct weight), count(*) from respondents "
            "join answers using (wave, respondent) where question = 'region' group by all order by option"
        ).fetchall()
    # 70 of 80 are in a group: 35 each, by 40 in the north and 30 in the south
    by_option = {option: (weight, different) for option, weight, different, _ in weights}
    assert by_option["north"] == (pytest.approx(35 / 40), 1)
    assert by_option["south"] == by_option["far_south"] == (pytest.approx(35 / 30), 1)
    assert by_option["dkns"] == (1, 1)
    targets = read(raked, "targets")
    assert list(targets["group"]) == ["north", "all_south"]
    assert list(targets["respondents"]) == [40, 30]
    assert targets[["target", "unweighted", "weighted"]].to_numpy().tolist() == [
        [0.5, pytest.approx(4 / 7), pytest.approx(0.5)],
        [0.5, pytest.approx(3 / 7), pytest.approx(0.5)],
    ]
    assert set(targets["source"]) == {"the register of members"}


def test_a_weighted_share_beside_its_three_bases(raked: Paths) -> None:
    found = read(raked, "frequencies/uses").set_index(["option", "by", "group"])
    models = found.loc[("models", "", "")]
    assert models["respondents"] == 44
    assert models["weighted_respondents"] == pytest.approx(30 * 35 / 40 + 9 * 35 / 30 + 5)
    assert models["valid_cases"] == 80
    assert models["weighted_base"] == pytest.approx(80)
    assert models["share"] == pytest.approx((30 * 35 / 40 + 9 * 35 / 30 + 5) / 80)
    squares = 40 * (35 / 40) ** 2 + 30 * (35 / 30) ** 2 + 10
    assert models["effective_base"] == pytest.approx(80**2 / squares)
    assert models["deff"] == pytest.approx(80 * squares / 80**2)
    north = found.loc[("models", "region", "north")]
    assert (north["share"], north["effective_base"], north["deff"]) == (
        0.75,
        pytest.approx(40),
        pytest.approx(1),
    )


def test_a_column_of_weights_keeps_its_scale(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, weights="", column='weight = "W"')
    run_to(paths, normalise)
    tables = composed(paths)
    models = tables["frequencies/uses"].set_index(["option", "by"]).loc[("models", "")]
    assert models["weighted_base"] == pytest.approx(40 * 2.5 + 40 * 0.5)
    assert models["weighted_respondents"] == pytest.approx(30 * 2.5 + 14 * 0.5)
    waves = tables["waves"].iloc[0]
    assert waves["mean_weight"] == pytest.approx(1.5)
    assert waves["weighting"] == "the column 'W'"
    assert (waves["lowest_weight"], waves["highest_weight"]) == (pytest.approx(1 / 3), pytest.approx(5 / 3))


def test_limits_cut_weights_and_keep_their_sum(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, weights="[weights]\ntrim = [0.6, 1.3]", column='weight = "W"')
    run_to(paths, normalise)
    waves = composed(paths)["waves"].iloc[0]
    assert waves["weighting"] == "the column 'W', cut to 0.6 to 1.3 times the mean"
    assert waves["highest_weight"] == pytest.approx(1.3)
    assert waves["lowest_weight"] == pytest.approx(0.7)


def test_letters_stand_in_the_higher_column(raked: Paths) -> None:
    part = read(raked, "uses_by_part")
    models = part[part["option"] == "models"].set_index("group")
    # 75% of 40 against 30% of 30
    assert dict(models["letter"]) == {"": "", "north": "A", "south": "B"}
    assert dict(models["higher_than"]) == {"": "", "north": "B", "south": ""}
    region = read(raked, "frequencies/uses")
    # 15 and 15 in the two parts of the south: too few to be tested
    tested = region[(region["by"] == "region") & (region["higher_than"] != "")]
    assert tested.empty


def test_a_share_of_nobody_or_all_is_judged_by_the_limits(raked: Paths) -> None:
    tests = read(raked, "tests")
    where = tests[(tests["exhibit"] == "where_by_part") & (tests["test"] == "two_groups")]
    assert set(where["method"]) == {"newcombe"}
    north = where[where["option"] == "north"].iloc[0]
    assert (north["difference"], north["statistic"] != north["statistic"]) == (1, True)
    assert north["p"] == pytest.approx(float(newcombe_p(1, 40, 0, 30)), rel=1e-8, abs=0)
    assert 0 < north["low"] < north["high"] <= 1
    whole = tests[(tests["exhibit"] == "where_by_part") & (tests["test"] == "group_and_total")]
    north = whole[(whole["option"] == "north") & (whole["first"] == "north")].iloc[0]
    others = 45**2 / (30 * (35 / 30) ** 2 + 10)  # 30 in the south, 10 who do not know
    assert north["p"] == pytest.approx(float(newcombe_p(1, 40, 0, others)), rel=1e-8, abs=0)
    with open_survey("members", raked.root) as survey:
        pairs = survey.test("region", where={"part": "south"})
        pairs = pairs[(pairs["first"] == "north") & (pairs["second"] == "south")]
        assert pairs["method"].tolist() == ["newcombe"]
        assert pairs["p"].tolist() == [pytest.approx(float(newcombe_p(0, 30, 0.5, 30)), rel=1e-8, abs=0)]


def test_few_are_not_tested(raked: Paths) -> None:
    with open_survey("members", raked.root) as survey:
        # 40 in the north, 15 and 15 in the parts of the south
        assert set(survey.test("uses", by="region")["test"]) == {"group_and_total"}
        assert survey.test("order", where={"region": "south"}).empty
        assert len(survey.test("order", where={"part": "south"})) == 3 + 1


def test_options_next_to_each_other_are_answers() -> None:
    tests = pd.read_csv(ROOT / "outputs" / "open-source-ai" / "tables" / "tests.csv", keep_default_na=False)
    pairs = tests[(tests["test"] == "two_options") & (tests["exhibit"] == "blockers")]
    assert len(pairs) > 10
    assert not {"other", "none", "dkns"} & {*pairs["first"], *pairs["second"]}


def test_the_ends_of_a_scale_are_nets() -> None:
    def nets(scores: list[int], **more: object) -> dict[str, list[str]]:
        scale = {"options": dict(zip("abcde", "vwxyz", strict=True)), "scores": scores} | more
        asked = {"kind": "grid", "scale": "s", "items": {"i": "I"}}
        return Survey.model_validate({"title": "T", "scales": {"s": scale}, "questions": {"q": asked}}).nets(
            "q"
        )

    assert nets([1, 2, 3, 4, 5]) == {"top_2": ["d", "e"], "bottom_2": ["a", "b"]}
    assert nets([5, 4, 3, 2, 1]) == {"top_2": ["a", "b"], "bottom_2": ["d", "e"]}
    assert nets([1, 2, 2, 3, 4]) == {}
    assert nets([1, 2, 3, 4, 5], nets={"own": ["a"]}) == {"own": ["a"]}


def test_a_mean_rests_on_who_gave_a_number(tmp_path: Path) -> None:
    """38 of 40 in the north did not know: 2 numbers are no mean, although 40 answered."""
    survey = SURVEY.replace('kind = "number"\n', 'kind = "number"\noptions = { dkns = "Don\'t know" }\n')
    paths = lay_out(tmp_path, weights="", survey=survey)
    rows = [row.split(";") for row in members()]
    for row in rows[2:40]:
        row[4] = "Don't know"
    (paths.raw / "w.csv").write_text("\n".join([HEADINGS, *(";".join(row) for row in rows)]) + "\n")
    run_to(paths, normalise)
    score = frequencies(paths, "score").set_index(["measure", "group"])
    north = score.loc["mean", "north"]
    assert north[["respondents", "value", "standard_error", "effective_base"]].isna().all()
    assert (north["valid_cases"], north["sample_size"], north["flag"]) == (2, 40, "suppressed")
    whole = score.loc["mean", ""]
    assert (whole["valid_cases"], whole["effective_base"], whole["flag"]) == (42, 42, "")


@pytest.mark.parametrize(("few", "privacy"), [(9, ""), (15, "[privacy]\nbase = 20\n")])
def test_targets_of_few_show_no_counts(few: int, privacy: str, tmp_path: Path) -> None:
    paths = lay_out(tmp_path, survey=SURVEY + privacy)
    rows = [row.split(";") for row in members()]
    for number, row in enumerate(rows):
        row[2] = ["North", "South", "Far south"][number % 3] if number < few else "Don't know"
    (paths.raw / "w.csv").write_text("\n".join([HEADINGS, *(";".join(row) for row in rows)]) + "\n")
    run_all(paths)
    targets = read(paths, "targets")
    assert targets[["respondents", "unweighted", "weighted"]].isna().all(axis=None)
    assert targets["target"].tolist() == [0.5, 0.5]
    assert "<td>[c]</td><td>50%</td>" in paths.report.read_text()


def test_a_crosstab_with_too_many_empty_cells_is_not_tested() -> None:
    empty = [[14, 13, 14, 19], [19, 6, 16, 11], [17, 15, 5, 18], [18, 19, 0, 0], [14, 13, 0, 0]]
    assert math.isnan(rao_scott(empty, empty, 241).second.p)
    full = [[14, 13, 14, 19], [19, 6, 16, 11], [17, 15, 5, 18], [18, 19, 1, 0], [14, 13, 0, 2]]
    turned = [row[::-1] for row in full[::-1]]
    assert rao_scott(full, full, 244).second.p == pytest.approx(rao_scott(turned, turned, 244).second.p)
    assert 0 < rao_scott(full, full, 244).second.p < 0.001


def test_the_same_number_from_everybody_has_no_letters(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, column='weight = "W"', weights="")
    rows = [row.split(";") for row in members()]
    for number, row in enumerate(rows):
        row[1], row[4] = f"{1 + number % 7 / 10:.1f}", "7.77"
    (paths.raw / "w.csv").write_text("\n".join([HEADINGS, *(";".join(row) for row in rows)]) + "\n")
    run_to(paths, normalise)
    with open_survey("members", tmp_path) as survey:
        means = survey.estimates("score", by="part")
        assert set(means.loc[means["measure"] == "mean", "standard_error"]) == {0.0}
        assert set(means.loc[means["measure"] == "mean", "higher_than"]) == {""}


def test_a_new_interval_reaches_the_report(tmp_path: Path) -> None:
    paths = lay_out(tmp_path)
    run_to(paths, normalise)
    before = (paths.interim / "normalised.md5").read_text()
    text = paths.questionnaire.read_text()
    paths.questionnaire.write_text(f"# a comment\n{text}")
    normalise(paths)
    assert (paths.interim / "normalised.md5").read_text() == before
    paths.questionnaire.write_text(text.replace("segments", 'interval = "logit"\nsegments'))
    normalise(paths)
    assert (paths.interim / "normalised.md5").read_text() != before


def test_who_has_no_weight_can_be_screened_out(tmp_path: Path) -> None:
    paths = lay_out(
        tmp_path, column='weight = "W"', weights='[[exclude]]\nreason = "no weight"\nwhere = { W = [""] }\n'
    )
    text = (paths.raw / "w.csv").read_text()
    (paths.raw / "w.csv").write_text(text.replace(";2,5;", ";;", 3))
    run_to(paths, normalise)
    assert composed(paths)["flow"].set_index("step")["respondents"].to_dict() == {
        "received": 80, "excluded": 3, "analysed": 77,
    }  # fmt: skip


def test_the_tests_of_an_exhibit(raked: Paths) -> None:
    tests = read(raked, "tests")
    kinds = tests.groupby("exhibit")["test"].agg(lambda names: sorted(set(names))).to_dict()
    assert kinds == {
        "uses": ["two_options"],
        "uses_by_part": ["group_and_others", "group_and_total", "rao_scott", "two_groups"],
        "where_by_part": ["group_and_others", "group_and_total", "rao_scott", "two_groups"],
        "order": ["friedman", "two_options"],
    }
    # a multiple choice has a crosstab an option
    crossed = tests[(tests["exhibit"] == "uses_by_part") & (tests["test"] == "rao_scott")]
    assert set(crossed["option"]) == {"models", "tools", "none"}
    # price is 1st 64 times and 2nd 16 times, speed 2nd 64 times and 3rd 16 times, trust the rest
    places = {"price": 64 + 32, "speed": 128 + 48, "trust": 16 + 192}
    spread = sum((total - 80 * 2) ** 2 for total in places.values())
    friedman = tests[tests["test"] == "friedman"].iloc[0]
    assert friedman["statistic"] == pytest.approx(12 * spread / (80 * 3 * 4))


def test_numbers_have_weighted_means_and_quartiles_and_a_net_promoter_score(raked: Paths) -> None:
    score = read(raked, "score").set_index("measure")
    # 10, 9, 7 and 3 in turn, so that each has a quarter of every region of a multiple of four
    weights = [35 / 40 if n < 40 else 35 / 30 if n < 70 else 1 for n in range(80)]
    by_value = {value: sum(weights[place::4]) for place, value in enumerate((10, 9, 7, 3))}
    mean = sum(value * weight for value, weight in by_value.items()) / 80
    assert score.loc["mean", "value"] == pytest.approx(mean)
    squares = sum(w * w * ([10, 9, 7, 3][n % 4] - mean) ** 2 for n, w in enumerate(weights))
    assert score.loc["mean", "standard_error"] == pytest.approx((80 / 79 * squares) ** 0.5 / 80)
    half = stdtrit(79, 0.975) * score.loc["mean", "standard_error"]
    assert score.loc["mean", ["low", "high"]].tolist() == [
        pytest.approx(mean - half),
        pytest.approx(mean + half),
    ]
    assert (score.loc["mean", "interval"], score.loc["median", "interval"]) == ("t", "")
    nps = score.loc["net_promoter_score"]
    assert nps["value"] == pytest.approx(100 * (by_value[10] + by_value[9] - by_value[3]) / 80)
    assert nps["respondents"] == 80


def test_the_page_names_weights_intervals_letters_and_tests(raked: Paths) -> None:
    page = raked.report.read_text()
    exhibits = read(raked, "exhibits").set_index("id")
    foot, details, tested = exhibits.loc["uses_by_part", ["foot", "details", "tests"]]
    assert "Weighted by raking to region (tables/targets.csv); effective base = 79." in foot
    assert (
        "Weighted by raking to region (tables/targets.csv); sample size, valid cases and n are unweighted"
        in details
    )
    assert (
        "weighted base = 80, effective base = 79, design effect = 1.02; errors take the weights as given."
        in details
    )
    assert tested.startswith("Letters: higher than the group of that column, capital at 95%, small at 90%")
    assert (
        "Friedman test of whether all are ranked alike: chi-squared(2) = " in exhibits.loc["order", "tests"]
    )
    assert ">75% B</td>" in page
    assert '<th scope="col">The north (A)</th>' in page
    assert '<th scope="row">Effective base</th>' in page
    assert (
        "<dt>Weighting of The Members&#39; Survey</dt>\n<dd>By raking to region (tables/targets.csv)." in page
    )
    assert "the register of members" in page
    assert "None: every analysed respondent counts the same" not in page


def test_the_interval_is_declared_and_named(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, survey=SURVEY.replace("segments", 'interval = "logit"\nsegments'))
    run_all(paths)
    assert set(read(paths, "frequencies/uses")["interval"]) == {"logit"}
    assert "Whiskers: 95% logit interval." in read(paths, "exhibits").set_index("id").loc["uses", "details"]
    assert "95% logit intervals of shares" in paths.report.read_text()
    assert (paths.figures / "uses.svg").read_text().count("95% logit interval") >= 1


def test_an_open_survey_answers_questions(raked: Paths) -> None:
    with open_survey("members", raked.root / "raw") as survey:
        table = read(raked, "frequencies/uses")
        found = survey.estimates("uses", by="region")
        assert list(found.columns) == list(table.columns)
        assert len(found) == len(table)
        crossed = survey.crosstab("uses", by="part")
        assert list(crossed.columns.get_level_values(0).unique()) == [
            "All respondents", "The north (A)", "South (B)",
        ]  # fmt: skip
        assert crossed.loc[("option", "", "models", "Models"), ("The north (A)", "share")] == 0.75
        both = survey.estimates("uses", by=["part", "region"])
        assert set(both.loc[both["by"] != "", "by"]) == {"part×region"}
        far = both[(both["group"] == "south×far_south") & (both["option"] == "models")].iloc[0]
        assert (far["group_label"], far["valid_cases"]) == ("South × Far south", 15)
        assert set(survey.test("uses")["test"]) == {"two_options"}
        assert len(survey.test("order")) == 3 + 1
        # a net that counts who did not know is none where they are left out
        for dkns, nets in {"keep": {"all_south": 30, "not_north": 40}, "exclude": {"all_south": 30}}.items():
            where = survey.estimates("region", dkns=dkns)
            where = where[where["measure"] == "net"].set_index("option")
            assert where["respondents"].to_dict() == nets
        only = survey.estimates("uses", where={"region": "north"}, dkns="exclude")
        assert set(only["valid_cases"]) == {40}
        for wrong, said in {
            "usess": "no question 'usess'; did you mean 'uses'?",
            "region": "no wave before w has an answer to 'region'",
        }.items():
            with pytest.raises(SurveyError, match=said.replace("?", r"\?")):
                survey.compare_waves(wrong)
        south = survey.estimates("uses", where={"part": "south", "region": ["all_south"]})
        assert set(south["valid_cases"]) == {30}
        for call, said in (
            (lambda: survey.crosstab("uses", by="parts"), "no segment 'parts'; did you mean 'part'"),
            (lambda: survey.crosstab("uses", by="order"), "'order' is of kind rank; only a single choice"),
            (lambda: survey.estimates("uses", by=["part", "part"]), "one segment, or two different ones"),
            (lambda: survey.estimates("uses", by=5), "by = 5: one segment"),
            (lambda: survey.estimates(["uses"]), "no question"),
            (lambda: survey.estimates("uses", dkns="drop"), "no way with dkns 'drop'"),
            (lambda: survey.estimates("uses", where=["part"]), "wants a dictionary"),
            (lambda: survey.estimates("uses", where={"part": None}), "wants an option or a list"),
            (lambda: survey.estimates("uses", where={"part": "nroth"}), "did you mean 'north'"),
            (lambda: survey.test("uses", adjust=["holm"]), "no adjustment"),
            (lambda: survey.compare_waves("uses", "w", "w"), "cannot be compared with itself"),
            (
                lambda: survey.estimates("uses", where={"part": "north", "region": "south"}),
                "nothing is in all of what is said of 'region'",
            ),
        ):
            with pytest.raises(SurveyError, match=said):
                call()


def test_waves_are_compared_where_they_can_be(tmp_path: Path) -> None:
    paths = lay_out(tmp_path)
    later = (paths.raw / "w.toml").read_text().replace("w.csv", "x.csv").replace("The Mem", "Later: the Mem")
    (paths.raw / "x.toml").write_text(later + '\n[changes.uses]\nstatus = "reworded"\n')
    rows = [row.replace("None of these", "Tools").replace("m", "x", 1) for row in members()]
    (paths.raw / "x.csv").write_text("\n".join([HEADINGS, *rows]) + "\n")
    run_to(paths, normalise)
    with open_survey("members", tmp_path) as survey:
        changed = survey.compare_waves("uses").set_index("option")
        assert set(changed["comparability"]) == {"reworded"}
        assert set(changed["first"] + changed["second"]) == {"xw"}
        turned = survey.compare_waves("uses", "w", "x").set_index("option")
        assert turned["difference"].to_dict() == (-changed["difference"]).to_dict()
        assert changed["method"].to_dict() == dict.fromkeys(["models", "tools", "none"], "newcombe")
        assert changed.loc["models", "p"] == 1
        assert changed.loc["tools", "difference"] > 0.3
        assert changed.loc["tools", "adjusted_p"] < 1e-5
    for name in ("w", "x"):
        text = (paths.raw / f"{name}.toml").read_text()
        text = text.replace(RAKED, "").replace('status = "reworded"', 'not_offered = ["none"]')
        (paths.raw / f"{name}.toml").write_text(text)
    run_to(paths, normalise)
    with open_survey("members", tmp_path) as survey:
        changed = survey.compare_waves("uses")
        assert set(changed["method"]) == {"newcombe"}
        assert (set(changed["option"]), set(changed["comparability"])) == ({"models", "tools"}, {"options"})
        assert survey.compare_waves("score").set_index("measure").loc["mean", "method"] == "t"
    (paths.raw / "x.toml").write_text(
        later + '\n[changes.uses]\nstatus = "broken"\nnote = "asked of others"\n'
    )
    run_to(paths, normalise)
    with (
        open_survey("members", tmp_path) as survey,
        pytest.raises(SurveyError, match="'uses' cannot be compared between w and x: asked of others"),
    ):
        survey.compare_waves("uses")


def test_a_drafted_wave_proposes_its_weights(tmp_path: Path) -> None:
    paths = lay_out(tmp_path)
    text = (paths.raw / "w.csv").read_text().replace("ID;W;", "ID;Weight;")
    for name in ("survey.toml", "w.toml", "report.toml", "w.csv"):
        (paths.raw / name).unlink()
    (paths.raw / "w.csv").write_text(text)
    run = survey_command(tmp_path, "new-wave", "raw/members/w.csv", "--survey", "members")
    assert run.returncode == 0, run.stderr
    drafted = (paths.raw / "w.toml").read_text()
    assert '\nweight = "Weight"\n' in drafted
    assert "\n[unsettled]\nrespondents = \"the column 'Weight' is taken for weights: is it" in drafted


def test_synthetic_responses_have_weights(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, weights="", column='weight = "W"')
    (paths.raw / "w.csv").unlink()
    run = survey_command(tmp_path, "synthesise", "w", "--survey", "members", "--respondents", "50")
    assert run.returncode == 0, run.stderr
    run_to(paths, normalise)
    waves = composed(paths)["waves"].iloc[0]
    assert 1.05 < waves["deff"] < 2


def test_a_deep_ranking_has_the_share_of_the_first_three(tmp_path: Path) -> None:
    paths = lay_out(tmp_path, survey=SURVEY.replace('trust = "Trust"', 'trust = "Trust", help = "Help"'))
    rows = [f"{row};Help;{'Trust' if number % 5 else 'Speed'}" for number, row in enumerate(members())]
    headings = f"{HEADINGS};Which first? [3];Which first? [4]"
    (paths.raw / "w.csv").write_text("\n".join([headings, *rows]) + "\n")
    run_to(paths, normalise)
    order = frequencies(paths, "order")
    whole = order[order["by"] == ""].set_index(["item", "measure"])["respondents"]
    # price is 1st or 2nd; speed 2nd, or 4th after trust and price; help is always 3rd
    assert {item: whole[item, "top_3"] for item in ("price", "speed", "trust", "help")} == {
        "price": 80, "speed": 64, "trust": 16, "help": 80,
    }  # fmt: skip
    assert {whole[item, "ranked"] for item in ("price", "speed", "trust", "help")} == {80}


def test_the_sums_take_one_pass_over_the_answers_and_one_over_numbers(raked: Paths) -> None:
    scans = {}
    with open_survey("members", raked.root) as survey:
        data = SurveyData(survey.connection, survey.survey, survey.bands)
        with open_domain(data, ["uses"], Domain(("region",))) as domain, domain.summed():
            for name in ("sums", "bases", "mentions", "net_mentions", "numbers"):
                text = statement(f"estimates/{name}")
                ((_, plan),) = survey.connection.execute(f"explain {text}").fetchall()
                scans[name] = sum("answers" in line for line in plan.splitlines())
    assert scans == {"sums": 2, "bases": 0, "mentions": 0, "net_mentions": 0, "numbers": 0}
