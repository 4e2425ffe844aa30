"""Estimates of questions over a domain: the sums come from SQL, the formulas from `estimate`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import duckdb
import numpy as np
import pandas as pd

from pipeline.declarations.questionnaire import NO_ANSWER, Survey
from pipeline.declarations.report import Bands
from pipeline.disclosure import flags
from pipeline.estimates import formulas
from pipeline.estimates.tests import ADJUSTMENT, Joint, Together, higher_than
from pipeline.exports.tools.heading import column_letters
from pipeline.project.sql import statement
from pipeline.stats.intervals import Method
from pipeline.tidy import measures
from pipeline.tidy.measures import ALL, COLUMNS, CROSS, POOL, SUMS


@dataclass(frozen=True)
class Domain:
    """Whom and in which groups to count: segments by name, and a filter (questions AND, options OR).

    Two names joined by × are one segment, of everybody who is in a group of both.
    """

    segments: tuple[str, ...] = ()
    where: Mapping[str, Sequence[str]] | None = None
    dkns: Literal["keep", "exclude"] = "keep"


def estimates(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    bands: Mapping[str, Bands],
    questions: Sequence[str],
    domain: Domain,
    adjustment: str = ADJUSTMENT,
) -> pd.DataFrame:
    """One row an estimate, in questionnaire order: every option, net, mean and rank of `questions`.

    The columns are COLUMNS and SUMS, among which `screened` says whether the option disqualifies, so that
    nobody analysed has it. All respondents come first (`by` and `group` empty), then the groups of
    each segment of `domain`; every wave that offered the question is there. Those of few are suppressed; what
    follows of them by subtraction is for `disclosure`, which knows all that a run publishes.
    """
    found = counted(connection, survey, bands, questions, domain)
    return lettered(flags.flagged(found, survey.privacy.base), adjustment)


def lettered(found: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """Estimates with `higher_than`: the letters of the groups that each is higher than."""
    return found.assign(higher_than=higher_than(found, adjustment))[[*COLUMNS, *SUMS]]


def counted(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    bands: Mapping[str, Bands],
    questions: Sequence[str],
    domain: Domain,
) -> pd.DataFrame:
    """The estimates of `estimates` before any is suppressed, without flags and letters."""
    ids = dict(enumerate(survey.questions, 1))
    groups = open_domain(connection, survey, bands, questions, domain)
    connection.execute(statement("estimates/cells"))
    found = _estimated(connection, survey, ids, domain)
    if found.empty:
        return pd.DataFrame({column: [] for column in [*COLUMNS, *SUMS]}).astype({"screened": bool})
    return _named(connection, survey, ids, groups, domain.segments, found)


def chosen_together(connection: duckdb.DuckDBPyConnection, survey: Survey) -> Together:
    """Who chose both of two options, or ranked both of two items, in the domain that is open."""
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    wanted = "where question in (select question from wanted)"
    items = _labels(connection, "items", "item", wanted)
    options = _labels(connection, "options", "option", wanted)
    names = list(survey.questions)
    found: Together = {}
    for wave, number, item, first, second, _, weight, squares in connection.execute(
        statement("estimates/pairs")
    ).fetchall():
        name = names[number - 1]
        parts = items if survey.questions[name].kind == "rank" else options
        of = items.get((number, item), ("", ""))[0]
        pair = frozenset((parts[number, first][0], parts[number, second][0]))
        found[waves[wave], name, of, pair] = (float(weight), float(squares))
    return found


def overlaps(
    connection: duckdb.DuckDBPyConnection, survey: Survey, question: str, row: Mapping[Any, Any], dkns: str
) -> Joint:
    """Who chose an item of a grid or ranking and each other item, in the domain that is open.

    `row` is the estimate of the item: of an option or a net, or of a share ranked.
    """
    items = list(survey.questions[question].items)
    options = list(survey.options(question))
    key = {
        "question": survey.position(question),
        "item": items.index(row["item"]) + 1,
        "options": [options.index(member) + 1 for member in survey.members(question, row["option"])],
        "places": survey.last_place(question, row["measure"]),
        "states": ["answered", "dkns"] if dkns == "keep" else ["answered"],
    }
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    found: Joint = {}
    for wave, part, one, other, weight, squares in connection.execute(
        statement("estimates/overlaps"), key
    ).fetchall():
        if waves[wave] == row["wave"]:
            found.setdefault(items[part - 1], {})[one, other] = (float(weight), float(squares))
    return found


def combinations(
    connection: duckdb.DuckDBPyConnection, survey: Survey, question: str, options: Sequence[str]
) -> pd.DataFrame:
    """Who chose exactly which of `options` of a multiple choice, in the domain that is open.

    The columns are wave, options (their ids), respondents, weighted and squares; who chose none has no row.
    """
    own = list(survey.options(question))
    numbers = [own.index(option) + 1 for option in options]
    found = connection.execute(statement("estimates/combinations"), [survey.position(question), numbers]).df()
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    return found.assign(
        wave=found["wave"].map(waves),
        options=pd.Series(
            [tuple(own[number - 1] for number in chosen) for chosen in found["options"]], dtype=object
        ),
    )


def values(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """How many gave each number in the domain that is open: wave, value and sums."""
    connection.execute(statement("estimates/cells"))
    found = connection.execute(statement("estimates/values")).df()
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    return found.assign(wave=found["wave"].map(waves))


def ranks(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The sums of places of ranked items in the domain that is open: what `rankings` reads."""
    return connection.execute(statement("estimates/ranks")).df()


