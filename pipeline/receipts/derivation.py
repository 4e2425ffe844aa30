"""How a number follows from its sums: weights, formula, error, interval and rounding, each in numbers."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from statistics import NormalDist

import pandas as pd

from pipeline.receipts.row import Receipt, Record, full, part, printed
from pipeline.stats.intervals import NAMES, methods
from pipeline.stats.limits import CONFIDENCE, Estimate
from pipeline.text.rounding import MINUS, significant, thousands
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read
from pipeline.tidy.marks import why_hidden
from pipeline.tidy.measures import FEWEST_EFFECTIVE, SHARES, Flag, Measure, Step

_QUARTILES: dict[str, float] = {
    Measure.LOWER_QUARTILE: 0.25,
    Measure.MEDIAN: 0.5,
    Measure.UPPER_QUARTILE: 0.75,
}
_JUST = 1e-9  # as sql/numbers.sql: a part of the weight this near to the one wanted is that


def derivation(receipt: Receipt) -> Iterator[str]:
    """The lines from the sums of a row to what is printed; of what is not shown only that."""
    row = receipt.row
    if row["flag"] == Flag.SUPPRESSED:
        yield part("number", why_hidden(receipt.survey.privacy.base))
        return
    if row["flag"] == Flag.NOT_ASKED:
        yield part("number", f"not asked in {row['wave']}")
        return
    if row["measure"] in SHARES and not math.isnan(row["share"]):
        yield from _share(receipt)
    elif not math.isnan(row["value"]):
        yield from _value(receipt)
    if row["flag"]:
        yield part("flag", str(row["flag"]).replace("_", " "))


# shares


def _share(receipt: Receipt) -> Iterator[str]:
    row = receipt.row
    weight, squares, yes, yes_squares = receipt.sums()
    p = float(row["share"])
    yield part("chosen by", f"{row['respondents']} respondents")
    yield from _parts(receipt)
    yield from _weights(receipt)
    yield part("share", f"{full(yes)} ÷ {full(weight)} = {full(p)}")
    if row["standard_error"] == row["standard_error"]:
        rest = squares - yes_squares
        if receipt.is_weighted:
            squares_of = f"{full(yes_squares)} of who is counted, {full(rest)} of the rest of the base"
            yield part("squares", f"Σw² {squares_of}")
        of = f"{full(yes_squares)} × (1 − {full(p)})² + {full(rest)} × {full(p)}²"
        yield from _error(receipt, of, weight)
    if row["interval"]:
        yield from _limits_of_share(receipt)
    yield _printed(row, f"{significant(p * 100)}%")


def _parts(receipt: Receipt) -> Iterator[str]:
    """What a count is the sum of: the options of a net, of a pool or from a step on."""
    row, several = receipt.row, receipt.survey.questions[receipt.question].form.several
    options = receipt.members if receipt.joined or row["measure"] == Measure.NET else []
    if row["measure"] == Measure.REACHED and row["option"] != "all":
        steps = list(receipt.table.loc[receipt.table["measure"] == Measure.REACHED, "option"])
        options = steps[steps.index(row["option"]) :]
    if len(options) < 2 or receipt.tells_of_few:
        return
    if several:
        yield part("", f"any of {', '.join(options)}, each respondent once")
        return
    counts = receipt.distribution().groupby("option")["respondents"].sum()
    numbers = [receipt.survey.option_number(receipt.question, option) for option in options]
    members = [counts.get(number, 0) for number in numbers]
    yield part("", f"{' + '.join(map(full, members))} = {full(sum(members))}, of {', '.join(options)}")


def _limits_of_share(receipt: Receipt) -> Iterator[str]:
    row, method = receipt.row, methods()[receipt.row["interval"]]
    ends = f"{full(row['low'])} to {full(row['high'])}"
    if method.NEEDS_ERROR and not row["standard_error"] > 0:
        yield part("interval", f"95% {method.NAME}: {ends}; where there is no error it is the share itself")
        return
    of = Estimate(*(row[key] for key in ("share", "standard_error", "effective_base", "valid_cases")))
    size, size_is, df = method.taken(of)
    parts = [f"n = {full(size)} ({size_is})"] if size_is else []
    if not math.isnan(df):
        by = f"t with {full(df)} degrees of freedom"
        by = "the normal distribution" if math.isinf(df) else by
        parts.append(f"q = {full(quantile(df))} (of {by})")
    yield part("interval", f"95% {method.NAME}, {', '.join(parts)}: {ends}")
    yield part("", method.ENDS)


def _printed(row: Record, exact: str) -> str:
    """How a number is rounded, or why a mark is printed in its place."""
    if row["flag"] == Flag.UNCERTAIN:
        base = full(float(row["effective_base"]))
        return part(
            "rounding",
            f"{printed(row)} is printed in its place: the effective base {base} is under {FEWEST_EFFECTIVE}",
        )
    return part("rounding", f"{exact} is printed as {printed(row)}, half up")


def quantile(df: float = math.inf, confidence: float = CONFIDENCE) -> float:
    """How many errors an interval reaches to each side: of t, or of the normal distribution."""
    from scipy.special import stdtrit

    if df <= 0:
        return math.inf
    upper = 0.5 + confidence / 2
    return NormalDist().inv_cdf(upper) if math.isinf(df) else float(stdtrit(df, upper))


# weights


def _weights(receipt: Receipt) -> Iterator[str]:
    """Whence the weights come, and what they leave of the base; nothing where everybody counts the same."""
    row = receipt.row
    if not receipt.is_weighted:
        return
    yield part("weights", f"by {receipt.fielding.wave.weighting}")
    targets = read(receipt.run.paths, "targets")
    for place, target in enumerate(records(targets), 2):
        if target["wave"] == row["wave"]:
            known = f", {full(target['unweighted'])} unweighted" if target["unweighted"] >= 0 else ""
            yield part(
                "",
                f"{target['label']}: target {full(target['target'])}{known} (line {place} of targets.csv)",
            )
    if row["measure"] in SHARES and receipt.is_chosen:
        yield from _by_group(receipt)
    weight, squares, *_ = receipt.sums()
    effective, cases = float(row["effective_base"]), int(row["valid_cases"])
    yield part("effective", f"{full(weight)}² ÷ {full(squares)} = {full(effective)}, Kish's effective base")
    yield part(
        "",
        f"{cases} × {full(squares)} ÷ {full(weight)}² = {full(float(row['deff']))}, the design effect",
    )


def _by_group(receipt: Receipt) -> Iterator[str]:
    """The sums of weights group by group of the target, where raking to it alone gives each group one weight.

    Not where that crosses the answers with the target in a way that the tables would hide.
    """
    wave, rules = receipt.fielding.wave, receipt.run.estimated.rules
    if len(wave.weights.targets) != 1 or wave.respondents.weight or wave.weights.trim:
        return
    (target,) = wave.weights.targets
    crossed = {**receipt.column, ("answer", target, ""): frozenset[str]()}
    # what is raked to is taken for something that others know of a respondent, as a segment is
    others = {receipt.question, *(dimension[1] for dimension in receipt.column)} - {target}
    refused = not receipt.is_exact or rules.is_identifying(receipt.question, crossed)
    refused = refused or any(rules.identifies(name) for name in others)
    answers = receipt.weights(target)
    of = {
        receipt.survey.option_number(target, option): group
        for group in wave.weights.targets[target].shares
        for option in receipt.survey.members(target, group)
    }
    groups = answers.assign(group=[of.get(int(option), "in no group") for option in answers["option"]])
    sums = groups.groupby("group", sort=False).agg(
        weight=("weight", "first"), cases=("cases", "sum"), chosen=("chosen", "sum")
    )
    if refused or (sums["cases"] < rules.base).any():
        yield part("", f"by group of {target}: {why_hidden(receipt.survey.privacy.base)}")
        return
    for group, one in sums.iterrows():
        base, counted = (f"{full(one[key])} × {full(one['weight'])} = {full(one[key] * one['weight'])}"
                         for key in ("cases", "chosen"))  # fmt: skip
        yield part("", f"{group}: {counted} of {base}")


# values


def _value(receipt: Receipt) -> Iterator[str]:
    row, measure = receipt.row, str(receipt.row["measure"])
    yield part("given by", f"{row['respondents']} respondents")
    yield from _points(receipt)
    yield from _weights(receipt)
    if receipt.is_exact:
        yield from _VALUES[measure](receipt)
    else:
        why = "sums of weights could tell counts that the tables hide, and are not shown"
        yield part(_name(measure), f"{full(row['value'])}; {why}")
    if row["interval"]:
        df = int(row["respondents"]) - 1
        ends = f"{full(row['low'])} to {full(row['high'])}"
        by = f"q = {full(quantile(df))} (of t with {df} degrees of freedom)"
        yield part("interval", f"95% {NAMES['t']}, {by}: {ends}")
        yield part("", f"{full(row['value'])} ± q × {full(row['standard_error'])}")
    yield _printed(row, full(row["value"]))


def _points(receipt: Receipt) -> Iterator[str]:
    """Who shared out other than all points, as the survey flow tells it."""
    if not receipt.survey.questions[receipt.question].total:
        return
    yield part("", "an item left blank by who gave points to others has 0")
    flow = read(receipt.run.paths, "flow")
    flagged = flow[(flow["wave"] == receipt.row["wave"]) & (flow["step"] == Step.FLAGGED)]
    missed = flagged[flagged["reason"] == f"{receipt.question}: points_miss_the_total"]
    count = thousands(float(missed["respondents"].iloc[0])) if len(missed) else "nobody"
    yield part("", f"points of {count} miss the total, and are counted as they are (flow.csv)")


def _mean(receipt: Receipt) -> Iterator[str]:
    """The mean of a number: its sum over all who gave one, and how far they are from it."""
    answers = receipt.distribution()
    if receipt.survey.questions[receipt.question].options or receipt.survey.questions[receipt.question].scale:
        yield from _mean_of(receipt, _levels(receipt, answers))
        return
    given = answers[answers["value"].notna()]
    weight, *_ = receipt.sums()
    mean = float(receipt.row["value"])
    values = given["value"].astype(float)
    total = math.fsum(given["weighted"] * values)
    base = "Σw" if receipt.is_weighted else "n"
    yield part("sum", f"{_sum_of(receipt)} = {full(total)}, {base} = {full(weight)}")
    yield part("mean", f"{full(total)} ÷ {full(weight)} = {full(mean)}")
    around = math.fsum(given["squares"] * (values - mean) ** 2) if receipt.row["standard_error"] > 0 else 0.0
    yield part("squares", f"Σ{'w²' * receipt.is_weighted}(x − mean)² = {full(around)}")
    yield from _error(receipt, full(around), weight)


def _levels(receipt: Receipt, answers: pd.DataFrame) -> pd.DataFrame:
    """The levels of a scale that have a score: name, score and sums."""
    options = list(receipt.survey.options(receipt.question))
    scores = receipt.survey.scores(receipt.question)
    names = answers["option"].map(lambda option: options[int(option) - 1] if option else "")
    levels = answers.assign(name=names, score=names.map(scores))
    return levels[levels["score"].notna()]


def _mean_rank(receipt: Receipt) -> Iterator[str]:
    ranked = receipt.distribution().dropna(subset="rank")
    places = ranked["rank"].astype(int)
    yield from _mean_of(receipt, ranked.assign(name=places.map(lambda place: f"place {place}"), score=places))


def _mean_of(receipt: Receipt, levels: pd.DataFrame) -> Iterator[str]:
    """The mean of scores from what each level or place adds to their sum."""
    mean, (weight, *_) = float(receipt.row["value"]), receipt.sums()
    scored = records(levels.astype({"score": float}))
    total = math.fsum(one["weighted"] * one["score"] for one in scored)
    around = math.fsum(one["squares"] * (one["score"] - mean) ** 2 for one in scored)
    of = full(around)
    if receipt.tells_of_few:
        yield part(
            "sum", f"{_sum_of(receipt)} = {full(total)}; by level: {why_hidden(receipt.survey.privacy.base)}"
        )
    else:
        for place, one in enumerate(scored):
            added = f"{full(one['score'])} × {full(one['weighted'])} = {full(one['score'] * one['weighted'])}"
            who = f", {one['respondents']} respondents, Σw² {full(one['squares'])}" * receipt.is_weighted
            yield part("" if place else "scores", f"{one['name']}: {added}{who}")
        yield part(
            "sum",
            f"{' + '.join(full(one['score'] * one['weighted']) for one in scored)} = {full(total)}",
        )
        of = " + ".join(f"{full(one['squares'])} × ({full(one['score'])} − {full(mean)})²" for one in scored)
    yield part(_name(str(receipt.row["measure"])), f"{full(total)} ÷ {full(weight)} = {full(mean)}")
    yield from _error(receipt, of, weight)


def _quartile(receipt: Receipt) -> Iterator[str]:
    """A median or quartile: how much of the weight lies below it and up to it."""
    measure = str(receipt.row["measure"])
    part_of = _QUARTILES[measure]
    given = receipt.distribution().dropna(subset="value").sort_values("value")
    weight, *_ = receipt.sums()
    up_to = given["weighted"].cumsum().to_numpy()
    parts, values = up_to / weight, given["value"].astype(float).to_numpy()
    first = int((parts < part_of - _JUST).sum())
    after = int((parts <= part_of + _JUST).sum())
    base = "the weight" if receipt.is_weighted else "those who gave one"
    yield part("rule", f"the first number with at least {part_of} of {base} up to it; where that is just")
    yield part("", f"{part_of} (to {_JUST:g} of all), the mean of it and the next number")
    yield part("wanted", f"{part_of} × {full(weight)} = {full(part_of * weight)}")
    if not receipt.tells_of_few:
        below = up_to[first - 1] if first else 0.0
        next_one = f"; the next number is {full(values[after])}" if after > first else ""
        at = full(values[first])
        yield part("numbers", f"below {at}: {full(below)}; up to {at}: {full(up_to[first])}{next_one}")
    else:
        yield part("numbers", why_hidden(receipt.survey.privacy.base))
    value = float(receipt.row["value"])
    if after > first and not receipt.tells_of_few:
        yield part(_name(measure), f"({full(values[first])} + {full(values[after])}) ÷ 2 = {full(value)}")
    else:
        yield part(_name(measure), full(value))


def _score(receipt: Receipt) -> Iterator[str]:
    """The net promoter score from the sums of its two groups, which are nets of the same table."""
    row, table = receipt.row, receipt.table
    same = ["wave", "question", "item", "by", "group"]
    nets = table[(table["measure"] == Measure.NET) & (table[same] == [row[key] for key in same]).all(axis=1)]
    weight, squares, *_ = receipt.sums()
    net_of = {str(net["option"]): net for net in records(nets)}
    score, others, of, shares = float(row["value"]) / 100, squares, [], []
    for name, sign in (("promoters", MINUS), ("detractors", "+")):
        *_, chosen, chosen_squares = receipt.sums(net_of[name])
        share = chosen / weight
        who = f"; {net_of[name]['respondents']} respondents, Σw² {full(chosen_squares)}" * receipt.is_weighted
        yield part(name, f"{full(chosen)} ÷ {full(weight)} = {full(share)}{who}")
        others -= chosen_squares
        of.append(f"{full(chosen_squares)} × (1 {sign} {full(score)})²")
        shares.append(share)
    yield part("score", f"100 × ({full(shares[0])} − {full(shares[1])}) = {full(row['value'])}")
    of.append(f"{full(others)} × ({full(score)})²")
    yield from _error(receipt, " + ".join(of), weight, times="100 × ")


_VALUES: Mapping[str, Callable[[Receipt], Iterator[str]]] = {
    Measure.MEAN: _mean,
    Measure.MEAN_RANK: _mean_rank,
    Measure.NET_PROMOTER_SCORE: _score,
    **dict.fromkeys(_QUARTILES, _quartile),
}


def _name(measure: str) -> str:
    """What the line is called that ends in the value."""
    return {"mean_rank": "mean", "net_promoter_score": "score"}.get(
        measure, "quartile" if "quartile" in measure else measure
    )


def _error(receipt: Receipt, squares: str, weight: float, times: str = "") -> Iterator[str]:
    """The standard error from a sum of squares, in numbers; none where there is none."""
    error, n = float(receipt.row["standard_error"]), receipt.analysed
    if not math.isnan(error):
        of = f"({squares})" if " " in squares else squares
        yield part("error", f"{times}√({n} ÷ {n - 1} × {of}) ÷ {full(weight)} = {full(error)}")
        yield part("", f"the standard error, by linearisation; {n} respondents of the wave are analysed")


def _sum_of(receipt: Receipt) -> str:
    return "Σwx" if receipt.is_weighted else "Σx"
