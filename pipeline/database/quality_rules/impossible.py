"""`impossible`: who gave answers that cannot all be true, of those who answered all the questions of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.database.mapped_wave import MappedWave
from pipeline.declarations.questionnaire import Survey

NAME = "impossible answers"
LISTED = 4
NEEDS = "impossible"
LACKS = "there is no [[quality.impossible]]"
KEY = "impossible"
KEY_HOLDS = "combinations"
THRESHOLD = ""
NOBODY = "nobody answered all of its questions"
FIND = """
with met as (
    select
        all_answers.wave,
        all_answers.respondent,
        rules.position,
        all_answers.question,
        bool_or(all_answers.option = options.option) as holds
    from rules
    join all_quality_options as options using (wave, position)
    join all_answers on all_answers.wave = rules.wave and all_answers.question = options.question
    group by all
)
select wave, respondent, position, 0 as question, bool_and(holds) as flagged
from met
join (
    select wave, position, count(distinct question) as questions
    from all_quality_options
    group by all
) as needed using (wave, position)
group by wave, respondent, position, needed.questions
having count(*) = needed.questions
order by wave, respondent, position
"""


def looks(wave: MappedWave, _survey: Survey, _median: float | None) -> Iterator[dict[str, Any]]:
    """Each combination of answers."""
    for combination in wave.fielding.wave.quality.impossible:
        yield {"threshold": combination.reason, "where": combination.where}
