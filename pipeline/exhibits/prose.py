"""Titles and texts of the report: their claims tested, their numbers quoted, before anything is written."""

from __future__ import annotations

import itertools
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
    draft: bool = False
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

    def cannot_print(self, exhibit: str, key: Key, reasons: Iterable[str]) -> None:
        """Note why a text cannot be printed whole: a problem, or what a draft lets pass."""
        if self.draft:
            self.failed += [f"{exhibit or key}: {reason}" for reason in reasons]
        else:
            self.problems += [(exhibit, key, reason) for reason in reasons]

    def cannot_quote(self, exhibit: str, key: Key, reasons: Sequence[str]) -> None:
        """The same of numbers, which a draft also lists among the claims that do not hold."""
        self.cannot_print(exhibit, key, reasons)
        if self.draft:
            self.verdicts += [(exhibit, Verdict("quote", "", False, reason, "", "")) for reason in reasons]


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
    checked = Prose(draft=draft, absent=absent, unsettled=unsettled or {})
    known_texts = "\n".join(known)
    _text(checked, "", INTRODUCTION, report.introduction, tables, known_texts)
    for exhibit in report.exhibit:
        if exhibit.id not in tables:
            continue
        _text(checked, exhibit.id, "text", exhibit.text, tables, known_texts)
        checked.problems += _neutral(exhibit, known_texts)
        if exhibit.title:
            _title(checked, exhibit, tested[exhibit.id], tables, known_texts)
    return checked


def by_names(
    report: Report, names: Mapping[str, Collection[str] | None], known: Iterable[str] | None
) -> list[tuple[str, Key, str]]:
    """What is wrong with claims and quoted numbers whatever the answers are, as problems of `Prose`.

    `names` are those of the rows of each exhibit, None where they are not known before it is made; `known`
    are the texts whose numerals may stand in prose, None where they are not known.
    """
    known_texts = None if known is None else "\n".join(known)
    problems: list[tuple[str, Key, str]] = []

    def unknown_parts(exhibit: str, reference: str) -> list[str]:
        rows = names.get(exhibit)
        if not reference or rows is None:
            return []
        parts = (part for part in reference.split(".") if part not in rows)
        return [f"no {part!r} in the table; {did_you_mean(part, rows)}" for part in parts]

    def text(exhibit: str, key: str, written: str) -> None:
        wrong = [*(_typed(written, known_texts) if known_texts is not None else ()), *_stray(written)]
        for placeholder in dict.fromkeys(PLACEHOLDER.findall(written)):
            name, _, reference = placeholder.partition(".")
            unknown = [f"no exhibit {name!r}; {did_you_mean(name, names)}"] if name not in names else []
            unknown += unknown_parts(name, reference)
            wrong += [f"{{{placeholder}}}: {problem}" for problem in unknown]
        problems.extend((exhibit, key, problem) for problem in wrong)

    text("", INTRODUCTION, report.introduction)
    for exhibit in report.exhibit:
        text(exhibit.id, "text", exhibit.text)
        text(exhibit.id, "title", exhibit.title)
        problems += _neutral(exhibit, known_texts)
        for reference in itertools.chain(*exhibit.claim.values()):
            problems += [(exhibit.id, "claim", wrong) for wrong in unknown_parts(exhibit.id, reference)]
    return problems


def _neutral(exhibit: Exhibit, known: str | None) -> Iterator[tuple[str, Key, str]]:
    """What is wrong with the texts of an exhibit that hold no numbers of it."""
    for key in ("neutral", "measure", "note", "chapter"):
        written = getattr(exhibit, key)
        problems = _typed(written, known) if known is not None else []
        if PLACEHOLDER.search(written):
            problems.append(f"{key} quotes no numbers; title and text do")
        yield from ((exhibit.id, key, problem) for problem in problems)


def _title(
    checked: Prose, exhibit: Exhibit, tested: Tested, tables: Mapping[str, pd.DataFrame], known: str
) -> None:
    """Print a title if everything that it claims holds and every number of it can be quoted."""
    failed: list[str] = []
    lines = checked.unsettled.get(exhibit.id, "")
    for claim, references in exhibit.claim.items():
        if lines:
            said = f"{NOT_TESTED} ({lines})"
            checked.verdicts += [(exhibit.id, Verdict(claim, of, False, said, "", "")) for of in references]
            continue
        try:
            verdicts = test(tested, claim, references)
        except SurveyError as error:
            checked.problems.append((exhibit.id, "claim", str(error)))
            continue
        checked.verdicts += [(exhibit.id, verdict) for verdict in verdicts]
        failed += [
            f"the claim {claim} = {verdict.of} does not hold: {verdict.said}"
            for verdict in verdicts
            if not verdict.holds
        ]
    quotes, problems = _quotes(checked, exhibit.title, exhibit.id, "title", tables, known)
    checked.cannot_print(exhibit.id, "claim", failed)
    checked.cannot_quote(exhibit.id, "title", problems)
    quoted = {of.split(".")[0] for of in PLACEHOLDER.findall(exhibit.title)}
    is_settled = not lines and not any(checked.unsettled.get(name) for name in quoted)
    if is_settled and not failed and not problems:
        checked.quotes += quotes
        checked.titles[exhibit.id] = fill(exhibit.title, quotes)


def _text(
    checked: Prose, exhibit: str, place: str, text: str, tables: Mapping[str, pd.DataFrame], known: str
) -> None:
    quotes, problems = _quotes(checked, text, exhibit, place, tables, known)
    checked.quotes += quotes
    checked.cannot_quote(exhibit, place, problems)


def _quotes(
    checked: Prose, text: str, exhibit: str, place: str, tables: Mapping[str, pd.DataFrame], known: str
) -> tuple[list[Quote], list[str]]:
    """The numbers that a text quotes, and why others cannot be quoted; typed numbers are problems."""
    checked.problems += [(exhibit, place, problem) for problem in _typed(text, known)]
    quotes: list[Quote] = []
    problems: list[str] = []
    for placeholder in dict.fromkeys(PLACEHOLDER.findall(text)):
        quoted = placeholder.split(".")[0]
        if quoted in checked.absent:
            continue
        if lines := checked.unsettled.get(quoted, ""):
            said = f"{{{placeholder}}}: {NOT_TESTED} ({lines})"
            checked.verdicts.append((exhibit, Verdict("quote", placeholder, False, said, "", "")))
            continue
        try:
            quotes.append(quote(tables, placeholder, exhibit, place))
        except SurveyError as error:
            problems.append(str(error))
    return quotes, [*problems, *_stray(text)]


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
    by_placeholder = {str(row["placeholder"]): row for row in quotes}
    pieces_of_paragraphs = []
    for paragraph in re.split(r"\n\s*\n", text.strip()):
        pieces: list[Piece] = []
        for place, piece in enumerate(PLACEHOLDER.split(" ".join(paragraph.split()))):
            if place % 2:
                row = by_placeholder.get(piece)
                instead = f"[{NOT_TESTED}]" if piece.split(".")[0] in unsettled else _NOT_QUOTED
                pieces.append((str(row["printed"]) if row else instead, row))
            elif piece:
                pieces.append((piece, None))
        if pieces:
            pieces_of_paragraphs.append(pieces)
    return pieces_of_paragraphs
