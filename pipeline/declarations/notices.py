"""What a person is told of a survey's files although nothing stops for it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from pipeline.declarations import survey, wave, wave_files
from pipeline.declarations.strays import misnamed, passed_over
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths

_YEAR = re.compile(r"(?<![0-9])(?:19|20)[0-9]{2}(?![0-9])")


def notices(paths: Paths) -> Iterator[str]:
    """A line each; none of what cannot be known because a declaration is wrong."""
    yield from map(str, misnamed(paths))
    yield from asides(paths)


def asides(paths: Paths, with_unsettled: bool = True) -> Iterator[str]:
    """The same but for declarations under another name, which are errors for what reads declarations."""
    try:
        fieldings = wave_files.load(paths, survey.load(paths)[0])
    except SurveyError:
        return
    if with_unsettled:
        yield from map(str, unsettled(fieldings))
    yield from doubts(fieldings)
    read = [export for fielding in fieldings for export in fielding.exports]
    read += [paths.raw / f.wave.source.questionnaire for f in fieldings if f.wave.source.questionnaire]
    yield from passed_over(paths, read, fieldings[-1].name)


def unsettled(fieldings: Sequence[Fielding]) -> Iterator[Problem]:
    """The lines of [unsettled] with their places, in the order of the waves and of their files."""
    for fielding in fieldings:
        for name, doubt in fielding.wave.unsettled.items():
            yield fielding.document.problem(f"unsettled: {name}: {doubt}", "unsettled", name)


def doubts(fieldings: Sequence[Fielding]) -> Iterator[str]:
    """Where the names of waves, the earliest first, say another order or year than their field dates."""
    names = [fielding.name for fielding in fieldings]
    named = sorted(names, key=wave.by_name)
    numbers = {name: tuple(re.findall("[0-9]+", name)) for name in names}
    numbered = all(numbers.values())
    # where autumn and spring of one year have the same number, the alphabet alone would tell them apart
    by_number = numbered and len(set(numbers.values())) == len(names) and names == named
    undated = [fielding.name for fielding in fieldings if not fielding.wave.fielded]
    if undated and len(names) > 1 and not by_number:
        yield (
            f"{', '.join(undated)}: without field dates a wave has its place by its name; the order is "
            f"{', '.join(names)}. Add fielded = {{ from = YEAR-MONTH-DAY, to = YEAR-MONTH-DAY }}"
        )
    dated = [name for name in names if name not in undated]
    if numbered and dated != [name for name in named if name in dated]:
        yield (
            f"the waves are in the order of their field dates, {', '.join(names)}; by their names they would "
            f"be {', '.join(named)}. Is a date wrong?"
        )
    if len(names) < 2 or not all(_YEAR.search(name) for name in names):
        return
    for fielding in fieldings:
        fielded, years = fielding.wave.fielded, [int(year) for year in _YEAR.findall(fielding.name)]
        if fielded and not any(fielded.from_.year <= year <= fielded.to.year for year in years):
            yield str(
                fielding.document.problem(
                    f"{fielding.name} was fielded {fielded.from_} to {fielded.to}, in another year than its "
                    "name says. Is a date wrong?",
                    "fielded",
                )
            )
