"""A wave as it goes into the database, and the numbers that stand for ids there."""

from __future__ import annotations

from dataclasses import dataclass

from pipeline.answers.meaning import Mapped
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.exports.ingested import Export


@dataclass(frozen=True)
class MappedWave:
    """A wave with what its wave file declares, what was ingested of its export, and what its columns mean."""

    number: int
    """in the order of field dates, from 1"""
    fielding: Fielding
    export: Export
    meaning: Mapped


class Numbers:
    """The number of each question, item and option of a questionnaire; 0 for none."""

    def __init__(self, questionnaire: Survey) -> None:
        self.questions = {name: number for number, name in enumerate(questionnaire.questions, 1)}
        self.items = {
            (name, item): number
            for name, asked in questionnaire.questions.items()
            for number, item in enumerate(asked.items, 1)
        }
        self.options = {
            (name, option): number
            for name in questionnaire.questions
            for number, option in enumerate(questionnaire.options(name), 1)
        }

    def item(self, question: str, item: str) -> int:
        """The number of an item of a question; 0 for the empty id."""
        return self.items[question, item] if item else 0

    def option(self, question: str, option: str) -> int:
        """The number of an option of a question; 0 for the empty id."""
        return self.options[question, option] if option else 0
