"""The table of an exhibit: its estimates, their order, and the tests of them; a function a shape."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

from pipeline.declarations import comparability
from pipeline.declarations.questionnaire import ROLES
from pipeline.declarations.report import Exhibit
from pipeline.disclosure.flags import blanked, is_enough
from pipeline.estimates import weighted_steps
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
from pipeline.exhibits.captions import MOST_LINES
from pipeline.exhibits.published import published
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.tidy.contract import Table
from pipeline.tidy.measures import CHANGES, SURE, Comparability, Flag, Measure, Role, main_measures
from pipeline.tidy.printed import latest_of, waves_of
from pipeline.tidy.tables import EXHIBIT, OVER_WAVES, PUBLISHED, SUMS, WITH_SUMS

_GRAVEST = (Flag.NOT_ASKED, Flag.SUPPRESSED, Flag.UNCERTAIN, Flag.LOW_BASE)
"""the flags of an estimate, the one that says most first"""
_KEYS = ["item", "option", "measure"]
_MOST_COMBINED = 5
_MOST_COMBINATIONS = 10
_FEWEST_WAVES = {"two_waves": 2, "all_waves": 3}


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


def exhibit_tests(source: Source, found: pd.DataFrame) -> pd.DataFrame:
    """The tests of an exhibit whose table was the last to be made, a row a test.

    By a segment: its groups in pairs, each against all and against the others, and the crosstab. Over waves:
    each estimate. Else the options (or items ranked) that stand next to each other, and whether a ranking has
    an order at all.
    """
    exhibit, shape = source.exhibit, source.exhibit.drawn.table
    tests: list[pd.DataFrame] = []
    if shape == "two_waves":
        estimated = found[~found["measure"].isin(CHANGES)]
        tests = [_differences(estimated) if exhibit.by else wave_changes(estimated)]
    elif shape == "all_waves":
        tests = [wave_changes(found[~found["measure"].isin(CHANGES)])]
    elif exhibit.by:
        tests = [group_pairs(found), group_and_total(found), group_and_others(found), crosstabs(found)]
    elif shape == "answers":
        with source.opened() as domain:
            tests = [rankings(domain.query("ranks").df())] if source.form.is_ranked else []
            both = domain.together() if source.form.is_one_list else None
        if both is not None:
            together = weighted_steps.together(both, found, source.estimated.levels)
            tests += [
                option_pairs(wave, together, _neighbours(wave))
                for _, wave in found.groupby("wave", sort=False)
            ]
    return pd.concat([as_tests([]), *tests], ignore_index=True)


def _neighbours(found: pd.DataFrame) -> list[tuple[int, int]]:
    """Each substantive option or ranked item with the next by falling share.

    None where the share among the first three is what is shown: of that it is not known who chose both.
    """
    main = main_measures(found["measure"])
    own = found[found["measure"].isin(set(main) & {Measure.OPTION, Measure.RANKED}) & found["share"].notna()]
    own = own[own["role"].isin([Role.SUBSTANTIVE, ""]) & is_enough(own)]
    falling = own.sort_values("share", ascending=False, kind="stable").index
    return list(itertools.pairwise(falling))


# one wave, as it was answered


def _answers(source: Source) -> pd.DataFrame:
    """Every estimate of a question in every wave."""
    exhibit, found = source.exhibit, source.estimates()
    latest = latest_of(found)
    if exhibit.by and not latest["by"].ne("").any():
        raise SurveyError(
            f"exhibit {exhibit.id!r}: its latest wave has nobody in a group of {exhibit.by!r}; leave out by"
        )
    ordered = [_ordered(exhibit, wave) for _, wave in found.groupby("wave", sort=False)]
    return pd.concat(ordered, ignore_index=True)


def _ordered(exhibit: Exhibit, found: pd.DataFrame) -> pd.DataFrame:
    """One wave's rows in the order of the figure; groups keep their own order, all respondents first."""
    groups = {
        key: place for place, key in enumerate(dict.fromkeys(zip(found["by"], found["group"], strict=True)))
    }
    keys = pd.DataFrame(index=found.index)
    keys["group"] = [groups[key] for key in zip(found["by"], found["group"], strict=True)]
    keys["place"] = range(len(found))
    whole = found[found["by"] == ""]
    by_share = exhibit.drawn.order == "share"
    is_grid = ((found["measure"] == Measure.OPTION) & (found["item"] != "")).any()
    if by_share and is_grid:
        net = whole[(whole["measure"] == Measure.NET) & whole["option"].isin(_first_net(whole))]
        keys["row"] = found["item"].map(
            _descending(net, "item")
            if len(net)
            else {i: p for p, i in enumerate(dict.fromkeys(found["item"]))}
        )
        keys["role"] = found["role"].map(_role_place)
        keys["measure"] = (found["measure"] != Measure.OPTION).astype(int)
        keys["within"] = keys["place"].where(found["measure"] != Measure.OPTION, -keys["place"])
        order = ["group", "row", "measure", "role", "within"]
    elif by_share:
        main = main_measures(whole["measure"])
        shown = whole[whole["measure"].isin(main)]
        what = "option" if (shown["measure"] == Measure.OPTION).any() else "item"
        places = _descending(shown, what)
        keys["measure"] = (~found["measure"].isin(main)).astype(int)
        keys["role"] = found["role"].map(_role_place)
        keys["row"] = found[what].map(places).fillna(len(places))
        order = ["group", "measure", "role", "row", "place"]
    else:
        keys["measure"] = (found["measure"] != Measure.OPTION).astype(int)
        keys["role"] = found["role"].map(_role_place)
        order = ["group", "measure", "role", "place"]
    return found.loc[keys.sort_values(order, kind="stable").index]


