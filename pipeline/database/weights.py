"""The weights of a wave: a column of the export, raked to declared targets, cut to limits.

In the database weights have a mean of 1 over the analysed respondents of their wave, as decimals, so that
their sums are exact and the same on every run; `mean_weight` of the wave turns them back into those of a
column.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.database.checks import first_five
from pipeline.database.rows import fill
from pipeline.declarations.questionnaire import NO_ANSWER, Survey
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, SurveyError, quoted
from pipeline.project.sql import Engine, listed, query, temporary_table, temporary_views
from pipeline.stats.raking import RakingError, rake
from pipeline.stats.variance import Array
from pipeline.text.folding import plain
from pipeline.text.values import MOST, PLAIN, as_number, two_ways, ways_to_read

Integers = NDArray[np.int64]

_WEIGHT = ("respondents", "weight")
_SMALLEST = 1e-5  # of the mean weight; below, twelve decimals would hold too few digits of it
_LOOKED_AT = 1000


def weigh(connection: Engine, questionnaire: Survey, number: int, fielding: Fielding) -> None:
    """Set the weights of the analysed respondents of a wave; SurveyError where there are none to be had.

    They are noted in all_weighted; coded.waves and coded.targets say what they come from.
    """
    if fielding.wave.weighting:
        _Weighing(connection, questionnaire, number, fielding).weigh()


@dataclass(frozen=True)
class _Weighing:
    """A wave whose respondents get weights."""

    connection: Engine
    questionnaire: Survey
    number: int
    fielding: Fielding

    def weigh(self) -> None:
        """Set the weights.

        Who has the same text in the column of weights and chose the same of every target has the same weight,
        so that such respondents are counted, and no more is read of them.
        """
        wave = self.fielding.wave
        numbers = [self.questionnaire.position(name) for name in wave.weights.targets]
        chosen = "".join(f", coalesce(of_{n}.option, 0) as chosen_{n}" for n in numbers)
        joins = "".join(
            " left join (select wave, respondent, max(option) as option from coded.answers "
            f"where question = {n} group by wave, respondent) as of_{n} using (wave, respondent)"
            for n in numbers
        )
        analysed = (
            f"select wave, respondent, all_weights.text{chosen} from all_respondents "
            "anti join all_excluded using (wave, respondent) left join all_weights using (wave, respondent)"
            f"{joins} where wave = {self.number}"
        )
        alike = ["text", *(f"chosen_{n}" for n in numbers)]
        with temporary_table(self.connection, "weighed", analysed):
            counts = (
                f"select {', '.join(alike)}, count(*) as respondents from weighed group by all order by all"
            )
            groups = self.connection.execute(counts).df()
            if len(groups):
                self._weigh(groups, alike)

    def _weigh(self, groups: pd.DataFrame, alike: Sequence[str]) -> None:
        """Set the weights of the groups of respondents who are alike in some columns."""
        wave, fewest = self.fielding.wave, self.questionnaire.privacy.base
        people = groups["respondents"].to_numpy(dtype=np.int64)
        of = np.repeat(np.arange(len(groups)), people)
        mean, weights = 1.0, np.ones(len(of))
        if wave.respondents.weight:
            column = self._numbers(groups)[of]
            self._check(groups, column)
            mean = math.fsum(column) / len(column)
            weights = column / mean
        margins = [
            self._margin(name, groups[chosen].to_numpy(dtype=np.int64)[of], weights)
            for name, chosen in zip(wave.weights.targets, alike[1:], strict=True)
        ]
        problems = [problem for margin in margins for problem in self._missing(margin)]
        if problems:
            raise SurveyError(problems)
        if margins or wave.weights.trim:
            weights = self._raked(weights, margins)
        first = np.cumsum(people) - people
        made = groups[list(alike)].assign(weight=weights[first])
        same = " and ".join(f"made_weights.{name} is not distinct from weighed.{name}" for name in alike)
        # decimals are made here, so that another engine rounds no number
        exact = f"select {', '.join(alike)}, weight::decimal(18, 12) as weight from made"
        with (
            temporary_views(self.connection, made=made),
            temporary_table(self.connection, "made_weights", exact),
            temporary_views(
                self.connection,
                weighted="select weighed.wave, weighed.respondent, made_weights.weight "
                f"from weighed join made_weights on {same}",
            ),
        ):
            query(self.connection, "database/weighted")
        query(self.connection, "database/mean_weight", wave=self.number, mean_weight=mean)
        rows = [row for margin in margins for row in margin.rows(self.number, weights, fewest)]
        fill(self.connection, "coded.targets", rows)

    def _problem(self, message: str, *place: str) -> SurveyError:
        return SurveyError([self.fielding.document.problem(message, *place)])

    def _numbers(self, groups: pd.DataFrame) -> Array:
        """The number that the weight of each group is (NaN: none).

        SurveyError where the weights can be read in two ways and the wave file does not say how.
        """
        with_text = groups.dropna(subset="text")
        texts = {str(text): int(n) for text, n in with_text.groupby("text")["respondents"].sum().items()}
        numerals = self.fielding.wave.numerals()
        if numerals is None:
            ways = ways_to_read(texts)
            if len(ways) > 1:
                either = two_ways(texts, ways, base=self.questionnaire.privacy.base)
                raise self._problem(f"weight: {either} under [source]", *_WEIGHT)
            numerals = ways[0] if ways else PLAIN
        numbers = {text: as_number(text, "", numerals) for text in texts}
        return groups["text"].map(numbers).to_numpy(dtype=float)

    def _check(self, groups: pd.DataFrame, column: Array) -> None:
        """SurveyError where a weight is no number above 0."""
        wrong = ~(np.isfinite(column) & (column > 0) & (column < MOST))
        if wrong.any():
            of = np.repeat(np.arange(len(groups)), groups["respondents"].to_numpy(dtype=np.int64))
            texts = groups["text"].iloc[np.unique(of[wrong])]
            told = texts.dropna().drop_duplicates().tolist()
            where = [f"text in {listed(told)}"] * bool(told) + ["text is null"] * bool(texts.isna().any())
            first = self.connection.execute(
                f"select respondent, coalesce(text, '') as text from weighed where {' or '.join(where)} "
                f"order by respondent limit {_LOOKED_AT}"
            ).fetchall()
            distinct = list(dict.fromkeys(text for _, text in first))
            raise self._problem(
                f"weight: {wrong.sum()} analysed respondents (response "
                f"{first_five([respondent for respondent, _ in first])} of the export) "
                f"have no weight above 0, seen {', '.join(quoted(text, 20) for text in distinct[:3])}; "
                'correct them, or screen those respondents out with [[exclude]] (a blank one is "" there)',
                *_WEIGHT,
            )
        if not self.fielding.wave.weights.trim and column.min() < _SMALLEST * column.mean():
            raise self._problem(
                f"weight: the smallest, {column.min():g}, is less than a hundred-thousandth of the mean; "
                "screen those respondents out with [[exclude]], or cut weights with trim under [weights]",
                *_WEIGHT,
            )

    def _margin(self, name: str, chosen: Integers, weights: Array) -> _Margin:
        declared, question = self.fielding.wave.weights.targets[name], self.questionnaire.position(name)
        options, groups = list(self.questionnaire.options(name)), list(declared.shares)
        key = {"wave": self.number, "question": question}
        # the place of the group of each option; 0 is no answer
        place = np.full(len(options) + 1, len(groups))
        for position, group in enumerate(groups):
            members = self.questionnaire.members(name, group)
            place[[self.questionnaire.option_number(name, member) for member in members]] = position
        counts = np.bincount(chosen, minlength=len(options) + 1)
        labels = dict(query(self.connection, "database/option_labels", **key).fetchall())
        total = math.fsum(declared.shares.values())
        return _Margin(
            name=name,
            question=question,
            source=declared.source,
            groups=groups,
            labels=[labels.get(group, plain(group)) for group in groups],
            shares=np.array([share / total for share in declared.shares.values()]),
            of=place[chosen],
            before=_parts(place[chosen], weights, len(groups)),
            asked=bool(query(self.connection, "database/wording_of", **key).fetchall()),
            unplaced={
                options[o - 1]: int(counts[o])
                for o in range(1, len(counts))
                if counts[o] and place[o] == len(groups)
            },
        )

    def _missing(self, margin: _Margin) -> Iterator[Problem]:
        """Groups that nobody is in, and answers that are in no group."""
        problem, table = self.fielding.document.problem, ("weights", "targets", margin.name, "shares")
        if not margin.asked:
            yield problem(f"{margin.name!r} was not asked in this wave; leave the target out", *table[:-1])
            return
        for group, part in zip(margin.groups, margin.before, strict=False):
            if not part:
                yield problem(
                    f"{margin.name}: nobody is in {group!r}, so no weight can bring it to its target; leave "
                    "it out, or join it with another group as a net",
                    *(*table, group),
                )
        options = self.questionnaire.options(margin.name)
        left = {name: n for name, n in margin.unplaced.items() if options[name].role not in NO_ANSWER}
        if left:
            listed = ", ".join(f"{name!r} ({count} respondents)" for name, count in left.items())
            yield problem(
                f"{margin.name}: no target for {listed}; give each one, or join it with another group as a "
                f"net, declared under [questions.{margin.name}.nets] of survey.toml",
                *table,
            )

    def _raked(self, weights: Array, margins: Sequence[_Margin]) -> Array:
        """The weights that meet every margin and limit; without margins, those cut with their sum kept."""
        n = len(weights)
        groups = [margin.of for margin in margins] or [np.zeros(n, dtype=np.int64)]
        targets = [np.array(margin.targets) * n for margin in margins] or [np.array([float(n)])]
        # in an order that does not depend on the export, so that sums are the same to the last digit
        order = np.lexsort([weights, *groups])
        trim = self.fielding.wave.weights.trim or (0.0, np.inf)
        try:
            raked = rake(weights[order], [of[order] for of in groups], targets, trim)
        except RakingError as error:
            where = margins[error.margin].missed(error) if margins else ""
            raise self._problem(
                f"no raking: {error}{where}; join small groups as nets, leave a target out, or widen trim",
                "weights",
            ) from None
        if raked.min() < _SMALLEST:
            raise self._problem(
                f"no raking: the smallest weight is {raked.min():g} of the mean, which is as good as none; "
                "join small groups as nets, leave a target out, or say trim",
                "weights",
            )
        out = np.empty(n)
        out[order] = raked * n / math.fsum(raked)
        return out


@dataclass(frozen=True)
class _Margin:
    """The groups of one question: what each should be of those who are in one, and whose each respondent is.

    Who is in none of them, without an answer or with "don't know", is the last, a group of its own that keeps
    the part of the sample that it has.
    """

    name: str
    question: int
    source: str
    groups: list[str]
    labels: list[str]
    shares: Array
    of: Integers
    """the place of the group of each respondent, from 0"""
    before: Array
    """the part of all weights in each group, without raking"""
    asked: bool
    unplaced: dict[str, int]
    """how many chose each option that is in no group"""

    @property
    def targets(self) -> Array:
        return np.append(self.shares * (1 - self.before[-1]), self.before[-1])

    def rows(self, wave: int, weights: Array, fewest: int) -> Iterator[dict[str, object]]:
        """What became of each group, for coded.targets: shares of those who are in one.

        Without counts where fewer than `fewest` are in any: no table shows them either.
        """
        counts = np.bincount(self.of, minlength=len(self.before))[:-1].tolist()
        after = _parts(self.of, weights, len(self.groups)).tolist()
        known = sum(counts)
        for place, (group, label, share) in enumerate(
            zip(self.groups, self.labels, self.shares.tolist(), strict=True)
        ):
            row = {
                "wave": wave, "question": self.question, "position": place + 1, "grp": group, "label": label,
                "source": self.source, "target": share,
            }  # fmt: skip
            if known >= fewest:
                row["respondents"] = counts[place]
                row["unweighted"] = counts[place] / known
                row["weighted"] = after[place] / (1 - after[-1])
            yield row

    def missed(self, error: RakingError) -> str:
        """By how much raking misses the target of a group, in words."""
        group = "those in no group" if error.group == len(self.groups) else repr(self.groups[error.group])
        target = float(self.targets[error.group])
        stays = f"stays at {target + error.off:.1%} of all, its target is {target:.1%}"
        return f"; {group} of {self.name} {stays}"


def _parts(of: Integers, weights: Array, groups: int) -> Array:
    """The part of all weights in each group, and in none."""
    total = math.fsum(weights)
    return np.array([math.fsum(weights[of == place]) / total for place in range(groups + 1)])
