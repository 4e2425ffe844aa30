"""An exhibit with what its table is made from."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass

import pandas as pd

from pipeline.declarations.load import Declarations
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit
from pipeline.declarations.steps import steps_of
from pipeline.estimates import weighted_steps
from pipeline.estimates.count import OpenDomain, open_domain
from pipeline.estimates.run import Estimates, domain_of
from pipeline.estimates.tests import Together
from pipeline.project.errors import SurveyError
from pipeline.tidy.claim_kinds import claim_kinds
from pipeline.tidy.printed import latest_of
from pipeline.tidy.question_kinds import QuestionKind


@dataclass(frozen=True)
class Source:
    """An exhibit with what its table is made from."""

    estimated: Estimates
    exhibit: Exhibit

    @property
    def declared(self) -> Declarations:
        """All that is declared."""
        return self.estimated.declared

    def opened(self) -> AbstractContextManager[OpenDomain]:
        """The domain of the exhibit, to be opened for what estimates do not hold."""
        return open_domain(self.estimated.data, self.exhibit.questions, domain_of(self.exhibit))

    def together(self, table: pd.DataFrame) -> Together:
        """Who chose both of two answers of the question, as coarse as the estimates of `table`."""
        estimated = self.estimated
        return weighted_steps.together(estimated.together(self.exhibit), table, estimated.levels)

    @property
    def form(self) -> QuestionKind:
        """What the kind of the question says of itself."""
        return self.declared.survey.questions[self.exhibit.question].form

    @property
    def order(self) -> str:
        """What its rows are sorted by: share, or the order in which the answers are declared."""
        return order_of(self.exhibit, self.declared.survey)

    def estimates(self, question: str = "", pools: bool = False) -> pd.DataFrame:
        """Every estimate of a question, by default the exhibit's own, of every wave that has it.

        With `pools` those are among them that join options to compare waves.
        """
        exhibit = self.exhibit
        asked = question or exhibit.question
        rows = self.estimated.of(exhibit, asked, pools)
        if rows.empty:
            raise SurveyError(f"exhibit {exhibit.id!r}: nobody answered {asked!r} within its filter")
        return rows

    def latest(self) -> pd.DataFrame:
        """The estimates of the latest wave that has the question."""
        return latest_of(self.estimates()).reset_index(drop=True)


def order_of(exhibit: Exhibit, survey: Survey) -> str:
    """What the rows of an exhibit are sorted by, as the exhibit says it, its question or its kind.

    `share`, `questionnaire`, `scale`, which is the order in which steps are declared, or `change`: where two
    waves or groups are compared and a title claims a change.
    """
    if exhibit.order:
        return exhibit.order
    if exhibit.drawn.table == "two_waves" and any(claim_kinds()[claim].is_change for claim in exhibit.claim):
        return "change"
    asked = survey.questions[exhibit.question]
    steps = asked.form.is_one_choice and steps_of(survey, exhibit.question).options
    declared = asked.order or ("scale" if steps else "")
    return (asked.form.is_choice and declared) or exhibit.drawn.order
