"""Titles and texts of the report: their claims tested, their numbers quoted, before anything is written."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import pandas as pd

from pipeline.declarations.report import Exhibit, Report
from pipeline.declarations.toml import Key
from pipeline.exhibits.claims import Tested, Verdict, test
from pipeline.exhibits.quotes import PLACEHOLDER, Quote, fill, quote, typed
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.tidy.tables import CLAIMS, QUOTES

INTRODUCTION = "introduction"
Piece = tuple[str, Mapping[Any, Any] | None]
"""words, or a number as printed with its row of quotes.csv"""
_NOT_QUOTED = "[not quoted]"
NOT_TESTED = "not tested: unsettled"
"""what is said of a claim, and in place of a number of a text, that rests on unsettled lines"""


@dataclass
class Prose:
    """The titles that may be printed, by exhibit; the quotes and claims behind them; and what is wrong.

    A problem is the id of an exhibit (empty for the introduction), the key, and what to say. `failed` are
    those that a draft lets pass.
    """

    titles: dict[str, str] = field(default_factory=dict)
    quotes: list[Quote] = field(default_factory=list)
    verdicts: list[tuple[str, Verdict]] = field(default_factory=list)
    problems: list[tuple[str, Key, str]] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    absent: Collection[str] = ()
    unsettled: Mapping[str, str] = field(default_factory=dict)
    """the unsettled lines that exhibits rest on, by exhibit"""

    @property
    def claims(self) -> pd.DataFrame:
        """What was claimed and found, a row a claim."""
        rows = [
            asdict(verdict) | {"exhibit": exhibit, "title": self.titles.get(exhibit, "")}
            for exhibit, verdict in self.verdicts
        ]
        return CLAIMS.frame(rows)

    @property
    def quoted(self) -> pd.DataFrame:
        """Every number of the prose with the cell that it comes from, a row a number."""
        return QUOTES.frame(map(asdict, self.quotes))


def prose(
    report: Report,
    tested: Mapping[str, Tested],
    tables: Mapping[str, pd.DataFrame],
    known: Iterable[str],
    draft: bool,
    absent: Collection[str] = (),
    unsettled: Mapping[str, str] | None = None,
) -> Prose:
    """Test the claims of all exhibits and quote the numbers of their titles and texts.

    `tables` are those of the exhibits as written, `tested` the same with their tests; `known` are the texts
    whose numerals may stand in prose: labels, names of waves. In a draft, a title whose claim fails is left
    out, and a number that cannot be quoted. Of the exhibits `absent` it is known that they could not be made;
    what rests on `unsettled` lines is neither tested nor quoted, and no problem.
    """
    made = Prose(absent=absent, unsettled=unsettled or {})
    words = "\n".join(known)
    _text(made, "", INTRODUCTION, report.introduction, tables, words, draft)
    for exhibit in report.exhibit:
        if exhibit.id not in tables:
            continue
        _text(made, exhibit.id, "text", exhibit.text, tables, words, draft)
        made.problems += _neutral(exhibit, words)
        if exhibit.title:
            _title(made, exhibit, tested[exhibit.id], tables, words, draft)
    return made


def by_names(
    report: Report, names: Mapping[str, Collection[str] | None], known: Iterable[str] | None
) -> list[tuple[str, Key, str]]:
    """What is wrong with claims and quoted numbers whatever the answers are, as problems of `Prose`.

    `names` are those of the rows of each exhibit, None where they are not known before it is made; `known`
    are the texts whose numerals may stand in prose, None where they are not known.
    """
    words = None if known is None else "\n".join(known)
    problems: list[tuple[str, Key, str]] = []

    def named(exhibit: str, reference: str) -> Iterator[str]:
        own = names.get(exhibit)
        parts = reference.split(".") if own is not None else []
        yield from (
            f"no {p!r} in the table; {did_you_mean(p, own or ())}" for p in parts if p not in (own or ())
        )

    def text(exhibit: str, key: str, said: str) -> None:
        problems.extend((exhibit, key, wrong) for wrong in (_typed(said, words) if words is not None else ()))
        problems.extend((exhibit, key, wrong) for wrong in _stray(said))
        for placeholder in dict.fromkeys(PLACEHOLDER.findall(said)):
            name, _, reference = placeholder.partition(".")
            wrong = [f"no exhibit {name!r}; {did_you_mean(name, names)}"] if name not in names else []
            wrong += named(name, reference) if reference else []
            problems.extend((exhibit, key, f"{{{placeholder}}}: {one}") for one in wrong)

    text("", INTRODUCTION, report.introduction)
    for exhibit in report.exhibit:
        text(exhibit.id, "text", exhibit.text)
        text(exhibit.id, "title", exhibit.title)
        problems += _neutral(exhibit, words)
        for references in exhibit.claim.values():
            problems += [
                (exhibit.id, "claim", wrong) for one in references for wrong in named(exhibit.id, one)
            ]
    return problems


def _neutral(exhibit: Exhibit, known: str | None) -> list[tuple[str, Key, str]]:
    """What is wrong with a neutral title."""
    wrong = _typed(exhibit.neutral, known) if known is not None else []
    if PLACEHOLDER.search(exhibit.neutral):
        wrong.append("a neutral title quotes no numbers: it names the theme")
    return [(exhibit.id, "neutral", said) for said in wrong]


def _title(
    made: Prose,
    exhibit: Exhibit,
    tested: Tested,
    tables: Mapping[str, pd.DataFrame],
    known: str,
    draft: bool,
) -> None:
    """Print a title if everything that it claims holds and every number of it can be quoted."""
    failed: list[str] = []
    lines = made.unsettled.get(exhibit.id, "")
    for claim, references in exhibit.claim.items():
        if lines:
            said = f"{NOT_TESTED} ({lines})"
            made.verdicts += [(exhibit.id, Verdict(claim, of, False, said, "", "")) for of in references]
            continue
        try:
            verdicts = test(tested, claim, references)
        except SurveyError as error:
            made.problems.append((exhibit.id, "claim", str(error)))
            continue
        made.verdicts += [(exhibit.id, verdict) for verdict in verdicts]
        failed += [
            f"the claim {claim} = {verdict.of} does not hold: {verdict.said}"
            for verdict in verdicts
            if not verdict.holds
        ]
    quotes, wrong = _quotes(made, exhibit.title, exhibit.id, "title", tables)
    made.problems += [(exhibit.id, "title", said) for said in _typed(exhibit.title, known)]
    if lines or any(made.unsettled.get(of.split(".")[0]) for of in PLACEHOLDER.findall(exhibit.title)):
        return
    if failed or wrong:
        if draft:
            made.failed += [f"{exhibit.id}: {said}" for said in (*failed, *wrong)]
            made.verdicts += [(exhibit.id, _unquoted(said)) for said in wrong]
        else:
            made.problems += [(exhibit.id, "claim", said) for said in failed]
            made.problems += [(exhibit.id, "title", said) for said in wrong]
        return
    made.quotes += quotes
    made.titles[exhibit.id] = fill(exhibit.title, quotes)


def _text(
    made: Prose, exhibit: str, place: str, text: str, tables: Mapping[str, pd.DataFrame],
    known: str, draft: bool,
) -> None:  # fmt: skip
    quotes, wrong = _quotes(made, text, exhibit, place, tables)
    made.problems += [(exhibit, place, said) for said in _typed(text, known)]
    made.quotes += quotes
    if draft:
        made.failed += [f"{exhibit or place}: {said}" for said in wrong]
        made.verdicts += [(exhibit, _unquoted(said)) for said in wrong]
    else:
        made.problems += [(exhibit, place, said) for said in wrong]


def _unquoted(said: str) -> Verdict:
    """A number that a draft leaves out, among the claims that do not hold."""
    return Verdict("quote", "", False, said, "", "")


def _quotes(
    made: Prose, text: str, exhibit: str, place: str, tables: Mapping[str, pd.DataFrame]
) -> tuple[list[Quote], list[str]]:
    """The numbers that a text quotes, and what is wrong with those that it cannot."""
    quotes: list[Quote] = []
    wrong: list[str] = []
    for placeholder in dict.fromkeys(PLACEHOLDER.findall(text)):
        quoted = placeholder.split(".")[0]
        if quoted in made.absent:
            continue
        if lines := made.unsettled.get(quoted, ""):
            said = f"{{{placeholder}}}: {NOT_TESTED} ({lines})"
            made.verdicts.append((exhibit, replace(_unquoted(said), of=placeholder)))
            continue
        try:
            quotes.append(quote(tables, placeholder, exhibit, place))
        except SurveyError as error:
            wrong.append(str(error))
    return quotes, [*wrong, *_stray(text)]


def _stray(text: str) -> list[str]:
    stray = re.findall(r"[{}]", PLACEHOLDER.sub("", text))
    return [f"a {stray[0]} stands alone; a number is quoted as {{exhibit.option}}"] if stray else []


def _typed(text: str, known: str) -> list[str]:
    return [
        f"the number {numeral!r} is typed and would go stale; quote it, as {{exhibit.option}}"
        for numeral in typed(text, known)
    ]


def paragraphs(
    text: str, quotes: Sequence[Mapping[Any, Any]], unsettled: Collection[str] = ()
) -> list[list[Piece]]:
    """The paragraphs of a text, each as pieces: words, or a number as printed with its row of quotes.csv.

    `unsettled` are the exhibits that rest on unsettled lines, of which no number is quoted.
    """
    of = {str(one["placeholder"]): one for one in quotes}
    found = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        pieces: list[Piece] = []
        for place, piece in enumerate(PLACEHOLDER.split(" ".join(paragraph.split()))):
            if place % 2:
                one = of.get(piece)
                instead = f"[{NOT_TESTED}]" if piece.split(".")[0] in unsettled else _NOT_QUOTED
                pieces.append((str(one["printed"]) if one else instead, one))
            elif piece:
                pieces.append((piece, None))
        if pieces:
            found.append(pieces)
    return found
