"""How two pieces of text are compared: the same rule for headings, labels and answers."""

from __future__ import annotations

import difflib
import html
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping
from functools import lru_cache
from typing import Generic, TypeVar

Id = TypeVar("Id")
ELLIPSIS = "…"
_QUOTES = str.maketrans(
    {"‘": "'", "’": "'", "‚": "'", "′": "'", "`": "'", "“": '"', "”": '"', "„": '"', "″": '"'}
    | {"\ufeff": "", "–": "-", "—": "-", "‑": "-", "−": "-"}
)


_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_SPELT_TO = 10
_DIGITS = {word: str(number) for number, word in enumerate(_NUMBERS, 1)}
# the user and password of an address, also where a sign in the password should have been written as %2F
_LOGIN = re.compile(r"//(?:[^/?#:]*:(?!\d*(?:[/?#]|$)).*@|[^/?#]*@)")
_REMEMBERED = 20_000  # texts: the same headings, labels and answers are compared over and over


@lru_cache(maxsize=_REMEMBERED)
def fold(text: str) -> str:
    """`text` as it is compared: no markup, NFKC, straight quotes and dashes, single spaces, case folded."""
    # Quotes go first: NFKC turns the double prime into two single ones.
    straight = unicodedata.normalize("NFKC", without_markup(text).translate(_QUOTES)).translate(_QUOTES)
    return " ".join(straight.split()).casefold()


def in_words(number: int) -> str:
    """A number up to ten as a word, a larger one in digits."""
    return _NUMBERS[number - 1] if 1 <= number <= _SPELT_TO else str(number)


