"""Estimates from sums: shares, nets, means and ranks with their bases, errors, intervals and flags.

Pure functions of the sums that sql/bases.sql, mentions.sql, net_mentions.sql and numbers.sql return. A frame
of bases has a row a group of GROUP with the columns that `bases` lists; each function makes rows from it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
import pandas as pd

from pipeline.disclosure.flags import flagged
from pipeline.stats.intervals import Method, share_limits
from pipeline.stats.limits import mean_limits
from pipeline.stats.variance import (
    Array,
    Sums,
    effective_cases,
    kish_deff,
    mean_error,
    net_promoter_score,
    share_error,
)
from pipeline.tidy.measures import POOL, Measure, Role

GROUP = ["wave", "question", "item", "segment", "grp"]
_ROUNDING = 1e-9
_SUMS = ["respondents", "weighted", "squares"]


def bases(sums: pd.DataFrame, dkns: Literal["keep", "exclude"], analysed: Mapping[int, int]) -> pd.DataFrame:
    """The base of each group: sample_size, valid_cases, weighted_base, base_squares, effective_base, deff.

    Sample size is answered + dkns. Valid cases leave dkns out where it is excluded. The effective base and
    the design effect are Kish's. `analysed` has the respondents of each wave, which an error needs; those who
    answered otherwise than dkns are in `answered`, `answered_weight` and `answered_squares`.
    """
    answered = sums[[*GROUP, "answered", "answered_weight", "answered_squares"]]
    base = answered.assign(sample_size=sums["sample"])
    return _of_valid(base, sums, "sample" if dkns == "keep" else "answered", analysed)


def written(sums: pd.DataFrame, analysed: Mapping[int, int], method: Method) -> pd.DataFrame:
    """One row a text question and group: the share who wrote something, of those who were asked.

    Who left it empty is in the base here, because a text has no other answer than writing nothing.
    """
    base = _of_valid(sums[GROUP].assign(sample_size=sums["asked"]), sums, "asked", analysed)
    wrote = sums[["answered", "answered_weight", "answered_squares"]].set_axis(_SUMS, axis=1)
    return _with_share(base, wrote, method).assign(measure=Measure.WRITTEN)


def shares(
    base: pd.DataFrame,
    offers: pd.DataFrame,
    mentions: pd.DataFrame,
    dkns: Literal["keep", "exclude"],
    method: Method,
) -> pd.DataFrame:
    """One row an option offered and a group, with the share of the base who chose it.

    `offers` has wave, question, item, option and role; an option nobody chose is 0%, one that the
    wave did not offer has no row. Not-applicable is outside the base, so it has a count and no share.
    """
    if dkns == "exclude":
        offers = offers[offers["role"] != Role.DKNS]
    rows = base.merge(offers, on=["wave", "question", "item"])
    rows = rows.merge(mentions[[*GROUP, "option", *_SUMS]], on=[*GROUP, "option"], how="left")
    rows = _with_share(rows, rows[_SUMS], method)
    outside = rows["role"] == Role.NOT_APPLICABLE
    _take_out(rows, outside)
    in_base = rows["respondents"].where(~outside, 0)
    rows["total_mentions"] = in_base.groupby([rows[key] for key in GROUP]).transform("sum")
    return rows.assign(measure=Measure.OPTION)


def net_shares(
    base: pd.DataFrame, nets: pd.DataFrame, mentions: pd.DataFrame, method: Method
) -> pd.DataFrame:
    """One row a net and group; `nets` has wave, question, item, net and pool for all that a wave offered.

    A pool, which is made to compare waves alone, has a measure of its own.
    """
    rows = base.merge(nets, on=["wave", "question", "item"])
    rows = rows.merge(mentions[[*GROUP, "net", *_SUMS]], on=[*GROUP, "net"], how="left")
    measure = np.where(rows["pool"].astype(bool), POOL, Measure.NET)
    return _with_share(rows, rows[_SUMS], method).assign(measure=measure).drop(columns="pool")


def net_promoter_scores(base: pd.DataFrame, mentions: pd.DataFrame, nets: pd.DataFrame) -> pd.DataFrame:
    """One row a group of a question with the nets `promoters` and `detractors`: the score, in points.

    `nets` has wave, question, item, net and id for all that a wave offered. Who did not know is not in its
    base.
    """
    rows = base
    for name in ("promoters", "detractors"):
        of_name = nets.loc[(nets["id"] == name) & ~nets["pool"], ["wave", "question", "item", "net"]]
        sums = mentions.merge(of_name)[[*GROUP, "weighted", "squares"]]
        sums.columns = pd.Index([*GROUP, name, f"{name}_squares"])
        rows = rows.merge(of_name[["wave", "question", "item"]]).merge(sums, on=GROUP, how="left")
    up, down = ((floats(rows[name]), floats(rows[f"{name}_squares"])) for name in ("promoters", "detractors"))
    known = (floats(rows["answered_weight"]), floats(rows["answered_squares"]))
    score, error = net_promoter_score(known, up, down, rows["analysed"])
    rows = rows.assign(respondents=rows["answered"])
    answered = (rows["answered_weight"], rows["answered_squares"])
    return _with_value(rows, Measure.NET_PROMOTER_SCORE, score, error, *answered)


def rank_shares(
    base: pd.DataFrame, offers: pd.DataFrame, mentions: pd.DataFrame, method: Method
) -> pd.DataFrame:
    """Rows of an item ranked: the share that ranked it, that put it first, its mean rank among those.

    And the share that put it among the first three, of the questions where `offers` says `deep`: more than
    three can be ranked.
    """
    whole = base.drop(columns="item").merge(offers, on=["wave", "question"])
    rows, first, top = (
        whole.merge(mentions.loc[mentions["place"] == place, [*GROUP, *_SUMS]], on=GROUP, how="left")
        for place in ("any", "1", "top_3")
    )
    places = mentions[mentions["place"].str.isdigit()]
    means = _mean_of_levels(rows, places.assign(score=places["place"].astype(int)))
    parts = [
        _with_share(rows, rows[_SUMS], method).assign(measure=Measure.RANKED),
        _with_share(first, first[_SUMS], method).assign(measure=Measure.FIRST),
        _with_share(top, top[_SUMS], method).assign(measure=Measure.TOP_3)[top["deep"].astype(bool)],
        _with_value(rows, Measure.MEAN_RANK, *means),
    ]
    return pd.concat([part for part in parts if len(part)] or parts, ignore_index=True).drop(columns="deep")


def numbers(base: pd.DataFrame, summaries: pd.DataFrame) -> pd.DataFrame:
    """Four rows a number question (or item of an allocation) and group: mean, quartiles and median."""
    rows = base.drop(columns="item").merge(summaries, on=[key for key in GROUP if key != "item"])
    error = mean_error(floats(rows["weight"]), rows["deviations"], rows["analysed"])
    sums = (rows["weight"], rows["squares"])
    means = _with_value(rows, Measure.MEAN, floats(rows["mean"]), error, *sums)
    without = np.full(len(rows), np.nan)
    others = [
        _with_value(rows, measure, floats(rows[measure]), without, *sums)
        for measure in (Measure.LOWER_QUARTILE, Measure.MEDIAN, Measure.UPPER_QUARTILE)
    ]
    return pd.concat([means, *others], ignore_index=True)


def mean_scores(levels: pd.DataFrame) -> pd.DataFrame:
    """One row an item and group: the mean of the scores of those who chose a scored option.

    `levels` are the rows of `shares`, with `score`.
    """
    scored = levels[levels["score"].notna()]
    scored = scored.assign(weighted=scored["weighted_respondents"])
    counts = scored.groupby(GROUP, as_index=False)["respondents"].sum()
    rows = levels.drop_duplicates(GROUP)[[*GROUP, "sample_size", "analysed"]].merge(counts, on=GROUP)
    return _with_value(rows, Measure.MEAN, *_mean_of_levels(rows, scored))


def part_shares(
    whole: pd.DataFrame, parts: pd.DataFrame, measure: str, method: Method, fewest: int
) -> pd.DataFrame:
    """One row a part that respondents of a base were counted into: combinations, steps, bins.

    `whole` is one row of what `domain_estimates.estimates` returns, whose base is taken; `parts` has option,
    option_label, role, respondents, and the sums weighted and squares of weights with a mean of 1.
    """
    row = whole.iloc[0]
    base = {"weighted_base": float(row["weight"]), "base_squares": float(row["weight_squares"])}
    rows = pd.DataFrame([row.to_dict() | base] * len(parts))
    labels = parts[["option", "option_label", "role"]].reset_index(drop=True)
    rows = _of_base(rows.drop(columns=["net", "squares"], errors="ignore").assign(**labels))
    made = _with_share(rows, parts.reset_index(drop=True)[_SUMS], method)
    scale = float(row["weighted_base"]) / float(row["weight"]) if row["weight"] else 1.0
    made["yes_weight"], made["yes_squares"] = made["weighted_respondents"], made["squares"]
    made["weighted_respondents"] = made["weighted_respondents"] * scale
    made["weighted_base"] = row["weighted_base"]
    return flagged(made.assign(measure=measure, item="", item_label="", higher_than=""), fewest)


def of_sums(rows: pd.DataFrame, scale: Array, method: Method) -> pd.DataFrame:
    """Shares made anew from their sums weight, weight_squares, yes_weight and yes_squares.

    `scale` is what a weight of 1 is as declared. Who is outside the base has sums and no share.
    """
    base = _of_base(rows.assign(weighted_base=rows["weight"], base_squares=rows["weight_squares"]))
    chosen = rows[["respondents", "yes_weight", "yes_squares"]].set_axis(_SUMS, axis=1)
    made = _with_share(base, chosen, method)
    _take_out(made, rows["share"].isna())
    return _as_declared(made, scale)


def of_values(rows: pd.DataFrame, scale: Array) -> pd.DataFrame:
    """Values with their bases and limits made anew from value, standard_error, weight and weight_squares."""
    value, error = floats(rows["value"], np.nan), floats(rows["standard_error"], np.nan)
    sums = (rows["weight"], rows["weight_squares"])
    made = _with_value(rows, rows["measure"], value, error, *sums)
    return _as_declared(made.assign(yes_weight=sums[0], yes_squares=sums[1]), scale)


def _take_out(rows: pd.DataFrame, outside: pd.Series) -> None:
    """Leave those who are outside the base without a share."""
    rows.loc[outside, ["share", "standard_error", "low", "high"]] = np.nan
    rows.loc[outside, "interval"] = ""


def _as_declared(rows: pd.DataFrame, scale: Array) -> pd.DataFrame:
    """`rows` with their weighted numbers on the scale of the declared weights."""
    return rows.assign(
        weighted_base=rows["weighted_base"] * scale, weighted_respondents=rows["weighted_respondents"] * scale
    )


def _of_valid(
    base: pd.DataFrame, sums: pd.DataFrame, valid: str, analysed: Mapping[int, int]
) -> pd.DataFrame:
    """`base` with those of `sums` who are `valid` as its base, and the respondents of the wave."""
    weight, squares = (sums[f"{valid}_{name}"].astype(float) for name in ("weight", "squares"))
    base = base.assign(valid_cases=sums[valid], weighted_base=weight, base_squares=squares)
    return _of_base(base.assign(analysed=base["wave"].map(analysed)))


def _of_base(base: pd.DataFrame) -> pd.DataFrame:
    """`base` with its effective size and design effect."""
    sums = (base["weighted_base"], base["base_squares"])
    return base.assign(effective_base=effective_cases(*sums), deff=kish_deff(*sums, base["valid_cases"]))


def _with_share(rows: pd.DataFrame, chosen: pd.DataFrame, method: Method) -> pd.DataFrame:
    """`rows` with what `chosen` (respondents, weighted, squares; nobody where empty) is of their base."""
    out = rows.assign(
        respondents=chosen["respondents"].fillna(0).astype(int),
        weighted_respondents=floats(chosen["weighted"]),
        squares=floats(chosen["squares"]),
        value=np.nan,
        interval=method,
    )
    sums = Sums(out["weighted_base"], out["base_squares"], out["weighted_respondents"], out["squares"])
    error = share_error(sums, out["analysed"])
    low, high = share_limits(method, sums.share, error, out["effective_base"], out["valid_cases"])
    return out.assign(share=sums.share, standard_error=error, low=low, high=high)


def _with_value(
    rows: pd.DataFrame,
    measure: str | pd.Series,
    value: np.ndarray,
    error: np.ndarray,
    weighted: pd.Series,
    squares: pd.Series,
) -> pd.DataFrame:
    """`rows` with a value, its error and its t interval; its base is those who gave one.

    `weighted` and `squares` are the sums of their weights and squared weights.
    """
    out = rows.assign(
        respondents=rows["respondents"].fillna(0).astype(int),
        weighted_respondents=floats(weighted),
        weighted_base=floats(weighted),
        base_squares=floats(squares),
        squares=floats(squares),
    )
    out = _of_base(out.assign(valid_cases=out["respondents"]))
    # everybody gave the same value: what is left of an error is rounding
    error = np.where(error < _ROUNDING * np.abs(value), 0.0, error)
    low, high = mean_limits(value, error, out["respondents"] - 1)
    out = out.assign(measure=measure, value=value, share=np.nan, standard_error=error, low=low, high=high)
    return out.assign(interval=np.where(np.isnan(low), "", "t"))


def _mean_of_levels(
    rows: pd.DataFrame, levels: pd.DataFrame
) -> tuple[np.ndarray, np.ndarray, pd.Series, pd.Series]:
    """The mean of `score` of each group of `rows`, its error, its Σw and Σw², from the sums of each score."""
    levels = levels[[*GROUP, "score", "weighted", "squares"]].astype({"weighted": float, "squares": float})
    levels["total"] = levels["weighted"] * levels["score"]
    sums = levels.groupby(GROUP, as_index=False)[["weighted", "squares", "total"]].sum()
    sums["mean"] = np.divide(sums["total"], sums["weighted"].where(sums["weighted"] > 0))
    levels = levels.merge(sums[[*GROUP, "mean"]], on=GROUP)
    levels["deviations"] = levels["squares"] * (levels["score"] - levels["mean"]) ** 2
    around = levels.groupby(GROUP, as_index=False)["deviations"].sum()
    means = rows[[*GROUP, "analysed"]].merge(sums.merge(around, on=GROUP), on=GROUP, how="left")
    error = mean_error(floats(means["weighted"]), means["deviations"], means["analysed"])
    return means["mean"].to_numpy(dtype=float), error, means["weighted"], means["squares"]


def floats(sums: pd.Series, absent: float = 0.0) -> Array:
    """Sums as numbers, `absent` where there are none."""
    return np.asarray(sums.astype(float).fillna(absent), dtype=np.float64)
