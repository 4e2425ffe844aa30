"""How often each interval holds the true share; `python -m pipeline.stats.coverage` prints docs/coverage.md.

Unweighted it is a sum of binomial probabilities. With lognormal weights that do not depend on the answer it
is counted in 20,000 samples from a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import cache

import numpy as np

from pipeline.stats import intervals
from pipeline.stats.variance import Sums, effective_cases, share_error

SHARES = (0.02, 0.1, 0.5)
SIZES = (30, 100, 1000)
SPREADS = (0.5, 1.0)
SAMPLES = 20_000

INTERVALS: tuple[intervals.Method, ...] = (
    "wilson", "wilson_design", "logit", "beta", "korn_graubard", "wald",
)  # fmt: skip


def exact(share: float, n: int, interval: intervals.Method) -> float:
    """The probability that an interval of n unweighted cases holds the true share: binomial sums."""
    yes = np.arange(n + 1)
    low, high = _limits(interval, Sums(n, n, yes, yes), n)
    choices = [math.lgamma(n + 1) - math.lgamma(k + 1) - math.lgamma(n - k + 1) for k in yes.tolist()]
    chances = np.exp(np.array(choices) + yes * math.log(share) + (n - yes) * math.log1p(-share))
    return math.fsum(chances[(low <= share) & (share <= high)])


def weighted(
    share: float, n: int, spread: float, interval: intervals.Method, samples: int = SAMPLES
) -> float:
    """The part of samples whose interval holds the share; `spread` is the deviation of the log weights."""
    low, high = _limits(interval, _samples(share, n, spread, samples), n)
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


def _limits(interval: intervals.Method, sums: Sums, n: int) -> intervals.Limits:
    error, effective = share_error(sums, n), effective_cases(sums.weight, sums.squares)
    return intervals.share_limits(interval, sums.share, error, effective, n)


def page() -> Iterator[str]:
    """docs/coverage.md, line by line."""
    yield "# Coverage of the intervals"
    yield ""
    yield "How often a 95% interval holds the true share. `wilson` is the default. Made by"
    yield "`python -m pipeline.stats.coverage > docs/coverage.md`. Unweighted: exact binomial sums. Weighted:"
    yield f"{SAMPLES:,} samples with lognormal weights that do not depend on the answer. Where a share is 0"
    yield "or 1 there is no standard error, and the intervals that lean on it shrink to the share itself."
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


if __name__ == "__main__":
    print("\n".join(page()))
