"""What spreadsheets and survey tools make of answers: errors, dates of bands, codes for no answer."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping

from pipeline.text.folding import fold
from pipeline.text.values import as_number, month_of

_ERROR = re.compile(
    r"#(name\?|ref!|value!|div/0!|n/a|null!|num!|spill!|calc!|getting_data|error!|wert!|bezug!)"
)
_DAY_MONTH = re.compile(r"(\d{1,2})[-. /]+([^\W\d]{3,5})\.?")
_MONTH_YEAR = re.compile(r"([^\W\d]{3,5})\.?[-. /]+(\d{2})")
_ISO_DAY = re.compile(r"\d{4}-(\d{2})-(\d{2})(?:[t ]00:00(?::00(?:\.0+)?)?)?")
_PARTED_DAY = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](?:\d{4}|\d{2})")
_SERIAL = re.compile(r"[34]\d{4}(?:\.0)?")  # days since the end of 1899, of half a century around now
_A_BAND = re.compile(r".*\d\s*(?:-|to|bis|à|a)\s*\d.*|.*\d\s*\+|(?:more|less|fewer) than .*\d.*|[<>]\s*\d.*")
_NO_ANSWER = (-1, -7, -8, -9, -66, -77, -88, -97, -98, -99, -666, -777, -888, -997, -998, -999, -9999)
_NO_ANSWER_ABOVE = (66, 77, 88, 97, 98, 99, 666, 777, 888, 997, 998, 999, 9998, 9999, 99999)
_FAR = 2  # times the largest of the others: a code above is as far away at least
_TWICE = 2


def is_error(text: str) -> bool:
    """Whether a cell holds an error of a spreadsheet, so that what was answered is lost."""
    return bool(_ERROR.fullmatch(fold(text)))


def bands(texts: Iterable[str]) -> dict[str, str]:
    """The bands that a spreadsheet turned into dates, by what stands there now: `10-49` by `Oct-49`.

    Where the band stands there too, as where only a part of the responses went through one, it is that text.
    None where no other text is a band, or where two of them would be the same.
    """
    folded = {text: fold(text) for text in texts}
    made = {text: band for text, seen in folded.items() if (band := _band(seen))}
    others = {text: seen for text, seen in folded.items() if text not in made}
    whole = {_joined(seen): text for text, seen in others.items()}
    clear = len(set(made.values())) == len(made) and any(map(_A_BAND.fullmatch, others.values()))
    return {text: whole.get(band, band) for text, band in made.items()} if clear else {}


def _joined(band: str) -> str:
    """A band as it is made of a date: without blanks, and with a hyphen."""
    return band.replace(" ", "").replace("–", "-").replace("—", "-")


def _band(folded: str) -> str:
    """The band of which a date was made; empty for a text that is no date."""
    if match := _DAY_MONTH.fullmatch(folded):
        day, month = int(match[1]), month_of(match[2])
        return "-".join(map(str, sorted((month, day)))) if month else ""
    if match := _MONTH_YEAR.fullmatch(folded):
        month = month_of(match[1])
        return f"{month}-{int(match[2])}" if month else ""
    if match := _ISO_DAY.fullmatch(folded):
        return "-".join(map(str, sorted((int(match[1]), int(match[2])))))
    if match := _PARTED_DAY.fullmatch(folded):
        return "-".join(map(str, sorted((int(match[1]), int(match[2])))))
    if _SERIAL.fullmatch(folded):
        date = datetime.date(1899, 12, 30) + datetime.timedelta(days=int(float(folded)))
        return "-".join(map(str, sorted((date.month, date.day))))
    return ""


def no_answers(numbers: Mapping[str, int]) -> tuple[dict[str, int], dict[str, int]]:
    """The texts of a column of numbers that may be codes for no answer: those below all others, and above.

    Such a code below comes where no other number is negative, and one above at twice the largest of the
    others at least, more than once.
    """
    values = {text: number for text in numbers if (number := as_number(text)) is not None}
    codes = {*map(float, _NO_ANSWER), *map(float, _NO_ANSWER_ABOVE)}
    plain = [number for number in values.values() if number not in codes]
    if not plain or min(plain) < 0:
        return {}, {}
    below = {text: numbers[text] for text, number in values.items() if number in _NO_ANSWER}
    above = {
        text: numbers[text]
        for text, number in values.items()
        if number in _NO_ANSWER_ABOVE and number > _FAR * max(plain) and numbers[text] >= _TWICE
    }
    return below, above
