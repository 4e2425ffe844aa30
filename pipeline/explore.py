"""An open survey for notebooks: the estimates and tests of the pipeline, for any question and segment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal

import pandas as pd

from pipeline import exhibits, paths, survey, wave
from pipeline.cells import COLUMNS, CROSS, Domain, chosen_together, estimates, ranks
from pipeline.errors import SurveyError, did_you_mean
from pipeline.estimate import LOW_BASE
from pipeline.significance import (
    ADJUSTMENT,
    as_tests,
    crosstabs,
    group_and_total,
    group_pairs,
    option_pairs,
    rankings,
    wave_pairs,
)
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.tables import open_database

By = str | Sequence[str] | None
Where = Mapping[str, str | Sequence[str]] | None
Dkns = Literal["keep", "exclude"]
_CELLS = ["share", "value", "respondents", "valid_cases", "higher_than"]


class OpenSurvey:
    """A survey with its database open read-only; close it, or use it in a `with`.

    `by` is a segment: a single choice, bands of report.toml, or two of them for every pair of their groups.
    `where` filters: {question: option or options}, all of which must hold. `wave` is the name of one; without
    it `estimates` returns all, and the others take the latest that asked the question.
    """

    def __init__(self, name: str | None = None, folder: str | Path | None = None) -> None:
        self.paths = paths.find(name, paths.nearest(folder))
        self.survey, _ = survey.load(self.paths)
        self.bands = exhibits.load(self.paths, self.survey).segments
        self.waves = [fielding.name for fielding in wave.load(self.paths, self.survey)]
        self.connection = open_database(self.paths)

    def close(self) -> None:
        """Let go of the database, so that the survey can be made again."""
        self.connection.close()

    def __enter__(self) -> OpenSurvey:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def estimates(
        self, question: str, by: By = None, wave: str | None = None, where: Where = None, dkns: Dkns = "keep"
    ) -> pd.DataFrame:
        """Every estimate of a question with the columns of the CSVs (docs/tables.md), a row an estimate."""
        return self._found(question, by, wave, where, dkns)[COLUMNS]

    def crosstab(
        self, question: str, by: By, wave: str | None = None, where: Where = None, dkns: Dkns = "keep"
    ) -> pd.DataFrame:
        """The answers of a question as rows, the groups of a segment as columns, all respondents first.

        Each column has parts: `share` or `value`, `respondents`, `valid_cases`, and `higher_than`, the
        letters of the columns that the estimate is higher than. Its letter stands behind a group's name.
        """
        found = self._latest(self._found(question, by, wave, where, dkns), wave)
        labels = found["group_label"] + found["letter"].map(lambda letter: f" ({letter})" if letter else "")
        rows = ["measure", "item_label", "option_label"]
        cells = [cell for cell in _CELLS if found[cell].notna().any()]
        parts = {str(label): own.set_index(rows)[cells] for label, own in found.groupby(labels, sort=False)}
        crossed: pd.DataFrame = pd.concat(parts, axis=1, sort=False)
        return crossed

    def test(
        self,
        question: str,
        by: By = None,
        wave: str | None = None,
        where: Where = None,
        dkns: Dkns = "keep",
        adjust: str = ADJUSTMENT,
    ) -> pd.DataFrame:
        """Tests of a question, a row each, with the columns of tables/tests.csv.

        With `by`: every two groups, each group against all, and Rao and Scott's test of the crosstab.
        Without: every two options (or items ranked) on the same respondents, and Friedman's of a ranking.
        `adjust` is holm, benjamini_hochberg, bonferroni or none, over the pairs of a row, or of the question.
        """
        _known(adjust, ADJUSTMENTS, "adjustment")
        found = self._latest(self._found(question, by, wave, where, dkns), wave)
        if by is not None:
            tests = [group_pairs(found, adjust), group_and_total(found, adjust), crosstabs(found)]
            return pd.concat(tests, ignore_index=True)
        shares = found[found["measure"].isin(["option", "ranked"]) & found["share"].notna()]
        shares = shares[shares["valid_cases"] >= LOW_BASE]
        together = chosen_together(self.connection, self.survey)
        tests = [as_tests([])]
        for _, slot in shares.groupby("item" if (shares["measure"] == "option").any() else "measure"):
            tests.append(option_pairs(slot, together, list(itertools.combinations(slot.index, 2)), adjust))
        own = ranks(self.connection)
        tests.append(rankings(own[own["wave"].isin(found["wave"])]))
        return pd.concat(tests, ignore_index=True)

    def compare_waves(
        self,
        question: str,
        first: str | None = None,
        second: str | None = None,
        by: By = None,
        where: Where = None,
        dkns: Dkns = "keep",
        adjust: str = ADJUSTMENT,
    ) -> pd.DataFrame:
        """Tests of every estimate of one wave less that of another, by default the last two that asked.

        The columns are those of tables/tests.csv and `comparability`: `same`, `reworded`, or `options` where
        what could be chosen differs. SurveyError where a wave file declares that the two cannot be compared.
        """
        _known(adjust, ADJUSTMENTS, "adjustment")
        found = self._found(question, by, None, where, dkns)
        asked = [name for name in self.waves if (found["wave"] == name).any()]
        for name in (first, second):
            if name is not None:
                _known(name, asked, "wave with this question")
        if second is None:
            second = asked[-1]
        if first is None:
            before = asked[: asked.index(second)]
            if not before:
                raise SurveyError(f"no wave before {second} has an answer to {question!r}")
            first = before[-1]
        status = self._comparability(question, first, second)
        parts = found[found["measure"].isin(["option", "ranked"])]
        early, late = (
            set(parts.loc[parts["wave"] == name, ["item", "option"]].itertuples(index=False, name=None))
            for name in (first, second)
        )
        if status == "same" and early != late:
            status = "options"
        return wave_pairs(found, first, second, adjust).assign(comparability=status)

    def _comparability(self, question: str, first: str, second: str) -> str:
        """What the wave files say of the question from the wave after the earlier to the later."""
        early, late = sorted((self.waves.index(first), self.waves.index(second)))
        status = "same"
        for fielding in wave.load(self.paths, self.survey)[early + 1 : late + 1]:
            change = fielding.wave.changes.get(question)
            if change and change.status == "broken":
                note = f": {change.note}" if change.note else ""
                raise SurveyError(f"{question!r} cannot be compared across wave {fielding.name}{note}")
            status = change.status if change and change.status != "same" else status
        return status

    def _found(self, question: str, by: By, wave: str | None, where: Where, dkns: Dkns) -> pd.DataFrame:
        _known(question, self.survey.questions, "question")
        segments = [by] if isinstance(by, str) else list(by or [])
        possible = [name for name, asked in self.survey.questions.items() if asked.kind == "single"]
        for segment in segments:
            _known(segment, [*self.bands, *possible], "segment")
        chosen = {on: [kept] if isinstance(kept, str) else list(kept) for on, kept in (where or {}).items()}
        for on, options in chosen.items():
            _known(on, self.survey.questions, "question")
            for option in options:
                _known(option, self.survey.options(on), f"option of {on!r}")
        if wave is not None:
            _known(wave, self.waves, "wave")
        domain = Domain((CROSS.join(segments),) if segments else (), chosen, dkns)
        found = estimates(self.connection, self.survey, self.bands, [question], domain)
        return found[found["wave"] == wave].reset_index(drop=True) if wave is not None else found

    def _latest(self, found: pd.DataFrame, wave: str | None) -> pd.DataFrame:
        """The rows of one wave: the one asked for, or the latest that has any."""
        there = [name for name in self.waves if (found["wave"] == name).any()]
        return found[found["wave"] == (wave or there[-1])].reset_index(drop=True) if there else found


def _known(name: str, known: Sequence[str] | Mapping[str, object], what: str) -> None:
    if name not in known:
        raise SurveyError(f"no {what} {name!r}; {did_you_mean(str(name), known)}")
