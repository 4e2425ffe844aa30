"""Telephone numbers in a plain text, told from years, money and versions by how they are grouped."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from pipeline.text.addresses.checked import is_article

_SIGN = r"[ \t()\].\-/_·•~|\\]"
_CHAIN = re.compile(
    rf"(?<![0-9%])(?<![0-9][.,:'%])(?:\+{{1,2}}\s?"
    rf"|[\[(]\s?\+\s?)?\(?[0-9](?:{_SIGN}{{0,4}}[0-9])+(?![0-9%‰°])(?![.,:'][0-9])"
)
# what no number is without, and quicker to look for
_RUN = re.compile(rf"[0-9](?:{_SIGN}{{0,4}}[0-9]){{5}}")
_LONG = re.compile(rf"[0-9](?:{_SIGN}{{0,4}}[0-9]){{7}}|555[-. ]01\d\d")
_EXTENSION = re.compile(
    r"[\s,;]{0,3}\(?(?:ext(?:ension|n)?|x|durchwahl|dw|poste|ramal|anexo|доб)\.?:?\s?\d{1,6}(?!\w)", re.I
)
_COUNTRY = (
    r"(?:1|7|20|27|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58]"
    r"|2[1-689]\d|3[578]\d|42\d|5[09]\d|67\d|68\d|69\d|8[058]\d|9[679]\d)"
)
# what stands right before a number and says that it is one of a telephone
_WORDS = (
    r"(?:\btel\w{0,8}|(?<!i)phone|\bfon|\bmobile?s?|\bmob|\bm[óo]vil|\bhandy\w{0,8}|\bcell(?:ulare?)?"
    r"|\bcelular|\bcel|\bfax|\bportable"
    r"|whats ?app|\bwa|\bviber|\bsignal|\bsms|\bcall|\bring|\btext me|\bdial|\breach me|\banruf\w*"
    r"|\brufnummer|\bnummer|\bnumber|\bnúmero"
    r"|\bnumero|\bnuméro|\bph|\bT|\bM|\bP|тел\w*|моб\w*|телефон\w*|номер\w*|电话|電話|手机|手機|携帯|전화|핸드폰|هاتف"
    r"|جوال|موبایل|फ़ोन|फोन|मोबाइल"
    r"|โทร|điện thoại|\bsđt|\bhp|\bkomórka|τηλ\w*|טלפון)"
)
_TELEPHONE = re.compile(
    rf"{_WORDS}[\s.:;=#(+\-]*(?:(?:is|me|us|at|on|no|nr|number|num|nummer|me at|me on|us at|us on|ist|est"
    rf"|es|é|:)[\s.:=]*){{0,2}}$",
    re.I,
)
_LONE_LETTER = re.compile(r"(?:^|\s)[TMP][\s.=]*$", re.I)  # counts with a colon alone
# and what says that it is something else
_OTHER_ID = re.compile(
    r"(?:\bids?|\bno|\bnr|\bnum|#|№|order|ticket|case|invoice|\bref\w*|isbn\S*|issn|ean|upc|gtin|sku|pmid"
    r"|pmcid|asin|response|respondent"
    r"|session|timestamp|epoch|unix time|seed|build|commit|\bjob|\bpid|serial|account|hash|doi|arxiv"
    r"|version|\bv|n|=|[$€£¥₹]|usd|eur"
    r"|population|total|count|sum|about|approximately|around|over|under|than|rp|rs|\bcve)\s?[.:=#\-]*\s*$",
    re.I,
)
_UNIT = re.compile(
    r"\s*(?:tokens?|param\w*|users?|people|persons?|rows?|records?|bytes?|bits?|items?|requests?"
    r"|downloads?|lines?|views?|samples?"
    r"|respon\w+|residents|inhabitants|dollars?|euros?|usd|eur|gbp|yen|inr|rupees?|[kmgt]i?b|ms|s|sec\w*"
    r"|ns|hz|km|kg|m|flops?|[$€£¥%])\b",
    re.I,
)

_ISO_DATE = re.compile(r"(?<!\d)(?:19|20)\d\d([-./_ ])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_DATE = re.compile(
    r"(?<!\d)(?<!\d[-./])(?:0?[1-9]|[12]\d|3[01])\s?([-./ ])\s?(?:0?[1-9]|[12]\d|3[01])\s?\1\s?(?:(?:19"
    r"|20)?\d\d)(?!\d)(?![-./ ]\d\d(?!\d))"
)
_WRITTEN = re.compile(
    r"(?<!\d)(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[T _-]?(?:[01]\d"
    r"|2[0-3])[0-5]\d(?:[0-5]\d)?)?(?!\d)"
)
_DOI = re.compile(r"(?<!\d)10\.\d{4,9}/\S+|arxiv\W{0,2}[\d.]+", re.I)
_UUID = re.compile(r"(?<![0-9A-Fa-f])[0-9A-Fa-f]{8}(?:-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}(?![0-9A-Fa-f])")
_NOT = (_UUID, _DOI, _ISO_DATE, _DATE, _WRITTEN)

_THOUSANDS = re.compile(r"\+?[1-9][0-9]{0,2}(?:([ .])[0-9]{3})(?:\1[0-9]{3})*")
# where one number may end and another begin
_CUT = re.compile(r"\s{2,}|\s?[/|;]\s|\s-\s|\s(?=\(?\+|0[1-9])|[-/](?=\+|0[1-9])")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}\D*)+")
_CLOCK = re.compile(r"(?:(?:[01]?\d|2[0-4])\.[0-5]\d\D*)+")
_BOOK = re.compile(r"97[89][- ]?(?:\d+[- ]?)+|\d{1,5}[- ]\d{1,7}[- ]\d{1,7}[- ]\d")
_LIMITS = (8, 15)  # digits of a number with the code of its country, as E.164 has it
_FEWEST, _FEWEST_SAID = 9, 6
# powers of two, which stand in texts about computers
_POWERS = {str(2**power - less) for power in (31, 32, 33, 40) for less in (0, 1)}


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each telephone number begins and ends, with its extension, and its text."""
    if not _LONG.search(text) and not any(
        _TELEPHONE.search(text, max(0, run.start() - 30), run.start()) for run in _RUN.finditer(text)
    ):
        return
    for other in _NOT:
        text = other.sub(lambda match: ";" * len(match[0]), text)
    for match in _CHAIN.finditer(text):
        for start, seen in _parts(match[0]):
            begins = match.start() + start
            before = text[max(0, begins - 30) : begins]
            if _is_number(seen, before, text[begins + len(seen) : begins + len(seen) + 14]):
                end = begins + len(seen)
                more = _EXTENSION.match(text, end)
                yield begins, more.end() if more else end, seen


