"""`attention`: who answered a question that checks attention otherwise than right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pipeline.database.mapped_wave import MappedWave
from pipeline.declarations.questionnaire import Survey

NAME = "attention check failed"
LISTED = 3
NEEDS = "attention"
LACKS = "no question is under [quality.attention]"
KEY = "attention"
KEY_HOLDS = "answers"
THRESHOLD = ""
NOBODY = "nobody answered it"
FIND = """
select
    all_answers.wave,
    all_answers.respondent,
    rules.position,
    all_answers.question,
    count(options.option) = 0 as flagged
from all_answers
join rules using (wave, question)
left join all_quality_options as options
    on options.wave = all_answers.wave
    and options.position = rules.position
    and options.option = all_answers.option
group by all_answers.wave, all_answers.respondent, rules.position, all_answers.question
order by all_answers.wave, all_answers.respondent, all_answers.question
"""


def looks(wave: MappedWave, survey: Survey, _median: float | None) -> Iterator[dict[str, Any]]:
    """Each question that checks attention."""
    for name, options in wave.fielding.wave.quality.attention.items():
        right = " or ".join(f"“{survey.options(name)[option].label}”" for option in options)
        yield {"question": name, "threshold": f"another answer than {right}", "where": {name: options}}
