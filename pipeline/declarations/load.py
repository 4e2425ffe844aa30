"""Everything declared about a survey, read and checked at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from pipeline.declarations import published_numbers, wave_files
from pipeline.declarations.published_numbers import Published
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Report, load_report
from pipeline.declarations.survey import load as load_survey
from pipeline.declarations.unsettled import Unsettled
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.paths import Paths

Read = TypeVar("Read")


@dataclass(frozen=True)
class Declarations:
    """A survey's questionnaire, waves, report and published numbers."""

    survey: Survey
    fieldings: list[Fielding]
    report: Report
    published: list[Published]

    @cached_property
    def unsettled(self) -> Unsettled:
        """What is unsettled in the waves."""
        return Unsettled(self.survey, self.fieldings, self.report.segments)


def load_declarations(paths: Paths) -> Declarations:
    """All declarations of a survey; SurveyError with the problems of all files together."""
    survey, _ = load_survey(paths)
    problems: list[Problem] = []

    def gather(read: Callable[[], Read], otherwise: Read) -> Read:
        try:
            return read()
        except SurveyError as error:
            if not error.problems:
                raise
            problems.extend(error.problems)
            return otherwise

    no_waves: list[Fielding] = []
    no_numbers: list[Published] = []
    fieldings = gather(lambda: wave_files.load(paths, survey), no_waves)
    report = gather(lambda: load_report(paths, survey), Report())
    names = [path.stem for path in paths.wave_files()]
    numbers = gather(lambda: published_numbers.load(paths, survey, names), no_numbers)
    if problems:
        raise SurveyError(problems)
    return Declarations(survey, fieldings, report, numbers)
