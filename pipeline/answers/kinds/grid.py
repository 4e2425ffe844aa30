"""A grid: for each item a respondent chooses one level of a scale.

Keys: `items`, `scale` or `options`, `nets`. Each item has a base of its own.

    [questions.views]
    text = "How far do you agree?"
    kind = "grid"
    scale = "agreement"
    items = { trust = "I trust open models", cost = "They save money" }
"""

from __future__ import annotations

from collections import Counter

from pipeline.answers.choices import texts_beside
from pipeline.answers.meaning import Answer, Tick
from pipeline.answers.reader import Asked, Reader, Unknown

LISTED = 3
COUNTED = "options"
ITEMS = True
CAPTION = "Share of respondents, by level"
MODE = "(select one per row)"
FIGURE = "scale_bars"


def read(reader: Reader, asked: Asked) -> None:
    """A column an item with the level in its cells, or a column headed `item - level`."""
    unknown: Unknown = Counter()
    offered: dict[str, set[str]] = {}
    absent = reader.fielding.wave.not_offered(asked.name)
    texts = texts_beside(reader, asked)
    for heading in asked.columns:
        if heading in texts:
            reader.mapped.beside.append((asked.name, heading.column))
            continue
        left, _, right = heading.label.rpartition(" - ")
        level = asked.options.match(right) if left else ""
        label = left if level else heading.label
        item = asked.items.match(label)
        if not item:
            reader.no_item(asked, heading, label)
            continue
        if item in offered and not level:
            reader.say(asked.name, f"column {heading} is {item!r} too; tell the two apart", item)
        levels = offered.setdefault(item, set())
        if level:
            count = len(reader.texts.get(heading.column, {}))
            if count > 1:
                reader.say(asked.name, f"column {heading} holds {count} texts; such a column holds one")
            reader.mapped.ticks.append(Tick(asked.name, Answer(item=item, option=level), (heading.column,)))
            levels.add(level)
            continue

        def answer(text: str, count: int, item: str = item) -> tuple[Answer, bool]:
            option = asked.options.match(text, count=count)
            return Answer(item=item, option=option), bool(option)

        reader.code(asked.name, heading, answer, unknown)
        levels.update(option for option in asked.options.declared if option not in absent)
    reader.unknown(asked.name, unknown, asked.options)
    for item, levels in offered.items():
        reader.offer(asked.name, item, "", asked.items)
        for level in asked.options.declared:
            if level in levels:
                reader.offer(asked.name, item, level, asked.options)
