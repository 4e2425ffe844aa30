"""What must not be published by accident: addresses and numbers by which a person can be reached.

It looks at texts and knows nothing of respondents. Their ids are looked for by the tests: at run time that
would take them along into the stage that may not have them.
"""

from __future__ import annotations

import ipaddress
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from pipeline import survey
from pipeline.errors import Problem, SurveyError
from pipeline.paths import Paths
from pipeline.survey import Survey

DECLARED = ("address", "source", "citation", "licence")
"""the columns that print what a declaration credits: an address found there was written to be read"""
QUESTIONNAIRE = "questionnaire"
"""the table of the questions as the waves put them"""
WEB = "a web address"
_SHOWN = 2  # characters of a finding that a message prints

_URL = re.compile(r"\b(?:(?:https?|ftp)://|www\.|mailto:)[^\s<>\"'”’]+", re.IGNORECASE)
_EMAIL = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@(?:[\w-]+\.)+[^\W\d_]{2,}")
_IPV4 = re.compile(r"(?<![\w.])(?:[0-9]{1,3}\.){3}[0-9]{1,3}(?![\w]|\.[0-9])")
_IPV6 = re.compile(r"(?<![\w:.])[0-9A-Fa-f]*:[0-9A-Fa-f:.]+(?<!\.)(?!\w)")
# what ends where an address would still go on
_TRAILING = ".,;:!?)]}"
# the highest part of a version number that has four; addresses with no higher part are one in 4,000
_VERSION = 31

# digits with what may stand between the groups of a telephone number; a comma, a colon or a dash ends them
_CHAIN = re.compile(r"(?<![\w.,:/+%(-])\+?\(?[0-9](?:[ ().\-/\u2010]{0,3}[0-9])+(?![\w%])")
_DATE = re.compile(r"\b(?:[0-9]{4}([-./])[0-9]{1,2}\1[0-9]{1,2}|[0-9]{1,2}([-./])[0-9]{1,2}\2[0-9]{2,4})\b")
_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}(?:[ .][0-9]{3})+")
_YEARS = re.compile(r"(?:(?:19|20)[0-9]{2}\D*)+")
_OTHER_NUMBERS = re.compile(r"97[89][- ]|10\.[0-9]{4,}/")  # of books, of documents
_FEWEST_ABROAD, _FEWEST, _MOST = 8, 9, 15  # digits of a telephone number, the most by E.164


@dataclass(frozen=True)
class Leak:
    """Something in a text by which somebody can be reached: where, what kind of thing, and the thing."""

    place: str
    kind: str
    found: str

    @property
    def masked(self) -> str:
        """The finding as a message may print it."""
        return f"{self.found[:_SHOWN]}…"


def refuse(paths: Paths, contents: Mapping[Path, pd.DataFrame], questionnaire: Survey) -> None:
    """SurveyError where a text of the tables that are about to be written could reach a person.

    Addresses that are declared to be read are no findings: what stands in a column of DECLARED (the source
    and address of a published number, the source of a target, licence and citation of a wave), or a web
    address in a question, item or label, as survey.toml or the headings of the export have it, may stand
    anywhere. Other findings are allowed by
    a line of `allow` under `[privacy]` in survey.toml, and a line there that allowed nothing is an error too.
    """
    texts = [
        (column, f"{shown}: row {row}, column {column}", text)
        for shown, frame in ((paths.shown(path), frame) for path, frame in contents.items())
        for column, row, text in _texts(frame)
    ]
    allow = questionnaire.privacy.allow
    credited, _ = scan((("", text) for column, _, text in texts if column in DECLARED), ())
    asked, _ = scan((("", text) for text in (*_worded(questionnaire), *_put(contents))), ())
    credited += [leak for leak in asked if leak.kind == WEB]
    others = ((place, text) for column, place, text in texts if column not in DECLARED)
    found, used = scan(others, allow, (leak.found for leak in credited))
    problems = list(_problems(found))
    if len(used) < len(allow):
        _, document = survey.load(paths)
        problems += [
            document.problem(f"allow: {line!r} allowed nothing; delete it", "privacy", "allow", index)
            for index, line in enumerate(allow)
            if line not in used
        ]
    if problems:
        raise SurveyError(problems)


def scan(
    texts: Iterable[tuple[str, str]], allowed: Sequence[str], credited: Iterable[str] = ()
) -> tuple[list[Leak], set[str]]:
    """What is found in `texts` (place and text) and not allowed, and the lines of `allowed` that were of use.

    Found are e-mail addresses, IP addresses, web addresses and telephone numbers: with a plus, or at least
    nine digits grouped as telephone numbers are. An IPv4 address none of whose parts is above 31 is taken
    for a version number, as 11.2.0.4 is. `allowed` are whole findings, or `*.example.org` for every address
    at example.org and below it; `credited` are findings that need no line. The beginning of one, as titles
    that are cut have it, is allowed with it. Letter case is no difference, nor are full-width forms and
    invisible characters.
    """
    leaks: list[Leak] = []
    used: set[str] = set()
    known: dict[str, list[tuple[str, str]]] = {}
    passed = {found.casefold() for found in credited}
    for place, text in texts:
        if text not in known:
            known[text] = list(_found(_plain(text)))
        for kind, found in known[text]:
            allowing = [line for line in allowed if _allows(line, found)]
            used.update(allowing)
            if not allowing and not _begins_one(found.casefold(), passed):
                leaks.append(Leak(place, kind, found))
    return leaks, used


