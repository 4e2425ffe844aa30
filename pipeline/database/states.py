"""What became of each question for the respondents of a block: a bit a question, or an item of a grid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipeline.database.coding import Answers, Mask, Places
from pipeline.database.declared_tables import routes, slots
from pipeline.database.mapped_wave import MappedWave
from pipeline.declarations.questionnaire import Survey

_Words = npt.NDArray[np.int64]
"""a row a word of slots (see coded.slots in schema.sql), a column a respondent"""


@dataclass(frozen=True)
class States:
    """Bits of the slots that each respondent gave an answer to, answered, did not know, was routed past."""

    given: _Words
    answered: _Words
    dkns: _Words
    unrouted: _Words
    last_question: npt.NDArray[np.uint16]
    """the last question that each gave an answer to; 0 for none"""
    answers: Places
    """how many answers each gave"""
    digests: npt.NDArray[np.uint64]
    """two numbers of each respondent that are the same for the same answers"""


class Slots:
    """The slots of a wave and the routes to its questions, as bits."""

    def __init__(self, survey: Survey, wave: MappedWave) -> None:
        self.of: dict[int, dict[int, tuple[int, int]]] = {}
        for slot in slots(survey, [wave]):
            self.of.setdefault(slot["question"], {})[slot["item"]] = (slot["word"], slot["bit"])
        self.words = max(word for of in self.of.values() for word, _ in of.values()) + 1
        self.routes: dict[int, dict[int, set[int]]] = {}
        for route in routes(survey, [wave]):
            on = self.routes.setdefault(route["question"], {})
            on.setdefault(route["on_question"], set()).add(route["on_option"])

    def states(self, respondents: int, answers_of: Sequence[Answers], denied: Mapping[int, Places]) -> States:
        """What became of each question, from the answers of a block, which are in order of their questions.

        `denied` has, by question, the rows that say No to some of its options: who does and chose none has
        answered it.
        """
        given, answered, dkns, unrouted = np.zeros((4, self.words, respondents), dtype=np.int64)
        states = States(
            given,
            answered,
            dkns,
            unrouted,
            np.zeros(respondents, dtype=np.uint16),
            np.zeros(respondents, dtype=np.int64),
            np.zeros((2, respondents), dtype=np.uint64),
        )
        by_question = {some.kinds.question: some for some in answers_of}
        for question in sorted({*by_question, *denied}):
            if answers := by_question.get(question):
                self._note(states, question, answers)
            if question in denied and 0 in self.of[question]:
                word, bit = self.of[question][0]
                rows = denied[question]
                rows = rows[states.given[word, rows] & bit == 0]
                states.given[word, rows] |= bit
                states.answered[word, rows] |= bit
                states.last_question[rows] = question
        for question, routed_by in self.routes.items():
            let_on = np.ones(respondents, dtype=bool)
            for on_question, options in routed_by.items():
                let_on &= _chose(by_question.get(on_question), options, respondents)
            for word, bit in self.of[question].values():
                states.unrouted[word, ~let_on] |= bit
        return states

    def _note(self, states: States, question: int, answers: Answers) -> None:
        kinds, rows, which = answers.kinds, answers.rows, answers.which
        slots = self.of[question]
        places = [slots.get(item) or slots[0] for item in kinds.item.tolist()]
        for word, bit in set(places):
            here = np.array([place == (word, bit) for place in places])
            for noted, counted in (
                (states.given, here),
                (states.answered, here & kinds.is_answered),
                (states.dkns, here & kinds.is_dkns),
            ):
                if counted.all():
                    noted[word, rows] |= bit
                elif counted.any():
                    noted[word, rows[counted[which]]] |= bit
        states.last_question[rows] = question
        np.add.at(states.answers, rows, 1)
        for sums, digests in zip(states.digests, kinds.digests.T, strict=True):
            np.add.at(sums, rows, digests[which])


def _chose(answers: Answers | None, options: set[int], respondents: int) -> Mask:
    """Which rows chose one of some options."""
    chose = np.zeros(respondents, dtype=bool)
    if answers is not None:
        chose[answers.rows[np.isin(answers.kinds.option, list(options))[answers.which]]] = True
    return chose
