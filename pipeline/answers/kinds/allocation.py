"""An allocation: each respondent shares out 100 points, or `max`, among items.

Keys: `items`, `max`, `unit`. Who gives points to some items gives none to those left blank.

    [questions.budget]
    text = "How do you share out your budget?"
    kind = "allocation"
    items = { models = "Models", people = "People", hardware = "Hardware" }
"""

from __future__ import annotations

from collections import Counter

from pipeline.answers.meaning import Answer
from pipeline.answers.numbers import no_number, plain_numbers
from pipeline.answers.reader import Asked, Reader, Unknown
from pipeline.exports.tools import Heading

LISTED = 7
COUNTED = "numbers"
ITEMS = True
TOTAL = 100
CAPTION = "Mean, median and quartiles of the points given to each"
CAPTION_WITH_UNIT = "Mean, median and quartiles of the {unit} given to each"
MODE = "(share out 100 points)"
MODE_WITH_MAX = "(share out {number} points)"


def read(reader: Reader, asked: Asked) -> None:
    """A column an item, with its points."""
    unknown: Unknown = Counter()
    columns: dict[str, Heading] = {}
    value_of = plain_numbers(reader, asked)
    for heading in asked.columns:
        item = asked.items.match(heading.label)
        if not item:
            reader.no_item(asked, heading, heading.label)
            continue
        if item in columns:
            both = f"{columns[item].letters} and {heading.letters}"
            reader.say(asked.name, f"columns {both} are both {item!r}", item)
        columns[item] = heading

        def answer(text: str, _: int, item: str = item) -> tuple[Answer, bool]:
            value = value_of(text)
            return Answer(item=item, value=value), value is not None and value >= 0

        reader.code(asked.name, heading, answer, unknown)
    no_number(reader, asked.name, unknown)
    reader.offer_items(asked, columns)