def _estimated(
    connection: duckdb.DuckDBPyConnection, survey: Survey, ids: Mapping[int, str], domain: Domain
) -> pd.DataFrame:
    """Every estimate of the questions wanted, with numbers in place of ids."""
    method: Method = survey.interval
    analysed = dict(
        connection.execute(
            "select wave, count(*) from coded.respondents where excluded is null group by wave"
        ).fetchall()
    )
    sums = connection.execute(statement("estimates/bases")).df()
    texts = sums["question"].map(ids).map(lambda name: survey.questions[name].kind == "text").astype(bool)
    base = formulas.bases(sums[~texts], domain.dkns, analysed)
    mentions = connection.execute(statement("estimates/mentions")).df()
    offers = connection.execute(
        "select offers.* exclude (label), options.role::varchar as role, options.score, questions.kind "
        "from coded.offers join wanted using (question) join coded.questions using (question) "
        "left join coded.options using (question, option)"
    ).df()
    options = offers[(offers["option"] > 0) & (offers["kind"] != "rank")]
    shares = formulas.shares(base, options.drop(columns="kind"), mentions, domain.dkns, method)
    ranked = offers[offers["kind"] == "rank"][["wave", "question", "item"]]
    ranked = ranked.assign(deep=ranked["question"].map(ids).map(survey.ranks_deep))
    parts = [
        shares,
        formulas.mean_scores(shares),
        formulas.rank_shares(base, ranked, mentions, method),
        formulas.written(sums[texts], analysed, method),
        formulas.numbers(base, connection.execute(statement("estimates/numbers")).df()),
    ]
    nets = connection.execute(
        "select nets.*, options.role::varchar as role from coded.nets join wanted using (question) "
        "left join coded.options using (question, option)"
    ).df()
    if domain.dkns == "exclude":
        # a net that counts who did not know means nothing among those who did
        unsure = (nets["role"] == "dkns").groupby([nets["question"], nets["net"]]).transform("any")
        nets = nets[~unsure]
    if len(nets):
        counted = connection.execute(statement("estimates/net_mentions")).df()
        offered = _offered(nets, base, offers)
        parts.append(formulas.net_shares(base, offered.drop(columns="id"), counted, method))
        several = offered["question"].map(ids).map(lambda name: survey.questions[name].kind == "multiple")
        parts.append(formulas.net_promoter_scores(base, counted, offered[~several.astype(bool)]))
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame()
    found = pd.concat(filled, ignore_index=True)
    # a ranking alone brings no options, and a number no weights and no nets
    expected = ("option", "role", "net", "screened", "total_mentions", "weighted_respondents", "squares")
    absent = [column for column in expected if column not in found]
    found = found.reindex(columns=[*found.columns, *absent])
    found["screened"] = found["screened"].where(found["measure"] == "option").eq(True)
    found = found.assign(
        weight=found["weighted_base"], weight_squares=found["base_squares"],
        yes_weight=found["weighted_respondents"], yes_squares=found["squares"],
    )  # fmt: skip
    means = dict(connection.execute("select wave, mean_weight from coded.waves").fetchall())
    for column in ("weighted_respondents", "weighted_base"):
        found[column] = found[column].astype(float) * found["wave"].map(means)
    return found


