"""The weights of a wave: a column of the export, raked to declared targets, cut to limits.

In the database weights have a mean of 1 over the analysed respondents of their wave, as decimals, so that
their sums are exact and the same on every run; `mean_weight` of the wave turns them back into those of a
column.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from pipeline.database.rows import fill, frame
from pipeline.declarations.questionnaire import NO_ANSWER, Survey
from pipeline.declarations.wave import Fielding
from pipeline.project.errors import Problem, SurveyError, quoted
from pipeline.project.sql import query, temporary_views
from pipeline.stats.raking import RakingError, rake
from pipeline.stats.variance import Array
from pipeline.text.folding import plain
from pipeline.text.values import MOST, PLAIN, as_number, two_ways, ways_to_read

Integers = NDArray[np.int64]

_LISTED = 5
_SMALLEST = 1e-5  # of the mean weight; below, twelve decimals would hold too little of it
_LOOKED_AT = 1000


def weigh(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, number: int, fielding: Fielding
) -> None:
    """Set the weights of the analysed respondents of a wave; SurveyError where there are none to be had.

    They are noted in all_weighted; coded.waves and coded.targets say what they come from.
    """
    wave = fielding.wave
    if not wave.weighting:
        return
    respondents, given = _given(connection, questionnaire, number, fielding)
    if not len(respondents):
        return
    mean = 1.0
    weights = np.ones(len(respondents))
    if wave.respondents.weight:
        _check_column(connection, number, fielding, respondents, given)
        mean = math.fsum(given) / len(given)
        weights = given / mean
    margins = [
        _margin(connection, questionnaire, fielding, number, name, weights) for name in wave.weights.targets
    ]
    problems = [problem for margin in margins for problem in _missing(questionnaire, fielding, margin)]
    if problems:
        raise SurveyError(problems)
    if margins or wave.weights.trim:
        weights = _raked(fielding, weights, margins)
    weighted = pd.DataFrame({"wave": number, "respondent": respondents, "weight": weights})
    with temporary_views(connection, weighted=weighted):
        query(connection, "database/weighted")
    query(connection, "database/mean_weight", wave=number, mean_weight=mean)
    rows = [row for margin in margins for row in margin.rows(number, weights, questionnaire.privacy.base)]
    fill(connection, "coded.targets", rows)


def _given(
    connection: duckdb.DuckDBPyConnection, questionnaire: Survey, wave: int, fielding: Fielding
) -> tuple[Integers, Array]:
    """The analysed respondents of a wave, and the number that the weight of each is (NaN: none).

    SurveyError where the weights can be read in two ways and the wave file does not say how.
    """
    texts = dict(query(connection, "database/weight_texts", wave=wave).fetchall())
    numerals = fielding.wave.numerals()
    if numerals is None:
        ways = ways_to_read(texts)
        if len(ways) > 1:
            either = two_ways(texts, ways, base=questionnaire.privacy.base)
            raise SurveyError(
                [fielding.document.problem(f"weight: {either} under [source]", "respondents", "weight")]
            )
        numerals = ways[0] if ways else PLAIN
    rows = [{"text": text, "number": as_number(text, "", numerals)} for text in texts]
    with temporary_views(connection, read_weights=frame(rows, {"text": "VARCHAR", "number": "DOUBLE"})):
        given = query(connection, "database/weights_given", wave=wave).df()
    return given["respondent"].to_numpy(), given["number"].to_numpy(dtype=float, copy=True)


def _check_column(
    connection: duckdb.DuckDBPyConnection, wave: int, fielding: Fielding, respondents: Integers, given: Array
) -> None:
    """SurveyError where a weight is no number above 0."""
    place = ("respondents", "weight")
    wrong = ~(np.isfinite(given) & (given > 0) & (given < MOST))
    if wrong.any():
        listed = ", ".join(map(str, respondents[wrong][:_LISTED]))
        first = {"wave": wave, "respondents": respondents[wrong][:_LOOKED_AT].tolist()}
        texts = query(connection, "database/weights_of", **first).fetchall()
        seen = ", ".join(quoted(text, 20) for text in list(dict.fromkeys(text for (text,) in texts))[:3])
        message = (
            f"weight: {wrong.sum()} analysed respondents (response {listed}"
            f"{', …' if wrong.sum() > _LISTED else ''} of the export) have no weight above 0, seen {seen}; "
            'correct them, or screen those respondents out with [[exclude]] (a blank one is "" there)'
        )
        raise SurveyError([fielding.document.problem(message, *place)])
    if not fielding.wave.weights.trim and given.min() < _SMALLEST * given.mean():
        message = (
            f"weight: the smallest, {given.min():g}, is less than a hundred-thousandth of the mean; "
            "screen those respondents out with [[exclude]], or cut weights with trim under [weights]"
        )
        raise SurveyError([fielding.document.problem(message, *place)])


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
    unplaced: dict[int, int]
    """how many chose each option that is in no group, by its position"""

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


def _margin(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Survey,
    fielding: Fielding,
    wave: int,
    name: str,
    weights: Array,
) -> _Margin:
    declared, question = fielding.wave.weights.targets[name], questionnaire.position(name)
    options, groups = list(questionnaire.options(name)), list(declared.shares)
    key = {"wave": wave, "question": question}
    answers = query(connection, "database/options_chosen", **key).df()
    chosen = answers["option"].to_numpy(dtype=np.int64)
    # the place of the group of each option; 0 is no answer
    place = np.full(len(options) + 1, len(groups))
    for position, group in enumerate(groups):
        place[[options.index(member) + 1 for member in questionnaire.members(name, group)]] = position
    counts = np.bincount(chosen, minlength=len(options) + 1)
    labels = dict(query(connection, "database/option_labels", question=question).fetchall())
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
        asked=bool(query(connection, "database/wording_of", **key).fetchall()),
        unplaced={o: int(counts[o]) for o in range(1, len(counts)) if counts[o] and place[o] == len(groups)},
    )


def _parts(of: Integers, weights: Array, groups: int) -> Array:
    """The part of all weights in each group, and in none."""
    total = math.fsum(weights)
    return np.array([math.fsum(weights[of == place]) / total for place in range(groups + 1)])


def _missing(questionnaire: Survey, fielding: Fielding, margin: _Margin) -> Iterator[Problem]:
    """Groups that nobody is in, and answers that are in no group."""
    table = ("weights", "targets", margin.name, "shares")
    if not margin.asked:
        yield fielding.document.problem(
            f"{margin.name!r} was not asked in this wave; leave the target out", *table[:-1]
        )
        return
    for group, part in zip(margin.groups, margin.before, strict=False):
        if not part:
            yield fielding.document.problem(
                f"{margin.name}: nobody is in {group!r}, so no weight can bring it to its target; leave it "
                "out, or join it with another group as a net",
                *(*table, group),
            )
    options = list(questionnaire.options(margin.name).items())
    left = {
        options[position - 1][0]: count
        for position, count in margin.unplaced.items()
        if options[position - 1][1].role not in NO_ANSWER
    }
    if left:
        listed = ", ".join(f"{name!r} ({count} respondents)" for name, count in left.items())
        yield fielding.document.problem(
            f"{margin.name}: no target for {listed}; give each one, or join it with another group as a net, "
            f"declared under [questions.{margin.name}.nets] of survey.toml",
            *table,
        )


def _raked(fielding: Fielding, weights: Array, margins: Sequence[_Margin]) -> Array:
    """The weights that meet every margin and limit; without margins, those cut with their sum kept."""
    n = len(weights)
    groups = [margin.of for margin in margins] or [np.zeros(n, dtype=np.int64)]
    targets = [np.array(margin.targets) * n for margin in margins] or [np.array([float(n)])]
    # in an order that does not depend on that of the export, so that sums are the same to the last digit
    order = np.lexsort([weights, *groups])
    try:
        raked = rake(
            weights[order], [of[order] for of in groups], targets, fielding.wave.weights.trim or (0.0, np.inf)
        )
    except RakingError as error:
        worst = margins[error.margin] if margins else None
        where = ""
        if worst:
            group = (
                "those in no group" if error.group == len(worst.groups) else repr(worst.groups[error.group])
            )
            target = float(worst.targets[error.group])
            stays = f"stays at {target + error.off:.1%} of all, its target is {target:.1%}"
            where = f"; {group} of {worst.name} {stays}"
        message = f"no raking: {error}{where}; join small groups as nets, leave a target out, or widen trim"
        raise SurveyError([fielding.document.problem(message, "weights")]) from None
    if raked.min() < _SMALLEST:
        message = (
            f"no raking: the smallest weight is {raked.min():g} of the mean, which is as good as none; join "
            "small groups as nets, leave a target out, or say trim"
        )
        raise SurveyError([fielding.document.problem(message, "weights")])
    out = np.empty(n)
    out[order] = raked * n / math.fsum(raked)
    return out
