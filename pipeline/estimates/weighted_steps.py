"""Weighted numbers made coarse, so that they do not tell who makes them up (`weighed` says how coarse).

Whoever knows what people weigh can take a weighted sum of many digits apart, since few people add up to it.
So the weighted and the effective base are whole steps of people, and every share is a whole number of parts
of its base. All other numbers of a row are computed from these and from its counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.estimates.formulas import of_sums, of_values
from pipeline.estimates.tests import Joint, Together
from pipeline.stats.intervals import Method
from pipeline.stats.variance import Array
from pipeline.tidy.contract import Type
from pipeline.tidy.measures import POOL, SHARES, Measure, Role
from pipeline.tidy.tables import WITH_SUMS

Mask = NDArray[np.bool_]


class Step(NamedTuple):
    """How coarse numbers are: shares by so much of the base, or so many weighted people if that is more."""

    share: float
    people: float


STEPS = (
    Step(0.001, 0.5), Step(0.005, 1.0), Step(0.01, 2.0), Step(0.02, 3.0), Step(0.05, 5.0), Step(0.05, 8.0),
    Step(0.1, 12.0),
)  # fmt: skip
"""from fine to coarse; what is not safe with the last is suppressed"""
SUPPRESSED = len(STEPS)
Levels = Mapping[tuple[str, str], int]
"""the place in STEPS by wave and question, SUPPRESSED where not even the last will do; others are exact"""
_COLUMN = ["wave", "question", "item", "by", "group"]
NUMBERS = WITH_SUMS.of(Type.SHARE, Type.NUMBER)
"""the numbers of an estimate that follow from weights"""
_CHANGED = [*NUMBERS, "interval"]
_TINY = 1e-9


@dataclass(frozen=True)
class Questionnaire:
    """What making numbers coarse needs of a survey."""

    method: Method
    adds_up: Callable[[str], bool]
    """whether the options of a question exclude each other"""
    members: Callable[[str, str, str], Sequence[str]]
    """the options that a net or a pool of a question joins: by question, id and measure"""
    scores: Callable[[str], Mapping[str, float]]
    sensitive: Callable[[str], bool]


def multiple(values: Array, step: Array) -> Array:
    """`values` as whole steps, half up; nothing above 0 becomes 0."""
    whole = np.floor(values / step + 0.5 + _TINY) * step
    return np.where(values > 0, np.maximum(whole, step), 0.0)


def base_of(weight: Array, squares: Array, cases: Array, step: Array) -> tuple[Array, Array]:
    """The sum of weights and the effective size of bases, in whole steps; the size follows from that sum.

    A size that is not half a step under the people in the base is theirs: it is never more.
    """
    base = multiple(weight, step)
    size = multiple(np.divide(base**2, squares, out=np.zeros_like(base), where=squares > 0), step)
    return base, np.where(size >= cases - step / 2, cases, size)


def parts_of(weight: Array, share: Array, people: Array) -> Array:
    """How many parts a base is divided into, of which its shares are whole numbers."""
    finest = np.minimum(1 / share, weight / people)
    return np.maximum(np.floor(finest + _TINY), 1.0)


def coarse(
    frame: pd.DataFrame, levels: Levels, survey: Questionnaire, hidden: Mask
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """True estimates with the weighted numbers of the waves and questions of `levels` made coarse.

    `hidden` are those that will be hidden. What cannot be made coarse is told, to be suppressed: columns with
    more answers than their base has parts, and values of sensitive questions that do not follow from shares.
    """
    keys = zip(frame["wave"], frame["question"], strict=True)
    level = np.array([levels.get(key, -1) for key in keys], dtype=np.int64)
    gone = level == SUPPRESSED
    wanted = (level >= 0) & ~gone
    if not wanted.any():
        return frame, gone
    made, gone[wanted] = _rows(frame[wanted], *steps_of(level[wanted]), survey, hidden[wanted])
    out = frame.copy()
    for column in _CHANGED:
        out[column] = out[column].astype(float) if column in NUMBERS else out[column]
        out.loc[made.index, column] = made[column].to_numpy()
    return out, gone


def steps_of(level: NDArray[np.int64]) -> tuple[Array, Array]:
    """The steps of levels: of shares, and of people."""
    table = np.array(STEPS)
    return table[level, 0], table[level, 1]


def _rows(
    own: pd.DataFrame, finest: Array, people: Array, survey: Questionnaire, hidden: Mask
) -> tuple[pd.DataFrame, Mask]:
    """Estimates made coarse by the steps of each, and which of them cannot be."""
    weight, squares = _floats(own["weight"]), _floats(own["weight_squares"])
    yes, cases, chosen = (_floats(own[name]) for name in ("yes_weight", "valid_cases", "respondents"))
    scale = np.divide(
        own["weighted_base"].to_numpy(dtype=float), weight, out=np.ones_like(weight), where=weight > 0
    )
    base, size = base_of(weight, squares, cases, people)
    base_squares = np.divide(base**2, size, out=np.zeros_like(base), where=size > 0)
    parts = parts_of(base, finest, people)
    outside = (own["role"] == Role.NOT_APPLICABLE).to_numpy()
    of_base = _parts(yes, weight, parts, chosen, cases)
    # a share of one part could only be all
    gone = (parts < 2) & (chosen > 0) & (chosen < cases)
    exclusive = own["measure"].isin([Measure.OPTION, Measure.COMBINATION, Measure.BIN]) & ~outside
    exclusive &= own["question"].map(survey.adds_up) | (own["measure"] != Measure.OPTION)
    for places in _columns(own, exclusive):
        if parts[places[0]] < (chosen[places] > 0).sum():
            gone |= _same_column(own, places[0])
            continue
        # those that are hidden come last, so that what is shown says nothing of one of them
        last = places[np.argsort(hidden[places], kind="stable")]
        of_base[last] = _adding_up(yes[last], chosen[last], parts[last[0]])
    # a net of answers that exclude each other and are shown is what they add up to
    by_option = {key: place for place, key in enumerate(_keys(own))}
    joined = own["measure"].isin([Measure.NET, POOL]) & own["question"].map(survey.adds_up)
    for place in np.flatnonzero(joined):
        row = own.iloc[place]
        of = [
            by_option.get((*row[_COLUMN], "option", member))
            for member in survey.members(row["question"], row["option"], row["measure"])
        ]
        inside = [other for other in of if other is not None]
        if not hidden[inside].any():
            of_base[place] = of_base[inside].sum()
    share = of_base / parts
    made = own.assign(
        weight=base,
        weight_squares=base_squares,
        yes_weight=np.where(outside, multiple(yes, people), share * base),
        yes_squares=_squares(share, chosen, cases) * base_squares,
    )
    is_share = own["measure"].isin(SHARES).to_numpy()
    made.loc[is_share] = of_sums(made[is_share], scale[is_share], survey.method)[made.columns]
    made = _values(made, is_share, scale, survey)
    hidden = ~is_share & own["question"].map(survey.sensitive).to_numpy(dtype=bool)
    hidden &= ~made["_computed"].to_numpy(dtype=bool)
    return made, gone | hidden


def _parts(sums: Array, whole: Array, parts: Array, chosen: Array, cases: Array) -> Array:
    """How many parts of its base each sum is: none only where nobody, and all only where everybody."""
    share = np.divide(sums, whole, out=np.zeros_like(sums), where=whole > 0)
    near = np.clip(np.floor(share * parts + 0.5 + _TINY), 1.0, np.maximum(parts - 1, 1.0))
    inside = np.where(chosen >= cases, parts, near)
    return np.asarray(np.where(chosen <= 0, 0.0, inside), dtype=np.float64)


def _squares(share: Array, chosen: Array, cases: Array) -> Array:
    """The part of the squared weights of a base that those have who are a `share` of it.

    It is what follows from their count where weights vary as much among them as among the others; what they
    are would be an equation more on who makes up a number.
    """
    own = np.divide(share**2, chosen, out=np.zeros_like(share), where=chosen > 0)
    others = np.divide((1 - share) ** 2, cases - chosen, out=np.zeros_like(share), where=cases > chosen)
    part = np.divide(own, own + others, out=np.zeros_like(share), where=own + others > 0)
    return np.asarray(part, dtype=np.float64)


def _floats(column: pd.Series) -> Array:
    return np.asarray(column.astype(float).fillna(0.0), dtype=np.float64)


def _columns(own: pd.DataFrame, wanted: pd.Series) -> list[NDArray[np.int64]]:
    """The places of the rows of each column that are wanted, of one measure and with a base."""
    numbered = own.assign(_place=np.arange(len(own)))[(wanted & (own["valid_cases"] > 0)).to_numpy()]
    return [
        rows["_place"].to_numpy(dtype=np.int64)
        for _, rows in numbered.groupby([*_COLUMN, "measure"], sort=False)
    ]


def _same_column(own: pd.DataFrame, place: int) -> Mask:
    """The rows of the column that a row is in."""
    row = own.iloc[place]
    return np.asarray(np.logical_and.reduce([own[name] == row[name] for name in _COLUMN]))


def _adding_up(sums: Array, chosen: Array, parts: float) -> Array:
    """Sums that add up to all, as numbers of parts: what they come to so far is rounded.

    Nobody is 0 and somebody is not, so each comes to at least one more than the one before.
    """
    out = np.zeros_like(sums)
    some = np.flatnonzero(chosen > 0)
    so_far = np.cumsum(np.maximum(sums[some], 0.0))
    before = 0.0
    for place, (own, total) in enumerate(zip(some, so_far / max([*so_far[-1:], _TINY]), strict=True)):
        most = parts - (len(some) - place - 1)
        comes_to = min(max(np.floor(total * parts + 0.5 + _TINY), before + 1), most)
        out[own], before = comes_to - before, comes_to
    return out


def _keys(own: pd.DataFrame) -> list[tuple[Any, ...]]:
    return list(own[[*_COLUMN, "measure", "option"]].itertuples(index=False, name=None))


def _values(made: pd.DataFrame, is_share: Mask, scale: Array, survey: Questionnaire) -> pd.DataFrame:
    """`made` with its values: mean and net promoter scores from the coarse shares, the others rounded."""
    made = made.assign(_computed=False)
    if is_share.all():
        return made
    levels: dict[tuple[Any, ...], list[tuple[float, float, float]]] = {}
    ends: dict[tuple[Any, ...], dict[str, tuple[float, float]]] = {}
    for row in made[is_share].to_dict("records"):
        column = tuple(row[name] for name in _COLUMN)
        sums = (float(row["yes_weight"]), float(row["yes_squares"]))
        score = (
            survey.scores(row["question"]).get(row["option"]) if row["measure"] == Measure.OPTION else None
        )
        if score is not None:
            levels.setdefault(column, []).append((score, *sums))
        if row["measure"] == Measure.NET:
            ends.setdefault(column, {})[row["option"]] = sums
    new: list[dict[str, float]] = []
    errors = {
        tuple(row[name] for name in _COLUMN): float(row["standard_error"])
        for row in made[made["measure"] == Measure.MEAN].to_dict("records")
    }
    values = made[~is_share]
    for row in values.to_dict("records"):
        column = tuple(row[name] for name in _COLUMN)
        told: dict[str, float] = {name: row[name] for name in ("weight", "weight_squares", "value")}
        told |= {"standard_error": row["standard_error"], "_computed": 0.0}
        if row["measure"] == Measure.MEAN and column in levels:
            told |= _mean(np.array(levels[column]), float(row["analysed"]))
        elif row["measure"] == Measure.NET_PROMOTER_SCORE and column in ends:
            told |= _score(row, ends[column])
        else:
            about = row["standard_error"]
            about = errors.get(column, np.nan) if pd.isna(about) else about
            told["value"], told["standard_error"] = _digits(row["value"], row["standard_error"], about)
        new.append(told)
    numbers = pd.DataFrame(new, index=values.index)
    made.loc[values.index, "_computed"] = numbers.pop("_computed").to_numpy() > 0
    made.loc[values.index] = of_values(values.assign(**numbers), scale[~is_share]).assign(
        _computed=made.loc[values.index, "_computed"]
    )[made.columns]
    return made


def _mean(levels: Array, analysed: float) -> dict[str, float]:
    """The mean of scores from the sums of each, with its error."""
    score, weight, squares = levels.T
    total = weight.sum()
    if not total:
        return {"value": np.nan, "standard_error": np.nan, "_computed": 1.0}
    mean = float((score * weight).sum() / total)
    spread = float((squares * (score - mean) ** 2).sum())
    error = np.sqrt(analysed / (analysed - 1) * spread) / total if analysed > 1 else np.nan
    sums = {"weight": float(total), "weight_squares": float(squares.sum())}
    return sums | {"value": mean, "standard_error": float(error), "_computed": 1.0}


def _score(row: Mapping[Any, Any], ends: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """The net promoter score from the sums of its nets, with its error."""
    (up, up_squares), (down, down_squares) = (ends.get(n, (0.0, 0.0)) for n in ("promoters", "detractors"))
    weight = max(float(row["weight"]), up + down)
    squares = max(float(row["weight_squares"]), up_squares + down_squares)
    score, n = (up - down) / weight, float(row["analysed"])
    rest = squares - up_squares - down_squares
    spread = up_squares * (1 - score) ** 2 + down_squares * (1 + score) ** 2 + rest * score**2
    error = np.sqrt(n / (n - 1) * spread) / weight if n > 1 else np.nan
    return {"value": 100 * score, "standard_error": 100 * float(error), "_computed": 1.0}


def _digits(value: float, error: float, about: float) -> tuple[float, float]:
    """A value to the first digit of its error, and the error to two."""
    if pd.isna(value) or pd.isna(about) or about <= 0:
        return value, error
    step = 10.0 ** np.floor(np.log10(about))
    rounded = float(np.floor(value / step + 0.5) * step)
    return rounded, error if pd.isna(error) else float(np.floor(error / step * 10 + 0.5) * step / 10)


def together(both: Together, found: pd.DataFrame, levels: Levels) -> Together:
    """The sums of who chose both of two options, as coarse as those of each in `found`."""
    own = found[
        (found["by"] == "") & found["measure"].isin([Measure.OPTION, Measure.RANKED]) & found["share"].notna()
    ]
    rows = {
        (
            row["wave"],
            row["question"],
            "" if ranked else row["item"],
            row["item" if ranked else "option"],
        ): row
        for row in own.to_dict("records")
        for ranked in [row["measure"] == Measure.RANKED]
    }
    made: Together = {}
    for key, sums in both.items():
        wave, question, item, pair = key
        one, other = (rows.get((wave, question, item, part)) for part in sorted(pair))
        if (level := levels.get((wave, question))) is None or one is None or other is None:
            made[key] = sums
            continue
        unit = _unit(one, level)
        base, first, second = one["weight"], one["yes_weight"], other["yes_weight"]
        weight = min(max(_near(sums[0], unit), first + second - base, 0.0), first, second)
        squares = (one["yes_squares"] + other["yes_squares"]) / max(first + second, _TINY)
        made[key] = (weight, weight * squares)
    return made


def overlaps(joint: Joint, row: Mapping[Any, Any], levels: Levels) -> Joint:
    """The sums of who chose an item and each other, as coarse as `row`, the estimate of the item."""
    if (level := levels.get((row["wave"], row["question"]))) is None or pd.isna(row["share"]):
        return joint
    unit, squares = _unit(row, level), row["weight_squares"] / row["weight"]
    return {
        other: {key: (_near(weight, unit), _near(weight, unit) * squares) for key, (weight, _) in own.items()}
        for other, own in joint.items()
    }


def _unit(row: Mapping[Any, Any], level: int) -> float:
    """What one part of the base of an estimate is."""
    share, people = STEPS[min(level, SUPPRESSED - 1)]
    weight = float(row["weight"])
    return weight / float(parts_of(np.array(weight), np.array(share), np.array(people)))


def _near(weight: float, unit: float) -> float:
    return float(np.floor(weight / unit + 0.5) * unit)
