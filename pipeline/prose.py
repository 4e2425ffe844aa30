"""Titles and texts of the report: their claims tested, their numbers quoted, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import pandas as pd

from pipeline.claims import CLAIMS, Tested, Verdict, test
from pipeline.documents import Key
from pipeline.errors import SurveyError
from pipeline.exhibits import Exhibit, Report
from pipeline.quotes import PLACEHOLDER, QUOTES, Quote, fill, quote, typed

INTRODUCTION = "introduction"
Piece = tuple[str, Mapping[Any, Any] | None]
"""words, or a number as printed with its row of quotes.csv"""
_NOT_QUOTED = "[not quoted]"


@dataclass
class Prose:
    """The titles that may be printed, by exhibit; the quotes and claims behind them; and what is wrong.

    A problem is the place of an exhibit (None for the introduction), the key, and what to say. `failed` are
    those that a draft lets pass.
    """

    titles: dict[str, str] = field(default_factory=dict)
    quotes: list[Quote] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    problems: list[tuple[int | None, Key, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def claims(self) -> pd.DataFrame:
        """What was claimed and found, a row a claim."""
        rows = [
            asdict(verdict) | {"exhibit": exhibit, "title": self.titles.get(exhibit, "")}
            for exhibit, verdict in self.verdicts
        ]
        return pd.DataFrame(rows, columns=CLAIMS)

    @property
    def quoted(self) -> pd.DataFrame:
        """Every number of the prose with the cell that it comes from, a row a number."""
        return pd.DataFrame([asdict(one) for one in self.quotes], columns=QUOTES)


def prose(
    report: Report,
    tested: Mapping[str, Tested],
    tables: Mapping[str, pd.DataFrame],
    known: Iterable[str],
    draft: bool,
) -> Prose:
    """Test the claims of all exhibits and quote the numbers of their titles and texts.

    `tables` are those of the exhibits as written, `tested` the same with their tests; `known` are the texts
    whose numerals may stand in prose: labels, names of waves. In a draft, a title whose claim fails is left
    out, and a number that cannot be quoted.
    """
    made = Prose()
    words = "\n".join(known)
    _text(made, None, "", INTRODUCTION, report.introduction, tables, words, draft)
    for index, exhibit in enumerate(report.exhibit):
        if exhibit.id not in tables:
            continue
        _text(made, index, exhibit.id, "text", exhibit.text, tables, words, draft)
        made.problems += [(index, "neutral", said) for said in _typed(exhibit.neutral, words)]
        if PLACEHOLDER.search(exhibit.neutral):
            made.problems.append((index, "neutral", "a neutral title quotes no numbers: it names the theme"))
        if exhibit.title:
            _title(made, index, exhibit, tested[exhibit.id], tables, words, draft)
    return made


def _title(
    made: Prose,
    index: int,
    exhibit: Exhibit,
    tested: Tested,
    tables: Mapping[str, pd.DataFrame],
    known: str,
    draft: bool,
) -> None:
    """Print a title if everything that it claims holds and every number of it can be quoted."""
    failed: list[str] = []
    for claim, references in exhibit.claim.items():
        try:
            verdicts = test(tested, claim, references)
        except SurveyError as error:
            made.problems.append((index, "claim", str(error)))
            continue
        made.verdicts += [(exhibit.id, verdict) for verdict in verdicts]
        failed += [
            f"the claim {claim} = {verdict.of} does not hold: {verdict.said}"
            for verdict in verdicts
            if not verdict.holds
        ]
    quotes, wrong = _quotes(exhibit.title, exhibit.id, "title", tables)
    made.problems += [(index, "title", said) for said in _typed(exhibit.title, known)]
    if failed or wrong:
        if draft:
            made.failed += [f"{exhibit.id}: {said}" for said in (*failed, *wrong)]
            made.verdicts += [(exhibit.id, _unquoted(said)) for said in wrong]
        else:
            made.problems += [(index, "claim", said) for said in failed]
            made.problems += [(index, "title", said) for said in wrong]
        return
    made.quotes += quotes
    made.titles[exhibit.id] = fill(exhibit.title, quotes)


def _text(
    made: Prose, index: int | None, exhibit: str, place: str, text: str, tables: Mapping[str, pd.DataFrame],
    known: str, draft: bool,
) -> None:  # fmt: skip
    quotes, wrong = _quotes(text, exhibit, place, tables)
    made.problems += [(index, place, said) for said in _typed(text, known)]
    made.quotes += quotes
    if draft:
        made.failed += [f"{exhibit or place}: {said}" for said in wrong]
        made.verdicts += [(exhibit, _unquoted(said)) for said in wrong]
    else:
        made.problems += [(index, place, said) for said in wrong]


def _unquoted(said: str) -> Verdict:
    """A number that a draft leaves out, among the claims that do not hold."""
    return Verdict("quote", "", False, said, "", "")


def _quotes(
    text: str, exhibit: str, place: str, tables: Mapping[str, pd.DataFrame]
) -> tuple[list[Quote], list[str]]:
    """The numbers that a text quotes, and what is wrong with those that it cannot."""
    quotes: list[Quote] = []
    wrong: list[str] = []
    for placeholder in dict.fromkeys(PLACEHOLDER.findall(text)):
        try:
            quotes.append(quote(tables, placeholder, exhibit, place))
        except SurveyError as error:
            wrong.append(str(error))
    if stray := re.findall(r"[{}]", PLACEHOLDER.sub("", text)):
        wrong.append(f"a {stray[0]} stands alone; a number is quoted as {{exhibit.option}}")
    return quotes, wrong


def _typed(text: str, known: str) -> list[str]:
    return [
        f"the number {numeral!r} is typed and would go stale; quote it, as {{exhibit.option}}"
        for numeral in typed(text, known)
    ]


def paragraphs(text: str, quotes: Sequence[Mapping[Any, Any]]) -> list[list[Piece]]:
    """The paragraphs of a text, each as pieces: words, or a number as printed with its row of quotes.csv."""
    of = {str(one["placeholder"]): one for one in quotes}
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        pieces: list[Piece] = []
        for place, piece in enumerate(PLACEHOLDER.split(" ".join(paragraph.split()))):
            if place % 2:
                one = of.get(piece)
                pieces.append((str(one["printed"]) if one else _NOT_QUOTED, one))
            elif piece:
                pieces.append((piece, None))
        if pieces:
            found.append(pieces)
    return found
