"""A date, counted in years, or one of a few options such as "Don't know".

Keys: `nets` (bands of years: from, up to below), `options`.

    [questions.since]
    text = "When did your organisation begin?"
    kind = "date"
    nets = { before_the_war = [1900, 1939], after_it = [1946, 1999] }
"""

from __future__ import annotations

from pipeline.answers.numbers import Value, no_value, one_column
from pipeline.answers.reader import Asked, Reader, Unknown
from pipeline.text.values import as_date

LISTED = 6
COUNTED = "numbers"
DATES = True
CAPTION = "Mean, median and quartiles of the date (years)"


def read(reader: Reader, asked: Asked) -> None:
    """Dates in one column."""
    one_column(reader, asked, _dates, _no_date)


def _dates(reader: Reader, asked: Asked) -> Value:
    order = reader.fielding.wave.dates(asked.name)
    return lambda text: as_date(text, order)


def _no_date(reader: Reader, name: str, unknown: Unknown) -> None:
    """Say of each text in `unknown` that it is no date."""
    what = (
        'no date such as 1999-12-31; where days and months are parted by / or ., say dates = "day '
        f'first" or "month first" under [source] or [reading.{name}]'
    )
    no_value(reader, name, unknown, what)
