"""How often each interval holds the true share; `python -m pipeline.stats.coverage` prints docs/coverage.md.

Unweighted it is a sum of binomial probabilities. With lognormal weights that do not depend on the answer it
is counted in 20,000 samples from a fixed seed.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np

from pipeline.stats import intervals
from pipeline.stats.variance import Sums, effective_cases, share_error

SHARES = (0.02, 0.1, 0.5)
SIZES = (30, 100, 1000)
SPREADS = (0.5, 1.0)
SAMPLES = 20_000

Limits = Callable[[Sums, int], tuple[float, float]]


def _wilson(sums: Sums, _n: int) -> tuple[float, float]:
    low, high = intervals.wilson(sums.share, effective_cases(sums.weight, sums.squares))
    return float(low), float(high)


def _by_error(interval: Callable[[float, float, float], tuple[float, float]]) -> Limits:
    return lambda sums, n: interval(sums.share, share_error(sums, n), n - 1)


INTERVALS: dict[str, Limits] = {
    "wilson": _wilson,
    "wilson_design": _by_error(intervals.wilson_design),
    "logit": _by_error(intervals.logit),
    "beta": _by_error(intervals.beta),
    "korn_graubard": lambda s, n: intervals.beta(s.share, share_error(s, n), n - 1, cap=n),
    "wald": _by_error(intervals.wald),
}


def exact(share: float, n: int, interval: str) -> float:
    """The probability that an interval of n unweighted cases holds the true share: binomial sums."""
    held = 0.0
    for yes in range(n + 1):
        low, high = INTERVALS[interval](Sums(n, n, yes, yes), n)
        if low <= share <= high:
            logs = math.lgamma(n + 1) - math.lgamma(yes + 1) - math.lgamma(n - yes + 1)
            held += math.exp(logs + yes * math.log(share) + (n - yes) * math.log1p(-share))
    return held


def weighted(share: float, n: int, spread: float, interval: str, samples: int = SAMPLES) -> float:
    """The part of samples whose interval holds the share; `spread` is the deviation of the log weights."""
    rng = np.random.Generator(np.random.PCG64([n, int(1000 * share), int(10 * spread)]))
    held = 0
    for _ in range(samples):
        weights = np.exp(spread * rng.standard_normal(n))
        own = weights[rng.random(n) < share]
        sums = Sums(weights.sum(), (weights**2).sum(), own.sum(), (own**2).sum())
        low, high = INTERVALS[interval](sums, n)
        held += low <= share <= high
    return held / samples


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
