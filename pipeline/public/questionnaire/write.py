"""The questionnaire of a survey, written by a standard that other tools read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.declarations import survey
from pipeline.project import files
from pipeline.project import paths as places
from pipeline.project.errors import SurveyError, nearest
from pipeline.project.paths import Paths
from pipeline.public.questionnaire import standards
from pipeline.public.questionnaire.instrument import Instrument, instrument
from pipeline.public.questionnaire.rows import Rows, rows


def questionnaire(paths: Paths, standard: str) -> Iterator[str]:
    """Write the questionnaire by a standard; lines on what was written, and on what it has no place for.

    SurveyError for a standard that is not known, and where declarations or exports are wrong.
    """
    known = standards()
    if standard not in known:
        hint = nearest(standard, known)
        raise SurveyError(f"no standard {standard!r}; there are {', '.join(known)}{hint and f'; {hint}'}")
    form = known[standard]
    posed = instrument(paths)
    published: Rows | None = None
    if form.takes_rows:
        published, lines = _published(paths, posed)
        yield from lines
    contents = form.documents(posed, published)
    kept = [paths.questionnaires / name for name in contents]
    with files.together() as write:
        for path, content in zip(kept, contents.values(), strict=True):
            write(path, content)
    for name in form.names:
        for gone in files.prune(paths.questionnaires, kept, name):
            yield f"{paths.shown(gone)} removed: it was of an earlier questionnaire"
    yield from _left_out(posed, form.title, form.lost(posed, published))
    yield from (f"{paths.shown(path)} written" for path in kept)


def _published(paths: Paths, posed: Instrument) -> tuple[Rows | None, list[str]]:
    """The rows of the public bundle with lines on them; none, and why, where there may be none."""
    declared, _ = survey.load(paths)
    if declared.public is None:
        return None, [f"without responses: {paths.shown(paths.questionnaire)} has no [public]"]
    try:
        published, lines = rows(paths, posed)
    except SurveyError as error:
        reasons = str(error).splitlines()
        return None, ["without responses, since the public bundle cannot be made:", *reasons]
    absent = [question.id for question in posed.questions if question.id not in published.answers]
    if absent:
        lines.append(f"in the questionnaire, and without responses: {', '.join(absent)}")
    licence, citation = (paths.shown(paths.public / n) for n in (places.LICENCE_FILE, places.CITATION_FILE))
    return published, [
        *lines,
        f"the licence of the responses is in {licence}, how to cite them in {citation}",
    ]


def _left_out(posed: Instrument, title: str, lost: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Lines on what the questionnaire has and the files have not."""
    yield from (f"{title} has no place for {what}: {', '.join(ids)}" for what, ids in lost.items())
    if posed.masked:
        yield f"an address or a number by which somebody can be reached is masked: {', '.join(posed.masked)}"
    if unfinished := [question.id for question in posed.questions if question.is_unfinished]:
        yield f"texts that end in … are as declared, since no wave has them in full: {', '.join(unfinished)}"
