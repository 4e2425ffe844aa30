"""How often claims pass where there is nothing to find; run as a script it prints docs/false_headlines.md.

Surveys are drawn in which two waves, or the groups of a segment, have the same shares, and every claim is
tested that could be made of them, with the functions that `tables` tests claims with.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np
import pandas as pd

from pipeline.significance import SURE, group_and_others, wave_pairs
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.stats.variance import Sums, effective_cases, kish_deff, share_error

SURVEYS = 4_000
SIZES = (40, 100, 400)
ANSWERS = (1, 4, 15)
SPREADS = (0.0, 0.7)
"""log-sd of the weights; 0 is no weights"""
GROUPS = 3
_SEED = 20250721
_INTRODUCTION = f"""# False headlines

How often a claim passes where there is nothing to find. Surveys are drawn in which both waves, or all
three groups, have the same shares, and everything is claimed of them that could be. *Surveys* is the part
of surveys of which any such claim passes, *claims* the part of claims, *unadjusted* what claims would pass
without Holm's adjustment, *either way* the part of surveys in which anything is clearly up or down: down is
what `fell` claims, and of groups nothing does. *Size* is the respondents of a wave, or of a group; weights
are lognormal. A row is {SURVEYS:,} surveys, so that a rate of 5% is known to within 0.7 points. Made by
`python benchmarks/false_headlines.py > docs/false_headlines.md`.

| claim | size | answers | weights, log-sd | surveys | claims | unadjusted | either way |
|---|---|---|---|---|---|---|---|"""


def drawn(n: int, answers: int, spread: float, groups: int, random: np.random.Generator) -> pd.DataFrame:
    """Surveys of `groups` groups of `n` who choose alike: a row a survey, answer and group, and one of all.

    Each answer is chosen by between 5% and 60%, whoever chooses others; a survey is a question here.
    """
    shares = np.linspace(0.05, 0.6, answers) if answers > 1 else np.array([0.3])
    weights = random.lognormal(0, spread, (SURVEYS, groups, n)) if spread else np.ones((SURVEYS, groups, n))
    frames = []
    for place, share in enumerate(shares):
        chosen = random.random((SURVEYS, groups, n)) < share
        sums = [weights, weights**2, weights * chosen, weights**2 * chosen]
        parts = [part.sum(axis=2) for part in sums]
        whole = [part.sum(axis=1, keepdims=True) for part in parts]
        columns = [
            np.concatenate([one, every], axis=1).ravel() for one, every in zip(parts, whole, strict=True)
        ]
        frame = pd.DataFrame(
            dict(zip(["weight", "weight_squares", "yes_weight", "yes_squares"], columns, strict=True))
        )
        frame["group"] = [*map(str, range(groups)), ""] * SURVEYS
        frame["question"] = np.repeat(np.arange(SURVEYS), groups + 1).astype(str)
        frame["option"] = str(place)
        frames.append(frame)
    found = pd.concat(frames, ignore_index=True)
    is_group = found["group"] != ""
    found["by"] = np.where(is_group, "segment", "")
    found["valid_cases"] = np.where(is_group, n, n * groups)
    found["analysed"] = n * groups
    found["item"], found["measure"], found["role"], found["wave"] = "", "option", "substantive", "w"
    return _estimated(found)


def _estimated(found: pd.DataFrame) -> pd.DataFrame:
    """The same with shares and errors."""
    sums = Sums(*(found[name] for name in ("weight", "weight_squares", "yes_weight", "yes_squares")))
    size = effective_cases(found["weight"], found["weight_squares"])
    return found.assign(
        share=sums.share, value=np.nan, effective_base=size,
        standard_error=share_error(sums, found["analysed"]),
        deff=kish_deff(found["weight"], found["weight_squares"], found["valid_cases"]),
    )  # fmt: skip


def grew(n: int, answers: int, spread: float) -> list[float]:
    """The part of surveys with a claim that passes; of claims; unadjusted; of surveys with `fell` too."""
    random = np.random.default_rng([_SEED, n, answers, round(10 * spread), 1])
    # two waves are two samples: each its own whole
    waves = drawn(n, answers, spread, 2, random)
    waves = waves[waves["group"] != ""].assign(analysed=n, by="")
    waves = _estimated(waves.assign(wave=np.where(waves["group"] == "0", "early", "late"), group=""))
    tests = wave_pairs(waves, "early", "late", "none")
    table = tests.pivot(index="question", columns="option", values=["p", "difference"])
    p, up = table["p"].to_numpy(), table["difference"].to_numpy() > 0
    clear = ADJUSTMENTS["holm"](p) < SURE
    rates = ((clear & up).any(axis=1), clear & up, (p < SURE) & up, clear.any(axis=1))
    return [float(rate.mean()) for rate in rates]


def higher_in(n: int, answers: int, spread: float) -> list[float]:
    """The same of `higher_in`, for three groups; the last is of surveys with a group higher or lower."""
    random = np.random.default_rng([_SEED, n, answers, round(10 * spread), 2])
    tests = group_and_others(drawn(n, answers, spread, GROUPS, random))
    up, clear = tests["difference"] > 0, tests["adjusted_p"] < SURE
    rates = (
        (clear & up).groupby(tests["question"]).any(),
        clear & up,
        (tests["p"] < SURE) & up,
        clear.groupby(tests["question"]).any(),
    )
    return [float(rate.mean()) for rate in rates]


def page() -> Iterator[str]:
    """The lines of docs/false_headlines.md."""
    yield from _INTRODUCTION.splitlines()
    worst = [0.0, 0.0, 0.0, 0.0]
    for claim in (grew, higher_in):
        for n, answers, spread in itertools.product(SIZES, ANSWERS, SPREADS):
            rates = claim(n, answers, spread)
            worst = [max(pair) for pair in zip(worst, rates, strict=True)]
            yield _row(f"{claim.__name__} | {n} | {answers} | {spread:g}", rates)
    yield _row("worst | | | ", worst)


def _row(name: str, rates: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{100 * rate:.1f}%' for rate in rates)} |"


if __name__ == "__main__":
    for line in page():
        print(line)
