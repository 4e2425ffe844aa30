"""`straight_lining`: who gave one option on all items of a grid that they answered."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pipeline.database.mapped_wave import MappedWave
from pipeline.declarations.questionnaire import Survey

NAME = "straight-lining"
LISTED = 2
NEEDS = "long_grid"
LACKS = "no grid has {least} items"
KEY = "straight_lining"
KEY_HOLDS = "count"
DEFAULT = 5
THRESHOLD = ""
NOBODY = ""
FIND = """
select wave, respondent, rules.position, question, all_grids.lowest = all_grids.highest as flagged
from all_grids
join rules using (wave, question)
where all_grids.answered >= rules.fewest
order by wave, respondent, question
"""


def looks(wave: MappedWave, survey: Survey, _median: float | None) -> Iterator[dict[str, Any]]:
    """Each grid of the wave that is long enough."""
    fewest = wave.fielding.wave.quality.straight_lining
    offered = {(offer.question, offer.item) for offer in wave.meaning.offers if offer.item}
    items = Counter(question for question, _ in offered)
    grids = [name for name in wave.meaning.columns if survey.questions[name].form.by_item]
    long = [name for name in grids if items[name] >= fewest]
    if not long:
        yield {"why_not": f"no grid of this wave has {fewest} items"}
    for name in long:
        threshold = f"the same option on all items answered, {fewest} or more"
        why_not = f"nobody answered {fewest} of its items"
        yield {"question": name, "threshold": threshold, "why_not": why_not, "fewest": fewest}