def _offered(nets: pd.DataFrame, base: pd.DataFrame, offers: pd.DataFrame) -> pd.DataFrame:
    """The nets of each slot of the base, as wave, question, item, net, id and pool.

    A net none of whose options a wave offered is not there, as they are not; bands are always there.
    """
    slots = base[["wave", "question", "item"]].drop_duplicates()
    offered = slots.merge(nets[["question", "net", "id", "pool", "option"]], on="question")
    there = offers[["wave", "question", "item", "option"]].assign(offered=True)
    offered = offered.merge(there, on=["wave", "question", "item", "option"], how="left")
    offered = offered[offered["option"].isna() | offered["offered"].eq(True)]
    return offered[["wave", "question", "item", "net", "id", "pool"]].drop_duplicates()


def _groups(survey: Survey, bands: Mapping[str, Bands], segments: Sequence[str]) -> pd.DataFrame:
    """One row an option that puts a respondent into a group of a segment, crossed ones taken apart."""
    rows: list[tuple[str, int, int, str, str, int]] = []
    for segment in dict.fromkeys(part for name in segments for part in name.split(CROSS)):
        of = bands[segment].of if segment in bands else segment
        options = list(survey.options(of))
        if segment in bands:
            listed = [(group, own.label, own.options) for group, own in bands[segment].groups.items()]
        else:
            grouping = {o: v for o, v in survey.options(of).items() if v.role not in NO_ANSWER}
            listed = [(o, "", [o]) for o in grouping]
        rows += [
            (segment, survey.position(of), position, group, label, options.index(option) + 1)
            for position, (group, label, members) in enumerate(listed, 1)
            for option in members
        ]
    types = {"segment": "str", "question": "uint16", "position": "int64", "grp": "str", "label": "str"}
    types["option"] = "uint16"
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def open_domain(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    bands: Mapping[str, Bands],
    questions: Sequence[str],
    domain: Domain,
) -> pd.DataFrame:
    """Fill the temporary tables `wanted` and `domain` that the statements read; the groups come back.

    They are one row an option that puts a respondent into a group of a segment.
    """
    groups = _groups(survey, bands, domain.segments)
    numbers = np.array([survey.position(question) for question in questions], dtype="uint16")
    conditions = ["excluded is null"]
    for name, chosen in (domain.where or {}).items():
        listed = ", ".join(str(list(survey.options(name)).index(option) + 1) for option in chosen)
        conditions.append(
            "exists (select 1 from coded.answers where answers.wave = respondents.wave "
            f"and answers.respondent = respondents.respondent and question = {survey.position(name)} "
            f"and option in ({listed}))"
        )
    connection.register("wanted_frame", pd.DataFrame({"question": numbers}))
    connection.register("groups_frame", groups)
    connection.execute("create or replace temp table wanted as select * from wanted_frame")
    parts = [
        f"select wave, respondent, '' as segment, '' as grp from coded.respondents "
        f"where {' and '.join(conditions)}"
    ]
    for segment in domain.segments:
        names = segment.split(CROSS)
        joins = "".join(
            f" join coded.answers as a{i} using (wave, respondent) join groups_frame as g{i} on "
            f"g{i}.question = a{i}.question and g{i}.option = a{i}.option and g{i}.segment = '{name}'"
            for i, name in enumerate(names)
        )
        group = f" || '{CROSS}' || ".join(f"g{i}.grp" for i in range(len(names)))
        parts.append(
            f"select wave, respondent, '{segment}', {group} from coded.respondents{joins} "
            f"where {' and '.join(conditions)}"
        )
    connection.execute(f"create or replace temp table domain as {' union all '.join(parts)}")
    connection.unregister("wanted_frame")
    connection.unregister("groups_frame")
    return groups


