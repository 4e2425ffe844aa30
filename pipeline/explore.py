"""An open survey for notebooks: the estimates and tests of the pipeline, for any question and segment."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Literal

import pandas as pd

from pipeline.database.connection import open_database
from pipeline.declarations import comparability, survey, wave_files
from pipeline.declarations.report import load_report
from pipeline.declarations.unsettled import Unsettled
from pipeline.disclosure.flags import is_enough
from pipeline.estimates.count import Domain, SurveyData, open_domain
from pipeline.estimates.domain_estimates import estimates
from pipeline.estimates.tests import (
    ADJUSTMENT,
    as_tests,
    crosstabs,
    group_and_total,
    group_pairs,
    option_pairs,
    rankings,
    wave_pairs,
)
from pipeline.project import paths
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.stats.tests import ADJUSTMENTS
from pipeline.tidy.measures import CROSS, LOW_BASE, POOL, Measure
from pipeline.tidy.tables import FREQUENCIES, written

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

    from pipeline.spark.engine import SparkEngine

By = str | Sequence[str] | None
Where = Mapping[str, str | Sequence[str]] | None
Dkns = Literal["keep", "exclude"]
_CELLS = ["share", "value", "low", "high", "respondents", "valid_cases", "flag", "higher_than"]


class OpenSurvey:
    """A survey with its database open read-only; close it, or use it in a `with`.

    `by` is a segment: a single choice, bands of report.toml, or two of them for every pair of their groups.
    `where` filters: {question: option or options}, all of which must hold; nets do too, and groups of bands.
    `wave` is the name of one; without it `estimates` returns all, and the others take the latest that asked
    the question. SurveyError says what is wrong with a name.
    """

    def __init__(
        self, name: str | None = None, folder: str | Path | None = None, engine: SparkSession | None = None
    ) -> None:
        self.paths = paths.find(name, paths.nearest(folder))
        self.survey, _ = survey.load(self.paths)
        self.bands = load_report(self.paths, self.survey).segments
        self.fieldings = wave_files.load(self.paths, self.survey)
        self.waves = [fielding.name for fielding in self.fieldings]
        self.connection = _engine(engine, self.paths) if engine else open_database(self.paths, self.survey)
        self._data = SurveyData(self.connection, self.survey, self.bands)
        self._unsettled = Unsettled(self.survey, self.fieldings, self.bands)

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
        return self._found(question, by, wave, where, dkns)[written(FREQUENCIES).names]

    def crosstab(
        self,
        question: str,
        by: By,
        wave: str | None = None,
        where: Where = None,
        dkns: Dkns = "keep",
        adjust: str = ADJUSTMENT,
    ) -> pd.DataFrame:
        """The answers of a question as rows, the groups of a segment as columns, all respondents first.

        Rows have the ids of measure, item and option, and a label. Each column has parts: `share` or
        `value`, `low`, `high`, `respondents`, `valid_cases`, `flag`, and `higher_than`, the letters of the
        columns that the estimate is higher than; and `unsettled` where any rests on unsettled lines. The
        letter of a column stands behind its group's name. `adjust` is how the letters are adjusted over the
        pairs of a row, as in `test`.
        """
        estimates = self._latest(self._found(question, by, wave, where, dkns, adjust), wave)
        letters = estimates["letter"].map(lambda letter: f" ({letter})" if letter else "")
        labels = estimates["group_label"] + letters
        pairs = zip(estimates["item_label"], estimates["option_label"], strict=True)
        estimates = estimates.assign(label=[": ".join(part for part in pair if part) for pair in pairs])
        rows = ["measure", "item", "option", "label"]
        cells = [cell for cell in _CELLS if estimates[cell].notna().any()]
        cells += ["unsettled"] * bool(estimates["unsettled"].any())
        groups = estimates.groupby(labels, sort=False)
        parts = {str(label): group.set_index(rows)[cells] for label, group in groups}
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
        """Tests of a question, a row each, with the columns of tables/tests.csv but `exhibit`.

        With `by`: every two groups, each group's shares against all, and Rao and Scott's of the crosstab.
        Without: every two options (or items ranked) on the same respondents, and Friedman's of a ranking.
        `adjust` is holm, benjamini_hochberg, bonferroni or none, over the pairs of a row, or of the question.
        """
        estimates = self._latest(self._found(question, by, wave, where, dkns, adjust), wave)
        if by:
            tests = [group_pairs(estimates, adjust), group_and_total(estimates, adjust), crosstabs(estimates)]
            return self._marked(pd.concat(tests, ignore_index=True), where)
        shares = estimates[
            estimates["measure"].isin([Measure.OPTION, Measure.RANKED]) & estimates["share"].notna()
        ]
        shares = shares[is_enough(shares)]
        everybody = Domain((), self._filter(where), dkns)
        with open_domain(self._data, [question], everybody) as domain:
            together, ranked = domain.together(), domain.query("ranks").df()
        tests = [as_tests([])]
        for _, slot in shares.groupby("item" if (shares["measure"] == Measure.OPTION).any() else "measure"):
            tests.append(option_pairs(slot, together, list(itertools.combinations(slot.index, 2)), adjust))
        tests.append(rankings(ranked[ranked["wave"].isin(estimates["wave"])]))
        return self._marked(pd.concat(tests, ignore_index=True), where)

    def compare_waves(
        self,
        question: str,
        wave: str | None = None,
        before: str | None = None,
        by: By = None,
        where: Where = None,
        dkns: Dkns = "keep",
        adjust: str = ADJUSTMENT,
    ) -> pd.DataFrame:
        """Tests of every estimate of a wave less that of one before, by default the last two that asked.

        The columns are those of `test` and `comparability`: `same`, `reworded`, or `options` where what could
        be chosen differs. SurveyError where a wave file declares that the two cannot be compared.
        """
        estimates = self._found(question, by, None, where, dkns, adjust, pools=True)
        asked = [name for name in self.waves if (estimates["wave"] == name).any()]
        for name in (wave, before):
            if name is not None:
                _known(name, asked, "wave with this question")
        wave = wave or asked[-1]
        earlier = asked[: asked.index(wave)]
        if before is None and not earlier:
            raise SurveyError(f"no wave before {wave} has an answer to {question!r}")
        before = before or earlier[-1]
        if wave == before:
            raise SurveyError(f"{wave!r} cannot be compared with itself")
        status = self._comparability(question, wave, before)
        pools = comparability.pools(self.fieldings, question, before, wave)
        estimates = comparability.pooled(estimates, pools)
        parts = estimates[estimates["measure"].isin([Measure.OPTION, Measure.RANKED])]
        early, late = (
            set(parts.loc[parts["wave"] == name, ["item", "option"]].itertuples(index=False, name=None))
            for name in (before, wave)
        )
        if status == "same" and early != late:
            status = "options"
        compared = wave_pairs(estimates, before, wave, adjust)
        if by is not None and not compared["by"].ne("").any():
            raise SurveyError(f"no group of {by!r} has a base of {LOW_BASE} in both {before} and {wave}")
        return self._marked(compared.assign(comparability=status), where, ("wave", "first", "second"))

    def _comparability(self, question: str, one: str, other: str) -> str:
        """What the wave files say of the question from the wave after the earlier to the later."""
        status, note = comparability.declared(self.fieldings, question, one, other)
        if status == comparability.BROKEN:
            raise SurveyError(
                f"{question!r} cannot be compared between {other} and {one}{f': {note}' if note else ''}"
            )
        return status

    def _found(
        self,
        question: str,
        by: By,
        wave: str | None,
        where: Where,
        dkns: Dkns,
        adjust: str = ADJUSTMENT,
        pools: bool = False,
    ) -> pd.DataFrame:
        _known(question, self.survey.questions, "question")
        _known(dkns, ("keep", "exclude"), "way with dkns")
        _known(adjust, ADJUSTMENTS, "adjustment")
        if wave is not None:
            _known(wave, self.waves, "wave")
        segments = [by] if isinstance(by, str) else list(by) if isinstance(by, Sequence) else []
        if (
            not isinstance(by, str | Sequence | None)
            or len(segments) > 2
            or len(set(segments)) < len(segments)
        ):
            raise SurveyError(f"by = {by!r}: one segment, or two different ones")
        for segment in segments:
            self._check_segment(segment)
        domain = Domain((CROSS.join(segments),) if segments else (), self._filter(where), dkns)
        rows = self._marked(estimates(self._data, [question], domain, adjust), where)
        if not pools:
            rows = rows[rows["measure"] != POOL].reset_index(drop=True)
        if wave is not None:
            rows = rows[rows["wave"] == wave].reset_index(drop=True)
        if rows.empty:
            asked = f"in {wave}" if wave else "in any wave"
            raise SurveyError(f"{question!r} was not asked {asked}, or nobody within the filter answered")
        return rows

    def _marked(self, rows: pd.DataFrame, where: Where, waves: Sequence[str] = ("wave",)) -> pd.DataFrame:
        """Estimates or tests with the unsettled lines that each rests on, as the tables have them."""
        return rows.assign(unsettled=self._unsettled.column(rows, waves, ("question", "by"), where or ()))

    def _check_segment(self, segment: str) -> None:
        asked = self.survey.questions.get(segment) if isinstance(segment, str) else None
        if asked and not asked.form.is_one_choice:
            raise SurveyError(f"{segment!r} is of kind {asked.kind}; only a single choice makes groups")
        singles = [name for name, other in self.survey.questions.items() if other.form.is_one_choice]
        _known(segment, [*self.bands, *singles], "segment")

    def _filter(self, where: Where) -> dict[str, list[str]]:
        """The options that a filter means by question; it may name nets, and groups of bands."""
        if not isinstance(where, Mapping | None):
            raise SurveyError(f"where = {where!r}: wants a dictionary of question and option or options")
        chosen: dict[str, list[str]] = {}
        for on, named in (where or {}).items():
            _known(on, [*self.survey.questions, *self.bands], "question or bands")
            names = [named] if isinstance(named, str) else list(named) if isinstance(named, Sequence) else []
            if not names:
                raise SurveyError(f"where: {on!r} wants an option or a list of them, not {named!r}")
            if on in self.bands:
                groups = {name: group.options for name, group in self.bands[on].groups.items()}
            else:
                groups = {i: [i] for i in self.survey.options(on)} | self.survey.nets(on)
            for name in names:
                _known(name, groups, f"option of {on!r}")
            question = self.bands[on].of if on in self.bands else on
            members = [option for name in names for option in groups[name]]
            allowed = chosen.get(question, members)
            chosen[question] = [option for option in dict.fromkeys(members) if option in allowed]
            if not chosen[question]:
                raise SurveyError(f"where: nothing is in all of what is said of {question!r}")
        return chosen

    def _latest(self, estimates: pd.DataFrame, wave: str | None) -> pd.DataFrame:
        """The rows of one wave: the one asked for, or the latest that has any."""
        waves = [name for name in self.waves if (estimates["wave"] == name).any()]
        if not waves:
            return estimates
        return estimates[estimates["wave"] == (wave or waves[-1])].reset_index(drop=True)


def _engine(session: SparkSession, of: paths.Paths) -> SparkEngine:
    # SQLGlot need not be there for who counts in the database
    from pipeline.spark.partitions import opened

    return opened(session, of)


def _known(name: object, known: Sequence[str] | Mapping[str, object], what: str) -> None:
    if not isinstance(name, str) or name not in known:
        raise SurveyError(f"no {what} {name!r}; {did_you_mean(str(name), known)}")
