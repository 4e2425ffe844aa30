"""`answered_not_asked`: who answered a question that earlier answers pass by, of all who pass one by."""

from __future__ import annotations

NAME = "answers to what was not asked"
LISTED = 8
NEEDS = "routing"
LACKS = "every question is asked of everyone"
THRESHOLD = "an answer to what earlier answers pass by"
NOBODY = "nobody was passed by"
FIND = """
select
    bits_of.wave,
    bits_of.respondent,
    rules.position,
    slots.question,
    bool_or(bits_of.given & slots.bit <> 0) as flagged
from all_response_bits as bits_of
join coded.slots
    on slots.wave = bits_of.wave and slots.word = bits_of.word and bits_of.unrouted & slots.bit <> 0
join rules on rules.wave = bits_of.wave
where slots.offered or bits_of.given & slots.bit <> 0
group by bits_of.wave, bits_of.respondent, rules.position, slots.question
order by bits_of.wave, bits_of.respondent, slots.question
"""
