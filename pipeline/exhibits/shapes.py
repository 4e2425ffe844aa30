"""The table of an exhibit: its estimates, their order, and the tests of them; a function a shape."""

from __future__ import annotations

import itertools
import math
import operator
from collections.abc import Callable, Iterable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.declarations.questionnaire import ROLES
from pipeline.declarations.report import Exhibit
from pipeline.declarations.steps import steps_of
from pipeline.disclosure.flags import blanked, is_enough
from pipeline.estimates.classes import bins
from pipeline.estimates.formulas import part_shares
from pipeline.estimates.tests import (
    adjusted_together,
    as_tests,
    crosstabs,
    group_and_others,
    group_and_total,
    group_pairs,
    option_pairs,
    rankings,
    wave_pairs,
)
from pipeline.exhibits.feet import MOST_DRAWN
from pipeline.exhibits.published import published
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.text.folding import in_words
from pipeline.tidy.contract import Table, records
from pipeline.tidy.measures import CHANGES, SURE, Comparability, Flag, Measure, Role, main_measures
from pipeline.tidy.printed import latest_of, waves_of
from pipeline.tidy.tables import EXHIBIT, OVER_WAVES, PUBLISHED, SUMS, WITH_SUMS

_GRAVEST = (Flag.NOT_ASKED, Flag.SUPPRESSED, Flag.UNCERTAIN, Flag.LOW_BASE)
"""the flags of an estimate, the one that says most first"""
_KEYS = ["item", "option", "measure"]
_MOST_COMBINED = 5
_MOST_COMBINATIONS = 6
_FEWEST_WAVES = {"two_waves": 2, "all_waves": 3}
_SUMS = ["respondents", "weighted", "squares"]
_NO_SHARE = {
    "letter": "", "higher_than": "", "share": np.nan, "standard_error": np.nan, "low": np.nan, "high": np.nan,
    "interval": "", "respondents": pd.NA, "total_mentions": pd.NA,
}  # fmt: skip
"""what a row has no more once it is of a change"""


def declared_table(exhibit: Exhibit) -> Table:
    """What the table of an exhibit is declared to be, as it is written."""
    if exhibit.drawn.table == "published":
        return PUBLISHED
    return OVER_WAVES if exhibit.drawn.over_waves else EXHIBIT


def exhibit_table(source: Source) -> pd.DataFrame:
    """The table of an exhibit, rows in the order they are drawn; SurveyError where its kind cannot show it.

    Its columns are those of `domain_estimates.estimates`, and over waves also `fielded` and `comparability`;
    those of published numbers are as these are written.
    """
    return SHAPES[source.exhibit.drawn.table](source)


def exhibit_tests(source: Source, table: pd.DataFrame) -> pd.DataFrame:
    """The tests of an exhibit whose table was the last to be made, a row a test.

    By a segment: its groups in pairs, each against all and against the others, and the crosstab. Over waves:
    each estimate. Else the options (or items ranked) that stand next to each other, and whether a ranking has
    an order at all.
    """
    exhibit, shape = source.exhibit, source.exhibit.drawn.table
    tests: list[pd.DataFrame] = []
    if exhibit.drawn.over_waves:
        estimated = table[~table["measure"].isin(CHANGES)]
        tests = [_differences(estimated) if exhibit.by else wave_changes(estimated)]
    elif exhibit.by:
        tests = [group_pairs(table), group_and_total(table), group_and_others(table), crosstabs(table)]
    elif shape == "answers":
        if source.form.is_ranked:
            with source.opened() as domain:
                tests = [rankings(domain.query("ranks").df())]
        if source.form.is_one_list:
            tests.append(option_pairs(table, source.together(table), _neighbours(table), family=["wave"]))
    if len(tests) == 1:
        return tests[0]
    return pd.concat([as_tests([]), *tests], ignore_index=True)


def _neighbours(table: pd.DataFrame) -> list[tuple[Any, Any]]:
    """Each substantive option or ranked item with the next of its wave by falling share.

    None where the share among the first three is what is shown: of that it is not known who chose both.
    """
    columns = ("wave", "measure", "role", "share")
    rows = list(zip(table.index, is_enough(table), *(table[name] for name in columns), strict=True))
    deep = {wave for _, _, wave, measure, *_ in rows if measure == Measure.TOP_3}
    of_waves: dict[str, list[tuple[float, Any]]] = {}
    for label, enough, wave, measure, role, share in rows:
        is_main = measure == Measure.OPTION or (measure == Measure.RANKED and wave not in deep)
        if is_main and enough and role in (Role.SUBSTANTIVE, "") and not math.isnan(share):
            of_waves.setdefault(wave, []).append((-share, label))
    return [
        (one, other)
        for of_wave in of_waves.values()
        for (_, one), (_, other) in itertools.pairwise(sorted(of_wave, key=operator.itemgetter(0)))
    ]


