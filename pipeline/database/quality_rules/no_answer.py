"""`no_answer`: who answered no question at all, although the row has an id, a time or the like."""

from __future__ import annotations

NAME = "responses without an answer"
LISTED = 9
THRESHOLD = "no answer to any question"
NOBODY = "there are no responses"
FIND = """
select bits_of.wave, bits_of.respondent, rules.position, 0 as question, bit_or(bits_of.given) = 0 as flagged
from all_response_bits as bits_of
join rules on rules.wave = bits_of.wave
group by bits_of.wave, bits_of.respondent, rules.position
order by bits_of.wave, bits_of.respondent
"""
