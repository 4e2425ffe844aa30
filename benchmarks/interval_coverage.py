"""How often each interval holds the true share; as a script it prints docs/coverage.md.

Unweighted it is a sum of binomial probabilities. Weighted it is counted in random samples from fixed seeds:
with weights that have nothing to do with the answer, and with those of a sample in which some were less
likely to be reached, each weighted by the inverse of that chance, which may have to do with the answer.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from textwrap import wrap

import numpy as np
from numpy.typing import NDArray

from pipeline.stats.intervals import Method, methods, share_limits
from pipeline.stats.limits import Limits
from pipeline.stats.variance import Array, Sums, effective_cases, share_error

SHARES = (0.02, 0.1, 0.5)
SIZES = (30, 100, 1000)
SPREADS = (0.5, 1.0)
SAMPLES = 20_000
DRAWS = 10_000
"""samples of a row in which the answer depends on the weight"""
PROMISED = 30
"""the smaller of share and 1 − share, times the effective size, from which on coverage is promised"""

INTERVALS: tuple[Method, ...] = tuple(methods())
COMPARED: tuple[Method, ...] = ("wilson", "wilson_kish", "wilson_design", "korn_graubard")
_CHUNK = 4_000_000  # respondents drawn at a time
_POPULATION = 2_000_000
_WIDTH = 105


@dataclass(frozen=True)
class Design:
    """How respondents are drawn: their weights, and how what they answer depends on those.

    `evenness` is the effective size ÷ n of lognormal weights in the long run; None are weights of a Pareto
    distribution with the exponent 1.5, whose variance is infinite. By `answer` the chance of a yes is the
    same for all (`independent`), has log odds that rise or fall by 1 with each standard deviation of the log
    weight, or is `proportional` to the weight, up to 1.
    """

    answer: str
    n: int
    evenness: float | None
    share: float

    @property
    def seed(self) -> list[int]:
        """The same samples every time, others for every design."""
        uneven = round(10 * self.evenness) if self.evenness else 0
        return [ANSWERS.index(self.answer), self.n, uneven, round(100 * self.share)]

    @property
    def least(self) -> float:
        """The effective number of those who give the rarer answer; 0 where the weights have no variance."""
        return min(self.share, 1 - self.share) * self.n * (self.evenness or 0.0)


ANSWERS = ("independent", "rising", "falling", "proportional")
DESIGNS = [
    Design(answer, n, evenness, share)
    for answer in ANSWERS[:3]
    for n in (150, 500, 2_000)
    for evenness in (0.9, 0.5, 0.3)
    for share in (0.05, 0.2, 0.5)
]
HARSH = [
    Design(answer, n, evenness, share)
    for answer, evenness in (("proportional", 0.3), ("independent", None), ("rising", None))
    for n in (150, 500, 2_000)
    for share in (0.05, 0.2, 0.5)
]
"""designs that are shown, and promise nothing"""


def exact(share: float, n: int, interval: Method) -> float:
    """The probability that an interval of n unweighted cases holds the true share: binomial sums."""
    yes = np.arange(n + 1)
    low, high = _limits(interval, Sums(n, n, yes, yes), n)
    choices = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in yes.tolist()]
    chances = np.exp(np.array(choices) + yes * math.log(share) + (n - yes) * math.log1p(-share))
    return math.fsum(chances[(low <= share) & (share <= high)])


def weighted(share: float, n: int, spread: float, interval: Method, samples: int = SAMPLES) -> float:
    """The part of samples whose interval holds the share; `spread` is the deviation of the log weights."""
    return _held(interval, _samples(share, n, spread, samples), n, share)


def designed(design: Design, interval: Method) -> float:
    """The part of DRAWS samples of a design whose interval holds the true share."""
    return _held(interval, _drawn(design), design.n, design.share)


def _held(interval: Method, sums: Sums, n: int, share: float) -> float:
    low, high = _limits(interval, sums, n)
    return float(np.mean((low <= share) & (share <= high)))


@cache
def _samples(share: float, n: int, spread: float, samples: int) -> Sums:
    """The sums of random samples of n respondents, always the same ones."""
    rng = np.random.Generator(np.random.PCG64([n, int(1000 * share), int(10 * spread)]))
    sums = np.empty((4, samples))
    for sample in range(samples):
        weights = np.exp(spread * rng.standard_normal(n))
        own = weights[rng.random(n) < share]
        sums[:, sample] = weights.sum(), (weights**2).sum(), own.sum(), (own**2).sum()
    return Sums(*sums)


@cache
def _drawn(design: Design) -> Sums:
    """The sums of DRAWS random samples of a design, always the same ones."""
    rng = np.random.Generator(np.random.PCG64(design.seed))
    spread = math.sqrt(-math.log(design.evenness)) if design.evenness else 0.0
    scale = _scale(design, spread)
    parts: list[Sequence[Array]] = []
    for begin in range(0, DRAWS, most := max(_CHUNK // design.n, 1)):
        logs = _logs(design, (min(most, DRAWS - begin), design.n), spread, rng)
        weights = np.exp(logs)
        yes = rng.random(weights.shape) < _chances(design, logs, spread, scale)
        squares = weights**2
        parts.append([one.sum(axis=1) for one in (weights, squares, weights * yes, squares * yes)])
    return Sums(*(np.concatenate(sums) for sums in zip(*parts, strict=True)))


def _logs(design: Design, shape: tuple[int, ...], spread: float, rng: np.random.Generator) -> Array:
    """The logarithms of random weights."""
    if design.evenness:
        return spread * rng.standard_normal(shape)
    return np.asarray(rng.standard_exponential(shape) / 1.5)


def _chances(design: Design, logs: Array, spread: float, scale: float) -> Array | float:
    """The chance of a yes by the weight; `scale` sets it so that the weighted share is the design's."""
    if design.answer == "independent":
        return design.share
    if design.answer == "proportional":
        return np.minimum(1.0, np.exp(scale + logs))
    slope = (1.0 if design.answer == "rising" else -1.0) / (spread or 1 / 1.5)
    return np.asarray(1 / (1 + np.exp(-scale - slope * logs)))