# one wave, as it was answered


def _answers(source: Source) -> pd.DataFrame:
    """Every estimate of a question in every wave."""
    exhibit, estimates = source.exhibit, source.estimates()
    if exhibit.by and not latest_of(estimates)["by"].ne("").any():
        raise SurveyError(
            f"exhibit {exhibit.id!r}: its latest wave has nobody in a group of {exhibit.by!r}; leave out by"
        )
    places = _standing(source) if source.order == "share" else {}
    levels = _places(steps_of(source.declared.survey, exhibit.question).options)
    ordered = [_ordered(places, levels, wave) for _, wave in estimates.groupby("wave", sort=False)]
    return pd.concat(ordered, ignore_index=True)


def _standing(source: Source, question: str = "") -> dict[str, int]:
    """The place of each answer of a question (of a grid or a ranking: of each item) by falling share.

    Of all respondents of the latest wave, so that answers stand in one order in every figure of a report;
    items of a grid stand by their first net.
    """
    every = latest_of(source.estimated.frequencies(question or source.exhibit.question))
    rows = every[every["by"] == ""]
    if ((rows["measure"] == Measure.OPTION) & (rows["item"] != "")).any():
        nets = rows[(rows["measure"] == Measure.NET) & rows["option"].isin(_first_net(rows))]
        return _descending(nets, "item") if len(nets) else _places(rows["item"])
    shares = rows[rows["measure"].isin(main_measures(rows["measure"]))]
    return _descending(shares, "option" if (shares["measure"] == Measure.OPTION).any() else "item")


def _ordered(places: dict[str, int], levels: dict[str, int], rows: pd.DataFrame) -> pd.DataFrame:
    """One wave's rows in the order of the figure; groups keep their own order, all respondents first.

    `places` are those of the answers or items; without any they stand as they are declared. `levels` are the
    places of the steps of a grid, the one that says most first.
    """
    groups = list(dict.fromkeys(zip(rows["by"], rows["group"], strict=True)))
    whole = rows[rows["by"] == ""]
    items_by_share = bool(places) and ((rows["measure"] == Measure.OPTION) & (rows["item"] != "")).any()
    main: tuple[str, ...] = (Measure.OPTION,)
    part = "item"
    if places and not items_by_share:
        main = main_measures(whole["measure"])
        of_options = (whole["measure"].isin(main) & (whole["measure"] == Measure.OPTION)).any()
        part = "option" if of_options else "item"

    def place(numbered: tuple[int, dict[str, Any]]) -> tuple[int, ...]:
        number, row = numbered
        group, beside = groups.index((row["by"], row["group"])), row["measure"] not in main
        role, row_place = _role_place(row["role"]), places.get(row[part], len(places))
        if items_by_share:
            # the levels of an item go from for to against
            level = levels.get(row["option"], len(levels))
            return group, row_place, beside, role, 0 if beside else level, number if beside else -number
        return group, beside, role, row_place, number

    return rows.iloc[[number for number, _ in sorted(enumerate(records(rows)), key=place)]]


def _first_net(rows: pd.DataFrame) -> pd.Series:
    return rows.loc[rows["measure"] == Measure.NET, "option"].head(1)


def _descending(rows: pd.DataFrame, column: str) -> dict[str, int]:
    """The place of each value of `column` by falling share; ties stay in questionnaire order."""
    ranked = rows.sort_values("share", ascending=False, kind="stable", na_position="last")
    return _places(ranked[column])


def _places(values: Iterable[str]) -> dict[str, int]:
    """The place of each value among the different ones."""
    return {value: place for place, value in enumerate(dict.fromkeys(values))}


def _role_place(role: str) -> int:
    """Where a role stands: the substantive first, then Other, None and DKNS."""
    return list(ROLES).index(role) if role in ROLES else 0


def _falling(number: float) -> float:
    """The key that sorts by a falling number; rows without a number come last."""
    return math.inf if math.isnan(number) else -number


