"""Which differences are more than chance: groups of a segment, groups and all, options, waves.

Pure functions of the frames that `domain_estimates.estimates` returns, and of the sums of pairs.sql and
ranks.sql. A test is a row of tests.csv. Its interval is of the method of its p value, at the level
`confidence`: it leaves out 0 where the adjusted p is below 0.05, and only there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.disclosure.flags import is_enough
from pipeline.stats.differences import newcombe, newcombe_p
from pipeline.stats.limits import effective_size, mean_limits
from pipeline.stats.tests import ADJUSTMENTS, friedman, rao_scott, t_test
from pipeline.stats.variance import (
    Array,
    Sums,
    difference_of_domains,
    effective_cases,
    group_less_total,
    share_error,
)
from pipeline.tidy.contract import records
from pipeline.tidy.measures import (
    LIKELY,
    LOW_BASE,
    SHARES,
    SURE,
    Flag,
    KindOfTest,
    Measure,
    MethodOfTest,
    Role,
    main_measures,
)
from pipeline.tidy.tables import ANSWER, TESTS

TEST = TESTS.without("exhibit")
"""a test before it is known of which exhibit it is"""
ADJUSTMENT = "holm"
_ROW = ["wave", *ANSWER]
_BLOCK = ["wave", "question", "by"]
_SUMMED = ["weight", "weight_squares", "yes_weight", "yes_squares"]

Mask = NDArray[np.bool_]
Overlap = dict[tuple[bool | None, bool | None], tuple[float, float]]
"""Σw and Σw² by whether somebody chose the one and the other"""
Together = dict[tuple[str, str, str, frozenset[str]], tuple[float, float]]
"""Σw and Σw² of who chose both of two options: by wave, question, item and the two ids"""


def higher_than(estimates: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.Series:
    """For each estimate the letters of the groups of its segment that it is higher than.

    Capital at 95%, small at 90%, adjusted over the pairs of one row of one segment. Groups with a low base
    are not tested, nor are all respondents, of whom the groups are parts.
    """
    letters: dict[int, list[str]] = {}
    for block, pairs in _tested_blocks(estimates, adjustment):
        for row, pair in np.argwhere(pairs["adjusted_p"] < LIKELY):
            first, second = block.columns[pair]
            up, down = (first, second) if pairs["difference"][row, pair] > 0 else (second, first)
            letter = block.letters[down]
            sure = pairs["adjusted_p"][row, pair] < SURE
            letters.setdefault(block.places[row, up], []).append(letter if sure else letter.lower())
    out = [
        " ".join(sorted(letters.get(place, ()), key=lambda text: (len(text), text.upper())))
        for place in range(len(estimates))
    ]
    return pd.Series(out, index=estimates.index, dtype=object)


def group_pairs(estimates: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every two groups of a segment, for each estimate: the one less the other, unpooled."""
    columns: dict[str, list[Any]] = {name: [] for name in ("place", "first", "second")}
    for block, pairs in _tested_blocks(estimates, adjustment):
        some = ~np.isnan(pairs["p"])
        for row, pair in np.argwhere(some):
            first, second = block.columns[pair]
            columns["place"].append(block.places[row, first])
            columns["first"].append(block.groups[first])
            columns["second"].append(block.groups[second])
        for name, values in pairs.items():
            columns.setdefault(name, []).extend(values[some])
    places = np.array(columns.pop("place"), dtype=int)
    key = {name: estimates[name].to_numpy()[places] for name in (*_ROW, "by")}
    kind = {"test": KindOfTest.TWO_GROUPS, "adjustment": adjustment}
    return with_limits(TEST.of_columns(key | columns | kind, len(places)))


@dataclass(frozen=True)
class _Block:
    """The estimates of one question by one segment in one wave: a row an answer, a column a group.

    `places` are their places among all estimates, -1 where there is none; `columns` are the pairs of groups.
    """

    groups: list[str]
    letters: list[str]
    places: NDArray[np.int_]
    columns: list[tuple[int, int]]