def _parts(chain: str) -> list[tuple[int, str]]:
    """A chain of digits; or, where it is none itself, the numbers that may stand side by side in it."""
    if _is_number(chain, "", ""):
        return [(0, chain)]
    cuts = [0, *(cut.end() for cut in _CUT.finditer(chain)), len(chain)]
    if len(cuts) < 3:
        return [(0, chain)]
    pieces = [(start, chain[start:end].rstrip(" -/|.(")) for start, end in pairwise(cuts)]
    good = [(start, piece) for start, piece in pieces if _is_number(piece, "", "")]
    return good or [(0, chain)]


def _is_number(seen: str, before: str, behind: str) -> bool:
    """Whether a chain of digits is a telephone number; `before` and `behind` are what stands around it."""
    digits = re.sub(r"\D", "", seen)
    groups = re.findall(r"\d+", seen)
    if behind[:1].isascii() and behind[:1].isalpha() and not _EXTENSION.match(behind):
        return False
    is_announced = bool(_TELEPHONE.search(before)) and not _LONE_LETTER.search(before)
    if not is_announced and before[-1:].isascii() and (before[-1:].isalnum()):
        return False
    if (
        not _FEWEST_SAID <= len(digits) <= 17
        or len(set(digits)) < 3
        or _is_something_else(seen, groups, digits)
    ):
        return False
    if "+" in seen:
        return _LIMITS[0] <= len(digits) <= _LIMITS[1] and not (
            _THOUSANDS.fullmatch(seen) and digits.endswith("000")
        )
    if is_announced:
        counted = _THOUSANDS.fullmatch(seen) and digits.endswith("000")
        return len(digits) <= _LIMITS[1] + 2 and not counted and not _is_counted_up(groups)
    if _is_list(seen, groups):
        return False
    if len(digits) < _FEWEST and not re.fullmatch(r"555[-. ]01\d\d", seen):
        return False
    if len(groups) == 1:
        return _is_undivided(digits) and not _OTHER_ID.search(before) and not _UNIT.match(behind)
    return _is_grouped(seen, groups, digits)


def _is_something_else(seen: str, groups: Sequence[str], digits: str) -> bool:
    """Years, times, books, and digits in the order in which they are counted."""
    return bool(
        _YEARS.fullmatch(seen)
        or _CLOCK.fullmatch(seen)
        or (_BOOK.fullmatch(seen) and _is_book(digits))
        or re.fullmatch(r"0\.\d+", seen)
        or digits in _POWERS
        or (len(groups) == 1 and ("1234567890123456".startswith(digits) or "0123456789".startswith(digits)))
    )


def _is_book(digits: str) -> bool:
    if len(digits) == 10:
        return sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11 == 0
    return len(digits) == 13 and digits[:2] == "97"


