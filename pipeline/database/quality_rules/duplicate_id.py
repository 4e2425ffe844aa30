"""`duplicate_id`: who has the id of an earlier response of the wave; the first of them is not flagged."""

from __future__ import annotations

NAME = "duplicate ids"
LISTED = 5
NEEDS = "id"
LACKS = "no id is under [respondents]"
REPEATS = True
THRESHOLD = "the id of an earlier response"
NOBODY = "no response has an id"
FIND = """
select
    wave,
    respondent,
    rules.position,
    0 as question,
    row_number() over (partition by wave, all_ids.id order by respondent) > 1 as flagged
from all_ids
join rules using (wave)
order by wave, respondent
"""
