"""How often an exhibit's claims pass where there is nothing to find, and how often where there is.

Run as a script it prints the beginning of docs/false_headlines.md. Surveys are drawn in which two waves, or
the groups of a segment, have the same shares, and every claim is tested that could be made of them, with the
functions that `tables` tests claims with.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from textwrap import wrap
from unittest.mock import patch

import numpy as np
import pandas as pd

from pipeline.estimates.tests import group_and_others, wave_pairs
from pipeline.stats.differences import newcombe_p
from pipeline.stats.tests import ADJUSTMENTS, t_test
from pipeline.stats.variance import Array, Sums, effective_cases, kish_deff, share_error
from pipeline.tidy.measures import SURE

SURVEYS = 2_000
DRAWN_FOR_POWER = 10_000
_SEED = 20250721
_WIDTH = 105


@dataclass(frozen=True)
class Weights:
    """How weights are drawn: lognormal with a deviation of their logarithm, or Pareto with exponent 1.5.

    Where the answer is `dependent`, its log odds rise by 1 with each standard deviation of the log weight.
    """

    name: str
    spread: float = 0.0
    pareto: bool = False
    dependent: bool = False


EQUAL = Weights("equal")
UNEVEN = Weights("lognormal, 0.7", 0.7)
MORE = Weights("lognormal, 1.0", 1.0)
MOST = Weights("lognormal, 1.5", 1.5)
PARETO = Weights("Pareto, 1.5", pareto=True)
DEPENDENT = Weights("lognormal, 0.7, the answer rises with it", 0.7, dependent=True)
GROUPS = [
    (EQUAL, (40, 40, 40)), (EQUAL, (40, 100, 300)),
    (UNEVEN, (60, 60, 60)), (UNEVEN, (100, 100, 100)), (UNEVEN, (40, 100, 300)),
    (MORE, (100, 100, 100)), (MORE, (60, 150, 400)),
    (MOST, (400, 400, 400)), (MOST, (150, 400, 1000)),
    (PARETO, (200, 200, 200)), (PARETO, (100, 200, 600)),
    (DEPENDENT, (100, 100, 100)), (DEPENDENT, (60, 150, 400)),
]  # fmt: skip
WAVES = [
    (EQUAL, (40, 40)), (EQUAL, (40, 300)),
    (UNEVEN, (60, 60)), (UNEVEN, (100, 100)), (UNEVEN, (60, 300)),
    (MORE, (100, 100)), (MORE, (100, 400)),
    (MOST, (400, 400)), (MOST, (300, 1000)),
    (PARETO, (200, 200)), (PARETO, (100, 600)),
    (DEPENDENT, (100, 100)), (DEPENDENT, (60, 300)),
]  # fmt: skip
"""sizes such that half of the groups, or more, have an effective base of 30"""
ANSWERS = (5, 15)
POWER = ((0.3, 0.5), (0.05, 0.15))
"""the shares of a difference that is there, in two waves of 100 with uneven weights"""


def drawn(
    sizes: Sequence[int], shares: Sequence[float], weights: Weights, surveys: int, random: np.random.Generator
) -> list[tuple[Array, Array, Array, Array]]:
    """Of each group the sums of weights and of squares, and of who chose each answer: surveys by answers.

    Each answer is chosen by its share, whoever chooses others.
    """
    groups = []
    for n in sizes:
        if weights.pareto:
            logs = random.standard_exponential((surveys, n)) / 1.5
        else:
            logs = weights.spread * random.standard_normal((surveys, n))
        own = np.exp(logs)
        yes, yes_squares = (np.empty((surveys, len(shares))) for _ in range(2))
        for place, share in enumerate(shares):
            chance: Array | float = share
            if weights.dependent:
                chance = 1 / (1 + np.exp(-np.log(share / (1 - share)) - logs / weights.spread))
            chosen = random.random((surveys, n)) < chance
            yes[:, place], yes_squares[:, place] = (own * chosen).sum(1), (own**2 * chosen).sum(1)
        groups.append((own.sum(1), (own**2).sum(1), yes, yes_squares))
    return groups


def _estimated(
    sums: tuple[Array, Array, Array, Array], cases: int, analysed: int, **told: str
) -> pd.DataFrame:
    """The estimates of a group, as `cells.estimates` has them: a survey is a question here."""
    weight, squares, yes, yes_squares = sums
    surveys, answers = yes.shape
    found = pd.DataFrame(
        {
            "question": np.repeat(np.arange(surveys), answers).astype(str),
            "option": np.tile(np.arange(answers).astype(str), surveys),
            "weight": np.repeat(weight, answers),
            "weight_squares": np.repeat(squares, answers),
            "yes_weight": yes.ravel(),
            "yes_squares": yes_squares.ravel(),
        }
    ).assign(
        valid_cases=cases, analysed=analysed, item="", measure="option", role="substantive", value=np.nan
    )
    own = Sums(*(found[name] for name in ("weight", "weight_squares", "yes_weight", "yes_squares")))
    return found.assign(
        share=own.share, standard_error=share_error(own, analysed),
        effective_base=effective_cases(own.weight, own.squares),
        deff=kish_deff(own.weight, own.squares, cases), **{"by": "", "group": "", "wave": "w"} | told,
    )  # fmt: skip


def _shares(answers: int) -> list[float]:
    return np.linspace(0.05, 0.6, answers).tolist()


def waves_tested(sizes: Sequence[int], answers: int, weights: Weights) -> Iterator[pd.DataFrame]:
    """The tests of two waves that answer alike, with every base tested and then with low ones left out."""
    random = np.random.default_rng([_SEED, *sizes, answers, *weights.name.encode(), 1])
    groups = drawn(sizes, _shares(answers), weights, SURVEYS, random)
    # two waves are two samples: each its own whole
    frames = [
        _estimated(sums, n, n, wave=wave)
        for sums, n, wave in zip(groups, sizes, ("early", "late"), strict=True)
    ]
    for rule in (_every_base(), ExitStack()):
        with rule:
            tests = wave_pairs(pd.concat(frames, ignore_index=True), "early", "late", "none")
        yield _by_survey(tests)


def groups_tested(sizes: Sequence[int], answers: int, weights: Weights) -> Iterator[pd.DataFrame]:
    """The tests of each group against the others, with every base tested and then with low ones left out."""
    random = np.random.default_rng([_SEED, *sizes, answers, *weights.name.encode(), 2])
    groups = drawn(sizes, _shares(answers), weights, SURVEYS, random)
    whole = tuple(np.sum([group[place] for group in groups], axis=0) for place in range(4))
    total = sum(sizes)
    frames = [
        _estimated(sums, n, total, by="segment", group=str(place))
        for place, (sums, n) in enumerate(zip(groups, sizes, strict=True))
    ]
    frames.append(_estimated((whole[0], whole[1], whole[2], whole[3]), total, total))
    for rule in (_every_base(), ExitStack()):
        with rule:
            tests = group_and_others(pd.concat(frames, ignore_index=True))
        yield _by_survey(tests)


def _every_base() -> AbstractContextManager[object]:
    """No base is too low to be tested."""
    stack = ExitStack()
    for module in ("estimate", "significance"):
        stack.enter_context(patch(f"pipeline.{module}.LOW_BASE", 1))
    return stack


def _by_survey(tests: pd.DataFrame) -> pd.DataFrame:
    """The tests with their p adjusted over those of a survey."""
    adjusted = tests.groupby("question", sort=False)["p"].transform(lambda p: ADJUSTMENTS["holm"](p))
    return tests.assign(adjusted_p=adjusted)


def rates(tested: Sequence[pd.DataFrame], comparisons: int) -> tuple[float, float, float, float, float]:
    """Of tests with every base and without low ones: what part is tested, and how often something passes.

    The part of surveys with anything clearly up or down, with every base and without low ones; of those
    without low ones that with anything clearly up; and the part of comparisons that would pass unadjusted.
    """
    every, enough = tested
    either = [
        float((tests["adjusted_p"] < SURE).groupby(tests["question"]).any().sum()) / SURVEYS
        for tests in (every, enough)
    ]
    clear = enough["adjusted_p"] < SURE
    up = float((clear & (enough["difference"] > 0)).groupby(enough["question"]).any().sum()) / SURVEYS
    unadjusted = float((enough["p"] < SURE).mean()) if len(enough) else 0.0
    return len(enough) / (SURVEYS * comparisons), either[0], either[1], up, unadjusted


def power(before: float, after: float, weights: Weights, n: int = 100) -> tuple[float, float, float]:
    """How often a difference between two waves of `n` is found at 5%: by the test in use, and two others.

    The others are Newcombe's with Kish's size alone, and the t test of the linearised difference.
    """
    random = np.random.default_rng([_SEED, n, round(100 * before), round(100 * after)])
    sides = [drawn([n], [share], weights, DRAWN_FOR_POWER, random)[0] for share in (before, after)]
    early, late = (_estimated(sums, n, n, wave=wave) for sums, wave in zip(sides, ("e", "l"), strict=True))
    p = wave_pairs(pd.concat([early, late], ignore_index=True), "e", "l", "none")["p"]
    ends = [side[name] for side in (late, early) for name in ("share", "effective_base")]
    by_kish = newcombe_p(*ends)
    error = np.hypot(early["standard_error"], late["standard_error"])
    _, by_t = t_test(late["share"] - early["share"], error, 2 * n - 2)
    found = [float(np.mean(np.asarray(values) < SURE)) for values in (p, by_kish, by_t)]
    return found[0], found[1], found[2]


def page() -> Iterator[str]:
    """The lines of docs/false_headlines.md."""
    yield "# False headlines"
    yield ""
    yield "[Documentation](index.md)"
    yield ""
    noise = 2 * (0.05 * 0.95 / SURVEYS) ** 0.5
    yield from wrap(
        "How often something passes in one exhibit where there is nothing to find. Surveys are drawn in "
        "which both waves, or all three groups, have the same shares, and everything is claimed of them that "
        "could be. *Tested* is the part of comparisons that is tested where low bases are left out (fewer "
        "than 30 people, or an effective base under 30). *Either way* is the part of surveys in which "
        "anything is clearly up or down after Holm's adjustment: first with every base tested, then with low "
        "ones left out. *Up* is what `grew` and `higher_in` claim. *Unadjusted* is the part of the "
        f"comparisons tested that would pass without adjustment. A row is {SURVEYS:,} surveys, so that a "
        f"rate of 5% is known to within {100 * noise:.1f} points. What protects the report as a whole is "
        "below. Made by `make simulation`.",
        _WIDTH,
    )
    yield ""
    columns = ("claim", "sizes", "answers", "weights", "tested", "either way, every base", "either way", "up")
    yield f"| {' | '.join(columns)} | unadjusted |"
    yield "|---|---|---|---|---|---|---|---|---|"
    worst = [0.0, 0.0, 0.0, 0.0]
    for claim, cases, tested in (("grew", WAVES, waves_tested), ("higher_in", GROUPS, groups_tested)):
        for weights, sizes in cases:
            for answers in ANSWERS:
                compared = answers * (len(sizes) if claim == "higher_in" else 1)
                found = rates(list(tested(sizes, answers, weights)), compared)
                worst = [max(pair) for pair in zip(worst, found[1:], strict=True)]
                listed = ", ".join(map(str, sizes))
                yield _row(f"{claim} | {listed} | {answers} | {weights.name}", found)
    yield _row("worst | | | | ", worst)
    yield ""
    yield "## Power"
    yield ""
    yield from wrap(
        f"How often a difference between two waves of 100 is found at 5%, with weights that are "
        f"{UNEVEN.name} or equal: by the test in use, and by two others that were tried. Newcombe's method "
        "with Kish's size alone finds a little more, and passes up to twice as often as it says where the "
        "answer depends on the weight; the t test of the linearised difference passes where groups are "
        "small.",
        _WIDTH,
    )
    yield ""
    yield "| shares | weights | in use | Kish's size alone | linearised t |"
    yield "|---|---|---|---|---|"
    for before, after in POWER:
        for weights in (UNEVEN, EQUAL):
            yield _row(f"{before:.0%} and {after:.0%} | {weights.name}", power(before, after, weights))


def _row(name: str, rates: Sequence[float]) -> str:
    return f"| {name} | {' | '.join(f'{100 * rate:.1f}%' for rate in rates)} |"


if __name__ == "__main__":
    for line in page():
        print(line, flush=True)