def _first_net(found: pd.DataFrame) -> pd.Series:
    return found.loc[found["measure"] == Measure.NET, "option"].head(1)


def _descending(rows: pd.DataFrame, column: str) -> dict[str, int]:
    """The place of each value of `column` by falling share; ties stay in questionnaire order."""
    ranked = rows.sort_values("share", ascending=False, kind="stable", na_position="last")
    return {value: place for place, value in enumerate(dict.fromkeys(ranked[column]))}


def _role_place(role: str) -> int:
    """Where a role stands: the substantive first, then Other, None and DKNS."""
    return list(ROLES).index(role) if role in ROLES else 0


def _substantive(found: pd.DataFrame) -> pd.DataFrame:
    """The options of a question that are answers to it, in the order of the questionnaire."""
    return found[
        (found["measure"] == Measure.OPTION) & (found["role"] == Role.SUBSTANTIVE) & (found["by"] == "")
    ]


# over waves, or two groups


def _two(source: Source) -> pd.DataFrame:
    """The last two waves, or two groups of the latest, with the change of each row; most risen first."""
    if source.exhibit.by:
        return _two_groups(source)
    table = _wave_rows(source)
    ((first, second),) = _pairs_of_waves(table)
    return _by_change(table, _moves(table, first, second, wave_changes(table)))


def _two_groups(source: Source) -> pd.DataFrame:
    exhibit = source.exhibit
    found = _chosen_rows(source, source.latest())
    found = found[found["by"] != ""]
    groups = list(dict.fromkeys(found["group"]))
    if len(groups) != 2:
        those = f"{len(groups)}: {', '.join(groups)}" if groups else "nobody in one"
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {exhibit.kind} compares two groups, and {exhibit.by!r} has {those}; "
            "name two in [segments] of report.toml, or take segment_panels"
        )
    names = dict(zip(found["group"], found["group_label"], strict=True))
    first, second = (found[found["group"] == group] for group in groups)
    # a pair is tested as the first less the second
    changes = _changes(first, second, _differences(found), -1).assign(
        measure=Measure.DIFFERENCE,
        group=f"{groups[1]}_less_{groups[0]}",
        group_label=f"{names[groups[1]]} less {names[groups[0]]}",
    )
    return _by_change(found, changes).assign(fielded="", comparability="")


def _moves(table: pd.DataFrame, early: str, late: str, tests: pd.DataFrame) -> pd.DataFrame:
    """The change of each row of `table` between two waves, a row each; `group` is the earlier wave."""
    first, second = (table[table["wave"] == name] for name in (early, late))
    tested = tests[(tests["first"] == late) & (tests["second"] == early)]
    return _changes(first, second, tested, 1).assign(
        measure=Measure.CHANGE, group=early, group_label=f"{early} to {late}"
    )


