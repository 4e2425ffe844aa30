"""What must not be published by accident: addresses and numbers by which a person can be reached.

It looks at texts and knows nothing of respondents. Their ids are looked for by the tests: at run time that
would take them along into the stage that may not have them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pandas as pd

from pipeline.declarations import survey
from pipeline.declarations.questionnaire import Survey
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths
from pipeline.text.addresses import WEB, Finding, findings
from pipeline.tidy.tables import CREDITED, QUESTIONNAIRE


@dataclass(frozen=True)
class Leak(Finding):
    """Something by which somebody can be reached, with the place of its text."""

    place: str


def refuse(paths: Paths, contents: Mapping[Path, pd.DataFrame], questionnaire: Survey) -> None:
    """SurveyError where a text of the tables that are about to be written could reach a person.

    Addresses that are declared to be read are no findings: what stands in a column of CREDITED (the source
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
    credited, _ = scan((("", text) for column, _, text in texts if column in CREDITED), ())
    asked, _ = scan(
        (("", text) for text in (*_declared_wordings(questionnaire), *_fielded_wordings(contents))), ()
    )
    credited += [leak for leak in asked if leak.kind == WEB]
    others = ((place, text) for column, place, text in texts if column not in CREDITED)
    leaks, used = scan(others, allow, (leak.text for leak in credited))
    problems = list(_problems(leaks))
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
    """The findings in `texts` (place and text) that are not allowed, and the lines of `allowed` in use.

    `addresses` says what counts as one. `allowed` are whole findings, or `*.example.org` for every
    address at example.org and below it; `credited` are findings that need no line. The beginning of one, as
    titles that are cut have it, is allowed with it. Letter case is no difference, nor is another spelling of
    the same, such as `jo [at] example.org`.
    """
    leaks: list[Leak] = []
    used: set[str] = set()
    known: dict[str, list[Finding]] = {}
    passed = {text.casefold() for text in credited}
    lines = {line: {line.casefold(), *(one.text.casefold() for one in findings(line))} for line in allowed}
    for place, text in texts:
        if text not in known:
            known[text] = list({(one.kind, one.text): one for one in findings(text)}.values())
        for one in known[text]:
            folded = one.text.casefold()
            allowing = [
                line for line, spelt in lines.items() if any(_allows(wanted, folded) for wanted in spelt)
            ]
            used.update(allowing)
            if not allowing and not any(whole.startswith(folded) for whole in passed):
                leaks.append(Leak(**vars(one), place=place))
    return leaks, used


def _declared_wordings(questionnaire: Survey) -> Iterator[str]:
    """Every wording that survey.toml has of a question, its items and its answers."""
    for name, question in questionnaire.questions.items():
        yield from (question.text, *question.items.values())
        yield from (option.label for option in questionnaire.options(name).values())


def _fielded_wordings(contents: Mapping[Path, pd.DataFrame]) -> Iterator[str]:
    """Every wording that the waves have of a question, its items and its answers."""
    for path, frame in contents.items():
        if path.stem == QUESTIONNAIRE.name:
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
    places = Counter((leak.kind, leak.text) for leak in leaks)
    first = {(leak.kind, leak.text): leak for leak in reversed(leaks)}
    for finding, count in places.items():
        leak, more = first[finding], count - 1
        elsewhere = f", and in {more} other places" if more > 1 else ", and in another place" if more else ""
        file, _, at = leak.place.partition(": ")
        yield Problem(
            file,
            0,
            f"{at}: {leak.kind} ({leak.masked}{elsewhere}) would be published. Declare the option under a "
            "label of its own, mark the question private, or list it in allow under [privacy] in survey.toml",
        )


def _allows(wanted: str, folded: str) -> bool:
    """Whether a line of `allow` is this finding, or the end of the host that it is at; both folded."""
    if not wanted.startswith("*."):
        return wanted.startswith(folded)
    host = _host(folded)
    return host == wanted[2:] or host.endswith(wanted[1:])


def _host(address: str) -> str:
    """The host of an e-mail or web address; empty for another thing."""
    if "@" in address and "/" not in address:
        return address.rpartition("@")[2]
    try:
        return urlsplit(address if "://" in address else f"//{address}").hostname or ""
    except ValueError:
        return ""