def _named(
    connection: duckdb.DuckDBPyConnection,
    survey: Survey,
    ids: Mapping[int, str],
    groups: pd.DataFrame,
    segments: Sequence[str],
    found: pd.DataFrame,
) -> pd.DataFrame:
    """`found` in questionnaire order, with ids and labels in place of numbers."""
    waves = dict(connection.execute("select wave, name from coded.waves").fetchall())
    items = _labels(connection, "items", "item")
    options = _labels(connection, "options", "option")
    # a pool is printed as the option that it stands for, whose whole label may be in the export alone
    whole = {(question, identifier): label for (question, _), (identifier, label) in options.items()}
    nets = {
        (question, number): (net, whole[question, net] if pool else survey.net_label(ids[question], net))
        for question, number, net, pool in connection.execute(
            "select question, net, id, pool from coded.nets"
        ).fetchall()
    }
    places = _group_places(options, groups, segments)
    own = zip(found["segment"], found["grp"], strict=True)
    position, label, letter = zip(*(places[key] for key in own), strict=True)
    out = found.assign(
        _measure=found["measure"].map(measures.MEASURES.index),
        _segment=found["segment"].map(["", *segments].index),
        _group=position,
        group_label=label,
        letter=letter,
        option=found["option"].where(found["measure"] == "option").fillna(0).astype(int),
        net=found["net"].where(found["measure"].isin(["net", POOL])).fillna(0).astype(int),
    ).sort_values(["question", "wave", "_segment", "_group", "item", "_measure", "option", "net"])
    chosen = list(zip(out["question"], out["option"], strict=True))
    in_net = list(zip(out["question"], out["net"], strict=True))
    names = [
        nets.get(net) or options.get(option, ("", "")) for net, option in zip(in_net, chosen, strict=True)
    ]
    pairs = list(zip(out["question"], out["item"], strict=True))
    several = {name for name, asked in survey.questions.items() if asked.kind == "multiple"}
    out = out.assign(
        role=np.select(
            [out["measure"].isin(["net", POOL]), out["measure"] == "option"],
            [out["measure"], out["role"]],
            "",
        ),
        option=[name for name, _ in names],
        option_label=[label for _, label in names],
        item=[items.get(pair, ("", ""))[0] for pair in pairs],
        item_label=[items.get(pair, ("", ""))[1] for pair in pairs],
        question=out["question"].map(ids),
        wave=out["wave"].map(waves),
    )
    out["total_mentions"] = out["total_mentions"].where(out["question"].isin(several))
    return out.rename(columns={"segment": "by", "grp": "group"}).reset_index(drop=True)


def _labels(
    connection: duckdb.DuckDBPyConnection, table: str, key: str, where: str = ""
) -> dict[tuple[int, int], tuple[str, str]]:
    rows = connection.execute(f"select question, {key}, id, label from coded.{table} {where}").fetchall()
    return {(question, number): (identifier, label) for question, number, identifier, label in rows}


def _group_places(
    options: Mapping[tuple[int, int], tuple[str, str]], groups: pd.DataFrame, segments: Sequence[str]
) -> dict[tuple[str, str], tuple[int, str, str]]:
    """The position, the printed label and the column letter of each (segment, group).

    The label is the band's, or the option's full one. A letter is that of the declared place, whoever is
    there.
    """
    label = {}
    order: dict[str, list[str]] = {}
    for segment, question, _, group, own, option in groups.itertuples(index=False):
        label[segment, group] = own or options[question, option][1]
        if group not in order.setdefault(segment, []):
            order[segment].append(group)
    places = {("", ""): (0, ALL, "")}
    for segment in segments:
        names = segment.split(CROSS)
        for place, group in enumerate(itertools.product(*(order[name] for name in names))):
            words = [label[key] for key in zip(names, group, strict=True)]
            places[segment, CROSS.join(group)] = (
                place + 1,
                f" {CROSS} ".join(words),
                column_letters(place + 1),
            )
    return places