def _changes(first: pd.DataFrame, second: pd.DataFrame, tests: pd.DataFrame, sign: int) -> pd.DataFrame:
    """The rows of `second` with their change from `first` in place of their share; `sign` is the tests'."""
    tested = {tuple(test[key] for key in _KEYS): test for test in tests.to_dict("records")}
    early = {tuple(row[key] for key in _KEYS): row for row in first.to_dict("records")}
    changes = second.assign(
        letter="", higher_than="", share=np.nan, standard_error=np.nan, low=np.nan, high=np.nan, interval=""
    ).reset_index(drop=True)
    changes["respondents"], changes["total_mentions"] = pd.NA, pd.NA
    for place, row in enumerate(second.to_dict("records")):
        key = tuple(row[name] for name in _KEYS)
        if key in tested:
            test = tested[key]
            ends = sorted((sign * float(test["low"]), sign * float(test["high"])))
            changes.loc[place, ["value", "standard_error", "low", "high"]] = [
                sign * float(test["difference"]), float(test["standard_error"]), *ends,
            ]  # fmt: skip
            changes.loc[place, "interval"] = test["method"]
            changes.loc[place, "flag"] = "" if test["adjusted_p"] < SURE else Flag.NO_CLEAR_CHANGE
            continue
        before = early[key]
        flags = {row["flag"], before["flag"]}
        flag = next((flag for flag in _GRAVEST if flag in flags), "")
        if flag in (Flag.UNCERTAIN, Flag.LOW_BASE):
            changes.loc[place, "value"] = row["share"] - before["share"]
        changes.loc[place, "flag"] = flag
    return changes


def _by_change(table: pd.DataFrame, changes: pd.DataFrame) -> pd.DataFrame:
    """`table`, of two sides, and below it its `changes`, all sorted by them; the most risen first."""
    keys = changes[_KEYS].apply(tuple, axis=1)
    sides = table[["wave", "group"]].apply(tuple, axis=1)
    late = table.loc[sides == sides.iloc[-1], "share"].to_numpy()
    falling = changes.assign(_late=late, _role=changes["role"].map(_role_place))
    order = falling.sort_values(
        ["_role", "value", "_late"], ascending=[True, False, False], kind="stable"
    ).index
    places = {(*keys[index][:2],): place for place, index in enumerate(order)}
    sorted_table = table.assign(
        _side=pd.factorize(sides)[0], _place=table[_KEYS[:2]].apply(tuple, axis=1).map(places)
    ).sort_values(["_side", "_place"], kind="stable")
    return pd.concat([sorted_table.drop(columns=["_side", "_place"]), changes.loc[order]], ignore_index=True)


def wave_changes(table: pd.DataFrame) -> pd.DataFrame:
    """The tests of each estimate of a table over waves, adjusted over all of them together."""
    tests = [as_tests([]), *(wave_pairs(table, *pair) for pair in _pairs_of_waves(table))]
    return adjusted_together(pd.concat(tests, ignore_index=True))


def _pairs_of_waves(table: pd.DataFrame) -> list[tuple[str, str]]:
    """The waves of a table that are compared; those left out that cannot be."""
    status = dict(zip(table["wave"], table["comparability"], strict=True))
    names = waves_of(table)
    broken = [name for name in names if status[name] == comparability.BROKEN]
    return [
        (one, other)
        for one, other in comparability.pairs(names)
        if not any(names.index(one) < names.index(name) <= names.index(other) for name in broken)
    ]


def _differences(found: pd.DataFrame) -> pd.DataFrame:
    """The tests of each estimate of two groups, adjusted over them together."""
    return adjusted_together(group_pairs(found))


def _all(source: Source) -> pd.DataFrame:
    """Every wave, of at most six options, items or nets: those with the highest share in the latest.

    Below them the change of each from wave to wave, and from the first to the last.
    """
    table = _wave_rows(source)
    latest = latest_of(table)
    keys = list(dict.fromkeys(latest[_KEYS].itertuples(index=False, name=None)))
    shares = dict(zip(keys, latest["share"], strict=True))
    own = dict(zip(keys, latest["role"].map(_role_place), strict=True))
    falling = sorted(keys, key=lambda key: (own[key], -np.nan_to_num(shares[key], nan=-1.0)))
    if not source.exhibit.show:
        falling = falling[:MOST_LINES]
    elif len(falling) > MOST_LINES:
        raise SurveyError(
            f"exhibit {source.exhibit.id!r}: show has {len(falling)} lines, more than {MOST_LINES} cannot "
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
    exhibit, shape = source.exhibit, source.exhibit.drawn.table
    found = source.estimates(pools=True)
    found = found[found["by"] == ""]
    names = waves_of(found)
    fewest = _FEWEST_WAVES[shape]
    if len(names) < fewest:
        hint = (
            "; take dumbbell" if len(names) == 2 else "; name a segment of two groups with by" * (fewest == 2)
        )
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {exhibit.kind} needs {fewest} waves that asked {exhibit.question!r}, "
            f"and {' and '.join(names)} did{hint}"
        )
    names = names[-2:] if shape == "two_waves" else names
    joined = comparability.pools(source.declared.fieldings, exhibit.question, names[0], names[-1])
    found = comparability.pooled(found[found["wave"].isin(names)], joined, exhibit.show)
    found = _chosen_rows(source, found)
    keys = found[_KEYS].apply(tuple, axis=1)
    parts: list[pd.DataFrame] = []
    for before, name in zip([None, *names], names, strict=False):
        own = found[found["wave"] == name]
        absent = found[~keys.isin(set(keys[own.index]))].drop_duplicates(_KEYS, keep="last")
        blank = absent.assign(wave=name, flag=Flag.NOT_ASKED, interval="")
        for column in [*EXHIBIT.numbers, *(summed.name for summed in SUMS)]:
            blank[column] = pd.NA if str(blank[column].dtype) == "Int64" else np.nan
        status = _comparable(source, before, name, set(keys[own.index]), keys, found)
        both = pd.concat([own, blank]) if len(blank) else own
        fielded = next(f.wave.fielded for f in source.declared.fieldings if f.name == name)
        parts.append(both.assign(fielded=fielded.from_.isoformat() if fielded else "", comparability=status))
    return pd.concat(parts, ignore_index=True)