@cache
def _scale(design: Design, spread: float) -> float:
    """What makes the weighted share of a large population that of the design: halving between −20 and 20."""
    if design.answer == "independent":
        return 0.0
    places = (np.arange(_POPULATION) + 0.5) / _POPULATION
    logs = spread * _normal(places) if design.evenness else -np.log1p(-places) / 1.5
    weights = np.exp(logs)
    low, high = -20.0, 20.0
    for _ in range(50):
        middle = (low + high) / 2
        share = float((weights * _chances(design, logs, spread, middle)).sum() / weights.sum())
        low, high = (middle, high) if share < design.share else (low, middle)
    return (low + high) / 2


def _normal(places: NDArray[np.float64]) -> Array:
    from scipy.special import ndtri

    return np.asarray(ndtri(places))


def _limits(interval: Method, sums: Sums, n: int) -> Limits:
    error, effective = share_error(sums, n), effective_cases(sums.weight, sums.squares)
    return share_limits(interval, sums.share, error, effective, n)


def page() -> Iterator[str]:
    """docs/coverage.md, line by line."""
    yield "# Coverage of the intervals"
    yield ""
    yield "[Documentation](index.md)"
    yield ""
    yield "How often a 95% interval holds the true share. `wilson` is the default. Made by"
    yield "`python benchmarks/interval_coverage.py > docs/coverage.md`. Unweighted: exact binomial sums."
    yield f"Weighted: {SAMPLES:,} samples with lognormal weights that do not depend on the answer. Where a"
    yield "share is 0 or 1 there is no standard error, and the intervals that lean on it shrink to the share"
    yield "itself."
    yield ""
    yield f"| weights | share | n | {' | '.join(INTERVALS)} |"
    yield f"|---|---|---|{'---|' * len(INTERVALS)}"
    for share in SHARES:
        for n in SIZES:
            cells = [f"{exact(share, n, name):.1%}" for name in INTERVALS]
            yield f"| equal | {share:g} | {n} | {' | '.join(cells)} |"
    for spread in SPREADS:
        for share in SHARES:
            for n in SIZES:
                cells = [f"{weighted(share, n, spread, name):.1%}" for name in INTERVALS]
                yield f"| lognormal, {spread:g} | {share:g} | {n} | {' | '.join(cells)} |"
    yield from _of_designs()
    yield from _of_harsh()


def _of_designs() -> Iterator[str]:
    yield ""
    yield "## Where the answer depends on the weight"
    yield ""
    yield from wrap(
        "A sample in which some were less likely to be reached, each weighted by the inverse of that chance: "
        "the weights are right, and may have to do with the answer. They are lognormal, with an effective "
        "size of 0.9, 0.5 or 0.3 of n in the long run. *Independent*: the answer has nothing to do with "
        "them. *Rising*, *falling*: the log odds of a yes rise or fall by 1 with each standard deviation of "
        f"the log weight. A row is {DRAWS:,} samples, so that 95% is known to within 0.4 points. *Rarer* is "
        f"the smaller of share and 1 − share times the effective size. From {PROMISED} on the default holds "
        "the share in at least 92% of samples; nowhere does it do so more than a point less often than the "
        "best of the others.",
        _WIDTH,
    )
    yield ""
    yield from _table(DESIGNS)


def _of_harsh() -> Iterator[str]:
    yield ""
    yield "## Shown, not promised"
    yield ""
    yield from wrap(
        "*Proportional*: the chance of a yes is proportional to the weight, so that nearly all who say yes "
        "are those whom the sample hardly reached. `pareto`: weights with a Pareto tail of exponent 1.5, "
        "whose variance is infinite. Where the answer depends on such weights no method here keeps its word: "
        "trim them (`trim` under `[weights]`).",
        _WIDTH,
    )
    yield ""
    yield from _table(HARSH)


def _table(designs: Sequence[Design]) -> Iterator[str]:
    yield f"| answer | n | effective ÷ n | share | rarer | {' | '.join(COMPARED)} |"
    yield f"|---|---|---|---|---|{'---|' * len(COMPARED)}"
    for design in designs:
        cells = [f"{designed(design, name):.1%}" for name in COMPARED]
        evenness = f"{design.evenness:g}" if design.evenness else "pareto"
        rarer = f"{design.least:.0f}" if design.evenness else ""
        begin = f"{design.answer} | {design.n} | {evenness} | {design.share:g} | {rarer}"
        yield f"| {begin} | {' | '.join(cells)} |"


if __name__ == "__main__":
    print("\n".join(page()))
