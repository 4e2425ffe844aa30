"""A ranking: each respondent puts items in order, all of them or up to `max`.

Keys: `items`, `max`.

    [questions.criteria]
    text = "What matters most when you choose a model?"
    kind = "rank"
    max = 3
    items = { quality = "Quality", cost = "Cost", licence = "Licence", speed = "Speed" }
"""

from __future__ import annotations

import re
from collections import Counter

from pipeline.answers import joined_cells
from pipeline.answers.choices import whole_labels
from pipeline.answers.meaning import Answer, Coded
from pipeline.answers.reader import Asked, Reader, Unknown
from pipeline.exports.tools import Heading
from pipeline.text.values import as_place

LISTED = 4
COUNTED = "places"
ITEMS = True
CAPTION = "Share of respondents ranking each among {places}"
MODE = "(rank all)"
MODE_WITH_MAX = "(rank up to {words})"
FIGURE = "ranked_bars"


def read(reader: Reader, asked: Asked) -> None:
    """Places under items, items under places, or items joined in their order in one cell."""
    items = {heading: asked.items.match(heading.label) for heading in asked.columns}
    unknown: Unknown = Counter()
    if len(items) == 1 and not any(items.values()):
        _joined(reader, asked, asked.columns[0], unknown)
    else:
        for item, count in Counter(item for item in items.values() if item).items():
            if count > 1:
                reader.say(asked.name, f"two columns are {item!r}; tell them apart", item)
        for heading in asked.columns:
            _column(reader, asked, heading, items[heading], unknown)
    reader.unknown(asked.name, unknown, asked.items)
    there = {item for item in items.values() if item} or set(asked.items.declared)
    reader.offer_items(asked, there - set(reader.fielding.wave.not_offered(asked.name)))


def _joined(reader: Reader, asked: Asked, heading: Heading, unknown: Unknown) -> None:
    """Items joined in one cell, the first before the second."""
    known = whole_labels(reader, asked.name, asked.items, asked.items.known(), heading, False)
    cells = joined_cells.Splitter(known, reader.separator(asked.name))
    codes: dict[str, tuple[Answer, ...]] = {}
    for text, count in reader.texts[heading.column].items():
        pieces = cells.split(text)
        items = [asked.items.match(piece) for piece in pieces]
        for piece, item in zip(pieces, items, strict=True):
            if not item:
                unknown[piece, heading.letters] += count
        codes[text] = tuple(Answer(item=item, rank=rank) for rank, item in enumerate(items, 1))
    reader.mapped.coded.append(Coded(asked.name, heading.column, codes))


def _column(reader: Reader, asked: Asked, heading: Heading, headed: str, unknown: Unknown) -> None:
    """The places of the item that heads a column, or else the items of the place that does."""
    place = 0 if headed else _place_of(reader, asked, heading)

    def answer(text: str, _: int) -> tuple[Answer, bool]:
        rank = as_place(text) if headed else place
        item = headed or asked.items.match(text)
        return Answer(item=item, rank=rank), bool(item and rank and rank <= len(asked.items.declared))

    reader.code(asked.name, heading, answer, unknown)


def _place_of(reader: Reader, asked: Asked, heading: Heading) -> int:
    """The place that a column of items is for, by the number in its label; never by its position."""
    number = re.search(r"\d+", heading.label)
    if not number:
        reader.say(
            asked.name,
            f"column {heading} is no item of it and names no place; "
            "a column of a ranking is an item, or a place such as '1st choice'",
        )
        return 1
    return int(number[0])
