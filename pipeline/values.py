"""Texts read as numbers, places and dates; nothing is guessed."""

from __future__ import annotations

import calendar
import datetime
import re

from pipeline.words import fold

MOST = 10**15  # a number beyond is a slip of the keyboard, and sums of its squares would overflow
_ISO = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2})(?:[T ](\d{1,2}:\d{2}\S*))?)?)?\Z")
_PARTED = re.compile(r"(\d{1,2})[/.](\d{1,2})[/.](\d{4})(?: (\d{1,2}:\d{2}.{0,12}))?\Z")
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([ap])m)?(?:z|([+-])(\d{2}):?(\d{2})?)?\Z", re.IGNORECASE
)


def as_number(text: str, unit: str = "") -> float | None:
    """The plain decimal number that a text is, with or without its unit behind it; or None."""
    if unit and fold(text).endswith(fold(unit)):
        text = fold(text).removesuffix(fold(unit)).rstrip()
    try:
        number = float(text)
    except ValueError:
        return None
    # float() also reads "nan", "inf" and "1_000", none of which a respondent means as a number
    return number if text.strip("+-0123456789.eE") == "" and abs(number) <= MOST else None


def as_place(text: str) -> int | None:
    """The place in a ranking that a text is, from 1; or None."""
    number = as_number(text)
    return int(number) if number is not None and number >= 1 and number == int(number) else None


def as_date(text: str, order: str = "") -> float | None:
    """A date in years: the year, with the part of it that had gone (1999-07-02 is about 1999.5); or None.

    ISO dates, months and years are read as they are; days and months parted by / or . only where `order`
    says which of them comes first.
    """
    date, _ = _date_and_time(text, order)
    if date is None:
        return None
    return date.year + (date.timetuple().tm_yday - 1) / (366 if calendar.isleap(date.year) else 365)


def as_moment(text: str, order: str = "") -> float | None:
    """A date with a time of day, in seconds from a fixed moment; or None, also where there is no time.

    Dates are read as by `as_date`; where no zone is given two moments can be compared all the same.
    """
    date, time = _date_and_time(text, order)
    found = _TIME.match(time)
    if date is None or not found:
        return None
    hour, minute, second = (int(part or 0) for part in found.groups()[:3])
    half, sign, zone_hours, zone_minutes = found.groups()[3:]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half in "pP" else 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    zone = (int(zone_hours) * 60 + int(zone_minutes or 0)) * (-1 if sign == "-" else 1) if sign else 0
    return date.toordinal() * 86_400.0 + hour * 3600 + (minute - zone) * 60 + second


def _date_and_time(text: str, order: str) -> tuple[datetime.date | None, str]:
    """The day that a text is, with what it says of the time of day."""
    found = _ISO.match(text)
    if found:
        year, month, day = (int(part) if part else 1 for part in found.groups()[:3])
    else:
        found = _PARTED.match(text)
        if not found or not order:
            return None, ""
        first, second, year = (int(part) for part in found.groups()[:3])
        day, month = (first, second) if order == "day first" else (second, first)
    try:
        return datetime.date(year, month, day), found[4] or ""
    except ValueError:
        return None, ""
