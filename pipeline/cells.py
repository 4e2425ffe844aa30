"""Estimates of questions over a domain: the sums come from SQL, the formulas from `estimate`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import duckdb
import numpy as np
import pandas as pd

from pipeline import estimate
from pipeline.exhibits import Bands
from pipeline.statements import statement
from pipeline.survey import MEASURED, Survey
from pipeline.words import plain

COLUMNS = [
    "wave", "question", "item", "item_label", "option", "option_label", "role", "measure",
    "by", "group", "group_label", "share", "low", "high", "respondents", "sample_size",
    "valid_cases", "total_mentions", "weighted_respondents", "weighted_base", "effective_base",
    "value", "flag",
]  # fmt: skip
ALL = "All respondents"
_NO_GROUP: tuple[str, ...] = ("dkns", "not_applicable")


@dataclass(frozen=True)
class Domain:
    """Whom and in which groups to count: segments by name, and a filter (questions AND, options OR)."""

    segments: tuple[str, ...] = ()
    where: Mapping[str, Sequence[str]] | None = None
    dkns: Literal["keep", "exclude"] = "keep"


def estimates(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    bands: Mapping[str, Bands],
    questions: Sequence[str],
    domain: Domain,
) -> pd.DataFrame:
    """One row an estimate, in questionnaire order: every option, net, mean and rank of `questions`.

    The columns are COLUMNS and `screened`: whether the option disqualifies, so that nobody analysed has
    it. All respondents come first (`by` and `group` empty), then the groups of
    each segment of `domain`; every wave that offered the question is there.
    """
    groups = _groups(survey, bands, domain.segments)
    numbers = {name: number for number, name in enumerate(survey.questions, 1)}
    wanted = pd.DataFrame({"question": np.array([numbers[q] for q in questions], dtype="uint16")})
    _open_domain(connection, survey, numbers, groups, domain, wanted)
    nets = _nets(survey, numbers, questions)
    connection.register("nets_frame", nets)
    connection.execute("create or replace temp table nets as select * from nets_frame")
    connection.unregister("nets_frame")
    sums = connection.execute(statement("bases")).df()
    texts = sums["question"].isin([numbers[q] for q in questions if survey.questions[q].kind == "text"])
    base = estimate.bases(sums[~texts], domain.dkns)
    mentions = connection.execute(statement("mentions")).df()
    offers = connection.execute(
        "select offers.* exclude (label), options.role::varchar as role, options.score, questions.kind "
        "from coded.offers join wanted using (question) join coded.questions using (question) "
        "left join coded.options using (question, option)"
    ).df()
    options = offers[(offers["option"] > 0) & (offers["kind"] != "rank")]
    shares = estimate.shares(base, options.drop(columns="kind"), mentions, domain.dkns)
    ranked = offers[offers["kind"] == "rank"][["wave", "question", "item"]]
    parts = [
        shares,
        estimate.mean_scores(shares),
        estimate.rank_shares(base, ranked, mentions),
        estimate.written(sums[texts]),
        estimate.numbers(base, connection.execute(statement("numbers")).df()),
    ]
    if len(nets):
        slots = base[["wave", "question", "item"]].drop_duplicates()
        offered = slots.merge(nets[["question", "net", "option"]], on="question")
        # a net none of whose options a wave offered is not there, as they are not; bands are always there
        there = offers[["wave", "question", "item", "option"]].assign(offered=True)
        offered = offered.merge(there, on=["wave", "question", "item", "option"], how="left")
        offered = offered[offered["option"].isna() | offered["offered"].eq(True)]
        offered = offered[["wave", "question", "item", "net"]].drop_duplicates()
        counted = connection.execute(statement("net_mentions")).df()
        parts.append(estimate.net_shares(base, offered, counted))
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame({column: [] for column in [*COLUMNS, "screened"]}).astype({"screened": bool})
    found = pd.concat(filled, ignore_index=True)
    # a ranking alone brings no options, and a number no weights and no nets
    expected = ("option", "role", "net", "screened", "total_mentions", "weighted_respondents")
    absent = [column for column in expected if column not in found]
    found = found.reindex(columns=[*found.columns, *absent])
    found["screened"] = found["screened"].where(found["measure"] == "option").eq(True)
    named = _named(connection, survey, numbers, groups, nets, found)
    return estimate.flagged(named)[[*COLUMNS, "screened"]]


def _groups(survey: Survey, bands: Mapping[str, Bands], segments: Sequence[str]) -> pd.DataFrame:
    """One row an option that puts a respondent into a group of a segment."""
    numbers = {name: number for number, name in enumerate(survey.questions, 1)}
    rows: list[tuple[str, int, int, str, str, int]] = []
    for segment in segments:
        of = bands[segment].of if segment in bands else segment
        options = list(survey.options(of))
        if segment in bands:
            listed = [(group, own.label, own.options) for group, own in bands[segment].groups.items()]
        else:
            grouping = {o: v for o, v in survey.options(of).items() if v.role not in _NO_GROUP}
            listed = [(o, "", [o]) for o in grouping]
        rows += [
            (segment, numbers[of], position, group, label, options.index(option) + 1)
            for position, (group, label, members) in enumerate(listed, 1)
            for option in members
        ]
    types = {"segment": "str", "question": "uint16", "position": "int64", "grp": "str", "label": "str"}
    types["option"] = "uint16"
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _open_domain(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    numbers: Mapping[str, int],
    groups: pd.DataFrame,
    domain: Domain,
    wanted: pd.DataFrame,
) -> None:
    """Fill the temporary tables `wanted` and `domain` that the statements read."""
    conditions = ["excluded is null"]
    for name, chosen in (domain.where or {}).items():
        listed = ", ".join(str(list(survey.options(name)).index(option) + 1) for option in chosen)
        conditions.append(
            "exists (select 1 from coded.answers where answers.wave = respondents.wave "
            f"and answers.respondent = respondents.respondent and question = {numbers[name]} "
            f"and option in ({listed}))"
        )
    connection.register("wanted_frame", wanted)
    connection.register("groups_frame", groups)
    connection.execute("create or replace temp table wanted as select * from wanted_frame")
    connection.execute(
        "create or replace temp table domain as with inside as (select wave, respondent "
        f"from coded.respondents where {' and '.join(conditions)}) "
        "select wave, respondent, '' as segment, '' as grp from inside union all "
        "select wave, respondent, segment, grp from inside join coded.answers using (wave, respondent) "
        "join groups_frame using (question, option)"
    )
    connection.unregister("wanted_frame")
    connection.unregister("groups_frame")


def _nets(survey: Survey, numbers: Mapping[str, int], questions: Sequence[str]) -> pd.DataFrame:
    """One row a member of a net, or a band of a number: from `low` up to below `high`.

    The band that reaches highest holds its upper end too, so that bands may share their ends.
    """
    rows: list[tuple[int, str, int | None, float, float, bool]] = []
    for name in questions:
        for net, members in survey.nets(name).items():
            options = list(survey.options(name))
            rows += [(numbers[name], net, options.index(m) + 1, np.nan, np.nan, False) for m in members]
        if survey.questions[name].kind in MEASURED:
            bands = {net: [float(end) for end in band] for net, band in survey.questions[name].nets.items()}
            top = max((high for _, high in bands.values()), default=0.0)
            rows += [(numbers[name], net, None, low, high, high == top) for net, (low, high) in bands.items()]
    types = {"question": "uint16", "net": "str", "option": "UInt16"}
    types |= {"low": "float64", "high": "float64", "closed": "bool"}
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _named(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    numbers: Mapping[str, int],
    groups: pd.DataFrame,
    nets: pd.DataFrame,
    found: pd.DataFrame,
) -> pd.DataFrame:
    """`found` in questionnaire order, with ids and labels in place of numbers."""
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    items = _labels(connection, "items", "item")
    options = _labels(connection, "options", "option")
    ids = {number: name for name, number in numbers.items()}
    grouped = zip(groups["segment"], groups["grp"], strict=True)
    places = dict(zip(grouped, groups["position"], strict=True))
    segments = {segment: place for place, segment in enumerate(dict.fromkeys(groups["segment"]), 1)}
    net_places = {key: place for place, key in enumerate(zip(nets["question"], nets["net"], strict=True))}
    option = found["option"].where(found["measure"] == "option")
    net = found["net"]
    keys = list(zip(found["question"], found["item"], option.fillna(0).astype(int), strict=True))
    out = found.assign(
        _measure=found["measure"].map(estimate.MEASURES.index),
        _option=[k[2] for k in keys],
        _net=[net_places.get((q, n), 0) for q, n in zip(found["question"], net, strict=True)],
        _segment=found["segment"].map(segments).fillna(0),
        _group=[places.get((s, g), 0) for s, g in zip(found["segment"], found["grp"], strict=True)],
    ).sort_values(["question", "wave", "_segment", "_group", "item", "_measure", "_option", "_net"])
    order = out.index
    question = found.loc[order, "question"]
    is_net = found.loc[order, "measure"] == "net"
    out["option"] = [options.get((q, o), ("", ""))[0] for q, _, o in (keys[i] for i in order)]
    out["option_label"] = [options.get((q, o), ("", ""))[1] for q, _, o in (keys[i] for i in order)]
    out.loc[is_net, "option"] = net.loc[order][is_net]
    out.loc[is_net, "option_label"] = net.loc[order][is_net].map(plain)
    out["role"] = out["role"].where(out["measure"] == "option", "").fillna("")
    out.loc[is_net, "role"] = "net"
    pairs = list(zip(question, out["item"], strict=True))
    out["item"] = [items.get(pair, ("", ""))[0] for pair in pairs]
    out["item_label"] = [items.get(pair, ("", ""))[1] for pair in pairs]
    out["question"] = question.map(ids)
    out["wave"] = out["wave"].map(waves)
    labels = _group_labels(options, groups)
    out["group_label"] = [labels[s, g] for s, g in zip(out["segment"], out["grp"], strict=True)]
    several = {name for name, asked in survey.questions.items() if asked.kind == "multiple"}
    out["total_mentions"] = out["total_mentions"].where(out["question"].isin(several))
    return out.rename(columns={"segment": "by", "grp": "group"}).reset_index(drop=True)


def _labels(
    connection: duckdb.DuckDBPyConnection, table: str, key: str
) -> dict[tuple[int, int], tuple[str, str]]:
    rows = connection.execute(f"select question, {key}, id, label from coded.{table}").fetchall()
    return {(question, number): (identifier, label) for question, number, identifier, label in rows}


def _group_labels(
    options: Mapping[tuple[int, int], tuple[str, str]], groups: pd.DataFrame
) -> dict[tuple[str, str], str]:
    """The printed label of each (segment, group): the band's, or the option's full one."""
    labels = {("", ""): ALL}
    for segment, question, _, group, label, option in groups.itertuples(index=False):
        labels[segment, group] = label or options[question, option][1]
    return labels
