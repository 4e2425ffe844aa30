"""E-mail addresses in a plain text, also where they are spelt out."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pipeline.text.addresses.domains import COMMON, LETTER, TOP
from pipeline.text.addresses.plain import AT_WORDS, DOT_WORDS, PROVIDERS

_LOCAL = rf"{LETTER}[{LETTER[1:-1]}.+%'’-]{{0,63}}"
_NAMES = rf"(?:[{LETTER[1:-1]}-]{{1,63}}\.)+"
_ANY_TOP = r"(?:xn--[a-z0-9-]{2,59}|[^\W\d_](?:[^\W\d_]|[\u0300-\u036f\u0900-\u109f\u1780-\u17ff]){1,24})"
_BEGINS = rf"(?<![{LETTER[1:-1]}.+%-])"

_WHOLE = re.compile(rf"{_BEGINS}{_LOCAL}@{{1,2}}{_NAMES}{_ANY_TOP}", re.I)
# whatever stands before the sign: quoted parts, comments, signs that few people know to be allowed
_ODD = re.compile(
    rf"(?:\"[^\"\n@]{{1,64}}\"|[^\s@<>,;:\"']{{0,63}}[^{LETTER[1:-1]}\s@<>,;:\"'’.+%-])"
    rf"@{_NAMES}{_ANY_TOP}",
    re.I,
)
_SPACED = re.compile(
    rf"{_BEGINS}{_LOCAL}(?:\s{{1,3}}@\s{{0,3}}|\s{{0,3}}@\s{{1,3}}|@)"
    rf"(?:[{LETTER[1:-1]}-]{{1,63}}(?:\s?\.\s?))+{TOP}(?![{LETTER[1:-1]}])",
    re.I,
)
_MISTYPED = re.compile(
    rf"{_BEGINS}{_LOCAL}@[\w-]{{2,63}}(?:(?:,|;|\.\.|\.,){COMMON}|\s(?:com|org|net))(?![\w@(])", re.I
)
_NO_TOP = re.compile(rf"{_BEGINS}{_LOCAL}\s?@\s?{PROVIDERS}(?![\w])", re.I)
_LETTERS_APART = re.compile(r"(?<!\w)(?:[\w.+-]\s){1,64}@(?:\s[\w-]){2,63}\s\.(?:\s\w){2,24}(?!\w)")

# signs and words that part the words of an address that is spelt out
_GAP = r"[\s_*~-]{1,3}"
_WORD = rf"[{LETTER[1:-1]}-]{{1,63}}"
_ARTICLES = "the|a|an|this|that|these|those|some|any|one|which|what|each|every|our|my|your|his|her|their|its"
_NO_HOST = rf"(?!(?:{_ARTICLES})\b)"


def _spelt(at: str, dot: str, top: str) -> re.Pattern[str]:
    """An address with words for its signs: at least the last dot is a word."""
    dotted = rf"(?:{_GAP}(?:{dot}){_GAP})"
    return re.compile(
        rf"{_BEGINS}{LETTER}[{LETTER[1:-1]}.+-]{{0,63}}(?:{dotted}{_WORD}){{0,3}}(?:\s*@\s*"
        rf"|{_GAP}(?:{at}){_GAP}){_NO_HOST}"
        rf"{_WORD}(?:(?:{dotted}|\.){_WORD}){{0,3}}{dotted}{top}(?![{LETTER[1:-1]}])",
        re.I,
    )


_SPELT = (
    _spelt(r"at|at[ -]?sign|ät", r"dot|punkt|puntocom", TOP),
    _spelt(r"at", r"point|punto|ponto|punt|period", COMMON),
    _spelt(AT_WORDS.removeprefix("at|ät|aet|"), rf"{DOT_WORDS}|\.", TOP),
)
_AT_WORD = re.compile(
    rf"(?<={_GAP[:-5]})(?:at|ät|arroba|arobase){_GAP}(?P<host>(?:[{LETTER[1:-1]}-]{{1,63}}(?:\."
    rf"|\s\.\s))+{TOP}|{PROVIDERS})(?![\w/])",
    re.I,
)
_BEFORE = re.compile(rf"(?P<before>^.*?)(?P<local>{LETTER}[{LETTER[1:-1]}.+-]{{1,63}}){_GAP}$", re.S)
# names and numbers that people give themselves where they write to a provider of theirs
_TELLING = re.compile(r"[^\W\d_]{1,}[._-][^\W\d]{2,}")
_FILE = re.compile(
    r"\.(?:js|ts|md|py|rs|net|txt|json|toml|ya?ml|csv|exe|dll|ai|io|cpp|java|sh|html?|php|pdf|docx?|xlsx?)$",
    re.I,
)
_WRITES = re.compile(
    r"(?:^\W*(?:other|others)?\W*|\b(?:e-?mail|mail|contact|reach me|write(?: to)?|adresse?"
    r"|address)\W{1,3}(?:is\s|me\s|at\s)?\W{0,3})$",
    re.I,
)
_VERBS = re.compile(
    r"(?:work|look|see|seen|host|live|liv|found|find|avail|employ|meet|met|visit|stud|develop|engineer|manag"
    r"|post|publish|stor|read|more|shop|buy|bought|us|hir|us|people|team|staff|director|lead|head|scientist|"
    r"research|i|we|\w+(?:ed|ing|ers?|s)|is|are|am|be|it|at|me|based|consult|intern|position|job|years?"
    r"|volunteer|order)\w{0,6}",
    re.I,
)


_CAPITALS = re.compile(r"(?<![A-Za-z0-9])[a-z0-9._-]{1,64}AT[a-z0-9-]{1,63}(?:DOT|\.)[a-z]{2,24}(?![A-Za-z])")
_DOT_WORD = re.compile(
    rf"[\s_*~-](?:{DOT_WORDS}|puntocom|{AT_WORDS.removeprefix('at|ät|aet|')})[\s_*~-]", re.I
)


def find(text: str) -> Iterator[tuple[int, int, str]]:
    """Where each address begins and ends, and what it is with the signs that words stand for."""
    for match in _WHOLE.finditer(text):
        yield match.start(), match.end(), match[0]
    for match in _CAPITALS.finditer(text):
        yield match.start(), match.end(), match[0].replace("AT", "@").replace("DOT", ".")
    for pattern in (_ODD, _SPACED, _MISTYPED, _NO_TOP, _LETTERS_APART):
        for match in pattern.finditer(text) if "@" in text else ():
            yield match.start(), match.end(), _joined(match[0])
    for pattern in _SPELT if _DOT_WORD.search(text) else ():
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _joined(match[0])
    for match in _AT_WORD.finditer(text):
        yield from _at_host(text, match)


def _at_host(text: str, match: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    """An address of which only the sign is spelt: where its name tells, or the text says no more than it."""
    begins = max(0, match.start() - 80)
    before = _BEFORE.match(text[begins : match.start()])
    if not before:
        return
    local, host = before["local"], match["host"]
    name = re.search(rf"{_LOCAL}$", local)
    if not name or _FILE.search(name[0]) or _FILE.search(host):
        return
    provider = re.fullmatch(rf"{PROVIDERS}(?:\..*)?", host, re.I) and re.search(r"\d", local)
    written = _WRITES.search(before["before"]) and not _VERBS.fullmatch(local)
    alone = written and (before["before"].strip(" \t:(<") or not text[match.end() :].strip(" .,;:!)>"))
    if provider or _TELLING.fullmatch(local) or alone:
        yield begins + before.start("local"), match.end(), f"{local}@{host}"


_WORDS = re.compile(rf"[\s_*~-]+(?:(?P<at>{AT_WORDS})|(?:{DOT_WORDS}|puntocom))[\s_*~-]+", re.I)


def _joined(seen: str) -> str:
    """An address with its signs instead of words and spaces."""
    signs = _WORDS.sub(lambda match: "@" if match["at"] else ".", seen)
    return re.sub(r"\s+", "", signs)
