"""Numbers that nobody here made: R's survey package and printed examples, leaf by leaf of reference.json.

oracle.toml says of each leaf whether it is given, comes out of the pipeline, or out of a function.
"""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Iterator
from decimal import Decimal
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
import textbook_tests
from projects import ROOT, run_to
from scipy.stats import rankdata
from surveys import Wave, lay_out

from pipeline.project.paths import Paths
from pipeline.stats import differences, intervals, raking, tests, variance
from pipeline.stats import limits as limits_of
from pipeline.stats.variance import Sums
from pipeline.tables import tables
from pipeline.tidy.csv import read

ORACLE = Path(os.environ.get("SURVEY_ORACLE", ROOT.parent / "shared" / "oracle")) / "reference.json"
LISTED = tomllib.loads((Path(__file__).parent / "oracle.toml").read_text())
# what a publication printed, to so many digits; all else is asked to 1e-8
PRINTED = (
    "raking_kalton_flores_cervantes_2003.cell_weights_a_by_b.*",
    "newcombe_1998.*",
    "benjamini_hochberg_1995.*",
    "pearson_agresti_party_by_gender.p",
)

Found = dict[str, float]


@pytest.fixture(scope="module")
def known() -> dict[str, Any]:
    if not ORACLE.is_file():
        if os.environ.get("SURVEY_DATA_REQUIRED"):
            pytest.fail(f"{ORACLE.name} is missing, and this run may not skip it")
        pytest.skip("the reference numbers are not at hand; set SURVEY_ORACLE to their folder")
    found: dict[str, Any] = json.loads(ORACLE.read_text())
    return found


