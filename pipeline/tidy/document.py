"""docs/tables.md, made from the declarations of the tables: `make docs` prints this module to it."""

from __future__ import annotations

import re
from pathlib import Path

import jinja2

from pipeline.stats.intervals import methods
from pipeline.tidy.contract import Column
from pipeline.tidy.measures import Word
from pipeline.tidy.tables import EXHIBIT, FREQUENCIES, OVER_WAVES, PUBLISHED, TABLES, UNSETTLED

_TEMPLATE = Path(__file__).with_name("tables.md.j2")


def page() -> str:
    """The text of docs/tables.md."""
    of_columns = (_words(column) for table in TABLES for column in table.columns)
    of_estimates = (EXHIBIT, OVER_WAVES, PUBLISHED, FREQUENCIES)
    text: str = jinja2.Template(
        _TEMPLATE.read_text("utf-8"),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=jinja2.StrictUndefined,
    ).render(
        files=[table for table in TABLES if table not in (OVER_WAVES, PUBLISHED)],
        exhibit=EXHIBIT,
        unsettled=UNSETTLED,
        over_waves=OVER_WAVES.without(*EXHIBIT.names),
        published=PUBLISHED,
        others=[table for table in TABLES if table not in of_estimates],
        vocabularies=list(filter(None, dict.fromkeys(of_columns))),
        intervals=methods(),
        without_error=", ".join(f"`{name}`" for name, one in methods().items() if not one.NEEDS_ERROR),
        type_of=_type,
        meaning_of=_meaning,
        called=_called,
    )
    return text


def _type(column: Column) -> str:
    unit = f" ({column.unit})" if column.unit else ""
    return f"{column.type}{unit}{', or empty' if column.may_be_empty else ''}"


def _meaning(column: Column) -> str:
    """What a column says, with the values that it takes."""
    if words := _words(column):
        called = _called(words)
        return f"{column.meaning} ([{called}](#{called.replace(' ', '-')}))"
    listed = ", ".join(f"`{value}`" for value in column.allowed)
    return f"{column.meaning} ({listed})" if listed else column.meaning


def _words(column: Column) -> type[Word] | None:
    """The vocabulary that the values of a column are words of."""
    kinds = {type(value) for value in column.allowed}
    return next((kind for kind in kinds if len(kinds) == 1 and issubclass(kind, Word)), None)


def _called(words: type[Word]) -> str:
    """What a vocabulary is called: `kind of test`."""
    return re.sub("(?!^)(?=[A-Z])", " ", words.__name__).lower()


if __name__ == "__main__":
    print(page(), end="")
