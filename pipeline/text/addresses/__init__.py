"""Addresses and numbers by which a person can be reached, found in texts by their form, and masked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache

from pipeline.text.addresses.plain import AT_WORDS, DOT_WORDS, PROVIDERS, plain

WEB, MAIL, IP = "a web address", "an e-mail address", "an IP address"
TELEPHONE, IBAN, CARD, ORCID = "a telephone number", "an IBAN", "a card number", "an ORCID iD"
KINDS = (MAIL, TELEPHONE, IP, WEB, IBAN, CARD, ORCID)
"""what is looked for"""
_TAKEN = "\0"  # stands where something was found already
_SHOWN = 2  # characters of a finding that may be printed

# what no address is without: a sign, several digits near each other, or a word for a sign before a host
_SIGNS = re.compile(
    r"[@&\u3002\uff01-\uff5e\ufe6b\u24d0\u24b6\U0001d400-\U0001d7ff]"
    r"|\\[xu]|%[42]|=40|//|\[:|www|[^\W\d]:\S|[a-z\d]AT[a-z\d]"
    r"|\.(?:[^\W\d_]{2,24}(?:[/?#]|:\d)|\w+\.\w+|app|co|com|dev|social)| \. |:[0-9A-Fa-f]{0,4}:"
    r"|\d(?:\D{0,5}\d){5}|\d(?:\W{1,5}|\W?dot\W)\d{1,3}(?:\W{1,5}|\W?dot\W)\d"
)
_SPELT = re.compile(
    rf"[\[({{<|_*~-]\s{{0,3}}(?:{AT_WORDS}|{DOT_WORDS}|\.|a|ä)\s{{0,3}}[\])}}>|_*~-]"
    rf"|\sdot\W{{1,3}}\w+\W{{1,3}}slash|https?:|WWW"
    rf"|[\s_*~-](?:{AT_WORDS})[\s_*~-]{{1,4}}(?:[\w-]{{1,63}}(?:\.\w"
    rf"|[\W_]{{1,4}}(?:{DOT_WORDS})(?![^\W_]))|{PROVIDERS})",
    re.I,
)


Finder = Callable[[str], list["Finding"]]


@dataclass(frozen=True)
class Finding:
    """An address or a number in a text: its kind, where it stands, and what it says when spelt plainly."""

    kind: str
    start: int
    end: int
    text: str

    @property
    def masked(self) -> str:
        """The finding as a message may print it."""
        return f"{self.text[:_SHOWN]}…"


@cache
def _finders() -> tuple[tuple[str, Callable[[str, Sequence[int]], Iterator[tuple[int, int, str]]]], ...]:
    """What finds each kind, in this order: what is one thing is no other.

    Their patterns take a tenth of a second to compile, which most commands need not wait for.
    """
    from pipeline.text.addresses import checked, domains, hosts, mail, telephones

    return (
        (WEB, lambda text, _: domains.addresses(text)),
        (MAIL, lambda text, _: mail.find(text)),
        (WEB, domains.hosts),
        (IP, lambda text, _: hosts.find(text)),
        (IBAN, lambda text, _: checked.ibans(text)),
        (ORCID, lambda text, _: checked.orcids(text)),
        (CARD, lambda text, _: checked.cards(text)),
        (TELEPHONE, lambda text, _: telephones.find(text)),
    )


def findings(text: str) -> list[Finding]:
    """Everything in a text by which somebody can be reached, in its order; places are those of its NFC."""
    if not _SIGNS.search(text) and not _SPELT.search(text):
        return []
    spelt = plain(unicodedata.normalize("NFC", text))
    rest = spelt.text
    places: list[Finding] = []
    for kind, found_in in _finders():
        pieces: list[str] = []
        done = 0
        for start, end, seen in sorted(found_in(rest, spelt.at)):
            if start >= done and _TAKEN not in rest[start:end]:
                places.append(Finding(kind, spelt.at[start], spelt.at[end], seen))
                pieces += (rest[done:start], _TAKEN * (end - start))
                done = end
        rest = "".join((*pieces, rest[done:]))
    return sorted(places, key=lambda one: one.start)


def personal(text: str) -> list[Finding]:
    """What of a text no draft repeats: all that is found, but a web address among the words of a question."""
    return [one for one in findings(text) if one.kind != WEB or _is_alone(text, one)]


def _is_alone(text: str, one: Finding) -> bool:
    """Whether a finding is a text of its own: nothing but quotes, or the ends, on both sides."""
    before, behind = text[: one.start].rstrip()[-1:], text[one.end :].lstrip()[:1]
    return before in ("", '"', "'") and behind in ("", '"', "'")


def masked(text: str, declared: Iterable[str] = (), found_by: Finder = findings) -> str:
    """A text with what is found as `ja… (an e-mail address)`; the text itself where nothing is.

    What stands in a text of `declared` too is no secret, and stays.
    """
    secrets = found_by(text)
    whole = unicodedata.normalize("NFC", text)
    known = " \n".join(declared).casefold() if secrets else ""
    secrets = [
        one
        for one in secrets
        if one.text.casefold() not in known and whole[one.start : one.end].casefold() not in known
    ]
    if not secrets:
        return text
    pieces: list[str] = []
    done = 0
    for one in secrets:
        pieces += (whole[done : one.start], f"{one.masked} ({one.kind})")
        done = one.end
    return "".join((*pieces, whole[done:]))