def _substantive(rows: pd.DataFrame) -> pd.DataFrame:
    """The options of a question that are answers to it, in the order of the questionnaire."""
    of_everybody = (rows["measure"] == Measure.OPTION) & (rows["by"] == "")
    return rows[of_everybody & (rows["role"] == Role.SUBSTANTIVE)]


# over waves, or two groups


def _two(source: Source) -> pd.DataFrame:
    """The last two waves, or two groups of the latest, with the change of each row."""
    if source.exhibit.by:
        return _two_groups(source)
    table = _wave_rows(source)
    ((first, second),) = _pairs_of_waves(table)
    return _paired_rows(source, table, _moves(table, first, second, wave_changes(table)))


def _two_groups(source: Source) -> pd.DataFrame:
    exhibit = source.exhibit
    table = _chosen_rows(source, source.latest())
    table = table[table["by"] != ""]
    labels = dict(zip(table["group"], table["group_label"], strict=True))
    if len(labels) != 2:
        those = f"{len(labels)}: {', '.join(labels)}" if labels else "nobody in one"
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {exhibit.kind} compares two groups, and {exhibit.by!r} has {those}; "
            "name two in [segments] of report.toml, or take segment_panels"
        )
    one, other = labels
    first, second = (table[table["group"] == group] for group in labels)
    # a pair is tested as the first less the second
    changes = _changes(first, second, _differences(table), -1).assign(
        measure=Measure.DIFFERENCE,
        group=f"{other}_less_{one}",
        group_label=f"{labels[other]} less {labels[one]}",
    )
    return _paired_rows(source, table, changes).assign(fielded="", comparability="")


def _moves(table: pd.DataFrame, early: str, late: str, tests: pd.DataFrame) -> pd.DataFrame:
    """The change of each row of `table` between two waves, a row each; `group` is the earlier wave."""
    first, second = (table[table["wave"] == name] for name in (early, late))
    tested = tests[(tests["first"] == late) & (tests["second"] == early)]
    return _changes(first, second, tested, 1).assign(
        measure=Measure.CHANGE, group=early, group_label=f"{early} to {late}"
    )


def _changes(first: pd.DataFrame, second: pd.DataFrame, tests: pd.DataFrame, sign: int) -> pd.DataFrame:
    """The rows of `second` with their change from `first` in place of their share; `sign` is the tests'."""
    tested = {tuple(test[key] for key in _KEYS): test for test in records(tests)}
    early = {tuple(row[key] for key in _KEYS): row for row in records(first)}
    changes = []
    for row in records(second):
        key = tuple(row[name] for name in _KEYS)
        change = row | _NO_SHARE
        if key in tested:
            test = tested[key]
            change["value"], change["standard_error"] = sign * test["difference"], test["standard_error"]
            change["low"], change["high"] = sorted((sign * test["low"], sign * test["high"]))
            change["interval"] = test["method"]
            change["flag"] = "" if test["adjusted_p"] < SURE else Flag.NO_CLEAR_CHANGE
        else:
            flags = {row["flag"], early[key]["flag"]}
            change["flag"] = next((flag for flag in _GRAVEST if flag in flags), "")
            if change["flag"] in (Flag.UNCERTAIN, Flag.LOW_BASE):
                change["value"] = row["share"] - early[key]["share"]
        changes.append(change)
    return pd.DataFrame(changes, columns=second.columns).astype(second.dtypes)