def _worded(questionnaire: Survey) -> Iterator[str]:
    """Every wording that survey.toml has of a question, its items and its answers."""
    for name, question in questionnaire.questions.items():
        yield from (question.text, *question.items.values())
        yield from (option.label for option in questionnaire.options(name).values())


def _put(contents: Mapping[Path, pd.DataFrame]) -> Iterator[str]:
    """Every wording that the waves have of a question, its items and its answers."""
    for path, frame in contents.items():
        if path.stem == QUESTIONNAIRE:
            yield from (text for name in ("text", "label") for text in frame[name].unique())


def _texts(frame: pd.DataFrame) -> Iterator[tuple[str, int, str]]:
    """Column, row (the header is row 1) and text of each text of a table; of those alike the first."""
    for name, column in frame.items():
        if not pd.api.types.is_numeric_dtype(column.dtype):
            texts = column.to_numpy(dtype=object)[::-1]
            # of those alike the first stays, which comes last here
            first = dict(zip(texts, range(len(texts) + 1, 1, -1), strict=True))
            yield from ((str(name), row, text) for text, row in first.items() if isinstance(text, str))


def _problems(leaks: Sequence[Leak]) -> Iterator[Problem]:
    """A problem a finding, at the first place where it stands."""
    places = Counter((leak.kind, leak.found) for leak in leaks)
    told = set()
    for leak in leaks:
        if (leak.kind, leak.found) in told:
            continue
        told.add((leak.kind, leak.found))
        more = places[leak.kind, leak.found] - 1
        elsewhere = f", and in {more} other places" if more > 1 else ", and in another place" if more else ""
        file, _, at = leak.place.partition(": ")
        yield Problem(
            file,
            0,
            f"{at}: {leak.kind} ({leak.masked}{elsewhere}) would be published. Declare the option under a "
            "label of its own, mark the question private, or allow it under [privacy] in survey.toml",
        )


def _plain(text: str) -> str:
    """A text without what hides an address from a pattern and from no reader."""
    if text.isascii():
        return text
    wide = unicodedata.normalize("NFKC", text)
    return "".join(character for character in wide if unicodedata.category(character) != "Cf")


def _found(text: str) -> Iterator[tuple[str, str]]:
    """Kind and text of everything found; what is one thing is no other."""
    for kind, pattern, holds in (
        (WEB, _URL, lambda _: True),
        ("an e-mail address", _EMAIL, lambda _: True),
        ("an IP address", _IPV4, _is_ipv4),
        ("an IP address", _IPV6, _is_ipv6),
    ):
        for match in pattern.finditer(text):
            found = match[0].rstrip(_TRAILING)
            if holds(found):
                yield kind, found
                text = text.replace(found, ",")
    if sum(character.isdigit() for character in text) < _FEWEST_ABROAD:
        return
    for match in _CHAIN.finditer(_DATE.sub(",", text)):
        if _is_phone(match[0]):
            yield "a telephone number", match[0]


def _is_ipv4(text: str) -> bool:
    parts = [int(part) for part in text.split(".")]
    return max(parts) <= 255 and max(parts) > _VERSION


def _is_ipv6(text: str) -> bool:
    """Whether it is one and no `a::b` of a programming language, nor a time."""
    groups = text.split(":")
    if len(groups) < 3 or max(map(len, groups)) < 3 or not any(c.isdigit() for c in text):
        return False
    try:
        ipaddress.IPv6Address(text)
    except ValueError:
        return False
    return True


def _is_phone(chain: str) -> bool:
    """Whether digits are grouped as telephone numbers are, and not as thousands, years, scales or ids."""
    groups = re.findall(r"[0-9]+", chain)
    digits = sum(map(len, groups))
    if chain.startswith("+"):
        return _FEWEST_ABROAD <= digits <= _MOST
    if not _FEWEST <= digits <= _MOST or len(groups) < 2 or min(map(len, groups[1:])) < 2:
        return False
    if any(other.fullmatch(chain) for other in (_THOUSANDS, _YEARS)) or _OTHER_NUMBERS.match(chain):
        return False
    if "(" in chain or (groups[0][0] == "0" and "/" in chain):
        return True
    between = set(re.findall(r"[^0-9]+", chain))
    return len(between) == 1 and (len(groups) > 2 or groups[0][0] == "0") and max(map(len, groups)) < 10


def _begins_one(found: str, passed: Iterable[str]) -> bool:
    return any(whole.startswith(found) for whole in passed)


def _allows(line: str, found: str) -> bool:
    """Whether a line of `allow` is this finding, or the end of the host that it is at."""
    wanted, seen = line.casefold(), found.casefold()
    if not wanted.startswith("*."):
        return wanted.startswith(seen)
    host = _host(seen)
    return host == wanted[2:] or host.endswith(wanted[1:])


def _host(address: str) -> str:
    """The host of an e-mail or web address; empty for another thing."""
    address = address.removeprefix("mailto:")
    if "://" in address or address.startswith("www."):
        try:
            return urlsplit(address if "://" in address else f"//{address}").hostname or ""
        except ValueError:
            return ""
    return address.rpartition("@")[2] if "@" in address else ""
