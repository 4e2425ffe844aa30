"""Estimates from sums: shares, nets, means and ranks with their bases, intervals and flags.

Pure functions of the sums that sql/bases.sql, mentions.sql, net_mentions.sql and numbers.sql return.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from pipeline.stats.intervals import wilson

LOW_BASE = 30
SUPPRESSED = 10
GROUP = ["wave", "question", "item", "segment", "grp"]
MEASURES = (
    "option", "net", "mean", "lower_quartile", "median", "upper_quartile",
    "ranked", "first", "mean_rank", "written",
)  # fmt: skip


def bases(sums: pd.DataFrame, dkns: Literal["keep", "exclude"]) -> pd.DataFrame:
    """The base of each group: sample_size, valid_cases, weighted_base, effective_base.

    Sample size is answered + dkns. Valid cases leave dkns out where it is excluded. The effective
    base is Kish's, (Σw)²/Σw² over the valid cases (Kish, L. (1965), Survey Sampling, 11.7).
    """
    kept = dkns == "keep"
    base = sums[GROUP].copy()
    base["sample_size"] = sums["answered"] + sums["dkns"]
    base["valid_cases"] = sums["answered"] + (sums["dkns"] if kept else 0)
    base["weighted_base"] = (sums["answered_weight"] + (sums["dkns_weight"] if kept else 0)).astype(float)
    squares = (sums["answered_squares"] + (sums["dkns_squares"] if kept else 0)).astype(float)
    base["effective_base"] = base["weighted_base"] ** 2 / squares.where(squares > 0)
    return base


def shares(
    base: pd.DataFrame, offers: pd.DataFrame, mentions: pd.DataFrame, dkns: Literal["keep", "exclude"]
) -> pd.DataFrame:
    """One row an option offered and a group, with the share of the base who chose it.

    `offers` has wave, question, item, option and role; an option nobody chose is 0%, one that the
    wave did not offer has no row. Not-applicable is outside the base, so it has a count and no share.
    """
    if dkns == "exclude":
        offers = offers[offers["role"] != "dkns"]
    rows = base.merge(offers, on=["wave", "question", "item"])
    counted = mentions[[*GROUP, "option", "respondents", "weighted"]]
    rows = rows.merge(counted, on=[*GROUP, "option"], how="left")
    rows = _with_share(rows, rows["respondents"], rows["weighted"])
    rows.loc[rows["role"] == "not_applicable", ["share", "low", "high"]] = np.nan
    in_base = rows["respondents"].where(rows["role"] != "not_applicable", 0)
    rows["total_mentions"] = in_base.groupby([rows[key] for key in GROUP]).transform("sum")
    return rows.assign(measure="option", value=np.nan)


def net_shares(base: pd.DataFrame, nets: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """One row a net and group; `nets` has wave, question, item and net for all that a wave offered."""
    rows = base.merge(nets, on=["wave", "question", "item"])
    rows = rows.merge(mentions[[*GROUP, "net", "respondents", "weighted"]], on=[*GROUP, "net"], how="left")
    return _with_share(rows, rows["respondents"], rows["weighted"]).assign(measure="net", value=np.nan)


def rank_shares(base: pd.DataFrame, offers: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Three rows an item ranked: the share that ranked it, the share that put it first, its mean rank."""
    whole = base.drop(columns="item").merge(offers, on=["wave", "question"])
    counted = mentions.drop(columns="option")
    rows = whole.merge(counted, on=GROUP, how="left")
    ranked = _with_share(rows, rows["respondents"], rows["weighted"]).assign(measure="ranked", value=np.nan)
    first = _with_share(rows, rows["first"], rows["first_weighted"]).assign(measure="first", value=np.nan)
    weighted = rows["weighted"].astype(float)
    mean = _without_share(rows, "mean_rank", rows["rank_weighted"].astype(float) / weighted)
    return pd.concat([ranked, first, mean], ignore_index=True)


def numbers(base: pd.DataFrame, summaries: pd.DataFrame) -> pd.DataFrame:
    """Four rows a number question (or item of an allocation) and group: mean, quartiles and median."""
    rows = base.drop(columns="item").merge(summaries, on=[key for key in GROUP if key != "item"])
    return pd.concat(
        [
            _without_share(rows, measure, rows[measure].astype(float))
            for measure in ("mean", "lower_quartile", "median", "upper_quartile")
        ],
        ignore_index=True,
    )


def written(sums: pd.DataFrame) -> pd.DataFrame:
    """One row a text question and group: the share who wrote something, of those who were asked.

    Who left it empty is in the base here, because a text has no other answer than writing nothing.
    """
    base = sums[GROUP].copy()
    base["sample_size"] = base["valid_cases"] = sums["answered"] + sums["skipped"]
    base["weighted_base"] = (sums["answered_weight"] + sums["skipped_weight"]).astype(float)
    squares = (sums["answered_squares"] + sums["skipped_squares"]).astype(float)
    base["effective_base"] = base["weighted_base"] ** 2 / squares.where(squares > 0)
    return _with_share(base, sums["answered"], sums["answered_weight"]).assign(
        measure="written", value=np.nan
    )


def mean_scores(levels: pd.DataFrame) -> pd.DataFrame:
    """One row an item and group: the mean of the scores of those who chose a scored option."""
    scored = levels[levels["score"].notna()].copy()
    scored["weighted_score"] = scored["weighted_respondents"] * scored["score"]
    sums = scored.groupby(GROUP, as_index=False)[
        ["weighted_score", "weighted_respondents", "respondents"]
    ].sum()
    base = levels.drop_duplicates(GROUP)[
        [*GROUP, "sample_size", "valid_cases", "weighted_base", "effective_base"]
    ]
    rows = base.merge(sums, on=GROUP)
    weighted = rows["weighted_respondents"]
    return _without_share(rows, "mean", rows["weighted_score"] / weighted.where(weighted > 0))


def flagged(estimates: pd.DataFrame) -> pd.DataFrame:
    """`estimates` with `flag`: low_base under 30 valid cases; suppressed, and blanked, under 10."""
    cases = estimates["valid_cases"]
    flag = np.select([cases < SUPPRESSED, cases < LOW_BASE], ["suppressed", "low_base"], "")
    out = estimates.assign(flag=flag)
    blanked = ["share", "low", "high", "value", "respondents", "weighted_respondents", "total_mentions"]
    out["respondents"] = out["respondents"].astype("Int64")
    out["total_mentions"] = out["total_mentions"].astype("Int64")
    hidden = out["flag"] == "suppressed"
    for column in blanked:
        out[column] = out[column].mask(hidden)
    return out


def _with_share(rows: pd.DataFrame, respondents: pd.Series, weighted: pd.Series) -> pd.DataFrame:
    out = rows.assign(
        respondents=respondents.fillna(0).astype(int),
        weighted_respondents=weighted.astype(float).fillna(0.0),
    )
    base = out["weighted_base"]
    out["share"] = out["weighted_respondents"] / base.where(base > 0)
    out["low"], out["high"] = wilson(out["share"], out["effective_base"])
    return out


def _without_share(rows: pd.DataFrame, measure: str, value: pd.Series) -> pd.DataFrame:
    return rows.assign(measure=measure, value=value, share=np.nan, low=np.nan, high=np.nan)
