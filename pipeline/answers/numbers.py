"""What the readers of numbers share: how they are written, what [answers] maps to one, and what is none."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from pipeline.answers.meaning import Answer
from pipeline.answers.reader import Asked, Reader, Unknown
from pipeline.project.errors import quoted
from pipeline.text.values import PLAIN, Numerals, as_number, how_to_declare, two_ways, ways_to_read

Value = Callable[[str], float | None]
"""the number of a cell; None for a text that is none"""


def one_column(
    reader: Reader,
    asked: Asked,
    values: Callable[[Reader, Asked], Value],
    none: Callable[[Reader, str, Unknown], None],
) -> None:
    """A question answered by one number or by one of its options.

    `values` gives the number of each cell, and `none` says of texts that they are no number.
    """
    if len(asked.columns) > 1:
        kind = reader.survey.questions[asked.name].kind
        reader.say(asked.name, f"a {kind} has one column, not {len(asked.columns)}; pick it under [columns]")
        return
    (heading,) = asked.columns
    unknown: Unknown = Counter()
    value_of = values(reader, asked)

    def answer(text: str, count: int) -> tuple[Answer, bool]:
        value = value_of(text)
        option = "" if value is not None else asked.options.match(text, count=count)
        return Answer(option=option, value=value), value is not None or bool(option)

    reader.code(asked.name, heading, answer, unknown)
    none(reader, asked.name, unknown)
    reader.offer_all(asked.name, asked.options)


def plain_numbers(reader: Reader, asked: Asked) -> Value:
    """The number of each cell: what [answers] maps its text to, or a number with or without its unit."""
    unit, numerals = reader.survey.questions[asked.name].unit, _numerals(reader, asked)

    def value(text: str) -> float | None:
        mapped = asked.number(text)
        return as_number(text, unit, numerals) if mapped is None else mapped

    return value


def _numerals(reader: Reader, asked: Asked) -> Numerals:
    """How the numbers of a question are written: as declared, else in the one way that fits them all.

    Where two ways fit and give other numbers, that is a problem: nobody can tell 1.25 from 1,250 afterwards.
    """
    if declared := reader.fielding.wave.numerals(asked.name):
        return declared
    texts: Counter[str] = Counter()
    for heading in asked.columns:
        texts.update(reader.texts.get(heading.column, {}))
    texts = Counter({text: n for text, n in texts.items() if not asked.number_lines.best(text)})
    question = reader.survey.questions[asked.name]
    ways = ways_to_read(texts, question.unit)
    if len(ways) > 1:
        both = two_ways(texts, ways, question.unit, reader.survey.privacy.base, question.private)
        where = f"[reading.{asked.name}], or for all under [source], in {reader.fielding.document.name}"
        reader.say(asked.name, f"{both}. Say it under {where}")
    return ways[0] if ways else PLAIN


def no_number(reader: Reader, name: str, unknown: Unknown, or_else: str = "") -> None:
    """Say of each text in `unknown` that it is no number; `or_else` is what else it could be mapped to."""
    wave_file = reader.fielding.document.name
    what = "no plain number such as 40 or 2.5; map it to a number under "
    what += f"[answers.{name}] in {wave_file}{or_else}"
    no_value(reader, name, unknown, what, how_to_declare)


def no_value(
    reader: Reader, name: str, unknown: Unknown, what: str, declare: Callable[[str, str], str] | None = None
) -> None:
    """Say of each text in `unknown` that it is `what`, and the key that could `declare` how it is written."""
    for (text, column), count in sorted(unknown.items()):
        seen = "a text" if reader.survey.questions[name].private else quoted(text)
        key = declare(text, name) if declare else ""
        hint = f"; if it is one, say {key}" if key else ""
        reader.say(name, f"{seen} ({count} times, column {column}) is {what}{hint}")