def _tested_blocks(estimates: pd.DataFrame, adjustment: str) -> list[tuple[_Block, dict[str, Array]]]:
    """Every block, and of each of its rows and pairs of columns the test: all that `_difference` tells."""
    blocks = list(_blocks(estimates))
    if not blocks:
        return []
    pairs = [
        np.broadcast_arrays(block.places[:, one], block.places[:, other])
        for block in blocks
        for one, other in [np.array(block.columns).T]
    ]
    first, second = (np.concatenate([pair[side].ravel() for pair in pairs]) for side in (0, 1))
    estimate = estimates["share"].where(estimates["share"].notna(), estimates["value"])
    is_share = estimates["measure"].isin(SHARES).to_numpy(dtype=np.bool_)
    of_all = (estimate, estimates["standard_error"], pd.Series(_sizes(estimates)), estimates["analysed"] - 1)
    *numbers, df = (column.to_numpy(dtype=np.float64, na_value=np.nan) for column in of_all)
    there = (first >= 0) & (second >= 0)

    def at(side: NDArray[np.int_]) -> tuple[Array, Array, Array]:
        share_or_value, error, size = (np.where(there, column[side], np.nan) for column in numbers)
        return share_or_value, error, size

    tests = _difference(at(first), at(second), is_share[first] & there, df[np.maximum(first, second)])
    enough = is_enough(estimates).to_numpy(dtype=np.bool_)
    tests["p"] = np.where(there & enough[first] & enough[second], tests["p"], np.nan)
    ends = np.cumsum([pair[0].size for pair in pairs])[:-1]
    of_block = {name: np.split(values, ends) for name, values in tests.items()}
    out = []
    for number, (block, pair) in enumerate(zip(blocks, pairs, strict=True)):
        shaped = {name: values[number].reshape(pair[0].shape) for name, values in of_block.items()}
        out.append((block, shaped | {"adjusted_p": ADJUSTMENTS[adjustment](shaped["p"])}))
    return out


def _blocks(estimates: pd.DataFrame) -> Iterator[_Block]:
    """The blocks that have two groups or more with an estimate, in the order of the estimates."""
    is_tested = estimates["share"].notna() | estimates["standard_error"].notna()
    places = np.flatnonzero((estimates["by"] != "").to_numpy() & is_tested.to_numpy())
    tested = estimates.iloc[places]
    block, row, column = (
        tested.groupby(names, sort=False).ngroup().to_numpy()
        for names in (_BLOCK, [*_BLOCK, "item", "option", "measure"], [*_BLOCK, "group"])
    )
    groups, letters = (tested[name].to_numpy() for name in ("group", "letter"))
    for inside in _places_of_each(block):
        # numbers that rise with the first place at which something is seen
        rows, at_row = np.unique(row[inside], return_inverse=True)
        columns, first_of, at_column = np.unique(column[inside], return_index=True, return_inverse=True)
        if len(columns) < 2:
            continue
        spread = np.full((len(rows), len(columns)), -1)
        spread[at_row, at_column] = places[inside]
        yield _Block(
            list(groups[inside[first_of]]),
            list(letters[inside[first_of]]),
            spread,
            list(itertools.combinations(range(len(columns)), 2)),
        )


def _places_of_each(numbers: NDArray[np.integer[Any]]) -> list[NDArray[np.intp]]:
    """The places of each number from 0 on, in their order."""
    ends = np.cumsum(np.bincount(numbers))[:-1]
    return np.split(np.argsort(numbers, kind="stable"), ends) if len(numbers) else []


def _sizes(estimates: pd.DataFrame) -> Array:
    """The effective sizes of shares, as Newcombe's method takes them; NaN of values."""
    columns = ("share", "standard_error", "effective_base", "valid_cases")
    return effective_size(*(estimates[name].to_numpy(dtype=np.float64, na_value=np.nan) for name in columns))


def _difference(
    one: tuple[Array, Array, Array], other: tuple[Array, Array, Array], is_share: Mask, df: Array
) -> dict[str, Array]:
    """The difference of two independent estimates, each with its error and effective size.

    Of shares by Newcombe's combination of the Wilson limits, of values by t, unpooled.
    """
    (first, error, size), (second, other_error, other_size) = one, other
    difference, both = first - second, np.hypot(error, other_error)
    statistic, p = t_test(difference, both, df)
    p[is_share] = newcombe_p(first[is_share], size[is_share], second[is_share], other_size[is_share])
    return {
        "first_estimate": first,
        "first_size": np.where(is_share, size, np.nan),
        "second_estimate": second,
        "second_size": np.where(is_share, other_size, np.nan),
        "difference": difference,
        "standard_error": both,
        "statistic": np.where(is_share, np.nan, statistic),
        "df": np.where(is_share, np.nan, df),
        "p": p,
        "method": np.where(is_share, MethodOfTest.NEWCOMBE, MethodOfTest.T),
    }


