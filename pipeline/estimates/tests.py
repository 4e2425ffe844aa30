"""Which differences are more than chance: groups of a segment, groups and all, options, waves.

Pure functions of the frames that `domain_estimates.estimates` returns, and of the sums of pairs.sql and
ranks.sql. A test is a row of tests.csv. Its interval is of the method of its p value, at the level
`confidence`: it leaves out 0 where the adjusted p is below 0.05, and only there.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
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
    paired_difference,
    share_error,
)
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

Mask = NDArray[np.bool_]
Together = dict[tuple[str, str, str, frozenset[str]], tuple[float, float]]
"""Σw and Σw² of who chose both of two options: by wave, question, item and the two ids"""


def higher_than(found: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.Series:
    """For each estimate the letters of the groups of its segment that it is higher than.

    Capital at 95%, small at 90%, adjusted over the pairs of one row of one segment. Groups of a low base are
    not tested, and all respondents never are: they hold the groups.
    """
    out = pd.Series("", index=found.index)
    for block in _blocks(found):
        pairs = block.pairs(adjustment)
        higher: dict[Any, list[str]] = {}
        for row, pair in np.argwhere(pairs["adjusted_p"] < LIKELY):
            first, second = block.columns[pair]
            up, down = (first, second) if pairs["difference"][row, pair] > 0 else (second, first)
            letter = block.letters[down]
            sure = pairs["adjusted_p"][row, pair] < SURE
            higher.setdefault(block.places[row, up], []).append(letter if sure else letter.lower())
        for place, letters in higher.items():
            out.loc[place] = " ".join(sorted(letters, key=lambda text: (len(text), text.upper())))
    return out


def group_pairs(found: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every two groups of a segment, for each estimate: the one less the other, unpooled."""
    rows: list[dict[str, Any]] = []
    for block in _blocks(found):
        pairs = block.pairs(adjustment)
        for row, pair in np.argwhere(~np.isnan(pairs["p"])):
            first, second = block.columns[pair]
            own = found.loc[block.places[row, first]]
            rows.append(
                {**own[[*_ROW, "by"]].to_dict(), "first": block.groups[first], "second": block.groups[second]}
                | {name: values[row, pair] for name, values in pairs.items()}
                | {"test": KindOfTest.TWO_GROUPS, "adjustment": adjustment}
            )
    return with_limits(as_tests(rows))


class _Block:
    """The estimates of one question by one segment in one wave: a row an answer, a column a group."""

    def __init__(self, block: pd.DataFrame) -> None:
        tested = block[block["share"].notna() | block["standard_error"].notna()]
        groups = dict(zip(tested["group"], tested["letter"], strict=True))
        self.groups, self.letters = list(groups), list(groups.values())
        rows = tested.groupby(["item", "option", "measure"], sort=False).ngroup().to_numpy()
        columns = np.array([self.groups.index(group) for group in tested["group"]], dtype=int)
        shape = (int(rows.max()) + 1 if len(rows) else 0, len(self.groups))
        self.places = np.full(shape, -1, dtype=object)
        self.places[rows, columns] = tested.index

        def spread(values: pd.Series) -> Array:
            out = np.full(shape, np.nan)
            out[rows, columns] = values.astype(float)
            return out

        self.is_share = spread(tested["measure"].isin(SHARES)) == 1
        self.estimate = spread(tested["share"].where(tested["share"].notna(), tested["value"]))
        self.error = spread(tested["standard_error"])
        self.size = spread(pd.Series(_sizes(tested), index=tested.index))
        self.enough = spread(is_enough(tested)) == 1
        self.df = float(tested["analysed"].iloc[0]) - 1 if len(tested) else np.nan
        self.columns = list(itertools.combinations(range(len(self.groups)), 2))

    def pairs(self, adjustment: str) -> dict[str, Array]:
        """Of each row and pair of columns: the difference, its error, limits, statistic and p values."""
        one, other = ([pair[side] for pair in self.columns] for side in (0, 1))
        enough = self.enough[:, one] & self.enough[:, other]
        found = _difference(
            (self.estimate[:, one], self.error[:, one], self.size[:, one]),
            (self.estimate[:, other], self.error[:, other], self.size[:, other]),
            self.is_share[:, one],
            np.full(enough.shape, self.df),
        )
        p = np.where(enough, found["p"], np.nan)
        return found | {"p": p, "adjusted_p": ADJUSTMENTS[adjustment](p)}


