"""`partial`: who left before the end."""

from __future__ import annotations

NAME = "partial responses"
LISTED = 7
THRESHOLD = "left before the end"
NOBODY = "there are no responses"
FIND = """
select
    all_respondents.wave,
    all_respondents.respondent,
    rules.position,
    0 as question,
    coalesce(not all_partials.finished, false) as flagged
from all_respondents
join rules using (wave)
left join all_partials
    on all_partials.wave = all_respondents.wave and all_partials.respondent = all_respondents.respondent
order by all_respondents.wave, all_respondents.respondent
"""
