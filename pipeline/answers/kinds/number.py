"""A number, or one of a few options such as "Don't know".

Keys: `unit`, `nets` (bands: from, up to below), `options`.

    [questions.open_share]
    text = "What share of your models is open?"
    kind = "number"
    unit = "%"
    nets = { under_half = [0, 50], half_or_more = [50, 100] }
"""

from __future__ import annotations

from functools import partial

from pipeline.answers.numbers import no_number, one_column, plain_numbers
from pipeline.answers.reader import Asked, Reader

LISTED = 5
COUNTED = "numbers"
CAPTION = "Mean, median and quartiles"
CAPTION_WITH_UNIT = "Mean, median and quartiles ({unit})"
FIGURE = "histogram"


def read(reader: Reader, asked: Asked) -> None:
    """Plain numbers in one column."""
    one_column(reader, asked, plain_numbers, partial(no_number, or_else=", or to an option"))
