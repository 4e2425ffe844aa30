"""Wilson's score interval with Kish's effective size and the quantile of the normal distribution.

The formula and its source: `pipeline.stats.limits.score`; of the size: Kish, L. (1965), Survey
Sampling, 11.7. It is too narrow where the answer depends on the weight: docs/coverage.md.
"""

from __future__ import annotations

import math

from pipeline.stats.limits import SCORE_ENDS, Estimate, Limits, Taken, score

NAME = "Wilson (Kish's size)"
LISTED = 2
ENDS = SCORE_ENDS
NEEDS_ERROR = False


def limits(of: Estimate) -> Limits:
    """The score interval."""
    return score(of.share, of.effective)


def taken(of: Estimate) -> Taken:
    """Kish's size."""
    return float(of.effective), "effective base", math.inf
