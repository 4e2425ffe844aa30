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
with hashed as (
    select
        wave,
        respondent,
        count(*) as given,
        bit_xor(hash(question, item, option, rank, value)) as answers,
        sum(hash(question, item, option, rank, value)) as answers_too
    from all_answers
    group by wave, respondent
)
select
    wave,
    respondent,
    rules.position,
    0 as question,
    row_number() over (
        partition by wave, hashed.answers, hashed.answers_too order by respondent
    ) > 1 as flagged
from hashed
join rules using (wave)
where hashed.given >= {FEWEST}
order by wave, respondent
"""