def with_limits(tests: pd.DataFrame, level: float = SURE) -> pd.DataFrame:
    """`tests` with their intervals, by the method of each at the confidence that agrees with its adjusted p.

    That is 1 − level · p / adjusted p: the interval leaves out 0 where the adjusted p is below `level`.
    """
    columns = ("difference", "standard_error", "df", "p", "adjusted_p",
               "first_estimate", "first_size", "second_estimate", "second_size")  # fmt: skip
    difference, error, df, p, adjusted, *ends = (tests[name].to_numpy(dtype=np.float64) for name in columns)
    part = np.divide(p, adjusted, out=np.ones_like(p), where=adjusted > 0)
    confidence = np.where(np.isnan(p) | np.isnan(difference), np.nan, 1 - level * part)
    low, high = mean_limits(difference, error, df, confidence)
    sized = ~np.isnan(ends[1])
    share, size, other, other_size = (end[sized] for end in ends)
    low[sized], high[sized] = newcombe(share, size, other, other_size, confidence[sized])
    return tests.assign(low=low, high=high, confidence=confidence)


def group_and_total(estimates: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every group against all respondents, of whom it is a part; adjusted over a row's groups.

    Where a share is 0 or 1 the group is held against those outside it, by Newcombe.
    """
    shares = estimates[estimates["measure"].isin(SHARES) & estimates["share"].notna()]
    rows = _with_all(shares)
    rows = rows[is_enough(rows)]
    group, total, outside = _sums_with_all(rows)
    difference, error = group_less_total(group, total, rows["analysed"])
    df = rows["analysed"].to_numpy(dtype=float) - 1
    statistic, p = t_test(difference, error, df)
    edge = np.isin(group.share, (0.0, 1.0)) | np.isin(total.share, (0.0, 1.0))
    others = _size_of(outside, rows["valid_cases_all"] - rows["valid_cases"], rows["analysed"])
    by_newcombe = newcombe_p(group.share, _sizes(rows), outside.share, others)
    tested = rows[[*_ROW, "by"]].assign(
        test=KindOfTest.GROUP_AND_TOTAL,
        method=np.where(edge, MethodOfTest.NEWCOMBE_OTHERS, MethodOfTest.T_OVERLAPPING),
        first=rows["group"],
        first_estimate=group.share,
        second_estimate=total.share,
        difference=difference,
        standard_error=error,
        statistic=np.where(edge, np.nan, statistic),
        df=np.where(edge, np.nan, df),
        p=np.where(edge, by_newcombe, p),
    )
    return _adjusted(tested, [*_ROW, "by"], adjustment)


def group_and_others(estimates: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every group against all who are not in it: of each answer of a question, of a grid each net.

    Adjusted over all answers and groups of a segment and wave together. Not where either side has a low base.
    """
    return against_others(answers_compared(estimates), adjustment)


def against_others(shares: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """The same of shares of any questions, each adjusted by itself."""
    rows = _with_all(shares)
    _, _, outside = _sums_with_all(rows)
    others = rows["valid_cases_all"] - rows["valid_cases"]
    size = effective_cases(outside.weight, outside.squares)
    enough = is_enough(rows) & (others >= LOW_BASE) & (size >= LOW_BASE)
    rows = rows[enough.to_numpy(dtype=bool)]
    group, _, outside = _sums_with_all(rows)
    analysed, others = rows["analysed"], rows["valid_cases_all"] - rows["valid_cases"]
    result = _difference(
        (group.share, share_error(group, analysed), _size_of(group, rows["valid_cases"], analysed)),
        (outside.share, share_error(outside, analysed), _size_of(outside, others, analysed)),
        np.ones(len(rows), dtype=np.bool_),
        analysed.to_numpy(dtype=float) - 1,
    )
    tested = rows[[*_ROW, "by"]].assign(
        test=KindOfTest.GROUP_AND_OTHERS, first=rows["group"], second="others", **result
    )
    return _adjusted(tested, _BLOCK, adjustment)


def _adjusted(tested: pd.DataFrame, family: list[str], adjustment: str) -> pd.DataFrame:
    """The tests that have a p value, adjusted over those with the same `family`, and their intervals."""
    tested = tested[tested["p"].notna()]
    columns = {str(name): tested[name].to_numpy() for name in tested.columns}
    return adjusted_together(TEST.of_columns(columns, len(tested)), adjustment, family)


def _with_all(shares: pd.DataFrame) -> pd.DataFrame:
    """The shares of groups, each with the sums and base of that of all respondents, which end in _all."""
    names = [*_SUMMED, "valid_cases"]
    whole = shares.loc[shares["by"] == "", [*_ROW, *names]]
    return shares[shares["by"] != ""].merge(whole, on=_ROW, suffixes=("", "_all"))


def _size_of(sums: Sums, cases: pd.Series, analysed: pd.Series) -> Array:
    """The effective size of shares that are made of sums."""
    kish = effective_cases(sums.weight, sums.squares)
    return effective_size(sums.share, share_error(sums, analysed), kish, cases.to_numpy(dtype=np.float64))


def _sums_with_all(rows: pd.DataFrame) -> tuple[Sums, Sums, Sums]:
    """The sums of groups, of all respondents (in columns that end in _all), and of those not in the group."""
    group, total = (Sums(*(rows[f"{name}{suffix}"] for name in _SUMMED)) for suffix in ("", "_all"))
    rest = {name: getattr(total, name) - getattr(group, name) for name in Sums.__annotations__}
    # sums that were made coarse may leave less than nobody, or more than all
    outside = Sums(
        rest["weight"],
        rest["squares"],
        np.clip(rest["yes_weight"], 0, np.maximum(rest["weight"], 0)),
        np.clip(rest["yes_squares"], 0, np.maximum(rest["squares"], 0)),
    )
    return group, total, outside


def answers_compared(estimates: pd.DataFrame) -> pd.DataFrame:
    """The shares that claims are made of: of each question substantive answers, or of a grid with nets those.

    Other, None and DKNS are left out.
    """
    of_rows = list(zip(*(estimates[name].tolist() for name in ("question", "measure", "item")), strict=True))
    measures: dict[str, set[str]] = {}
    by_item: set[str] = set()
    for question, measure, item in of_rows:
        measures.setdefault(question, set()).add(measure)
        if item:
            by_item.add(question)
    wanted = {
        question: {Measure.NET} if question in by_item and Measure.NET in of else set(main_measures(of))
        for question, of in measures.items()
    }
    chosen = np.fromiter((measure in wanted[question] for question, measure, _ in of_rows), dtype=bool)
    shares = estimates[chosen & estimates["share"].notna()]
    return shares.loc[shares["role"].isin([Role.SUBSTANTIVE, "", Role.NET])]


def crosstabs(estimates: pd.DataFrame) -> pd.DataFrame:
    """Rao and Scott's test of the answers against the groups of a segment, second order and first.

    Of a single choice and of each item of a grid it is one test; of a multiple choice one an option, chosen
    or not. Groups of a low base are left out; a table with a hidden cell is not tested.
    """
    rows: list[dict[str, Any]] = []
    cells = estimates[(estimates["by"] != "") & (estimates["measure"] == Measure.OPTION)]
    cells = cells[is_enough(cells)]
    for (wave, question, by, item), block in cells.groupby(["wave", "question", "by", "item"], sort=False):
        if (block["flag"] == Flag.SUPPRESSED).any():
            continue  # the statistic of a table with hidden cells would disclose something of them
        block = block[block["share"].notna()]
        several = block["total_mentions"].notna().any()
        for name in dict.fromkeys(block["option"]) if several else [""]:
            table = block[block["option"] == name] if several else block
            weights, squares = (
                _cells(table, "yes_weight", "weight"),
                _cells(table, "yes_squares", "weight_squares"),
            )
            if not several:
                weights, squares = weights[:-1], squares[:-1]
            if min((weights.sum(axis=axis) > 0).sum() for axis in (0, 1)) < 2:
                continue
            cases = int(table.groupby("group")["valid_cases"].first().sum())
            result = rao_scott(weights, squares, int(table["analysed"].iloc[0]), cases)
            if np.isnan(result.second.p):
                continue
            key = {"wave": wave, "question": question, "item": item, "option": name, "by": by}
            key |= {"measure": Measure.OPTION, "test": KindOfTest.RAO_SCOTT}
            for method, tested in ((MethodOfTest.F, result.second), (MethodOfTest.FIRST_ORDER, result.first)):
                rows.append(key | vars(tested) | {"method": method, "df2": tested.df2 or np.nan})
    return as_tests(rows)


def _cells(block: pd.DataFrame, chosen: str, base: str) -> Array:
    """Sums by option and group, and in the last row those of who did not choose the first option."""
    (options, at_option), (groups, at_group) = (
        np.unique(block[name].to_numpy(dtype=object), return_inverse=True) for name in ("option", "group")
    )
    yes, bases = np.zeros((len(options), len(groups))), np.full(len(groups), np.nan)
    yes[at_option, at_group] = np.nan_to_num(block[chosen].to_numpy(dtype=np.float64))
    # the first of a group says its base
    bases[at_group[::-1]] = block[base].to_numpy(dtype=np.float64)[::-1]
    return np.vstack([yes, bases - yes[0]])


def option_pairs(
    estimates: pd.DataFrame,
    together: Together,
    pairs: Sequence[tuple[Any, Any]],
    adjustment: str = ADJUSTMENT,
    family: Sequence[str] = (),
) -> pd.DataFrame:
    """Tests of two options of a question, or ranked items, on the same respondents; adjusted together.

    `pairs` are index labels of `estimates`, first and second. With a `family` those are adjusted together
    that have the same in its columns.
    """
    labels = list(dict.fromkeys(itertools.chain.from_iterable(pairs)))
    rows = dict(zip(labels, records(estimates.loc[labels]), strict=True))
    tests = [_option_pair(rows[one], rows[other], together) for one, other in pairs]
    return adjusted_together(as_tests(tests), adjustment, family)


def adjusted_together(
    tests: pd.DataFrame, adjustment: str = ADJUSTMENT, family: Sequence[str] = ()
) -> pd.DataFrame:
    """`tests` with their p values adjusted, and intervals that agree with those.

    They are adjusted over all of them, or over those that have the same in the columns of `family`.
    """
    p = tests["p"].to_numpy(dtype=np.float64)
    adjusted = np.full(len(p), np.nan)
    families = np.zeros(len(p), dtype=int)
    if family:
        families = tests.groupby(list(family), sort=False).ngroup().to_numpy()
    for of_family in _places_of_each(families):
        adjusted[of_family] = ADJUSTMENTS[adjustment](p[of_family])
    return with_limits(tests.assign(adjusted_p=adjusted, adjustment=adjustment))


def _option_pair(first: Mapping[str, Any], second: Mapping[str, Any], together: Together) -> dict[str, Any]:
    ranked = first["measure"] == Measure.RANKED
    one, other = (str(row["item"] if ranked else row["option"]) for row in (first, second))
    item = "" if ranked else str(first["item"])
    w, q = together.get((first["wave"], first["question"], item, frozenset((one, other))), (0.0, 0.0))
    a, b = (np.array([row["yes_weight"], row["yes_squares"]]) for row in (first, second))
    base, both = np.array([first["weight"], first["weight_squares"]]), np.array([w, q])
    cells = {(True, True): both, (True, False): a - both, (False, True): b - both,
             (False, False): base - a - b + both}  # fmt: skip
    sums: Overlap = {key: (weight, squares) for key, (weight, squares) in cells.items()}
    key = {"item": item, "test": KindOfTest.TWO_OPTIONS, "first": one, "second": other}
    return key | _paired(first, second, *difference_of_domains(sums, first["analysed"]))


def _paired(
    first: Mapping[Any, Any], second: Mapping[Any, Any], difference: Array, error: Array
) -> dict[str, Any]:
    """The test of two estimates of the same respondents, whose difference and error are known.

    By t; by Newcombe where one of them is 0 or 1 and has no error.
    """
    df, method, sizes = float(first["analysed"]) - 1, MethodOfTest.T_PAIRED, [np.nan, np.nan]
    statistic, p = t_test(difference, error, df)
    if {first["share"], second["share"]} & {0.0, 1.0}:
        sizes = _sizes(pd.DataFrame([first, second])).tolist()
        p = newcombe_p(first["share"], sizes[0], second["share"], sizes[1])
        statistic, df, method = np.array(np.nan), np.nan, MethodOfTest.NEWCOMBE
    return {
        "wave": first["wave"], "question": first["question"], "measure": first["measure"], "method": method,
        "first_estimate": float(first["share"]), "first_size": sizes[0],
        "second_estimate": float(second["share"]), "second_size": sizes[1],
        "difference": float(difference), "standard_error": float(error),
        "statistic": float(statistic), "df": df, "p": float(p),
    }  # fmt: skip


Joint = dict[str, Overlap]
"""the overlap of an item with each other item, by that one's id; None for who was not asked of one"""


def item_pairs(
    estimates: pd.DataFrame, joint: Joint, first: Any, others: Sequence[Any], adjustment: str = ADJUSTMENT
) -> pd.DataFrame:
    """Tests of an item of a grid or ranking against others on the same respondents, adjusted together.

    The items need not be answered by the same people. `first` and `others` are index labels of `estimates`.
    """
    one, rows = estimates.loc[first], []
    for other in (estimates.loc[label] for label in others):
        difference = difference_of_domains(joint[str(other["item"])], one["analysed"])
        key = {"option": one["option"], "test": KindOfTest.TWO_ITEMS}
        key |= {"first": one["item"], "second": other["item"]}
        rows.append(key | _paired(one, other, *difference))
    return adjusted_together(as_tests(rows), adjustment)


def rankings(ranks: pd.DataFrame) -> pd.DataFrame:
    """Friedman's test of whether the items of a ranking are ranked alike, unweighted.

    `ranks` has wave, question, respondents, rank_sum and ties, a row an item. Not with fewer than 30.
    """
    rows = []
    ranks = ranks[ranks["respondents"] >= LOW_BASE]
    key = {"measure": Measure.MEAN_RANK, "test": KindOfTest.FRIEDMAN, "method": MethodOfTest.CHI_SQUARED}
    for (wave, question), items in ranks.groupby(["wave", "question"], sort=False):
        first = items.iloc[0]
        tested = friedman(items["rank_sum"], int(first["respondents"]), float(first["ties"]))
        if not np.isnan(tested.p):
            rows.append({"wave": wave, "question": question} | key | vars(tested) | {"df2": np.nan})
    return as_tests(rows)


def wave_pairs(
    estimates: pd.DataFrame, first: str, second: str, adjustment: str = ADJUSTMENT
) -> pd.DataFrame:
    """Tests of every estimate of wave `second` less that of wave `first`, adjusted over those of a question.

    The samples are independent. Shares by Newcombe, means by t with the degrees of freedom of both.
    """
    names = ["share", "value", "standard_error", "analysed", "size"]
    estimates = estimates.assign(size=_sizes(estimates))
    known = estimates["standard_error"].notna() & is_enough(estimates)
    keys = [*ANSWER, "by", "group"]
    early, late = (
        estimates.loc[known & (estimates["wave"] == name), [*keys, *names]] for name in (first, second)
    )
    rows = late.merge(early, on=keys, suffixes=("", "_first"))
    is_share = rows["measure"].isin(SHARES).to_numpy(dtype=np.bool_)

    def of_wave(suffix: str) -> tuple[Array, Array, Array]:
        numbers = rows[f"share{suffix}"].where(is_share, rows[f"value{suffix}"])
        columns = (numbers, rows[f"standard_error{suffix}"], rows[f"size{suffix}"])
        estimate, error, size = (column.to_numpy(dtype=np.float64) for column in columns)
        return estimate, error, size

    df = (rows["analysed"] + rows["analysed_first"] - 2).to_numpy(dtype=float)
    tested = {
        **{key: rows[key].to_numpy() for key in keys},
        **_difference(of_wave(""), of_wave("_first"), is_share, df),
        **{"wave": second, "test": KindOfTest.TWO_WAVES, "first": second, "second": first},
    }
    return adjusted_together(TEST.of_columns(tested, len(rows)), adjustment, ["question"])


def as_tests(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """Tests as a frame with their columns and types, also where there are none."""
    return TEST.frame(rows)