# what nobody sees: zero-width spaces, soft hyphens, marks of direction (joiners are a part of some scripts)
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u2060\ufeff\u00ad\u200e\u200f\u061c"))
_TAG = re.compile(
    r"</?(?:p|br|b|i|u|s|em|strong|span|div|font|a|ul|ol|li|h[1-6]|img|sup|sub|small|table|t[rhd]|tbody|hr)"
    r"(?:\s[^<>]*)?/?>",
    re.IGNORECASE,
)
# what survey tools put in the place of another answer: ${q://QID1/…}, {TOKEN:NAME}, {{field:…}}
_FIELD = re.compile(r"\$\{[^{}]*\}|\{\{[^{}]*\}\}|\{[A-Z]+:[^{}]*\}|\[%[^%\]]*%\]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)
_BULLET = re.compile(r"\s*[•◦▪‣●■]\s+")
_MARKUP = re.compile(r"[<&{\u200b\u2060\ufeff\u00ad\u200e\u200f\u061c•◦▪‣●■]|\[%")


def without_markup(text: str) -> str:
    """`text` as people read it: no tags, entities, bullets, unseen signs; a field code is an ellipsis."""
    if not _MARKUP.search(text):
        return text
    bullet = _BULLET.match(text)
    plain = _TAG.sub(" ", _FIELD.sub(ELLIPSIS, text[bullet.end() :] if bullet else text))
    plain = _ENTITY.sub(lambda sign: html.unescape(sign[0]), plain).translate(_UNSEEN)
    plain = re.sub(r" +(?=[?!.,;:…](?:\s|$))", "", plain) if _TAG.search(text) else plain
    # at its end an ellipsis would say that more follows
    # a text that is nothing but a tag is that tag
    return (plain.rstrip().removesuffix(ELLIPSIS) if _FIELD.search(text) else plain).strip() or text


# what turns the order of a text around; isolates, which right-to-left scripts need, do not
_OVERRIDES = "\u202d\u202e"
# no characters by Unicode; XML, and so a picture and a workbook, cannot hold them
_NONE = "\ufffe\uffff"


def is_control(character: str) -> bool:
    """Whether no text is meant to hold it: a control, what overrides directions, or what is no character."""
    return character in _OVERRIDES + _NONE or (
        unicodedata.category(character) == "Cc" and character not in "\t\n\r"
    )


def visible(text: str) -> str:
    """`text` without what a terminal or a page would act on instead of printing it."""
    return text if text.isprintable() else "".join(c for c in text if not is_control(c))


def escaped(text: str) -> str:
    """`text` as a terminal may print it: what `visible` leaves out is spelt."""
    if text.isprintable():
        return text
    return "".join(repr(c)[1:-1] if is_control(c) or c == "\r" else c for c in text)


def without_secrets(url: str) -> str:
    """An address as it may be shown: without user and password, and without the values of its query.

    Any of them may be a key, whatever it is called. What stands behind `#` or `;` is left out too.
    """
    plain, _, query = _LOGIN.sub("//", url).partition("#")[0].partition("?")
    names = [
        name + "=…" if equals else "…" for name, equals, _ in (p.partition("=") for p in query.split("&"))
    ]
    return plain.partition(";")[0] + ("?" + "&".join(names) if query else "")


# what Markdown, or a dialect of it, acts on wherever it stands: emphasis, code, links, tags, cells, formulas
_MARKDOWN = str.maketrans(
    {sign: f"\\{sign}" for sign in "\\`*_[]~$|^{}"} | {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
)
# and what begins a heading, a list, a quotation, a rule or a definition
_BEGINS_A_BLOCK = re.compile(r"^(?:(?=[#+=:-])|(\d{1,9})(?=[.)](?:\s|$)))")


def in_markdown(text: str) -> str:
    """`text` on one line of Markdown, in a table too, so that it comes out letter by letter as it is.

    Nothing in it is a tag, a link, a picture, code, emphasis or the beginning of a block.
    """
    line = " ".join(visible(text).split()).translate(_MARKDOWN)
    return _BEGINS_A_BLOCK.sub(r"\1\\", line).replace("](", "]\\(")


def is_beginning(label: str) -> bool:
    """Whether a declared label stands for every text that begins so."""
    return label.rstrip().endswith(ELLIPSIS)


def beginning(label: str) -> str:
    """The folded beginning that a label ending in an ellipsis declares."""
    return fold(label.rstrip().removesuffix(ELLIPSIS))


def fits(label: str, text: str) -> bool:
    """Whether `text` is what `label` declares, whole or as a beginning."""
    if is_beginning(label):
        return fold(text).startswith(beginning(label))
    return fold(label) == fold(text)


class Fitting(Generic[Id]):
    """Labels by their ids, folded once, so that the time to find a text's does not grow with them."""

    def __init__(self, labels: Mapping[Id, str]) -> None:
        self._whole: dict[str, list[Id]] = {}
        self._starts: dict[str, list[Id]] = {}
        for identifier, label in labels.items():
            if is_beginning(label):
                self._starts.setdefault(beginning(label), []).append(identifier)
            else:
                self._whole.setdefault(fold(label), []).append(identifier)
        self._lengths = sorted({len(start) for start in self._starts}, reverse=True)

    def best(self, text: str) -> list[Id]:
        """The ids whose label fits `text` best: exact beats beginning, the longest beginning wins.

        More than one id comes back only where two labels fit equally well; none fits: an empty list.
        """
        folded = fold(text)
        if exact := self._whole.get(folded):
            return list(exact)
        fitting = (self._starts.get(folded[:length]) for length in self._lengths)
        return list(next(filter(None, fitting), ()))


def best_fit(labels: Mapping[str, str], text: str) -> list[str]:
    """What `Fitting` finds for one text alone."""
    return Fitting(labels).best(text)


def plain(identifier: str) -> str:
    """An id as words, for names that have no label of their own (`strong_agree` → `Strong agree`)."""
    words = identifier.replace("_", " ").strip()
    return words[:1].upper() + words[1:]


def lowered(label: str) -> str:
    """A label within a sentence: its first letter small, unless it begins with an acronym or a code."""
    return label if label[1:2].isupper() or label[1:2].isdigit() else label[:1].lower() + label[1:]


@lru_cache(maxsize=_REMEMBERED)
def with_digits(text: str) -> str:
    """A folded text with its number words as digits, and more and less than as signs."""
    digits = re.sub(r"[a-z]+", lambda word: _DIGITS.get(word[0], word[0]), fold(text))
    digits = re.sub(r"(?<=\d),(?=\d{3})", "", digits)
    digits = re.sub(r"\b(more|greater|larger) than\b|\bover\b", ">", digits)
    return re.sub(r"\b(less|fewer|smaller) than\b|\bunder\b", "<", digits)


@lru_cache(maxsize=_REMEMBERED)
def _letters(text: str) -> Counter[str]:
    return Counter(text)


@lru_cache(maxsize=_REMEMBERED)
def likeness(one: str, other: str, least: float = 0.3) -> float:
    """How alike two texts are letter by letter, from 0 to 1; 0 for what is less alike than `least`.

    Ratcliff and Obershelp's measure, as difflib has it: twice the letters in common, by all letters.
    """
    first, second = with_digits(one), with_digits(other)
    both = len(first) + len(second)
    # upper bounds, each of which costs less than the next
    if 2 * min(len(first), len(second)) < least * both:
        return 0.0
    ours, theirs = _letters(first), _letters(second)
    if 2 * sum(min(count, theirs.get(letter, 0)) for letter, count in ours.items()) < least * both:
        return 0.0
    return difflib.SequenceMatcher(None, first, second, autojunk=False).ratio()