def _is_list(seen: str, groups: Sequence[str]) -> bool:
    """Whether groups are numbers of a list: counted up evenly, all round, ranges, or decimals."""
    if len(groups) < 2 or "(" in seen:
        return False
    values = [int(group) for group in groups]
    rising = all(later > earlier for earlier, later in pairwise(values))
    alike = len({len(group) for group in groups}) == 1 and groups[0][0] != "0"
    if _is_counted_up(groups) or (rising and len(groups) > 3 and alike):
        return True
    if rising and all(value % 5 == 0 or value % 16 == 0 for value in values):
        return True
    words = seen.split()
    if len(words) > 1 and all(re.fullmatch(r"\d+\.\d+", word) for word in words):
        return True
    return all(_is_range(word) for word in re.split(r"(?<=\d)\s(?=\d)|[,;/]", seen))


def _is_counted_up(groups: Sequence[str]) -> bool:
    """Whether groups are numbers one after the other, or evenly apart if none begins with a nought."""
    steps = {int(later) - int(earlier) for earlier, later in pairwise(groups)}
    return len(groups) > 2 and len(steps) == 1 and (groups[0][0] != "0" or steps == {1}) and max(steps) <= 20


def _is_range(seen: str) -> bool:
    ends = re.fullmatch(r"\s*([1-9]\d*)\s?-\s?([1-9]\d*)\s*", seen)
    if not ends or int(ends[1]) >= int(ends[2]):
        return False
    return ends[2][-1] in "09" or len(ends[1]) == len(ends[2])


def _is_undivided(digits: str) -> bool:
    """Whether digits without a sign between them are as long as a number, and begin as one does."""
    if re.search(r"0{5}$|(\d)\1{6}", digits) or re.fullmatch(r"1[0-9]{12}", digits):
        return False  # a round number, a code for no answer; a moment in milliseconds
    if abroad := re.fullmatch(rf"00({_COUNTRY})([1-9]\d+)", digits):
        return (len(abroad[2]) == 10) if abroad[1] == "1" else 7 <= len(abroad[2]) <= 12 and len(digits) >= 11
    if digits[0] == "0":
        return (
            digits[1] != "0"
            and _FEWEST < len(digits) <= 12
            and not (len(digits) == 12 and is_article(digits))
        )
    if len(digits) == 10:
        return digits[0] in "23456789"
    if re.fullmatch(
        r"49\s?1[5-7]\d{8,9}|861[3-9]\d{9}|55[1-9][1-9]9\d{8}|8[3-9]\d{9}|234[789][01]\d{8}|628\d{9,10}",
        digits,
    ):
        return True
    if re.fullmatch(r"1(?:[2-9]\d\d[2-9]\d{6}|[3-9]\d{9})", digits):
        return True
    if len(digits) not in (11, 12, 13) or digits[0] == "1" or is_article(digits):
        return False
    code = re.match(_COUNTRY, digits)
    return code is not None and 8 <= len(digits) - code.end() <= 11


def _is_grouped(seen: str, groups: Sequence[str], digits: str) -> bool:
    """Whether groups of digits are those of a number: by brackets, a nought or a code before, or evenness."""
    if not _FEWEST <= len(digits) <= 17 or set(digits) <= {"0", "1"}:
        return re.fullmatch(r"555[-. ]01\d\d", seen) is not None
    if "_" in seen and (len(groups) > 2 or groups[0][0] != "0"):
        return False  # an id that is made of words and numbers
    signs = set(re.findall(r"[^0-9]+", seen))
    if (
        re.match(r"\(?\d{0,4}\)?\s?\(?\d{1,5}\)[\s.\-/]{0,3}\d", seen)
        and seen.count("(") <= 2
        and "(" in seen[:6]
    ):
        return True
    if re.match(rf"\(?00[ \-.]{{0,2}}{_COUNTRY}", seen) or re.match(rf"\(?00{_COUNTRY}\D", seen):
        return len(digits) >= 10
    if groups[0][0] == "0":
        if len(digits) > 13 or re.fullmatch("00+", groups[0]):
            return False
        return groups[0] != "0" or len(groups) > 2
    if _THOUSANDS.fullmatch(seen) or min(map(len, groups)) < (1 if groups[0] in ("1", "7", "8") else 2):
        return False
    lengths = [len(group) for group in groups]
    if lengths in ([3, 3, 4], [1, 3, 3, 4]) and (lengths[0] == 3 or groups[0] in ("1", "7", "8")):
        return True
    if signs <= {" "} and lengths == [5, 5]:
        return groups[0][0] in "6789"
    if lengths == [3, 7] or (lengths == [2, 5, 4] and groups[1][0] == "9"):
        return True
    coded = re.fullmatch(_COUNTRY, groups[0]) is not None and 10 <= len(digits) <= 13 and lengths[-1] >= 2
    if len(signs) > 1:
        return coded and 3 <= len(groups) <= 6 and len(groups[0]) > 1
    if signs == {"."}:
        return (coded and len(groups) > 2 and lengths[-1] > 2 and len(digits) > 10) or lengths[-2:] == [3, 4]
    return len(groups) > 2 and max(lengths[1:]) < 9 and max(lengths) < 10 and min(lengths[1:]) > 1