def _blocks(found: pd.DataFrame) -> Iterator[_Block]:
    grouped = found[found["by"] != ""]
    for _, block in grouped.groupby(["wave", "question", "by"], sort=False):
        made = _Block(block)
        if made.columns:
            yield made


def _sizes(found: pd.DataFrame) -> Array:
    """The effective sizes of shares, as Newcombe's method takes them; NaN of values."""
    columns = ("share", "standard_error", "effective_base", "valid_cases")
    return effective_size(*(found[name].to_numpy(dtype=np.float64) for name in columns))


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


def group_and_total(found: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every group against all respondents, of whom it is a part; adjusted over a row's groups.

    Where a share is 0 or 1 the group is held against those outside it, by Newcombe.
    """
    shares = found[found["measure"].isin(SHARES) & found["share"].notna()]
    whole = shares[shares["by"] == ""]
    enough = shares[(shares["by"] != "") & is_enough(shares)]
    rows = enough.merge(whole, on=_ROW, suffixes=("", "_all"))
    group, total, outside = _sums_with_all(rows)
    difference, error = group_less_total(group, total, rows["analysed"])
    df = rows["analysed"].to_numpy(dtype=float) - 1
    statistic, p = t_test(difference, error, df)
    edge = np.isin(group.share, (0.0, 1.0)) | np.isin(total.share, (0.0, 1.0))
    others = rows["valid_cases_all"] - rows["valid_cases"]
    by_newcombe = newcombe_p(
        group.share, _sizes(rows), outside.share, _size_of(outside, others, rows["analysed"])
    )
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
    tested = tested[tested["p"].notna()]
    families = tested.groupby([*_ROW, "by"], sort=False)["p"]
    return _adjusted(tested, families, adjustment)


def group_and_others(found: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """A test of every group against all who are not in it: of each answer, and of a grid each net.

    Adjusted over all answers and groups of a wave together, of whatever segment. Not where either side has a
    low base.
    """
    shares = answers_compared(found)
    whole = shares[shares["by"] == ""]
    rows = shares[shares["by"] != ""].merge(whole, on=_ROW, suffixes=("", "_all"))
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
    tested = tested[tested["p"].notna()]
    return _adjusted(tested, tested.groupby(["wave", "question"], sort=False)["p"], adjustment)


def _adjusted(tested: pd.DataFrame, families: Any, adjustment: str) -> pd.DataFrame:
    """Tests with p values adjusted within each of `families`, and their intervals."""
    adjusted = families.transform(lambda p: ADJUSTMENTS[adjustment](p))
    rows = as_tests(tested.assign(adjusted_p=adjusted, adjustment=adjustment).to_dict("records"))
    return with_limits(rows)


def _size_of(sums: Sums, cases: pd.Series, analysed: pd.Series) -> Array:
    """The effective size of shares that are made of sums."""
    kish = effective_cases(sums.weight, sums.squares)
    return effective_size(sums.share, share_error(sums, analysed), kish, cases.to_numpy(dtype=np.float64))


def _sums_with_all(rows: pd.DataFrame) -> tuple[Sums, Sums, Sums]:
    """The sums of groups, of all respondents (in columns that end in _all), and of those not in the group."""
    names = ["weight", "weight_squares", "yes_weight", "yes_squares"]
    group, total = (Sums(*(rows[f"{name}{suffix}"] for name in names)) for suffix in ("", "_all"))
    rest = {name: getattr(total, name) - getattr(group, name) for name in Sums.__annotations__}
    # sums that were made coarse may leave less than nobody, or more than all
    outside = Sums(
        rest["weight"],
        rest["squares"],
        np.clip(rest["yes_weight"], 0, np.maximum(rest["weight"], 0)),
        np.clip(rest["yes_squares"], 0, np.maximum(rest["squares"], 0)),
    )
    return group, total, outside


def answers_compared(found: pd.DataFrame) -> pd.DataFrame:
    """The shares that claims are made of: substantive answers, or of a grid with nets those.

    Other, None and DKNS are left out.
    """
    has_nets = (found["item"] != "").any() and (found["measure"] == Measure.NET).any()
    measures = (Measure.NET,) if has_nets else main_measures(found["measure"])
    own = found[found["measure"].isin(measures) & found["share"].notna()]
    return own.loc[own["role"].isin([Role.SUBSTANTIVE, "", Role.NET])]


def crosstabs(found: pd.DataFrame) -> pd.DataFrame:
    """Rao and Scott's test of the answers against the groups of a segment, second order and first.

    Of a single choice and of each item of a grid it is one test; of a multiple choice one an option, chosen
    or not. Groups of a low base are left out; a table with a hidden cell is not tested.
    """
    rows: list[dict[str, Any]] = []
    cells = found[(found["by"] != "") & (found["measure"] == Measure.OPTION)]
    cells = cells[is_enough(cells)]
    for (wave, question, by, item), block in cells.groupby(["wave", "question", "by", "item"], sort=False):
        if (block["flag"] == Flag.SUPPRESSED).any():
            continue  # a table with holes is no table to test, and its statistic would tell of them
        block = block[block["share"].notna()]
        several = block["total_mentions"].notna().any()
        for name in dict.fromkeys(block["option"]) if several else [""]:
            own = block[block["option"] == name] if several else block
            weights, squares = (_table(own, *columns) for columns in _CELLS)
            if not several:
                weights, squares = weights[:-1], squares[:-1]
            if min((weights.sum(axis=axis) > 0).sum() for axis in (0, 1)) < 2:
                continue
            n, cases = int(own["analysed"].iloc[0]), int(own.groupby("group")["valid_cases"].first().sum())
            result = rao_scott(weights, squares, n, cases)
            if np.isnan(result.second.p):
                continue
            what = {"wave": wave, "question": question, "item": item, "option": name, "by": by}
            for method, tested in ((MethodOfTest.F, result.second), (MethodOfTest.FIRST_ORDER, result.first)):
                numbers = {"statistic": tested.statistic, "df": tested.df, "p": tested.p}
                numbers |= {"df2": tested.df2 or np.nan}
                rows.append(
                    what
                    | numbers
                    | {"measure": Measure.OPTION, "test": KindOfTest.RAO_SCOTT, "method": method}
                )
    return as_tests(rows)


_CELLS = (("yes_weight", "weight"), ("yes_squares", "weight_squares"))


def _table(block: pd.DataFrame, chosen: str, base: str) -> Array:
    """Sums by option and group, and in the last row those of who did not choose the first option."""
    table = block.pivot(index="option", columns="group", values=chosen)
    bases = block.drop_duplicates("group").set_index("group")[base].reindex(table.columns)
    yes = np.nan_to_num(table.to_numpy(dtype=float))
    return np.vstack([yes, bases.to_numpy(dtype=float) - yes[0]])


def option_pairs(
    found: pd.DataFrame,
    together: Together,
    pairs: Sequence[tuple[Any, Any]],
    adjustment: str = ADJUSTMENT,
) -> pd.DataFrame:
    """Tests of two options of a question, or ranked items, on the same respondents; adjusted together.

    `pairs` are index labels of `found`, first and second.
    """
    rows = [_option_pair(found.loc[one], found.loc[other], together) for one, other in pairs]
    return adjusted_together(as_tests(rows), adjustment)


def adjusted_together(tests: pd.DataFrame, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """`tests` with their p values adjusted over all of them, and intervals that agree with those."""
    adjusted = ADJUSTMENTS[adjustment](tests["p"]) if len(tests) else tests["p"]
    return with_limits(tests.assign(adjusted_p=adjusted, adjustment=adjustment))


def _option_pair(first: pd.Series, second: pd.Series, together: Together) -> dict[str, Any]:
    ranked = first["measure"] == Measure.RANKED
    one, other = (str(row["item"] if ranked else row["option"]) for row in (first, second))
    item = "" if ranked else str(first["item"])
    w, q = together.get((first["wave"], first["question"], item, frozenset((one, other))), (0.0, 0.0))
    a, b = (np.array([row["yes_weight"], row["yes_squares"]]) for row in (first, second))
    base, both = np.array([first["weight"], first["weight_squares"]]), np.array([w, q])
    cells = {(True, True): both, (True, False): a - both, (False, True): b - both,
             (False, False): base - a - b + both}  # fmt: skip
    sums = {key: (weight, squares) for key, (weight, squares) in cells.items()}
    difference, error, _ = paired_difference(sums, first["analysed"])
    what = {"item": item, "test": KindOfTest.TWO_OPTIONS, "first": one, "second": other}
    return what | _paired(first, second, difference, error)


def _paired(first: pd.Series, second: pd.Series, difference: Array, error: Array) -> dict[str, Any]:
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


Joint = dict[str, dict[tuple[bool | None, bool | None], tuple[float, float]]]
"""Σw and Σw² of who chose an item and each other item, by that one's id; None for who was not asked of one"""


def item_pairs(
    found: pd.DataFrame,
    joint: Joint,
    first: Any,
    others: Sequence[Any],
    adjustment: str = ADJUSTMENT,
) -> pd.DataFrame:
    """Tests of an item of a grid or ranking against others on the same respondents, adjusted together.

    The items need not be answered by the same people. `first` and `others` are index labels of `found`.
    """
    one, rows = found.loc[first], []
    for other in (found.loc[label] for label in others):
        difference, error = difference_of_domains(joint[str(other["item"])], one["analysed"])
        what = {
            "option": one["option"],
            "test": KindOfTest.TWO_ITEMS,
            "first": one["item"],
            "second": other["item"],
        }
        rows.append(what | _paired(one, other, difference, error))
    return adjusted_together(as_tests(rows), adjustment)


def rankings(ranks: pd.DataFrame) -> pd.DataFrame:
    """Friedman's test of whether the items of a ranking are ranked alike, unweighted.

    `ranks` has wave, question, respondents, rank_sum and ties, a row an item. Not with fewer than 30.
    """
    rows = []
    ranks = ranks[ranks["respondents"] >= LOW_BASE]
    for (wave, question), own in ranks.groupby(["wave", "question"], sort=False):
        first = own.iloc[0]
        tested = friedman(own["rank_sum"], int(first["respondents"]), float(first["ties"]))
        if np.isnan(tested.p):
            continue
        numbers = {"statistic": tested.statistic, "df": tested.df, "p": tested.p}
        rows.append({"wave": wave, "question": question, "measure": Measure.MEAN_RANK} | numbers
                    | {"test": KindOfTest.FRIEDMAN, "method": MethodOfTest.CHI_SQUARED})  # fmt: skip
    return as_tests(rows)


def wave_pairs(found: pd.DataFrame, first: str, second: str, adjustment: str = ADJUSTMENT) -> pd.DataFrame:
    """Tests of every estimate of wave `second` less that of wave `first`, adjusted over them together.

    The samples are independent. Shares by Newcombe, means by t with the degrees of freedom of both.
    """
    early, late = (
        found[(found["wave"] == name) & found["standard_error"].notna() & is_enough(found)]
        for name in (first, second)
    )
    early, late = (own.assign(size=_sizes(own)) for own in (early, late))
    keys = [*ANSWER, "by", "group"]
    rows = late.merge(early, on=keys, suffixes=("", "_first"))
    is_share = rows["measure"].isin(SHARES).to_numpy(dtype=np.bool_)

    def one(suffix: str) -> tuple[Array, Array, Array]:
        own = rows[f"share{suffix}"].where(is_share, rows[f"value{suffix}"])
        columns = (own, rows[f"standard_error{suffix}"], rows[f"size{suffix}"])
        estimate, error, size = (column.to_numpy(dtype=np.float64) for column in columns)
        return estimate, error, size

    df = (rows["analysed"] + rows["analysed_first"] - 2).to_numpy(dtype=float)
    tested = _difference(one(""), one("_first"), is_share, df)
    out = rows[keys].assign(**tested, wave=second, test=KindOfTest.TWO_WAVES, first=second, second=first)
    return adjusted_together(as_tests(out.to_dict("records")), adjustment)


def as_tests(rows: Sequence[Mapping[Any, Any]]) -> pd.DataFrame:
    """Tests as a frame with their columns and types, also where there are none."""
    return TEST.frame(rows)
