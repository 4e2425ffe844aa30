"""`speeder`: who took less time than a limit.

Who answered none of the last questions had less to answer, and is not compared, although they finished.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.database.mapped_wave import MappedWave
from pipeline.declarations.questionnaire import Survey
from pipeline.text.rounding import half_up, significant

NAME = "speeders"
LISTED = 1
NEEDS = "times"
LACKS = "started and submitted are not both under [respondents]"
KEY = "speeders"
KEY_HOLDS = "duration"
THRESHOLD = ""
NOBODY = "no complete response has a duration that can be read; look at dates under [source]"
FIND = """
select wave, respondent, rules.position, 0 as question, all_durations.seconds < rules.seconds as flagged
from all_durations
join rules using (wave)
anti join all_partials using (wave, respondent)
where rules.seconds is not null
order by wave, respondent
"""

BELOW = 1 / 3
"""the part of the median duration below which somebody is a speeder, where the wave file says nothing"""


def looks(wave: MappedWave, _survey: Survey, median: float | None) -> Iterator[dict[str, Any]]:
    """The limit, in seconds and in words."""
    declared = wave.fielding.wave.quality.speeders
    if declared and declared.seconds is not None:
        seconds = float(declared.seconds)
        yield {"seconds": seconds, "threshold": f"under {significant(seconds)} s"}
    elif median is not None:
        below = float(declared.below if declared and declared.below else BELOW)
        part = "a third" if below == BELOW else significant(below)
        limit = median * below
        words = f"under {half_up(limit)} s, {part} of the median of {half_up(median)} s"
        yield {"seconds": limit, "threshold": words}
