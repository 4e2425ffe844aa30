"""Estimates of questions over a domain: the sums come from `count`, the formulas from `formulas`."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import pandas as pd

from pipeline.disclosure import flags
from pipeline.estimates import formulas
from pipeline.estimates.count import Dkns, Domain, OpenDomain, SurveyData, open_domain
from pipeline.estimates.tests import ADJUSTMENT, higher_than
from pipeline.exports.tools.heading import column_letters
from pipeline.tidy.measures import ALL, CROSS, POOL, Measure, Role
from pipeline.tidy.tables import WITH_SUMS


def estimates(
    data: SurveyData, questions: Sequence[str], domain: Domain, adjustment: str = ADJUSTMENT
) -> pd.DataFrame:
    """One row an estimate, in questionnaire order: every option, net, mean and rank of `questions`.

    The columns are those of WITH_SUMS, among which `screened` says whether the option disqualifies, so that
    nobody analysed has it. All respondents come first (`by` and `group` empty), then the groups of
    each segment of `domain`; every wave that offered the question is there. Those of few are suppressed; what
    follows of them by subtraction is for `disclosure`, which knows all that a run publishes.
    """
    every = counted(data, questions, domain)
    return lettered(flags.flagged(every, data.survey.privacy.base), adjustment)


def lettered(estimates: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """Estimates with `higher_than`: the letters of the groups that each is higher than."""
    return estimates.assign(higher_than=higher_than(estimates, adjustment))[WITH_SUMS.names]


def counted(data: SurveyData, questions: Sequence[str], domain: Domain) -> pd.DataFrame:
    """The estimates of `estimates` before any is suppressed, without flags and letters."""
    with open_domain(data, questions, domain) as opened, opened.summed():
        numbered = _estimated(opened, domain.dkns)
        if numbered.empty:
            return pd.DataFrame({column: [] for column in WITH_SUMS.names}).astype({"screened": bool})
        return _named(opened, numbered, domain.segments)


def _estimated(opened: OpenDomain, dkns: Dkns) -> pd.DataFrame:
    """Every estimate of the questions counted, with numbers in place of ids."""
    survey, method = opened.data.survey, opened.data.survey.interval
    ids = dict(enumerate(survey.questions, 1))
    waves = opened.query("analysed").fetchall()
    analysed = {wave: respondents for wave, respondents, _ in waves}
    mean_weights = {wave: mean_weight for wave, _, mean_weight in waves}
    sums, mentions = opened.query("bases").df(), opened.query("mentions").df()
    offers, nets = opened.query("offers").df(), opened.query("nets").df()
    texts = sums["question"].map(ids).map(lambda name: survey.questions[name].form.is_open).astype(bool)
    base = formulas.bases(sums[~texts], dkns, analysed)
    options = offers[(offers["option"] > 0) & (offers["counted"] != "places")]
    shares = formulas.shares(base, options.drop(columns="counted"), mentions, dkns, method)
    ranked = offers[offers["counted"] == "places"][["wave", "question", "item"]]
    ranked = ranked.assign(deep=ranked["question"].map(ids).map(survey.ranks_deep))
    parts = [
        shares,
        formulas.mean_scores(shares),
        formulas.rank_shares(base, ranked, mentions, method),
        formulas.written(sums[texts], analysed, method),
        formulas.numbers(base, opened.query("numbers").df()),
    ]
    if dkns == "exclude":
        # a net that counts who did not know means nothing among those who did
        unsure = (nets["role"] == Role.DKNS).groupby([nets["question"], nets["net"]]).transform("any")
        nets = nets[~unsure]
    if len(nets):
        offered, net_mentions = _offered(nets, base, offers), opened.query("net_mentions").df()
        parts.append(formulas.net_shares(base, offered.drop(columns="id"), net_mentions, method))
        several = offered["question"].map(ids).map(lambda name: survey.questions[name].form.several)
        exclusive = offered[~several.astype(bool)]
        parts.append(formulas.net_promoter_scores(base, net_mentions, exclusive))
    filled = [part for part in parts if len(part)]
    if not filled:
        return pd.DataFrame()
    estimates = pd.concat(filled, ignore_index=True)
    # a ranking alone brings no options, and a number no weights and no nets
    expected = ("option", "role", "net", "screened", "total_mentions", "weighted_respondents", "squares")
    estimates = estimates.reindex(columns=list(dict.fromkeys((*estimates.columns, *expected))))
    estimates["screened"] = estimates["screened"].where(estimates["measure"] == Measure.OPTION).eq(True)
    estimates = estimates.assign(
        weight=estimates["weighted_base"], weight_squares=estimates["base_squares"],
        yes_weight=estimates["weighted_respondents"], yes_squares=estimates["squares"],
    )  # fmt: skip
    for column in ("weighted_respondents", "weighted_base"):
        estimates[column] = estimates[column].astype(float) * estimates["wave"].map(mean_weights)
    return estimates


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


def _named(opened: OpenDomain, estimates: pd.DataFrame, segments: Sequence[str]) -> pd.DataFrame:
    """Estimates in questionnaire order, with ids and labels in place of numbers."""
    survey = opened.data.survey
    ids = dict(enumerate(survey.questions, 1))
    parts = ("wave", "item", "option", "net", "pool")
    labels: dict[str, dict[tuple[int, int], tuple[str, str]]] = {part: {} for part in parts}
    for part, question, number, identifier, label in opened.query("labels").fetchall():
        labels[part][question, number] = (identifier, label)
    waves = {number: name for (_, number), (name, _) in labels["wave"].items()}
    items, options = labels["item"], labels["option"]
    # a pool is printed as the option that it stands for, whose whole label may be in the export alone
    whole = {(question, identifier): label for (question, _), (identifier, label) in options.items()}
    nets = {key: (net, survey.net_label(ids[key[0]], net)) for key, (net, _) in labels["net"].items()}
    nets |= {key: (pool, whole[key[0], pool]) for key, (pool, _) in labels["pool"].items()}
    places = _group_places(options, opened.groups, segments)
    in_groups = zip(estimates["segment"], estimates["grp"], strict=True)
    position, label, letter = zip(*(places[key] for key in in_groups), strict=True)
    is_net, is_option = estimates["measure"].isin([Measure.NET, POOL]), estimates["measure"] == Measure.OPTION
    out = estimates.assign(
        _measure=estimates["measure"].map(list(Measure).index),
        _segment=estimates["segment"].map(["", *segments].index),
        _group=position,
        group_label=label,
        letter=letter,
        role=estimates["measure"].where(is_net, estimates["role"].where(is_option, "")),
        option=estimates["option"].where(is_option).fillna(0).astype(int),
        net=estimates["net"].where(is_net).fillna(0).astype(int),
    ).sort_values(["question", "wave", "_segment", "_group", "item", "_measure", "option", "net"])
    names = [
        nets.get((question, net)) or options.get((question, option), ("", ""))
        for question, net, option in zip(out["question"], out["net"], out["option"], strict=True)
    ]
    of_items = [items.get(pair, ("", "")) for pair in zip(out["question"], out["item"], strict=True)]
    several = {name for name, asked in survey.questions.items() if asked.form.several}
    out = out.assign(
        option=[name for name, _ in names],
        option_label=[label for _, label in names],
        item=[name for name, _ in of_items],
        item_label=[label for _, label in of_items],
        question=out["question"].map(ids),
        wave=out["wave"].map(waves),
    )
    out["total_mentions"] = out["total_mentions"].where(out["question"].isin(several))
    return out.rename(columns={"segment": "by", "grp": "group"}).reset_index(drop=True)


def _group_places(
    options: Mapping[tuple[int, int], tuple[str, str]], groups: pd.DataFrame, segments: Sequence[str]
) -> dict[tuple[str, str], tuple[int, str, str]]:
    """The position, the printed label and the column letter of each (segment, group).

    The label is the band's, or the option's full one. A letter is that of the declared place, whoever is
    there.
    """
    label = {}
    order: dict[str, list[str]] = {}
    for segment, question, _, group, declared, option in groups.itertuples(index=False):
        label[segment, group] = declared or options[question, option][1]
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