def _comparable(
    source: Source,
    before: str | None,
    name: str,
    own: set[tuple[str, ...]],
    keys: pd.Series,
    found: pd.DataFrame,
) -> str:
    """How far a wave compares with the one before: same, reworded, options, or broken."""
    if before is None:
        return ""
    status, note = comparability.declared(source.declared.fieldings, source.exhibit.question, before, name)
    if status == comparability.BROKEN and source.exhibit.drawn.table == "two_waves":
        raise SurveyError(
            f"exhibit {source.exhibit.id!r}: {source.exhibit.question!r} cannot be compared between {before} "
            f"and {name}{f': {note}' if note else ''}"
        )
    if status == Comparability.SAME and own != set(keys[found["wave"] == before]):
        return Comparability.OPTIONS
    return status


def _chosen_rows(source: Source, found: pd.DataFrame) -> pd.DataFrame:
    """The rows of a question that are compared: main shares, of a grid its first net; or those of `show`."""
    exhibit = source.exhibit
    shown = set(exhibit.show)
    questionnaire = source.declared.survey
    asked = questionnaire.questions[exhibit.question]
    parts = {*questionnaire.options(exhibit.question), *questionnaire.nets(exhibit.question)}
    if shown & set(asked.items):
        found = found[found["item"].isin(shown)]
    if shown & parts:
        return found[found["option"].isin(shown) & found["measure"].isin([Measure.OPTION, Measure.NET])]
    if source.form.by_item:
        nets = _first_net(found)
        if nets.empty:
            raise SurveyError(
                f"exhibit {exhibit.id!r}: {exhibit.question!r} has no net; name a level with show = [...]"
            )
        return found[(found["measure"] == Measure.NET) & found["option"].isin(nets)]
    return found[found["measure"].isin(main_measures(found["measure"])) & (found["role"] != Role.NET)]


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
    first, second = (_substantive(found[found["wave"] == waves[-1]]) for found in both)
    shared = set(first["option"]) & set(second["option"])
    first = first[first["option"].isin(shared)].sort_values("share", ascending=False, kind="stable")
    second = second.set_index("option", drop=False).loc[first["option"]]
    return pd.concat([first, second], ignore_index=True)


def _combinations(source: Source) -> pd.DataFrame:
    """The five options most named, then who named exactly which of them: ten combinations, others, none."""
    exhibit, found = source.exhibit, source.latest()
    options = _substantive(found)
    whole = options.head(1)
    falling = options.sort_values("share", ascending=False, kind="stable")
    chosen = falling[falling["option"].isin(exhibit.show)] if exhibit.show else falling.head(_MOST_COMBINED)
    if len(chosen) < 2:
        raise SurveyError(f"exhibit {exhibit.id!r}: combinations need two options of {exhibit.question!r}")
    ids = [str(option) for option in chosen["option"]]
    with source.opened() as domain:
        counted = domain.combinations(exhibit.question, ids)
    counted = counted[counted["wave"] == whole["wave"].iloc[0]]
    names = dict(zip(chosen["option"], chosen["option_label"], strict=True))
    counted["options"] = [tuple(sorted(own, key=ids.index)) for own in counted["options"]]
    counted = counted.sort_values("weighted", ascending=False, kind="stable")
    sums = ["respondents", "weighted", "squares"]
    parts = [
        {"option": "+".join(own), "option_label": " + ".join(names[option] for option in own),
         "role": Role.SUBSTANTIVE} | dict(zip(sums, numbers, strict=True))
        for own, *numbers in counted.head(_MOST_COMBINATIONS)[["options", *sums]].itertuples(index=False)
    ]  # fmt: skip
    rest = counted.iloc[_MOST_COMBINATIONS:][sums].sum()
    told = {"option": "other_combinations", "option_label": "All others", "role": Role.OTHER}
    parts.append(told | rest.to_dict())
    base = whole[["valid_cases", "weight", "weight_squares"]].iloc[0].to_numpy(dtype=float)
    left = dict(zip(sums, base - counted[sums].sum().to_numpy(dtype=float), strict=True))
    parts.append({"option": "none_of_these", "option_label": "None of these", "role": Role.NONE} | left)
    made = _parts(source, found, whole, pd.DataFrame(parts), Measure.COMBINATION)
    return _joined([chosen, made])


