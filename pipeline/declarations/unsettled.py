"""What is unsettled in the waves of a survey, and which numbers rest on it.

A line of [unsettled] in a wave file says what somebody has yet to look at: of a question, or of `respondents`
(who is in the file at all). Numbers that rest on such a line are shown as unsettled until it is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from pipeline.declarations.quality import options_of
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Bands
from pipeline.declarations.wave import RESPONDENTS, Fielding, Wave
from pipeline.tidy.measures import CROSS

SEPARATOR = "; "
"""what stands between the names of two lines in the column `unsettled` of a table"""


@dataclass(frozen=True)
class Unsettled:
    """The unsettled lines of waves, with what they concern."""

    survey: Survey
    fieldings: Sequence[Fielding]
    bands: Mapping[str, Bands]

    def of(self, waves: Iterable[str], names: Iterable[str] = ()) -> str:
        """The lines on which a number of some waves rests, as the column `unsettled` has them; "" for none.

        `names` are the questions and segments that the number is made from.
        """
        questions = [question for name in names for question in self._questions(name)]
        lines = (
            line
            for wave in waves
            for question in ("", *questions)
            for line in self._lines.get((wave, question), ())
        )
        return SEPARATOR.join(dict.fromkeys(lines))

    def column(
        self,
        rows: pd.DataFrame,
        waves: Sequence[str] = ("wave",),
        names: Sequence[str] = ("question",),
        also: Iterable[str] = (),
    ) -> list[str]:
        """`of` for each row of a table, by its columns of waves and of names; `also` holds for every row."""
        if not self._lines:
            return [""] * len(rows)
        also = tuple(also)
        columns = [rows[name].fillna("") for name in (*waves, *names)]
        known: dict[tuple[str, ...], str] = {}
        cells = list(zip(*columns, strict=True)) if columns else [()] * len(rows)
        for cell in set(cells):
            known[cell] = self.of(cell[: len(waves)], (*cell[len(waves) :], *also))
        return [known[cell] for cell in cells]

    def lines(self) -> Iterator[dict[str, object]]:
        """The unsettled lines themselves, with their places, in the order of the waves and of their files."""
        for fielding in self.fieldings:
            for name, doubt in fielding.wave.unsettled.items():
                document = fielding.document
                place = {"file": document.name, "place": document.line("unsettled", name)}
                yield {"wave": fielding.name, "line": name, "doubt": doubt} | place

    def _questions(self, name: str) -> list[str]:
        """The questions that a question or a segment is made from."""
        parts = [part for part in name.split(CROSS) if part]
        return [self.bands[part].of if part in self.bands else part for part in parts]

    @cached_property
    def _lines(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """The lines that concern each wave and question; those of everybody in a wave stand under ''."""
        lines = {}
        for fielding in self.fieldings:
            wave, name = fielding.wave, fielding.name
            if not wave.unsettled:
                continue
            everybody = [RESPONDENTS] * (RESPONDENTS in wave.unsettled)
            for question in _who_counts(wave):
                everybody += self._of_question(wave, question)
            lines[name, ""] = tuple(dict.fromkeys(everybody))
            for question in self.survey.questions:
                lines[name, question] = tuple(self._of_question(wave, question))
        return {key: names for key, names in lines.items() if names}

    def _of_question(self, wave: Wave, question: str) -> Iterator[str]:
        """The line of a question, and those of the questions by which it is known who was asked it."""
        if question in wave.unsettled:
            yield question
        if question in self.survey.questions:
            for routing in self.survey.questions[question].asked:
                yield from self._of_question(wave, routing)


def together(lines: Iterable[str]) -> str:
    """The lines that some rows rest on, of the column `unsettled`, once each and in one text."""
    return SEPARATOR.join(dict.fromkeys(line for row in lines if row for line in row.split(SEPARATOR)))


def _who_counts(wave: Wave) -> Iterator[str]:
    """The questions that decide who is analysed in a wave, and for how much."""
    for rule in wave.exclude:
        yield from rule.where
    if any(rule.quality for rule in wave.exclude):
        yield from (question for answers, _ in options_of(wave.quality) for question in answers)
    yield from wave.weights.targets
