"""The formulas against two libraries, svy and statsmodels, on random designs (always the same ones)."""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pytest
import svy
import textbook_tests
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint
from svy.errors.weighting_errors import WeightingError

from pipeline.project.sql import statement
from pipeline.stats import raking, tests, variance
from pipeline.stats.differences import newcombe
from pipeline.stats.intervals import share_limits
from pipeline.stats.limits import clopper_pearson, score
from pipeline.stats.variance import Sums

SHARES = (0.0, 0.02, 0.3, 0.5, 0.9, 1.0)
close = pytest.approx


def drawn(seed: int, n: int, spread: float, share: float, groups: int) -> pl.DataFrame:
    """Respondents with lognormal weights, an answer and a group; small n leaves groups and cells empty."""
    rng = np.random.default_rng(seed)
    return pl.DataFrame(
        {
            "w": rng.lognormal(0, spread, n),
            "y": (rng.random(n) < share).astype(int),
            "g": rng.choice(list("abcd")[:groups], n),
        }
    )


def sums(data: pl.DataFrame) -> Sums:
    w, y = data["w"].to_numpy(), data["y"].to_numpy() == 1
    return Sums(w.sum(), (w**2).sum(), w[y].sum(), (w[y] ** 2).sum())


def agrees(found: Any, expected: Any) -> None:
    assert found == close(expected, rel=1e-8, abs=1e-12)


DESIGNS = given(
    seed=st.integers(0, 10**6),
    n=st.integers(2, 400),
    spread=st.sampled_from([0.0, 0.5, 1.0, 2.0, 3.0]),
    share=st.sampled_from(SHARES),
    groups=st.integers(1, 4),
)


@settings(max_examples=80, deadline=None, derandomize=True)
@DESIGNS
def test_shares_intervals_and_domains(seed: int, n: int, spread: float, share: float, groups: int) -> None:
    data = drawn(seed, n, spread, share, groups)
    sample = svy.Sample(data=data, design=svy.Design(wgt="w"))
    whole = sums(data)
    error = variance.share_error(whole, n)
    if data["y"].n_unique() == 1:
        # svy has no row for a level that nobody chose; there is no SE for an interval to lean on
        assert (whole.share, error) in ((0.0, 0.0), (1.0, 0.0))
        return
    of = {
        "logit": share_limits("logit", whole.share, error, n, n),
        "beta": share_limits("beta", whole.share, error, n, n),
        "korn-graubard": share_limits("korn_graubard", whole.share, error, n, n),
        "wilson": share_limits("wilson_design", whole.share, error, n, n),
    }
    for method, limits in of.items():
        (row,) = (r for r in sample.estimation.prop("y", ci_method=method).estimates if int(r.y_level) == 1)
        agrees((whole.share, error, *limits), (row.est, row.se, row.lci, row.uci))
    for row in sample.estimation.prop("y", by="g").estimates:
        domain = data.filter(pl.col("g") == row.by_level[0])
        if int(row.y_level) == 1 and 0 < domain["y"].sum() < len(domain):
            own = sums(domain)
            own_error = variance.share_error(own, n)
            limits = share_limits("logit", own.share, own_error, len(domain), len(domain))
            agrees((own.share, own_error, *limits), (row.est, row.se, row.lci, row.uci))


@settings(max_examples=80, deadline=None, derandomize=True)
@DESIGNS
def test_rao_scott(seed: int, n: int, spread: float, share: float, groups: int) -> None:
    data = drawn(seed, n, spread, share, groups)
    if data["y"].n_unique() < 2 or data["g"].n_unique() < 2:
        return
    table = svy.Sample(data=data, design=svy.Design(wgt="w")).categorical.tabulate("y", "g").stats
    levels = sorted(data["g"].unique())
    cells = [[data.filter((pl.col("y") == a) & (pl.col("g") == g))["w"] for g in levels] for a in (0, 1)]
    weights = [[float(cell.sum()) for cell in row] for row in cells]
    squares = [[float((cell**2).sum()) for cell in row] for row in cells]
    found = tests.rao_scott(weights, squares, n)
    if np.isnan(found.second.p):
        assert (table.f.value, table.f.p_value) == (0, 1)
        return
    second = (found.second.statistic, found.second.df, found.second.df2, found.second.p)
    expected = (table.f.value, table.f.df_num, table.f.df_den, table.f.p_value)
    assert second == close(expected, rel=1e-8, abs=1e-9)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**6), n=st.integers(4, 400), spread=st.sampled_from([0.0, 0.5, 2.0]))
