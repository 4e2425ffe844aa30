"""A text as a pattern is to see it: one spelling for what a reader takes for the same, and where it stood."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

_DASHES = "\u2212\u2043\u30fc\u02d7"  # what is used as a dash and is none by Unicode
_DOTS = "\u3002\uff61\u06d4\u0589"
_AT_SIGNS = "\u24d0\u24b6"

_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_ESCAPES = re.compile(
    r"&(?:#\d{1,6}|#x[0-9a-f]{1,5}|\w{2,8});|\\x[0-9a-f]{2}|\\u[0-9a-f]{4}|%(?:40|2e)|(?<=\w)=40(?=\w)", re.I
)
AT_WORDS = (
    r"at|ät|aet|arroba|arobas[ek]?|chiocciola|klammeraffe|apenstaartje|snabel-?a|kukac|zavináč|malpa|małpa"
    r"|собака|艾特|アットマーク|골뱅이|at[ -]?sign|miukumauku"
)
DOT_WORDS = (
    r"dot|punkt|punto|point|ponto|punt|punktum|teč?ka|tecka|kropka|точка|nokta|pont|piste|点|點|ドット|점"
    r"|period"
)
"""words for the two signs of an address, in the languages of those who are most often asked"""
PROVIDERS = (
    r"(?:g(?:oogle)?mail|hotmail|outlook|yahoo|ymail|icloud|proton(?:mail)?|gmx|aol|yandex|qq|163|126|naver"
    r"|web\.?de)"
)
"""names of hosts of mail that people write without an end"""
_OPEN, _CLOSE = r"[\[({<|]", r"[\])}>|]"
_BRACKETED_AT = re.compile(
    rf"\s*{_OPEN}\s*(?:@|{AT_WORDS})\s*{_CLOSE}\s*|(?<=\w)\((?:a|ä)\)(?=\w)|(?<=\w)(?:_+at_+|-+at-+"
    rf"|\*+at\*+|~at~)(?=\w)",
    re.I,
)
_BRACKETED_DOT = re.compile(
    rf"\s*{_OPEN}\s*(?:\.|{DOT_WORDS})\s*{_CLOSE}\s*|(?<=\w)(?:_+dot_+|-+dot-+|\*+dot\*+|~dot~)(?=\w)", re.I
)
_BRACKETED_COLON = re.compile(r"\[(:|://|::)\]")
# what none of these is without, and quicker to look for
_ESCAPE = re.compile(r"[&\\%]|=40")
_BRACKETED = re.compile(
    rf"[\[({{<|_*~-]\s{{0,3}}(?:@|{AT_WORDS}|\.|{DOT_WORDS}|a|ä|:)(?=[\s\])}}>|_*~:/-])|\[:", re.I
)


@dataclass(frozen=True)
class Plain:
    """A plain text, and for each of its characters where it begins in the text that it was made of.

    `at` has one place more than there are characters: the end.
    """

    text: str
    at: Sequence[int]

    def swapped(self, pattern: re.Pattern[str], by: Callable[[re.Match[str]], str]) -> Plain:
        """The text with every match of `pattern` replaced; what replaces it stands where the match began."""
        if not pattern.search(self.text):
            return self
        pieces: list[str] = []
        places: list[int] = []
        done = 0
        for match in pattern.finditer(self.text):
            instead = by(match)
            pieces += (self.text[done : match.start()], instead)
            places += self.at[done : match.start()]
            places += [self.at[match.start()]] * len(instead)
            done = match.end()
        pieces.append(self.text[done:])
        places += self.at[done:]
        return Plain("".join(pieces), places)


def plain(text: str) -> Plain:
    """A text without what hides an address from a pattern and from no reader.

    Full-width letters, digits of every script, dashes of every kind, invisible characters, escapes of HTML,
    addresses and programming languages, and `[at]`, `(dot)` and their like in several languages. `text` is
    to be composed (NFC) already.
    """
    spelt = Plain(text, range(len(text) + 1)).swapped(_NOT_ASCII, lambda match: _plainer(match[0]))
    if _ESCAPE.search(spelt.text):
        spelt = spelt.swapped(_ESCAPES, _unescaped)
    if not _BRACKETED.search(spelt.text):
        return spelt
    spelt = spelt.swapped(_BRACKETED_AT, lambda _: "@")
    spelt = spelt.swapped(_BRACKETED_DOT, lambda _: ".")
    return spelt.swapped(_BRACKETED_COLON, lambda match: match[1])


@cache
def _plainer(character: str) -> str:
    """What a character that is not ASCII stands for; empty for one that nobody sees."""
    if character in _DOTS:
        return "."
    if character in _AT_SIGNS:
        return "@"
    kind = unicodedata.category(character)
    if kind in ("Cf", "Me") or "\ufe00" <= character <= "\ufe0f":
        return ""
    if kind == "Nd":
        return str(unicodedata.digit(character))
    if kind == "Pd" or character in _DASHES:
        return "-"
    if kind == "Zs":
        return " "
    return unicodedata.normalize("NFKC", character)


def _unescaped(match: re.Match[str]) -> str:
    seen = match[0]
    if seen[0] == "&":
        character = html.unescape(seen)
        return {"\xa0": " ", "\u200b": ""}.get(character, character if len(character) == 1 else seen)
    code = int(seen[1:] if seen[0] in "%=" else seen[2:], 16)
    character = chr(code)
    return character if character.isascii() and character.isprintable() else _plainer(character)