def _paired_rows(source: Source, table: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """`table`, of two sides, and below it its `changes`, in the order of the exhibit.

    By `change` the most risen come first.
    """
    sides = list(zip(table["wave"], table["group"], strict=True))
    late = [share for share, side in zip(table["share"], sides, strict=True) if side == sides[-1]]
    places = _standing(source) if source.order == "share" else {}
    names = changes["item"].where(changes["item"] != "", changes["option"])
    by_change = changes["value"].map(_falling) if source.order == "change" else [0.0] * len(changes)
    # an answer that joins others to compare waves has no place of its own
    standing = [places.get(name, len(places)) for name in names]
    last = map(_falling, late) if source.order in ("share", "change") else [0.0] * len(changes)
    keys = zip(changes["role"].map(_role_place), by_change, standing, last, strict=True)
    falling = changes.iloc[[place for _, place in sorted(zip(keys, itertools.count(), strict=False))]]
    answers = list(zip(falling["item"], falling["option"], strict=True))
    rows = zip(sides, table["item"], table["option"], strict=True)
    order = [(sides.index(side), answers.index((item, option))) for side, item, option in rows]
    sorted_table = table.iloc[sorted(range(len(table)), key=order.__getitem__)]
    return pd.concat([sorted_table, falling], ignore_index=True)


def wave_changes(table: pd.DataFrame) -> pd.DataFrame:
    """The tests of each estimate of a table over waves, adjusted over all of them together."""
    tests = [as_tests([]), *(wave_pairs(table, *pair) for pair in _pairs_of_waves(table))]
    return adjusted_together(pd.concat(tests, ignore_index=True))


def _pairs_of_waves(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The pairs of waves of a table that can be compared."""
    status = dict(zip(table["wave"], table["comparability"], strict=True))
    names = waves_of(table)
    broken = [name for name in names if status[name] == comparability.BROKEN]
    return [
        (one, other)
        for one, other in comparability.pairs(names)
        if not any(names.index(one) < names.index(name) <= names.index(other) for name in broken)
    ]


def _differences(table: pd.DataFrame) -> pd.DataFrame:
    """The tests of each estimate of two groups, adjusted over them together."""
    return adjusted_together(group_pairs(table))


def _all(source: Source) -> pd.DataFrame:
    """Every wave, of at most six options, items or nets: those with the highest share in the latest.

    Below them the change of each from wave to wave, and from the first to the last.
    """
    table = _wave_rows(source)
    latest = latest_of(table)
    keys = list(dict.fromkeys(latest[_KEYS].itertuples(index=False, name=None)))
    shares = dict(zip(keys, latest["share"], strict=True))
    roles = dict(zip(keys, latest["role"].map(_role_place), strict=True))
    falling = sorted(keys, key=lambda key: (roles[key], _falling(shares[key])))
    if not source.exhibit.show:
        falling = falling[:MOST_DRAWN]
    elif len(falling) > MOST_DRAWN:
        raise SurveyError(
            f"exhibit {source.exhibit.id!r}: show has {len(falling)} lines, more than {MOST_DRAWN} cannot "
            "be told apart"
        )
    place = {key: number for number, key in enumerate(falling)}
    table = table.assign(_place=table[_KEYS].apply(tuple, axis=1).map(place)).dropna(subset="_place")
    lines = table.sort_values("_place", kind="stable").drop(columns="_place")
    tests = wave_changes(lines)
    moves = [_moves(lines, *pair, tests) for pair in _pairs_of_waves(lines)]
    return pd.concat([lines, *moves], ignore_index=True)


def _wave_rows(source: Source) -> pd.DataFrame:
    """What an exhibit over waves shows of each, `not_asked` where a wave did not offer it."""
    exhibit, fieldings = source.exhibit, source.declared.fieldings
    table = source.estimates(pools=True)
    table = table[table["by"] == ""]
    names = waves_of(table)
    fewest = _FEWEST_WAVES[exhibit.drawn.table]
    if len(names) < fewest:
        hint = "; name a segment of two groups with by" * (fewest == 2)
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {exhibit.kind} needs {fewest} waves that asked {exhibit.question!r}, "
            f"and {' and '.join(names)} did{'; take dumbbell' if len(names) == 2 else hint}"
        )
    names = names[-2:] if exhibit.drawn.table == "two_waves" else names
    joined = comparability.pools(fieldings, exhibit.question, names[0], names[-1])
    table = comparability.pooled(table[table["wave"].isin(names)], joined, exhibit.show)
    table = _chosen_rows(source, table)
    keys = table[_KEYS].apply(tuple, axis=1)
    offered = {name: set(keys[table["wave"] == name]) for name in names}
    fielded = {fielding.name: fielding.wave.fielded for fielding in fieldings}
    parts: list[pd.DataFrame] = []
    for before, name in zip([None, *names], names, strict=False):
        absent = table[~keys.isin(offered[name])].drop_duplicates(_KEYS, keep="last")
        blank = absent.assign(wave=name, flag=Flag.NOT_ASKED, interval="")
        for column in [*EXHIBIT.numbers, *(summed.name for summed in SUMS)]:
            blank[column] = pd.NA if str(blank[column].dtype) == "Int64" else np.nan
        status = _declared(source, before, name) if before else ""
        if before and status == Comparability.SAME and offered[name] != offered[before]:
            status = Comparability.OPTIONS
        rows = table[table["wave"] == name]
        date = fielded[name]
        parts.append(
            (pd.concat([rows, blank]) if len(blank) else rows).assign(
                fielded=date.from_.isoformat() if date else "", comparability=status
            )
        )
    return pd.concat(parts, ignore_index=True)


def _declared(source: Source, before: str, name: str) -> str:
    """How a wave compares with the one before by the wave files; SurveyError where two alone do not."""
    exhibit = source.exhibit
    status, note = comparability.declared(source.declared.fieldings, exhibit.question, before, name)
    if status == comparability.BROKEN and exhibit.drawn.table == "two_waves":
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {exhibit.question!r} cannot be compared between {before} "
            f"and {name}{f': {note}' if note else ''}"
        )
    return status


def _chosen_rows(source: Source, rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of a question that are compared: main shares, of a grid its first net; or those of `show`."""
    exhibit, survey = source.exhibit, source.declared.survey
    shown = set(exhibit.show)
    if shown & set(survey.questions[exhibit.question].items):
        rows = rows[rows["item"].isin(shown)]
    if shown & {*survey.options(exhibit.question), *survey.nets(exhibit.question)}:
        return rows[rows["option"].isin(shown) & rows["measure"].isin([Measure.OPTION, Measure.NET])]
    if source.form.by_item:
        nets = _first_net(rows)
        if nets.empty:
            raise SurveyError(
                f"exhibit {exhibit.id!r}: {exhibit.question!r} has no net; name a level with show = [...]"
            )
        return rows[(rows["measure"] == Measure.NET) & rows["option"].isin(nets)]
    return rows[rows["measure"].isin(main_measures(rows["measure"])) & (rows["role"] != Role.NET)]


# parts of one question, or two


def _pair(source: Source) -> pd.DataFrame:
    """The options that two questions share, in the latest wave that asked both; first by falling share."""
    exhibit = source.exhibit
    both = [source.estimates(question) for question in (exhibit.question, exhibit.counterpart)]
    waves = [name for name in waves_of(both[0]) if name in waves_of(both[1])]
    if not waves:
        raise SurveyError(
            f"exhibit {exhibit.id!r}: no wave asked both {exhibit.question!r} and {exhibit.counterpart!r}"
        )
    first, second = (_substantive(rows[rows["wave"] == waves[-1]]) for rows in both)
    shared = set(first["option"]) & set(second["option"])
    places = _standing(source) if source.order == "share" else {}
    first = first[first["option"].isin(shared)]
    first = first.iloc[sorted(range(len(first)), key=lambda n: places.get(first["option"].iloc[n], 0))]
    second = second.set_index("option", drop=False).loc[first["option"]]
    return pd.concat([first, second], ignore_index=True)


def _combinations(source: Source) -> pd.DataFrame:
    """The five options most named, then who named exactly which of them: six combinations, others, none."""
    exhibit, estimates = source.exhibit, source.latest()
    options = _substantive(estimates)
    whole = options.head(1)
    falling = options.sort_values("share", ascending=False, kind="stable")
    chosen = falling[falling["option"].isin(exhibit.show)] if exhibit.show else falling.head(_MOST_COMBINED)
    if len(chosen) < 2:
        raise SurveyError(f"exhibit {exhibit.id!r}: combinations need two options of {exhibit.question!r}")
    labels = {str(o): name for o, name in zip(chosen["option"], chosen["option_label"], strict=True)}
    with source.opened() as domain:
        counted = domain.combinations(exhibit.question, list(labels))
    counted = counted[counted["wave"] == whole["wave"].iloc[0]]
    counted = counted.sort_values("weighted", ascending=False, kind="stable")
    parts = []
    for members, *sums in counted.head(_MOST_COMBINATIONS)[["options", *_SUMS]].itertuples(index=False):
        ids = [option for option in labels if option in members]
        label = " + ".join(labels[option] for option in ids) if len(ids) > 1 else f"{labels[ids[0]]} alone"
        parts.append(_part("+".join(ids), label, Role.SUBSTANTIVE, sums))
    rest = counted.iloc[_MOST_COMBINATIONS:][_SUMS].sum()
    left = _base(whole) - counted[_SUMS].sum().to_numpy(dtype=float)
    parts.append(_part("other_combinations", "Other combinations", Role.OTHER, rest))
    parts.append(_part("none_of_these", f"None of the {in_words(len(labels))}", Role.NONE, left))
    made = _shares_of_parts(source, estimates, whole, pd.DataFrame(parts), Measure.COMBINATION)
    return _joined([chosen, made])


def _base(whole: pd.DataFrame) -> np.ndarray:
    """The sums of `_SUMS` over everybody in the base of a row."""
    return whole[["valid_cases", "weight", "weight_squares"]].iloc[0].to_numpy(dtype=float)


def _part(option: str, label: str, role: Role, sums: Iterable[float]) -> dict[str, object]:
    """A part of a base, with how many are in it and their weights."""
    return {"option": option, "option_label": label, "role": role} | dict(zip(_SUMS, sums, strict=True))


def _shares_of_parts(
    source: Source, of: pd.DataFrame, whole: pd.DataFrame, parts: pd.DataFrame, measure: str
) -> pd.DataFrame:
    """The shares of parts of a question's base; none where an answer is hidden, since they add up to it."""
    survey = source.declared.survey
    shares = part_shares(whole, parts, measure, survey.interval, survey.privacy.base)
    hidden = np.full(len(shares), bool((of["flag"] == Flag.SUPPRESSED).any()))
    if measure in (Measure.COMBINATION, Measure.BIN):
        # the sums of steps are coarse already
        shares, coarsest = source.estimated.made_coarse(shares, np.zeros(len(shares), dtype=np.bool_))
        hidden |= coarsest
    return blanked(shares, pd.Series(hidden, index=shares.index))


def _steps(source: Source) -> pd.DataFrame:
    """How many came as far as each option, and of those who came to the option before."""
    exhibit = source.exhibit
    options = _substantive(source.latest()).set_index("option", drop=False)
    whole = options.head(1)
    steps = list(exhibit.show) if exhibit.show else list(options["option"])[1:]
    absent = [step for step in steps if step not in options.index]
    if absent or not steps:
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {', '.join(absent) or exhibit.question} is no step; steps "
            f"are answers to {exhibit.question!r} that were offered in {whole['wave'].iloc[0]}"
        )
    parts = [_part("all", "All", Role.SUBSTANTIVE, _base(whole))]
    for number, step in enumerate(steps):
        sums = options.loc[steps[number:], ["respondents", "yes_weight", "yes_squares"]].astype(float).sum()
        label = f"{options.loc[step, 'option_label']}{' or further' * (number < len(steps) - 1)}"
        parts.append(_part(step, label, Role.SUBSTANTIVE, sums))
    reached = pd.DataFrame(parts)
    made = [_shares_of_parts(source, options, whole, reached, Measure.REACHED)]
    # what a weight is as declared where its mean is 1 here
    row = whole.iloc[0]
    scale = float(row["weighted_base"]) / float(row["weight"]) if float(row["weight"]) else 1.0
    for number in range(1, len(reached)):
        cases, weight, squares = reached.loc[number - 1, _SUMS].to_numpy(dtype=float)
        of = whole.assign(
            sample_size=int(cases), valid_cases=int(cases), weight=weight, weight_squares=squares,
            weighted_base=weight * scale,
        )  # fmt: skip
        made.append(_shares_of_parts(source, options, of, reached.loc[[number]], Measure.CONTINUED))
    return _joined(made)


def _bins(source: Source) -> pd.DataFrame:
    """How many gave a number of each class, whose value is its lower end; then mean, median and quartiles."""
    estimates = source.latest()
    summaries = estimates[estimates["by"] == ""]
    whole = summaries[summaries["measure"] == Measure.MEAN]
    with source.opened() as domain, domain.summed():
        numbers = domain.query("values").df()
    parts = bins(numbers[numbers["wave"] == whole["wave"].iloc[0]]).assign(role=Role.SUBSTANTIVE)
    made = _shares_of_parts(source, summaries, whole, parts, Measure.BIN)
    made["value"] = parts["value"].where(made["flag"] != Flag.SUPPRESSED)
    return _joined([made, summaries])


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows put together, with the columns that `domain_estimates.estimates` has."""
    return pd.concat(
        [part.reindex(columns=WITH_SUMS.names).astype(object) for part in parts], ignore_index=True
    ).infer_objects()


SHAPES: dict[str, Callable[[Source], pd.DataFrame]] = {
    "answers": _answers,
    "two_waves": _two,
    "all_waves": _all,
    "pair": _pair,
    "combinations": _combinations,
    "steps": _steps,
    "bins": _bins,
    "published": published,
}
