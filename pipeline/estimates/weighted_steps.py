"""Weighted numbers made coarse, as `weighted_levels` says, so that they do not tell who makes them up.

Whoever knows what people weigh can take a weighted sum of many digits apart, since few people add up to it.
So the weighted and the effective base are whole steps of people, and every share is a whole number of parts
of its base. All other numbers of a row are computed from these and from its counts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.declarations.questionnaire import Survey
from pipeline.estimates.formulas import floats, of_sums, of_values
from pipeline.estimates.tests import Joint, Together
from pipeline.stats.variance import Array, mean_error, net_promoter_score
from pipeline.tidy.contract import Type, records
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
    """What making numbers coarse takes of a survey: its questions, and options joined to compare waves."""

    survey: Survey
    pools: Mapping[str, Mapping[str, Sequence[str]]]
    """by question and pool"""

    def adds_up(self, question: str) -> bool:
        """Whether the options of a question exclude each other."""
        return self.survey.questions[question].form.is_exclusive

    def is_sensitive(self, question: str) -> bool:
        """Whether a question is marked so."""
        return self.survey.questions[question].sensitive

    def members(self, question: str, option: str, measure: str) -> Sequence[str]:
        """The options that a net or a pool joins."""
        if measure == POOL:
            return self.pools[question].get(option, [])
        return self.survey.members(question, option)


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
    frame: pd.DataFrame, levels: Levels, questionnaire: Questionnaire, hidden: Mask
) -> tuple[pd.DataFrame, Mask]:
    """True estimates with the weighted numbers of the waves and questions of `levels` made coarse.

    `hidden` are those that will be hidden. The mask that comes back is of those that cannot be made coarse
    and must be suppressed: columns with more answers than their base has parts, and values of sensitive
    questions that do not follow from shares.
    """
    keys = zip(frame["wave"], frame["question"], strict=True)
    level = np.array([levels.get(key, -1) for key in keys], dtype=np.int64)
    gone = level == SUPPRESSED
    wanted = (level >= 0) & ~gone
    if not wanted.any():
        return frame, gone
    share, people = np.array(STEPS)[level[wanted]].T
    made, gone[wanted] = _rows(frame[wanted], share, people, questionnaire, hidden[wanted])
    out = frame.copy()
    for column in _CHANGED:
        out[column] = out[column].astype(float) if column in NUMBERS else out[column]
        out.loc[made.index, column] = made[column].to_numpy()
    return out, gone


def _rows(
    exact: pd.DataFrame, finest: Array, people: Array, questionnaire: Questionnaire, hidden: Mask
) -> tuple[pd.DataFrame, Mask]:
    """Estimates made coarse by the steps of each, and which of them cannot be."""
    weight, squares, yes, cases, chosen = (
        floats(exact[name])
        for name in ("weight", "weight_squares", "yes_weight", "valid_cases", "respondents")
    )
    declared = exact["weighted_base"].to_numpy(dtype=float)
    scale = np.divide(declared, weight, out=np.ones_like(weight), where=weight > 0)
    base, size = base_of(weight, squares, cases, people)
    base_squares = np.divide(base**2, size, out=np.zeros_like(base), where=size > 0)
    parts = parts_of(base, finest, people)
    outside = (exact["role"] == Role.NOT_APPLICABLE).to_numpy()
    of_base = _parts(yes, weight, parts, chosen, cases)
    # a share of one part could only be all
    gone = (parts < 2) & (chosen > 0) & (chosen < cases)
    adds_up = exact["question"].map(questionnaire.adds_up)
    exclusive = exact["measure"].isin([Measure.OPTION, Measure.COMBINATION, Measure.BIN]) & ~outside
    exclusive &= adds_up | (exact["measure"] != Measure.OPTION)
    for places in _columns(exact, exclusive):
        if parts[places[0]] < (chosen[places] > 0).sum():
            gone |= (exact[_COLUMN] == exact.iloc[places[0]][_COLUMN]).all(axis=1).to_numpy()
            continue
        # those that are hidden come last, so that what is shown says nothing of one of them
        last = places[np.argsort(hidden[places], kind="stable")]
        of_base[last] = _adding_up(yes[last], chosen[last], parts[last[0]])
    # a net of answers that exclude each other and are shown is what they add up to
    keys = exact[[*_COLUMN, "measure", "option"]].itertuples(index=False, name=None)
    by_option = {key: place for place, key in enumerate(keys)}
    for place in np.flatnonzero(exact["measure"].isin([Measure.NET, POOL]) & adds_up):
        row = exact.iloc[place]
        members = questionnaire.members(row["question"], row["option"], row["measure"])
        of_members = [(*row[_COLUMN], "option", member) for member in members]
        inside = [by_option[key] for key in of_members if key in by_option]
        if not hidden[inside].any():
            of_base[place] = of_base[inside].sum()
    share = of_base / parts
    made = exact.assign(
        weight=base,
        weight_squares=base_squares,
        yes_weight=np.where(outside, multiple(yes, people), share * base),
        yes_squares=_squares(share, chosen, cases) * base_squares,
    )
    is_share = exact["measure"].isin(SHARES).to_numpy()
    made.loc[is_share] = of_sums(made[is_share], scale[is_share], questionnaire.survey.interval)[made.columns]
    made, follows = _values(made, is_share, scale, questionnaire.survey)
    sensitive = exact["question"].map(questionnaire.is_sensitive).to_numpy(dtype=bool)
    return made, gone | (sensitive & ~is_share & ~follows)


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
    inside = np.divide(share**2, chosen, out=np.zeros_like(share), where=chosen > 0)
    others = np.divide((1 - share) ** 2, cases - chosen, out=np.zeros_like(share), where=cases > chosen)
    part = np.divide(inside, inside + others, out=np.zeros_like(share), where=inside + others > 0)
    return np.asarray(part, dtype=np.float64)


def _columns(exact: pd.DataFrame, wanted: pd.Series) -> list[NDArray[np.int64]]:
    """The places of the rows of each column that are wanted, of one measure and with a base."""
    numbered = exact.assign(_place=np.arange(len(exact)))[(wanted & (exact["valid_cases"] > 0)).to_numpy()]
    return [
        rows["_place"].to_numpy(dtype=np.int64)
        for _, rows in numbered.groupby([*_COLUMN, "measure"], sort=False)
    ]


def _adding_up(sums: Array, chosen: Array, parts: float) -> Array:
    """Sums that add up to all, as numbers of parts: their running total is rounded.

    A sum of nobody has no part and one of somebody has at least one, so the total rises with each of these.
    """
    out = np.zeros_like(sums)
    some = np.flatnonzero(chosen > 0)
    so_far = np.cumsum(np.maximum(sums[some], 0.0))
    before = 0.0
    for number, (place, total) in enumerate(zip(some, so_far / max([*so_far[-1:], _TINY]), strict=True)):
        most = parts - (len(some) - number - 1)
        comes_to = min(max(np.floor(total * parts + 0.5 + _TINY), before + 1), most)
        out[place], before = comes_to - before, comes_to
    return out


def _values(made: pd.DataFrame, is_share: Mask, scale: Array, survey: Survey) -> tuple[pd.DataFrame, Mask]:
    """`made` with its values, and which of these follow from the coarse shares, as means of scores do.

    All others are rounded.
    """
    follows = np.zeros(len(made), dtype=np.bool_)
    if is_share.all():
        return made, follows
    shares = {column: records(rows) for column, rows in made[is_share].groupby(_COLUMN)}
    values = made[~is_share]
    errors = values[values["measure"] == Measure.MEAN].set_index(_COLUMN)["standard_error"].to_dict()
    new: list[dict[str, float]] = []
    for place, row in zip(np.flatnonzero(~is_share), records(values), strict=True):
        column = tuple(row[name] for name in _COLUMN)
        computed = _from_shares(row, shares.get(column, []), survey)
        follows[place] = bool(computed)
        if not computed:
            about = row["standard_error"]
            about = errors.get(column, np.nan) if pd.isna(about) else about
            value, error = _digits(row["value"], row["standard_error"], about)
            computed = {"value": value, "standard_error": error}
        new.append({"weight": row["weight"], "weight_squares": row["weight_squares"]} | computed)
    numbers = pd.DataFrame(new, index=values.index)
    made.loc[values.index] = of_values(values.assign(**numbers), scale[~is_share])[made.columns]
    return made, follows


def _from_shares(
    row: Mapping[Any, Any], shares: Sequence[Mapping[Any, Any]], survey: Survey
) -> dict[str, float]:
    """A mean or net promoter score from the shares of its column, with its error; nothing of other values."""
    analysed = float(row["analysed"])
    if row["measure"] == Measure.MEAN:
        scores = survey.scores(row["question"])
        levels = [
            (scores[share["option"]], float(share["yes_weight"]), float(share["yes_squares"]))
            for share in shares
            if share["measure"] == Measure.OPTION and share["option"] in scores
        ]
        return _mean(np.array(levels), analysed) if levels else {}
    nets = {
        share["option"]: (float(share["yes_weight"]), float(share["yes_squares"]))
        for share in shares
        if share["measure"] == Measure.NET
    }
    if row["measure"] != Measure.NET_PROMOTER_SCORE or not nets:
        return {}
    up, down = nets.get("promoters", (0.0, 0.0)), nets.get("detractors", (0.0, 0.0))
    base = (max(float(row["weight"]), up[0] + down[0]), max(float(row["weight_squares"]), up[1] + down[1]))
    score, error = net_promoter_score(base, up, down, analysed)
    return {"value": float(score), "standard_error": float(error)}


def _mean(levels: Array, analysed: float) -> dict[str, float]:
    """The mean of scores from the sums of each, with its error."""
    score, weight, squares = levels.T
    total = weight.sum()
    if not total:
        return {"value": np.nan, "standard_error": np.nan}
    mean = float((score * weight).sum() / total)
    error = mean_error(total, (squares * (score - mean) ** 2).sum(), analysed)
    sums = {"weight": float(total), "weight_squares": float(squares.sum())}
    return sums | {"value": mean, "standard_error": float(error)}


def _digits(value: float, error: float, about: float) -> tuple[float, float]:
    """A value to the first digit of its error, and the error to two."""
    if pd.isna(value) or pd.isna(about) or about <= 0:
        return value, error
    step = 10.0 ** np.floor(np.log10(about))
    rounded = float(np.floor(value / step + 0.5) * step)
    return rounded, error if pd.isna(error) else float(np.floor(error / step * 10 + 0.5) * step / 10)


def together(both: Together, estimates: pd.DataFrame, levels: Levels) -> Together:
    """The sums of who chose both of two options, as coarse as those of each in `estimates`."""
    shares = estimates[(estimates["by"] == "") & estimates["share"].notna()]
    rows: dict[tuple[str, str, str, str], dict[Any, Any]] = {}
    for row in records(shares):
        if row["measure"] == Measure.OPTION:
            rows[row["wave"], row["question"], row["item"], row["option"]] = row
        elif row["measure"] == Measure.RANKED:
            rows[row["wave"], row["question"], "", row["item"]] = row
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
        other: {
            key: (_near(weight, unit), _near(weight, unit) * squares) for key, (weight, _) in sums.items()
        }
        for other, sums in joint.items()
    }


def _unit(row: Mapping[Any, Any], level: int) -> float:
    """What one part of the base of an estimate is."""
    share, people = STEPS[min(level, SUPPRESSED - 1)]
    weight = float(row["weight"])
    return weight / float(parts_of(np.array(weight), np.array(share), np.array(people)))


def _near(weight: float, unit: float) -> float:
    return float(np.floor(weight / unit + 0.5) * unit)