def leaves(node: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Every leaf with its name: the keys and places on the way to it, joined by points."""
    if isinstance(node, dict | list):
        parts = node.items() if isinstance(node, dict) else enumerate(node)
        for key, part in parts:
            yield from leaves(part, f"{name}.{key}" if name else str(key))
    else:
        yield name, node


def fits(name: str, patterns: Any) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


def agrees(name: str, found: float, wanted: float, text: str) -> bool:
    """Whether a number is the reference, to 1e-8 or to the digits that were printed."""
    if fits(name, PRINTED):
        digits = max(0, -int(Decimal(text).as_tuple().exponent))
        return bool(round(found, digits) == pytest.approx(wanted, rel=1e-12, abs=1e-15))
    return bool(found == pytest.approx(wanted, rel=1e-8))


def test_every_leaf_is_listed_once_and_reproduced(known: dict[str, Any], tmp_path: Path) -> None:
    found = {"pipeline": by_pipeline(known, tmp_path), "functions": by_functions(known)}
    texts = dict(leaves(json.loads(ORACLE.read_text(), parse_float=str, parse_int=str)))
    every = dict(leaves(known))
    reproduced = 0
    for name, wanted in every.items():
        lists = [key for key in ("given", "pipeline", "functions") if fits(name, LISTED[key])]
        assert len(lists) == 1, f"{name} is in {lists or 'no list'} of oracle.toml"
        if lists != ["given"]:
            own = found[lists[0]]
            assert name in own, f"{name} is not computed by {lists[0]}"
            assert agrees(name, own[name], wanted, texts[name]), f"{name}: {own[name]}, wanted {wanted}"
            reproduced += 1
    assert reproduced == 134
    for key in ("pipeline", "functions"):
        for pattern in LISTED[key]:
            assert fits_any(pattern, every), f"{pattern} of oracle.toml is no leaf"
        assert set(found[key]) <= set(every)


def fits_any(pattern: str, names: Any) -> bool:
    return any(fnmatchcase(name, pattern) for name in names)


IDS = 'id = "id"'


def run(folder: Path, questionnaire: str, wave: Wave, report: str = "") -> Paths:
    """A survey of one wave, with its database and tables made."""
    paths = lay_out(folder, "known", questionnaire, {"w": wave}, report)
    run_to(paths, tables)
    return paths


def singles(**questions: tuple[str, ...]) -> str:
    """Single choices headed by their ids, whose options have the ids of their labels in small letters."""
    parts = ""
    for name, options in questions.items():
        listed = ", ".join(f'{option.lower()} = "{option}"' for option in options)
        parts += f'[questions.{name}]\nkind = "single"\noptions = {{ {listed} }}\n'
    return parts


def by_pipeline(known: dict[str, Any], folder: Path) -> Found:
    return {
        **weighted_sample(known["weighted_sample"], folder / "weighted"),
        **raked(known["raking_kalton_flores_cervantes_2003"], folder / "raked"),
        **newcombes(known["newcombe_1998"]["wilson"], folder / "newcombe"),
        **promoters(known["nps"], folder / "nps"),
    }


METHODS = {
    "logit": "logit",
    "beta": "beta",
    "korn_graubard_n_eff_capped_at_n": "korn_graubard",
    "wald_t": "wald",
    "wilson_design": "wilson_design",
}


def weighted_sample(sample: dict[str, Any], folder: Path) -> Found:
    rows = [["id", "weight", "wide", "comp", "stype", "holds"]]
    for cell in sample["counts"]:
        told = {"holds_wide": cell["sch_wide"], "holds_comp": cell["comp_imp"]}
        holds = "; ".join(option for option, answer in told.items() if answer == "Yes") or "none"
        answers = [cell["sch_wide"], cell["comp_imp"], cell["stype"], holds]
        weight = repr(sample["weight_by_stype"][cell["stype"]])
        rows += [[f"r{len(rows) + more}", weight, *answers] for more in range(cell["n"])]
    questionnaire = (
        'title = "Schools"\nsegments = ["stype"]\ninterval = "METHOD"\n'
        + singles(wide=("No", "Yes"), comp=("No", "Yes"), stype=("E", "H", "M"))
        + '[questions.holds]\nkind = "multiple"\noptions = { holds_wide = "holds_wide", '
        'holds_comp = "holds_comp", none = "none" }\n'
    )
    report = "".join(
        f'[[exhibit]]\nid = "{name}_exhibit"\nkind = "{kind}"\nquestion = "{name}"\n{by}'
        for name, kind, by in (
            ("wide", "segment_panels", 'by = "stype"\n'),
            ("comp", "segment_panels", 'by = "stype"\n'),
            ("holds", "ranked_bars", ""),
        )
    )
    out: Found = {}
    for name, method in METHODS.items():
        paths = run(
            folder, questionnaire.replace("METHOD", method),
            Wave(rows, respondents='id = "id"\nweight = "weight"'), report,
        )  # fmt: skip
        wide = read(paths, "frequencies/wide")
        yes = wide[wide["option"] == "yes"].set_index("group")
        assert set(yes["interval"]) == {method}
        out |= pair(f"share_sch_wide_yes.ci95.{name}", yes.loc["", ["low", "high"]])
        if method == "logit":
            for group in "EHM":
                own = yes.loc[group.lower()]
                out |= pair(f"share_sch_wide_yes_by_stype.{group}.logit", own[["low", "high"]])
                out[f"share_sch_wide_yes_by_stype.{group}.p"] = own["share"]
                out[f"share_sch_wide_yes_by_stype.{group}.se"] = own["standard_error"]
    out |= {
        "share_sch_wide_yes.p": yes.loc["", "share"],
        "share_sch_wide_yes.se": yes.loc["", "standard_error"],
    }
    wave = read(paths, "waves").iloc[0]
    out |= {"kish.deff": wave["deff"], "kish.n_eff": wave["effective_respondents"]}
    out |= schools_tested(paths, sample, yes)
    return {f"weighted_sample.{name}": float(value) for name, value in out.items()}


def pair(name: str, limits: Any) -> Found:
    low, high = limits
    return {f"{name}.0": low, f"{name}.1": high}


def schools_tested(paths: Paths, sample: dict[str, Any], yes: pd.DataFrame) -> Found:
    tested = read(paths, "tests").set_index("test")
    pairs = tested.loc["two_groups"]
    pairs = pairs[pairs["option"] == "yes"]
    wide = pairs[pairs["question"] == "wide"]
    order = [f"{a.upper()}-{b.upper()}" for a, b in zip(wide["first"], wide["second"], strict=True)]
    assert order == sample["pairwise_by_stype"]["order"]
    # shares are judged by Newcombe; R's t tests are those of the same differences and errors
    assert (wide["method"] == "newcombe").all()
    _, p = tests.t_test(wide["difference"], wide["standard_error"], sample["df"])
    columns = {"difference": wide["difference"], "p_t199": pd.Series(p)}
    columns |= {"p_holm": pd.Series(tests.holm(p)), "p_bh": pd.Series(tests.benjamini_hochberg(p))}
    sizes = yes[["share", "effective_base"]]
    for name, pooled in (("z_unpooled_kish_n_eff", False), ("z_pooled_kish_n_eff", True)):
        columns[name] = pd.Series(
            [
                float(textbook_tests.z_test(*sizes.loc[one], *sizes.loc[other], pooled=pooled)[0])
                for one, other in zip(wide["first"], wide["second"], strict=True)
            ]
        )
    out = {
        f"pairwise_by_stype.{name}.{place}": value
        for name, column in columns.items()
        for place, value in enumerate(column)
    }
    overlap = tested.loc["group_and_total"]
    overlap = overlap[
        (overlap["question"] == "wide") & (overlap["option"] == "yes") & (overlap["first"] == "e")
    ]
    out["group_minus_total_overlap.difference"] = overlap["difference"].iloc[0]
    out["group_minus_total_overlap.se"] = overlap["standard_error"].iloc[0]
    both = tested.loc["two_options"]
    assert list(both[["first", "second", "df"]]) and both["second"] == "holds_comp"
    holds = read(paths, "frequencies/holds").set_index(["option", "by"])["standard_error"]
    first, second = holds["holds_wide", ""], holds["holds_comp", ""]
    implied = (first**2 + second**2 - both["standard_error"] ** 2) / 2
    name = "two_options_same_respondents"
    out |= {f"{name}.difference": both["difference"], f"{name}.se": both["standard_error"]}
    out |= {f"{name}.covariance": implied, f"{name}.t": both["statistic"], f"{name}.p_t199": both["p"]}
    out["df"] = both["df"]
    for question, variable in (("wide", "sch_wide"), ("comp", "comp_imp")):
        rao = tested.loc["rao_scott"]
        rao = rao[rao["question"] == question].set_index("method")
        second_order = rao.loc["F", ["statistic", "df", "df2", "p"]]
        names = ["F", "df1", "df2", "p"]
        out |= {f"rao_scott.{variable}_by_stype.{n}": v for n, v in zip(names, second_order, strict=True)}
        if variable == "sch_wide":
            first_order = rao.loc["chi-squared, p of the first order"]
            out["rao_scott.sch_wide_by_stype.first_order_chisq"] = first_order["statistic"]
            out["rao_scott.sch_wide_by_stype.first_order_p"] = first_order["p"]
    return out


def raked(example: dict[str, Any], folder: Path) -> Found:
    counts, population = np.array(example["sample"]), np.array(example["population"])
    rows = [["id", "a", "b"]]
    for b, a in np.ndindex(counts.shape):
        rows += [[f"r{len(rows) + more}", f"a{a + 1}", f"b{b + 1}"] for more in range(counts[b, a])]
    targets = {"a": population.sum(axis=0), "b": population.sum(axis=1)}
    more = ""
    for name, totals in targets.items():
        listed = ", ".join(f"{name}{place} = {total}" for place, total in enumerate(totals, 1))
        more += f'[weights.targets.{name}]\nsource = "the example"\nshares = {{ {listed} }}\n'
    groups = {"a": ("a1", "a2", "a3", "a4"), "b": ("b1", "b2", "b3")}
    wave = Wave(rows, respondents=IDS, more=more)
    paths = run(folder, 'title = "Raked"\n' + singles(**groups), wave)
    with duckdb.connect(str(paths.database), read_only=True) as connection:
        weights = connection.execute(
            "select a.option, b.option, any_value(weight)::double, count(distinct weight) from respondents "
            "join answers as a on a.respondent = respondents.respondent and a.question = 'a' "
            "join answers as b on b.respondent = respondents.respondent and b.question = 'b' group by all"
        ).fetchall()
    assert len(weights) == 12
    wave_row = read(paths, "waves").iloc[0]
    name = "raking_kalton_flores_cervantes_2003"
    scale = population.sum() / counts.sum()
    out = {f"{name}.kish_deff": wave_row["deff"], f"{name}.n_eff": wave_row["effective_respondents"]}
    for a, b, weight, different in weights:
        assert different == 1
        out[f"{name}.raked_weights_a_by_b.{int(a[1]) - 1}.{int(b[1]) - 1}"] = weight * scale
    return out


def newcombes(cases: list[list[float]], folder: Path) -> Found:
    names = [f"q{place}" for place in range(len(cases))]
    most = int(max(n for _, n, _, _ in cases))
    rows = [["id", *names]]
    for row in range(most):
        rows.append(
            [f"r{row}", *("" if row >= n else "yes" if row < yes else "no" for yes, n, _, _ in cases)]
        )
    paths = run(
        folder, 'title = "Shares"\n' + singles(**dict.fromkeys(names, ("yes", "no"))),
        Wave(rows, respondents=IDS),
    )  # fmt: skip
    out: Found = {}
    for place, name in enumerate(names):
        found = read(paths, f"frequencies/{name}").set_index("option").loc["yes"]
        out |= {
            f"newcombe_1998.wilson.{place}.2": found["low"],
            f"newcombe_1998.wilson.{place}.3": found["high"],
        }
    return out


def promoters(example: dict[str, Any], folder: Path) -> Found:
    given = [("9", "promoters"), ("7", "passives"), ("3", "detractors")]
    answers = [score for score, who in given for _ in range(example[who])]
    listed = ", ".join(f'p{score} = "{score}"' for score in range(11))
    detractors = ", ".join(f'"p{score}"' for score in range(7))
    questionnaire = (
        f'title = "Recommended"\n[questions.recommend]\nkind = "single"\noptions = {{ {listed} }}\n'
        f'nets = {{ promoters = ["p9", "p10"], detractors = [{detractors}] }}\n'
    )
    rows = [["id", "recommend"], *([f"r{row}", answer] for row, answer in enumerate(answers))]
    wave = Wave(rows, respondents=IDS, more="[changes.recommend]\nnot_offered = []")
    paths = run(folder, questionnaire, wave)
    found = read(paths, "frequencies/recommend").set_index("measure").loc["net_promoter_score"]
    return {"nps.score": found["value"], "nps.se_n_minus_1": found["standard_error"]}


def by_functions(known: dict[str, Any]) -> Found:
    out: Found = {}
    name = "raking_kalton_flores_cervantes_2003"
    counts, population = (np.array(known[name][key]) for key in ("sample", "population"))
    cell = np.repeat(np.arange(counts.size), counts.ravel())
    weights = raking.rake(np.ones(counts.sum()), [cell], [population.ravel()])
    cells = np.array([weights[cell == place][0] for place in range(counts.size)]).reshape(counts.shape)
    out |= {f"{name}.cell_weights_a_by_b.{a}.{b}": cells[b, a] for b, a in np.ndindex(counts.shape)}
    toy = np.array(known["kish_toy"]["weights"], dtype=float)
    out["kish_toy.deff"] = variance.kish_deff(toy.sum(), (toy**2).sum(), len(toy))
    out["kish_toy.n_eff"] = variance.effective_cases(toy.sum(), (toy**2).sum())
    printed = known["newcombe_1998"]
    for place, (yes, n, _, _) in enumerate(printed["clopper_pearson"]):
        low, high = limits_of.clopper_pearson(yes, n)
        out |= {f"newcombe_1998.clopper_pearson.{place}.{side}": v for side, v in ((2, low), (3, high))}
    for place, (yes, n, other, m, _, _) in enumerate(printed["difference_method_10"]):
        low, high = differences.newcombe(yes / n, n, other / m, m)
        out |= {f"newcombe_1998.difference_method_10.{place}.{side}": v for side, v in ((4, low), (5, high))}
    name = "benjamini_hochberg_1995"
    example = known[name]
    short = {"bh": "benjamini_hochberg", "holm": "holm", "bonferroni": "bonferroni"}
    for key, adjustment in short.items():
        adjusted = tests.ADJUSTMENTS[adjustment](example["p"])
        out[f"{name}.rejected_at_0.05.{key}"] = (adjusted <= 0.05).sum()
        if key == "bh":
            first = len(example["adjusted_bh_first"])
            out |= {f"{name}.adjusted_bh_first.{i}": p for i, p in enumerate(adjusted[:first])}
    table = known["mcnemar_agresti"]["table"]
    found = textbook_tests.mcnemar(table[0][1], table[1][0])
    out |= {"mcnemar_agresti.chisq": found.statistic, "mcnemar_agresti.p": found.p}
    name = "pearson_agresti_party_by_gender"
    found = tests.pearson(known[name]["table"])
    out |= {f"{name}.chisq": found.statistic, f"{name}.df": found.df, f"{name}.p": found.p}
    name = "friedman_hollander_wolfe"
    data = np.array(known[name]["data"])
    ranks = np.array([rankdata(row) for row in data])
    alike = sum(
        int((row == value).sum()) ** 3 - int((row == value).sum()) for row in data for value in set(row)
    )
    found = tests.friedman(ranks.sum(axis=0), len(data), alike)
    out |= {f"{name}.chisq": found.statistic, f"{name}.df": found.df, f"{name}.p": found.p}
    nps = known["nps"]
    n = nps["promoters"] + nps["passives"] + nps["detractors"]
    up, down = nps["promoters"], nps["detractors"]
    _, error = variance.net_promoter_score((n, n), (up, up), (down, down), n)
    out["nps.se_n"] = error * np.sqrt((n - 1) / n)
    return {name: float(value) for name, value in out.items()}


@pytest.mark.parametrize(
    ("target", "said"), [([1, 2, 3], "nobody is in group 3"), ([3, 0], "a target of 0 for the respondents")]
)
def test_what_cannot_be_raked(target: list[int], said: str) -> None:
    with pytest.raises(raking.RakingError, match=said):
        raking.rake([1.0, 1, 1], [[0, 0, 1]], [target])
    with pytest.raises(raking.RakingError, match="no weights after 5000 rounds"):
        raking.rake([1.0, 1], [[0, 1], [0, 1]], [[1, 2], [2, 1]])


def test_raking_within_limits() -> None:
    groups, target = [0] * 9 + [1], [5.0, 5.0]
    free = raking.rake(np.ones(10), [groups], [target])
    assert free[-1] == pytest.approx(5)
    # the one respondent of the second group may not stand for more than three
    with pytest.raises(raking.RakingError, match="no weights within the limits"):
        raking.rake(np.ones(10), [groups], [target], (0.0, 3.0))
    base = np.array([1.0, 1, 1, 1, 6])
    cut = raking.rake(base, [[0] * 5], [[5.0]], (0.0, 2.0))
    assert cut == pytest.approx([0.75, 0.75, 0.75, 0.75, 2])


def test_shares_of_0_and_1_and_nobody() -> None:
    for share in (0.0, 1.0):
        assert variance.share_error(Sums(10, 10, 10 * share, 10 * share), 10) == 0
        for interval in ("logit", "wald", "wilson_design", "beta"):
            assert intervals.share_limits(interval, share, 0.0, 10, 10) == (share, share)
    of_nobody = intervals.share_limits("korn_graubard", 0.0, 0.0, 20, 20)
    assert of_nobody == (0.0, pytest.approx(0.1684, abs=5e-5))
    assert np.isnan(Sums(0, 0, 0, 0).share)
    assert np.isnan(variance.share_error(Sums(0, 0, 0, 0), 10))
    assert np.isnan(variance.share_error(Sums(1, 1, 1, 1), 1))


@pytest.mark.parametrize("method", ["wilson", "wilson_design", "logit", "beta", "korn_graubard", "wald"])
def test_every_interval_at_its_edges(method: str) -> None:
    def limits(yes: float, n: int) -> tuple[float, float]:
        sums = Sums(n, n, yes, yes)
        error, effective = variance.share_error(sums, n), variance.effective_cases(n, n)
        low, high = intervals.share_limits(method, sums.share, error, effective, n)
        return float(low), float(high)

    assert np.isnan(limits(0, 0)).all()
    for n in (1, 2, 50):
        for share in (0, 1):
            low, high = limits(share * n, n)
            # one respondent has no error: only what leans on none says anything
            assert n == 1 or 0 <= low <= share <= high <= 1
    low, high = limits(20, 50)
    assert 0 < low < 0.4 < high < 1
    if method == "wilson":
        assert (limits(0, 1)[0], limits(1, 1)[1]) == (0, 1)


def test_a_mean_unweighted_is_the_usual_one() -> None:
    values = np.array([1.0, 2, 4, 9])
    error = variance.mean_error(4, ((values - values.mean()) ** 2).sum(), 4)
    assert error == pytest.approx(np.std(values, ddof=1) / 2)
    low, high = limits_of.mean_limits(4.0, error, 3)
    assert (low + high) / 2 == pytest.approx(4)
    assert np.isnan(limits_of.mean_limits(4.0, 0.0, 0)).all()


def test_newcombe_and_its_p_value_agree() -> None:
    p = float(differences.newcombe_p(0.8, 70, 0.6, 80))
    low, _ = differences.newcombe(0.8, 70, 0.6, 80, confidence=1 - p)
    assert 0 < p < 0.05
    assert low == pytest.approx(0, abs=1e-12)
    assert differences.newcombe_p(0.0, 50, 0.0, 60) == 1
    assert np.isnan(differences.newcombe_p(0.5, 0, 0.5, 10))


def test_no_test_is_adjusted_for_none() -> None:
    p = np.array([[0.01, np.nan, 0.04], [np.nan, np.nan, np.nan]])
    for name, adjust in tests.ADJUSTMENTS.items():
        adjusted = adjust(p)
        assert np.isnan(adjusted).tolist() == np.isnan(p).tolist(), name
        assert adjusted[0, 0] == pytest.approx(0.01 if name == "none" else 0.02)
