"""Numbers that a check digit tells from others: bank accounts, cards, ORCID iDs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

# the length of an IBAN by its country, as the registry of ISO 13616 has it
_COUNTRIES = (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 "
    "EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 "
    "IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 "
    "NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 "
    "SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
)
_LENGTHS = {code[:2]: int(code[2:]) for code in _COUNTRIES.split()}
_SIGNS = r"[ .\-_/]{0,3}"
_IBAN = re.compile(rf"(?<![A-Za-z0-9])(?:IBAN)?(?P<country>[A-Z]{{2}}){_SIGNS}(?=[0-9]{_SIGNS}[0-9])", re.I)
_ORCID = re.compile(r"(?<![0-9A-Za-z])000[09](?:[- ]?[0-9]{4}){2}[- ]?[0-9]{3}[0-9X](?![0-9A-Za-z])", re.I)
_CARD = re.compile(
    r"(?<![0-9A-Za-z+])(?<![0-9][.,\-/ ])"
    r"(?:[2-9][0-9]{12,18}|[2-9][0-9]{3,7}([ .\-_/]{1,3})[0-9]{2,8}(?:\1[0-9]{1,8}){0,4})"
    r"(?![0-9A-Za-z]|[.,\-/ ][0-9])"
)
_ISSUERS = re.compile(
    r"4(?:\d{12}|\d{15}|\d{18})|5[1-5]\d{14}|2(?:22[1-9]|2[3-9]\d|[3-6]\d\d|7[01]\d|720)\d{12}|3[47]\d{13}"
    r"|6(?:011|4[4-9]\d|5\d\d)\d{12,15}|35(?:2[89]|[3-8]\d)\d{12,15}|3(?:0[0-5]|095|6\d|[89]\d)\d{11,16}"
    r"|62\d{14,17}|(?:50|5[6-8]|6[0137])\d{11,17}|220[0-4]\d{12,15}|9792\d{12}|8[12]\d{14,17}"
)


def ibans(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each IBAN begins and ends, and its text: as long as its country has them, and right modulo 97."""
    for match in _IBAN.finditer(text):
        start, length = match.start("country"), _LENGTHS.get(match["country"].upper(), 0)
        number = _grouped(length).match(text, start) if length else None
        if number and _is_iban(re.sub(r"[^0-9A-Za-z]", "", number[0])):
            yield start, number.end(), number[0]


@cache
def _grouped(length: int) -> re.Pattern[str]:
    return re.compile(rf"[A-Z]{{2}}(?:{_SIGNS}[0-9A-Z]){{{length - 2}}}(?![0-9A-Za-z])", re.I)


def _is_iban(seen: str) -> bool:
    if seen not in (seen.upper(), seen.lower()) or 2 * sum(map(str.isdigit, seen)) < len(seen):
        return False  # words
    turned = seen[4:] + seen[:4]
    return int("".join(str(int(character, 36)) for character in turned)) % 97 == 1


def cards(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each card number begins and ends, and its text: of a known issuer, and right by Luhn's sum."""
    for match in _CARD.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if (
            len(set(digits)) > 1
            and _ISSUERS.fullmatch(digits)
            and _is_luhn(digits)
            and not is_article(digits)
        ):
            yield match.start(), match.end(), match[0]


def _is_luhn(digits: str) -> bool:
    doubled = [sum(divmod(2 * int(digit), 10)) for digit in digits[-2::-2]]
    return (sum(doubled) + sum(int(digit) for digit in digits[::-2])) % 10 == 0


def is_article(digits: str) -> bool:
    """Whether 12 or 13 digits are the number of an article or a book (EAN, UPC, ISBN), by its check digit."""
    if len(digits) not in (12, 13):
        return False
    thirteen = digits.zfill(13)
    return sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(thirteen)) % 10 == 0


def orcids(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each ORCID iD begins and ends, and its text: right by ISO 7064, modulo 11."""
    for match in _ORCID.finditer(text):
        digits = re.sub(r"[- ]", "", match[0]).upper()
        total = 0
        for digit in digits[:-1]:
            total = (total + int(digit)) * 2 % 11
        if digits[-1] == "0123456789X"[(12 - total) % 11]:
            yield match.start(), match.end(), match[0]
