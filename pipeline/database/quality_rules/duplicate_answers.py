"""`duplicate_answers`: who gave just the answers of an earlier response, of those who gave enough.

The first of them is not flagged.
"""

from __future__ import annotations

FEWEST = 10
"""how many answers a response must have before another like it is no chance"""
NAME = "duplicate answers"
LISTED = 6
REPEATS = True
THRESHOLD = f"the answers of an earlier response, {FEWEST} or more"
NOBODY = f"nobody gave {FEWEST} answers"
FIND = f"""
select
    wave,
    respondent,
    rules.position,
    0 as question,
    row_number() over (partition by wave, sets.first, sets.second order by respondent) > 1 as flagged
from all_answer_sets as sets
join rules using (wave)
where sets.answers >= {FEWEST}
order by wave, respondent
"""