def test_raking(seed: int, n: int, spread: float) -> None:
    rng = np.random.default_rng(seed)
    groups = [rng.integers(0, size, n) for size in (2, 4)]
    for group, size in zip(groups, (2, 4), strict=True):
        group[:size] = range(size)  # nobody's group is empty
    targets = [rng.dirichlet(np.full(size, 5.0)) * 1000 for size in (2, 4)]
    base = rng.lognormal(0, spread, n)
    data = pl.DataFrame({"w": base, "a": groups[0], "b": groups[1]})
    controls = {name: dict(enumerate(target.tolist())) for name, target in zip("ab", targets, strict=True)}
    try:
        sample = svy.Sample(data=data, design=svy.Design(wgt="w")).weighting.rake(
            controls=controls, tol=1e-12, max_iter=5000
        )
    except WeightingError:
        # empty cells can put the targets out of reach; then no weights are made up
        with pytest.raises(raking.RakingError, match="no weights after 5000 rounds"):
            raking.rake(base, groups, targets)
        return
    found = raking.rake(base, groups, targets)
    assert found == close(sample.data["rk_wgt"].to_numpy(), rel=1e-8)


@settings(max_examples=80, deadline=None, derandomize=True)
@given(n=st.integers(1, 400), yes=st.integers(0, 400), m=st.integers(1, 400), other=st.integers(0, 400))
def test_unweighted_intervals(n: int, yes: int, m: int, other: int) -> None:
    yes, other = min(yes, n), min(other, m)
    low, high = (float(limit) for limit in score(yes / n, n))
    agrees((low, high), proportion_confint(yes, n, method="wilson"))
    agrees(clopper_pearson(yes, n), proportion_confint(yes, n, method="beta"))
    agrees(
        newcombe(yes / n, n, other / m, m),
        confint_proportions_2indep(yes, n, other, m, compare="diff", method="newcomb"),
    )


@settings(max_examples=40, deadline=None, derandomize=True)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_many_tests(p: list[float]) -> None:
    agrees(tests.holm(p), multipletests(p, method="holm")[1].tolist())
    agrees(tests.benjamini_hochberg(p), multipletests(p, method="fdr_bh")[1].tolist())


@settings(max_examples=50, deadline=None, derandomize=True)
@given(st.integers(0, 200), st.integers(1, 200))
def test_mcnemar(first: int, second: int) -> None:
    found = textbook_tests.mcnemar(first, second)
    expected = mcnemar([[0, first], [second, 0]], exact=False, correction=False)
    agrees((found.statistic, found.p), (expected.statistic, expected.pvalue))


@settings(max_examples=40, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(-20, 20), st.integers(1, 6)), min_size=1, max_size=30),
    st.sampled_from([1, 0.25]),
)
def test_weighted_quartiles_are_those_of_everybody_repeated(
    given: list[tuple[int, int]], unit: float
) -> None:
    rows = pd.DataFrame(given, columns=["x", "w"]).groupby("x", as_index=False)["w"].sum()
    values, weights = rows["x"].to_numpy(dtype=float), rows["w"].to_numpy()
    with duckdb.connect() as connection:
        connection.register("frame", pd.DataFrame({"value": values, "w": weights * unit}))
        connection.execute(
            "create temp table sums as select 1 as wave, 1 as question, 0 as item, '' as segment, "
            "'' as grp, value, 1::bigint as respondents, w::decimal(38, 12) as weighted, "
            "(w * w)::decimal(38, 12) as squares from frame"
        )
        found = connection.execute(statement("estimates/numbers")).df().iloc[0]
    everybody = np.repeat(values, weights)
    wanted = np.quantile(everybody, [0.25, 0.5, 0.75], method="averaged_inverted_cdf")
    assert found[["lower_quartile", "median", "upper_quartile"]].tolist() == wanted.tolist()
    assert found["mean"] == close(everybody.mean())
    assert found["deviations"] == close(
        float((((weights * unit) ** 2) * (values - everybody.mean()) ** 2).sum())
    )