def _parts(
    source: Source, of: pd.DataFrame, whole: pd.DataFrame, parts: pd.DataFrame, measure: str
) -> pd.DataFrame:
    """The shares of parts of a question's base; none where an answer is hidden, since they add up to it."""
    survey = source.declared.survey
    made = part_shares(whole, parts, measure, survey.interval, survey.privacy.base)
    gone = np.full(len(made), bool((of["flag"] == Flag.SUPPRESSED).any()))
    if measure in (Measure.COMBINATION, Measure.BIN):
        # the others are computed from what is coarse already
        made, coarsest = source.estimated.made_coarse(made, np.zeros(len(made), dtype=np.bool_))
        gone |= coarsest
    return blanked(made, pd.Series(gone, index=made.index))


def _steps(source: Source) -> pd.DataFrame:
    """How many came as far as each option, and of those who came to the option before."""
    exhibit, found = source.exhibit, source.latest()
    options = _substantive(found).set_index("option", drop=False)
    whole = options.head(1)
    steps = list(exhibit.show) if exhibit.show else list(options["option"])[1:]
    absent = [step for step in steps if step not in options.index]
    if absent or not steps:
        raise SurveyError(
            f"exhibit {exhibit.id!r}: {', '.join(absent) or exhibit.question} is no step; steps "
            f"are answers to {exhibit.question!r} that were offered in {whole['wave'].iloc[0]}"
        )
    base = whole[["valid_cases", "weight", "weight_squares"]].iloc[0].astype(float).tolist()
    every = {"option": "all", "option_label": "All", "role": Role.SUBSTANTIVE}
    sums = ["respondents", "weighted", "squares"]
    reached = [every | dict(zip(sums, base, strict=True))]
    for number, step in enumerate(steps):
        own = options.loc[steps[number:], ["respondents", "yes_weight", "yes_squares"]].astype(float).sum()
        last = number == len(steps) - 1
        label = f"{options.loc[step, 'option_label']}{'' if last else ' or further'}"
        told = {"option": step, "option_label": label, "role": Role.SUBSTANTIVE}
        reached.append(told | dict(zip(sums, own, strict=True)))
    counted = pd.DataFrame(reached)
    made = [_parts(source, options, whole, counted, Measure.REACHED)]
    for number in range(1, len(counted)):
        cases, weight, squares = counted.loc[number - 1, sums].to_numpy(dtype=float)
        of = whole.assign(
            sample_size=int(cases), valid_cases=int(cases), weight=weight, weight_squares=squares,
            weighted_base=weight * _scale(whole),
        )  # fmt: skip
        made.append(_parts(source, options, of, counted.loc[[number]], Measure.CONTINUED))
    return _joined(made)


def _scale(whole: pd.DataFrame) -> float:
    """What a weight is as declared where its mean is 1 here."""
    row = whole.iloc[0]
    return float(row["weighted_base"]) / float(row["weight"]) if float(row["weight"]) else 1.0


def _bins(source: Source) -> pd.DataFrame:
    """How many gave a number of each class, whose value is its lower end; then mean, median and quartiles."""
    found = source.latest()
    summaries = found[found["by"] == ""]
    whole = summaries[summaries["measure"] == Measure.MEAN]
    with source.opened() as domain, domain.summed():
        given = domain.query("values").df()
    given = given[given["wave"] == whole["wave"].iloc[0]]
    parts = bins(given)
    made = _parts(source, summaries, whole, parts.assign(role=Role.SUBSTANTIVE), Measure.BIN)
    made["value"] = parts["value"].where(made["flag"] != Flag.SUPPRESSED)
    return _joined([made, summaries])


def _joined(parts: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """Rows of several makings with the columns that `domain_estimates.estimates` has."""
    return pd.concat(
        [part.reindex(columns=WITH_SUMS.names).astype(object) for part in parts], ignore_index=True
    ).infer_objects()


# what others published


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
