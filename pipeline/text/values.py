"""Texts read as numbers, places and dates; nothing is guessed."""

from __future__ import annotations

import calendar
import datetime
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.text.folding import fold

LISTED = "[]"
"""the separator of cells that hold a list as programs write it"""
BITS = "01"
"""the separator of cells with a 0 or 1 for each option: the place of a 1 is the code of its option"""
CODES_OF_TWO = "00"
"""the separator of cells with codes of two digits one after the other; as many zeros as a code has digits"""
_CODES = re.compile(r"0{1,4}")
# one text of such a list: in quotes, in which a backslash takes the next character as it is, or bare
_IN_LIST = re.compile(
    r"""\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"|([^,'"\[\]{}]+))\s*(?:,|\Z)""", re.DOTALL
)
MOST = 10**15  # a number beyond is a slip of the keyboard, and sums of its squares would overflow
_CLOCK = r"(?i:(\d{1,2}:\d{2}\S*(?: ?[ap]\.? ?m\.?)?(?: (?:utc|gmt)\S*)?))"
_ISO = re.compile(rf"(\d{{4}})(?:-(\d{{1,2}})(?:-(\d{{1,2}})(?:[T ]{_CLOCK})?)?)?\Z")
_YEAR_FIRST = re.compile(rf"(\d{{4}})/(\d{{1,2}})/(\d{{1,2}})(?: {_CLOCK})?\Z")
_BASIC = re.compile(r"(\d{4})(\d{2})(\d{2})()\Z")  # without signs between its parts
_PARTED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4}|\d{2}),?(?: (\d{1,2}:\d{2}.{0,12}))?\Z")
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th|\.|º)?(?: de)? )?(?P<month>[^\W\d]{3,12})\.?"
    r"(?: (?P<after>\d{1,2})(?:st|nd|rd|th)?)?,?(?: de)? (?P<year>\d{4})"
    r"(?:,? (?P<time>\d{1,2}:\d{2}.{0,12}))?\Z"
)
_LAST_MONTH = 12
_CENTURY = 69  # years of two digits from here on are of the century before, as POSIX has it
# how the names of months begin in English, German, French, Spanish, Portuguese, Italian, Dutch and Polish
_MONTHS = (
    "jan ene gen sty",
    "feb fév fev lut",
    "mar mär mrz maa",
    "apr avr abr kwi",
    "may mai mag mei maj",
    "jun juin giu cze",
    "jul juil lug lip",
    "aug aoû ago sie",
    "sep set wrz",
    "oct okt out ott paź",
    "nov lis",
    "dec déc dez dic gru",
)
_ORDINAL = re.compile(
    r"(?:rank |place |choice )?(\d{1,3})(?:st|nd|rd|th|\.|º|ª|e|er|ère|ème)?(?: choice| place)?\Z"
)
_ORDINALS = {
    word: place
    for place, words in enumerate(
        (
            "first erste erstens premier première primero primera primeiro primo eerste",
            "second zweite deuxième segundo secondo tweede",
            "third dritte troisième tercero terceiro terzo derde",
            "fourth vierte quatrième cuarto quarto vierde",
            "fifth fünfte cinquième quinto vijfde",
            "sixth sechste sixième sexto sesto zesde",
            "seventh siebte septième séptimo sétimo settimo zevende",
            "eighth achte huitième octavo oitavo ottavo achtste",
            "ninth neunte neuvième noveno nono negende",
            "tenth zehnte dixième décimo decimo tiende",
        ),
        1,
    )
    for word in words.split()
}
_TIME = re.compile(
    r"(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?: ?([ap])\.? ?m\.?)?"
    r"(?: ?(?:z|utc|gmt))?(?: ?([+-])(\d{1,2}):?(\d{2})?)?\Z",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Numerals:
    """How numbers are written: the sign before their decimals, and the sign between thousands, if any."""

    decimal: str = "."
    thousands: str = ""

    def keys(self, texts: Iterable[str]) -> dict[str, str]:
        """The keys of a wave file that say so, as far as these texts show the signs."""
        folded = [fold(text) for text in texts]
        keys = {}
        if self.thousands and any(self.thousands in text for text in folded):
            keys["thousands"] = self.thousands
        if not keys or any(self.decimal in text for text in folded):
            keys["decimal"] = self.decimal
        return keys

    def in_words(self, texts: Iterable[str]) -> str:
        """The same keys as a sentence has them."""
        return " and ".join(f'{key} = "{sign}"' for key, sign in self.keys(texts).items())


PLAIN = Numerals()
"""numbers as programs write them"""
ENGLISH, CONTINENTAL = Numerals(".", ","), Numerals(",", ".")
_OTHERS = (Numerals(".", "'"), Numerals(",", "'"), Numerals(".", " "), Numerals(",", " "))
# a number with the sign of a currency or a percent sign, or the code of a currency, before or behind it
_SIGN = r"[^\w\s.,'+-]|[a-z]{3}"
_WITH_UNIT = re.compile(rf"[+-]?(?P<before>{_SIGN})? ?[+-]?\d[\d.,' ]*? ?(?P<behind>{_SIGN})?")


def as_list(text: str) -> list[str] | None:
    """The texts of a list as programs write it, None for none: `["a", "b"]`, `['a', 'b']`, `{a,"b, c"}`."""
    whole = text.strip()
    if whole[:1] + whole[-1:] not in (LISTED, "{}"):
        return None
    try:
        parts = json.loads(whole) if whole.startswith("[") else _parts_of_list(whole[1:-1])
    except (ValueError, RecursionError):
        return _parts_of_list(whole[1:-1])
    if not isinstance(parts, list) or not all(isinstance(p, str | int | float) for p in parts):
        return None
    return [str(part) for part in parts]


def as_codes(text: str, separator: str) -> list[str] | None:
    """The codes of a cell that holds nothing but codes, as `separator` says they stand; None for another.

    `BITS` or as many zeros as a code has digits: 0101 is 2 and 4 by the first, 1 and 1 by `00`.
    """
    digits = text.strip()
    if separator == BITS:
        return (
            [str(n) for n, bit in enumerate(digits, 1) if bit == "1"] if set(digits) <= {"0", "1"} else None
        )
    if not _CODES.fullmatch(separator) or not digits.isdecimal() or len(digits) % len(separator):
        return None
    codes = (digits[at : at + len(separator)] for at in range(0, len(digits), len(separator)))
    return [code.lstrip("0") for code in codes if code.strip("0")]


def _parts_of_list(inner: str) -> list[str] | None:
    """What stands between the brackets of a list, cut at the commas outside quotes."""
    parts, at = [], 0
    while at < len(inner):
        part = _IN_LIST.match(inner, at)
        if not part:
            return None
        quoted, bare = part[1] if part[1] is not None else part[2], part[3]
        parts.append(bare.strip() if bare else re.sub(r"\\(.)", r"\1", quoted, flags=re.DOTALL))
        at = part.end()
    return parts


def as_number(text: str, unit: str = "", numerals: Numerals = PLAIN) -> float | None:
    """The number that a text is, written as `numerals` says, with or without its unit beside it; or None."""
    if unit:
        text = _without(unit, text)
    if numerals != PLAIN or not text.isascii():
        text = _as_plain(fold(text), numerals)
    try:
        number = float(text)
    except ValueError:
        return None
    # float() also reads "nan", "inf" and "1_000", none of which a respondent means as a number
    return number if text.strip("+-0123456789.eE") == "" and abs(number) <= MOST else None


def _without(unit: str, text: str) -> str:
    """A text without its unit, which stands behind its number or before it, also before its sign."""
    folded, sign = fold(text), fold(unit)
    if folded.endswith(sign):
        return folded.removesuffix(sign).rstrip()
    minus = "-" if folded.startswith("-") else ""
    amount = folded.removeprefix("-").lstrip()
    return minus + amount.removeprefix(sign).lstrip() if amount.startswith(sign) else text


def _as_plain(folded: str, numerals: Numerals) -> str:
    """A number that is written as `numerals` says, as programs write it; empty where it is none."""
    if not _pattern(numerals).fullmatch(folded):
        return ""
    without = folded.replace(numerals.thousands, "") if numerals.thousands else folded
    return without.replace(numerals.decimal, ".")


@lru_cache
def _pattern(numerals: Numerals) -> re.Pattern[str]:
    """Whole numbers with or without signs between their thousands (and lakhs, where commas part them)."""
    decimal, thousands = re.escape(numerals.decimal), re.escape(numerals.thousands)
    whole = r"\d+"
    if thousands:
        pairs = rf"|[1-9]\d?(?:{thousands}\d\d)+{thousands}\d{{3}}" if numerals.thousands == "," else ""
        whole = rf"(?:[1-9]\d{{0,2}}(?:{thousands}\d{{3}})+{pairs}|\d+)"
    return re.compile(rf"[+-]?(?:{whole}(?:{decimal}\d*)?|{decimal}\d+)(?:e[+-]?\d+)?")


def ways_to_read(texts: Iterable[str], unit: str = "") -> list[Numerals]:
    """The ways in which all numbers among `texts` can be written; two only where they give other numbers.

    A point or a comma may part decimals or thousands. `1.250` alone can be read both ways; beside `3.5`, or
    `0.250`, it has decimals, and beside `1.250.000` or `3,5` thousands. PLAIN comes first where it does, and
    no way where the numbers are written in several.
    """
    ways = [ENGLISH, CONTINENTAL]
    read = [[as_number(text, unit, numerals) for numerals in ways] for text in texts]
    read = [both for both in read if both != [None, None]]
    fitting = [n for place, n in enumerate(ways) if all(both[place] is not None for both in read)]
    unlike = any(english != continental for english, continental in read)
    return fitting if unlike else fitting[:1]


def two_ways(
    texts: Mapping[str, int], ways: Sequence[Numerals], unit: str = "", base: int = 1, private: bool = False
) -> str:
    """What `ways_to_read` found of texts (with how many cells hold each), and what to declare.

    The means are told where at least `base` cells hold numbers, and no text of a private question is.
    """
    values = {text: [as_number(text, unit, numerals) for numerals in ways] for text in texts}
    values = {text: both for text, both in values.items() if None not in both}
    cells = sum(texts[text] for text in values)
    unlike = (one for one, both in values.items() if len(set(both)) > 1)
    text = min(unlike, key=lambda one: (-texts[one], one))
    readings = []
    for place, numerals in enumerate(ways):
        mean = math.fsum(texts[one] * (both[place] or 0.0) for one, both in values.items()) / cells
        of_all = f" (a mean of {mean:.6g} over {cells})" if cells >= base else ""
        as_what = f"as {values[text][place]:.15g}{of_all}, then say " if not private else "with "
        readings.append(f"{as_what}{numerals.in_words(values)}")
    seen = "a number" if private else repr(text)
    times = "once" if texts[text] == 1 else f"{texts[text]} times"
    return f"{seen} ({times}) can be read in two ways: {'; or '.join(readings)}"


def how_to_declare(text: str, question: str) -> str:
    """The keys with which a text that is no plain number could be read as one; empty where none help."""
    folded = fold(text)
    ways = [n for n in (ENGLISH, CONTINENTAL, *_OTHERS) if as_number(folded, "", n) is not None]
    if ways:
        keys = " or ".join(dict.fromkeys(numerals.in_words([text]) for numerals in ways))
        return f"{keys} under [reading.{question}] or [source]"
    match = _WITH_UNIT.fullmatch(folded)
    if match and (sign := match["before"] or match["behind"]):
        return f'unit = "{sign.upper()}" in survey.toml'
    return ""


def month_of(name: str) -> int:
    """The number of a month by its name, whole or shortened; 0 for another word."""
    folded = fold(name)
    return next((n for n, starts in enumerate(_MONTHS, 1) if folded.startswith(tuple(starts.split()))), 0)


def as_place(text: str) -> int | None:
    """The place in a ranking that a text is, from 1: 2, 2nd, Second; or None."""
    folded = fold(text)
    if folded in _ORDINALS:
        return _ORDINALS[folded]
    ordinal = _ORDINAL.match(folded)
    number = float(ordinal[1]) if ordinal else as_number(text)
    return int(number) if number is not None and number >= 1 and number == int(number) else None


def as_date(text: str, order: str = "") -> float | None:
    """A date in years: the year, with the part of it that had gone (1999-07-02 is about 1999.5); or None.

    ISO dates, months and years are read as they are, and dates with the name of their month; days and months
    parted by / or . only where `order` says which of them comes first.
    """
    date, _ = _date_and_time(text, order)
    if date is None:
        return None
    return date.year + (date.timetuple().tm_yday - 1) / (366 if calendar.isleap(date.year) else 365)


def orders_told(texts: Iterable[str]) -> list[str]:
    """Which of day and month may come first in all dates that / or . parts, as their numbers tell.

    Both where no number tells, and none where they tell both.
    """
    dates = [match for text in texts if (match := _PARTED.match(text))]
    month = {"day first": 2, "month first": 1}
    return [order for order, part in month.items() if all(int(date[part]) <= _LAST_MONTH for date in dates)]


def as_moment(text: str, order: str = "") -> float | None:
    """A date with a time of day, in seconds from a fixed moment; or None, also where there is no time.

    Dates are read as by `as_date`; where no zone is given two moments can be compared all the same.
    """
    # some write a blank of no usual width before AM and PM
    date, time = _date_and_time(" ".join(text.split()), order)
    clock = _TIME.match(time)
    if date is None or not clock:
        return None
    hour, minute, second = (int(part or 0) for part in clock.groups()[:3])
    half, sign, zone_hours, zone_minutes = clock.groups()[3:]
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
    if match := _ISO.match(text) or _BASIC.match(text) or _YEAR_FIRST.match(text):
        year, month, day = (int(part) if part else 1 for part in match.groups()[:3])
        time = match[4] or ""
    elif (match := _NAMED.match(fold(text))) and (month := month_of(match["month"])):
        year, day, time = int(match["year"]), int(match["day"] or match["after"] or 1), match["time"] or ""
    elif order and (match := _PARTED.match(text)):
        first, second, year = (int(part) for part in match.groups()[:3])
        day, month = (first, second) if order == "day first" else (second, first)
        year += 0 if year > 99 else 1900 + 100 * (year < _CENTURY)
        time = match[4] or ""
    else:
        return None, ""
    try:
        return datetime.date(year, month, day), time
    except ValueError:
        return None, ""
