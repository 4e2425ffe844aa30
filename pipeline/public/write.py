"""The bundle of respondent-level data that may be published: checked first, then written as a whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from pipeline.declarations import survey
from pipeline.declarations.load import Declarations
from pipeline.declarations.questionnaire import Public, Survey
from pipeline.declarations.toml import Document
from pipeline.exhibits.run import opened
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.public import bundle
from pipeline.public.microdata import NO_SAMPLE, Microdata, compose, counted
from pipeline.tables import check

_KEY_BYTES = 32
_DECLARE = """there is no [public], so nothing may be published of single respondents. Write, for instance:
[public]
licence = "CC-BY-4.0"
quasi_identifiers = [{segments}]
and see docs/public.md"""


def public(paths: Paths) -> list[str]:
    """Write the bundle of a survey; lines on k-anonymity, what was removed and which files there are.

    SurveyError, and an earlier bundle as it was, where survey.toml does not allow it, or something that is
    about to be published gives a suppressed count away.
    """
    questionnaire, document = survey.load(paths)
    allowed = _allowed(questionnaire, document)
    with opened(paths) as run:
        open_lines = _unsettled(run.declared)
        allowed = allowed.model_copy(update={"remove": [*allowed.remove, *open_lines]})
        check(run)
        data = compose(run, allowed, _key(paths))
        data = replace(data, removed={**data.removed, **open_lines})
        facts = bundle.facts_of(run, allowed)
    with files.folder_aside(paths.public) as folder:
        bundle.fill(folder, data, facts)
    written = sorted(paths.public.iterdir())
    return [*_to_be_read_first(data, allowed), *(f"{paths.shown(path)} written" for path in written)]


def _allowed(questionnaire: Survey, document: Document) -> Public:
    """What survey.toml lets be published; SurveyError where it says nothing, or not under which licence."""
    if questionnaire.public is None:
        segments = ", ".join(f'"{name}"' for name in questionnaire.segments)
        raise SurveyError([document.problem(_DECLARE.format(segments=segments))])
    if not questionnaire.public.licence.strip():
        message = (
            'licence is missing: under which may the data be used? Write, for instance: licence = "CC-BY-4.0"'
        )
        raise SurveyError([document.problem(message, "public", "licence")])
    return questionnaire.public


def _unsettled(declared: Declarations) -> dict[str, str]:
    """The questions that are left out because they are unsettled in a wave, with that as the reason.

    SurveyError where it is unsettled who is in a wave at all.
    """
    waves = [fielding.name for fielding in declared.fieldings]
    if lines := declared.unsettled.of(waves):
        raise SurveyError(
            f"it is unsettled who is counted ({lines}), so no bundle is written: look at these lines under "
            "[unsettled] of the wave files, and delete them once they are settled"
        )
    lines_of = {name: declared.unsettled.of(waves, [name]) for name in declared.survey.questions}
    return {name: f"is unsettled ({lines})" for name, lines in lines_of.items() if lines}


def _key(paths: Paths) -> bytes:
    """The key of the survey's pseudonyms; made, for its owner alone to read, where there is none yet."""
    path = paths.pseudonym_key
    if not path.is_file():
        files.write(path, secrets.token_hex(_KEY_BYTES) + "\n", files.PRIVATE)
    try:
        key = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise SurveyError(
            f"{paths.shown(path)} holds no {_KEY_BYTES} bytes in hexadecimal digits; bring the file back "
            "from where you keep it, or delete it for a new key: pseudonyms will then be others"
        )
    return key


def _to_be_read_first(data: Microdata, allowed: Public) -> Iterator[str]:
    """What a person who publishes should read first."""
    for wave in data.anonymity:
        yield from (f"{wave.wave}: {line}" for line in wave.in_words(allowed.k))
        for question, count in wave.rare.items():
            if count:
                answers = counted(count, "answer", "answers")
                yield f"{wave.wave}: {question}: {answers} that fewer than {allowed.k} gave"
    yield NO_SAMPLE
    yield from (f"{question} removed: {reason}" for question, reason in data.removed.items())
