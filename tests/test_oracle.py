"""The formulas against numbers that nobody here made: R's survey package, and printed examples."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import ROOT

from pipeline.stats import intervals, raking, tests, variance
from pipeline.stats.variance import Sums

ORACLE = Path(os.environ.get("SURVEY_ORACLE", ROOT.parent / "shared" / "oracle")) / "reference.json"
N = 200


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    if not ORACLE.is_file():
        if os.environ.get("SURVEY_DATA_REQUIRED"):
            pytest.fail(f"{ORACLE.name} is missing, and this run may not skip it")
        pytest.skip("the reference numbers are not at hand; set SURVEY_ORACLE to their folder")
    found: dict[str, Any] = json.loads(ORACLE.read_text())
    return found


@pytest.fixture(scope="module")
def sample(known: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = known["weighted_sample"]
    return found


def close(number: float) -> Any:
    return pytest.approx(number, rel=1e-8)


def cells(sample: dict[str, Any], **where: str) -> Iterator[tuple[float, int, dict[str, str]]]:
    """Weight, count and answers of each cell of the sample that `where` holds of."""
    for row in sample["counts"]:
        if all(row[key] == value for key, value in where.items()):
            yield sample["weight_by_stype"][row["stype"]], row["n"], row


def sums(sample: dict[str, Any], variable: str = "sch_wide", **where: str) -> Sums:
    every = list(cells(sample, **where))
    yes = [(w, n) for w, n, row in every if row[variable] == "Yes"]
    return Sums(
        sum(w * n for w, n, _ in every), sum(w * w * n for w, n, _ in every),
        sum(w * n for w, n in yes), sum(w * w * n for w, n in yes),
    )  # fmt: skip


def test_a_weighted_share_and_its_intervals(sample: dict[str, Any]) -> None:
    whole, wanted = sums(sample), sample["share_sch_wide_yes"]
    error = variance.share_error(whole, N)
    assert whole.share == close(wanted["p"])
    assert error == close(wanted["se"])
    assert variance.kish_deff(whole.weight, whole.squares, N) == close(sample["kish"]["deff"])
    assert variance.effective_cases(whole.weight, whole.squares) == close(sample["kish"]["n_eff"])
    found = {
        "logit": intervals.logit(whole.share, error, 199),
        "beta": intervals.beta(whole.share, error, 199),
        "korn_graubard_n_eff_capped_at_n": intervals.beta(whole.share, error, 199, cap=N),
        "wald_t": intervals.wald(whole.share, error, 199),
        "wilson_design": intervals.wilson_design(whole.share, error, 199),
    }
    assert set(found) == set(wanted["ci95"])
    for name, limits in found.items():
        assert limits == (close(wanted["ci95"][name][0]), close(wanted["ci95"][name][1])), name


@pytest.mark.parametrize("group", ["E", "H", "M"])
def test_a_domain_is_part_of_the_whole_sample(group: str, sample: dict[str, Any]) -> None:
    domain, wanted = sums(sample, stype=group), sample["share_sch_wide_yes_by_stype"][group]
    error = variance.share_error(domain, N)
    df = sum(n for _, n, _ in cells(sample, stype=group)) - 1
    assert (domain.share, error) == (close(wanted["p"]), close(wanted["se"]))
    low, high = intervals.logit(domain.share, error, df)
    assert (low, high) == (close(wanted["logit"][0]), close(wanted["logit"][1]))


def test_groups_in_pairs(sample: dict[str, Any]) -> None:
    wanted = sample["pairwise_by_stype"]
    groups = {name: sums(sample, stype=name) for name in "EHM"}
    sizes = {name: variance.effective_cases(g.weight, g.squares) for name, g in groups.items()}
    p_values = []
    for place, pair in enumerate(itertools.combinations("EHM", 2)):
        assert "-".join(pair) == wanted["order"][place]
        one, other = (groups[name] for name in pair)
        difference = one.share - other.share
        error = np.hypot(variance.share_error(one, N), variance.share_error(other, N))
        tested = tests.t_test(difference, error, 199)
        assert difference == close(wanted["difference"][place])
        assert tested.p == close(wanted["p_t199"][place])
        p_values.append(tested.p)
        for pooled, name in ((False, "z_unpooled_kish_n_eff"), (True, "z_pooled_kish_n_eff")):
            z = tests.z_test(one.share, sizes[pair[0]], other.share, sizes[pair[1]], pooled)
            assert z.statistic == close(wanted[name][place])
    assert tests.holm(p_values) == [close(p) for p in wanted["p_holm"]]
    assert tests.benjamini_hochberg(p_values) == [close(p) for p in wanted["p_bh"]]


def test_a_group_against_the_total_that_holds_it(sample: dict[str, Any]) -> None:
    wanted = sample["group_minus_total_overlap"]
    found = variance.group_less_total(sums(sample, stype=wanted["group"]), sums(sample), N)
    assert found == (close(wanted["difference"]), close(wanted["se"]))


def test_two_options_on_the_same_respondents(sample: dict[str, Any]) -> None:
    wanted = sample["two_options_same_respondents"]
    by_answers = {
        (first == "Yes", second == "Yes"): (
            sum(w * n for w, n, _ in cells(sample, sch_wide=first, comp_imp=second)),
            sum(w * w * n for w, n, _ in cells(sample, sch_wide=first, comp_imp=second)),
        )
        for first, second in itertools.product(("Yes", "No"), repeat=2)
    }
    difference, error, covariance = variance.paired_difference(by_answers, N)
    assert (difference, error, covariance) == tuple(
        close(wanted[key]) for key in ("difference", "se", "covariance")
    )
    tested = tests.t_test(difference, error, 199)
    assert (tested.statistic, tested.p) == (close(wanted["t"]), close(wanted["p_t199"]))


@pytest.mark.parametrize("variable", ["sch_wide", "comp_imp"])
def test_rao_scott(variable: str, sample: dict[str, Any]) -> None:
    wanted = sample["rao_scott"][f"{variable}_by_stype"]
    table = [
        [sum(w**power * n for w, n, _ in cells(sample, stype=group, **{variable: answer})) for group in "EHM"]
        for power in (1, 2)
        for answer in ("No", "Yes")
    ]
    found = tests.rao_scott(table[:2], table[2:], N)
    second = (found.second.statistic, found.second.df, found.second.df2, found.second.p)
    assert second == tuple(close(wanted[key]) for key in ("F", "df1", "df2", "p"))
    if "first_order_chisq" in wanted:
        first = (found.first.statistic, found.first.p)
        assert first == (close(wanted["first_order_chisq"]), close(wanted["first_order_p"]))


def test_raking(known: dict[str, Any]) -> None:
    example = known["raking_kalton_flores_cervantes_2003"]
    counts, population = np.array(example["sample"]), np.array(example["population"])
    rows, columns = (np.repeat(index.ravel(), counts.ravel()) for index in np.indices(counts.shape))
    base = np.ones(counts.sum())
    weights = raking.rake(base, [rows, columns], [population.sum(axis=1), population.sum(axis=0)])
    found = np.zeros(counts.shape)
    found[rows, columns] = weights
    assert found.T.ravel() == pytest.approx(np.array(example["raked_weights_a_by_b"]).ravel(), rel=1e-8)
    assert (population / counts).T.ravel() == pytest.approx(
        np.array(example["cell_weights_a_by_b"]).ravel(), abs=1e-9
    )
    weight, squares = weights.sum(), (weights**2).sum()
    assert variance.kish_deff(weight, squares, len(weights)) == close(example["kish_deff"])
    assert variance.effective_cases(weight, squares) == close(example["n_eff"])


@pytest.mark.parametrize(
    ("target", "said"), [([1, 2, 3], "nobody is in group 3"), ([3, 0], "a target of 0 for the respondents")]
)
def test_what_cannot_be_raked(target: list[int], said: str) -> None:
    with pytest.raises(raking.RakingError, match=said):
        raking.rake([1.0, 1, 1], [[0, 0, 1]], [target])
    with pytest.raises(raking.RakingError, match="no weights after 5000 rounds"):
        raking.rake([1.0, 1], [[0, 1], [0, 1]], [[1, 2], [2, 1]])


def test_kish(known: dict[str, Any]) -> None:
    weights = np.array(known["kish_toy"]["weights"], dtype=float)
    weight, squares = weights.sum(), (weights**2).sum()
    assert variance.kish_deff(weight, squares, len(weights)) == close(known["kish_toy"]["deff"])
    assert variance.effective_cases(weight, squares) == close(known["kish_toy"]["n_eff"])


def test_newcombe(known: dict[str, Any]) -> None:
    printed = known["newcombe_1998"]
    for yes, n, low, high in printed["wilson"]:
        limits = [round(float(limit), 4) for limit in intervals.wilson(yes / n, n)]
        assert limits == [low, high]
    for yes, n, low, high in printed["clopper_pearson"]:
        assert [round(limit, 4) for limit in intervals.clopper_pearson(yes, n)] == [low, high]
    for yes, n, other, m, low, high in printed["difference_method_10"]:
        found = intervals.newcombe(yes / n, n, other / m, m)
        digits = max(len(str(limit).partition(".")[2]) for limit in (low, high))
        assert [round(limit, digits) for limit in found] == pytest.approx([low, high], rel=1e-8)


def test_many_tests_at_once(known: dict[str, Any]) -> None:
    example = known["benjamini_hochberg_1995"]
    bh, holm = tests.benjamini_hochberg(example["p"]), tests.holm(example["p"])
    assert bh[:10] == pytest.approx(example["adjusted_bh_first"], abs=5e-9)
    bonferroni = [min(1.0, len(example["p"]) * p) for p in example["p"]]
    rejected = {"bh": bh, "holm": holm, "bonferroni": bonferroni}
    counted = {name: sum(p <= 0.05 for p in own) for name, own in rejected.items()}
    assert counted == example["rejected_at_0.05"]


def test_counts(known: dict[str, Any]) -> None:
    example = known["mcnemar_agresti"]
    found = tests.mcnemar(example["table"][0][1], example["table"][1][0])
    assert (found.statistic, found.p) == (close(example["chisq"]), close(example["p"]))
    example = known["pearson_agresti_party_by_gender"]
    found = tests.pearson(example["table"])
    assert (found.statistic, found.df) == (close(example["chisq"]), example["df"])
    assert found.p == pytest.approx(example["p"], abs=5e-12)
    example = known["friedman_hollander_wolfe"]
    found = tests.friedman(example["data"])
    assert (found.statistic, found.df, found.p) == (
        close(example["chisq"]),
        example["df"],
        close(example["p"]),
    )


def test_the_net_promoter_score(known: dict[str, Any]) -> None:
    example = known["nps"]
    cases = example["promoters"] + example["passives"] + example["detractors"]
    score, error = tests.net_promoter_score(example["promoters"], example["detractors"], cases)
    assert (score, error) == (close(example["score"]), close(example["se_n_minus_1"]))
    assert error * np.sqrt((cases - 1) / cases) == close(example["se_n"])


def test_shares_of_0_and_1_and_nobody() -> None:
    for share in (0.0, 1.0):
        assert variance.share_error(Sums(10, 10, 10 * share, 10 * share), 10) == 0
        for interval in (intervals.logit, intervals.wald, intervals.wilson_design, intervals.beta):
            assert interval(share, 0.0, 9) == (share, share)
    assert intervals.beta(0.0, 0.0, 9, cap=20) == (0.0, pytest.approx(0.1684, abs=5e-5))
    assert np.isnan(Sums(0, 0, 0, 0).share)
    assert np.isnan(variance.share_error(Sums(0, 0, 0, 0), 10))
    assert np.isnan(variance.share_error(Sums(1, 1, 1, 1), 1))


def test_a_mean_unweighted_is_the_usual_one() -> None:
    mean, error = variance.mean_error([1.0, 2, 4, 9], [1.0] * 4, 4)
    assert (mean, error) == (4, pytest.approx(np.std([1, 2, 4, 9], ddof=1) / 2))
