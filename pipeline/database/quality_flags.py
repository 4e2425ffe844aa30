"""Data quality: which responses each rule flags, found on everything received, before anybody is excluded.

Each rule that finds somebody is a statement in sql/quality/. Nobody is altered or excluded by being flagged:
a screening rule of the wave file may name rules. Ids and times stay in temporary tables.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import duckdb

from pipeline.answers.meaning import Mapped
from pipeline.database.mapped_wave import MappedWave, Numbers
from pipeline.database.rows import fill
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import QUALITY_RULES, Fielding, Quality
from pipeline.declarations.wave_checks import why_no_rule
from pipeline.project.errors import Problem
from pipeline.project.sql import execute, folder, literal, query, temporary_table
from pipeline.text.rounding import half_up, significant
from pipeline.text.values import as_moment

_DAY, _CLOCK = r"[0-9]{2}/[0-9]{2}/[0-9]{4}", r"[0-9]{2}:[0-9]{2}:[0-9]{2}"
_SHAPES = {
    "": {rf"[0-9]{{4}}-[0-9]{{2}}-[0-9]{{2}} {_CLOCK}": "%Y-%m-%d %H:%M:%S"},
    "month first": {rf"{_DAY} {_CLOCK}": "%m/%d/%Y %H:%M:%S"},
    "day first": {rf"{_DAY} {_CLOCK}": "%d/%m/%Y %H:%M:%S"},
}
"""the shapes of times that exports mostly have, by what is declared of dates, and how SQL reads them"""
BELOW = 1 / 3
"""the part of the median duration below which somebody is a speeder, where the wave file says nothing"""
FEWEST_ANSWERS = 10
"""how many answers a response must have before another like it is no chance"""
_WHO = {
    "attention": "nobody answered it",
    "impossible": "nobody answered all of its questions",
    "duplicate_id": "no response has an id",
    "duplicate_answers": f"nobody gave {FEWEST_ANSWERS} answers",
    "partial": "there are no responses",
    "answered_not_asked": "nobody was passed by",
}
"""why a rule could not be applied to anybody"""
_THRESHOLDS = {
    "duplicate_id": "the id of an earlier response",
    "duplicate_answers": f"the answers of an earlier response, {FEWEST_ANSWERS} or more",
    "partial": "left before the end",
    "answered_not_asked": "an answer to what earlier answers pass by",
}


def keep_times(connection: duckdb.DuckDBPyConnection, wave: MappedWave) -> None:
    """Note the durations of the responses of a wave whose cells are open, in seconds.

    Where a time cannot be read, or the end is before the beginning, the duration is not known and left out.
    """
    if wave.meaning.times is None:
        return
    began, ended = wave.meaning.times
    order = wave.fielding.wave.source.dates
    shapes = _SHAPES[""] | _SHAPES[order]
    times = (
        f"select respondent, c{began} as began, c{ended} as ended, "
        f"{_seconds(f'c{began}', shapes)} as start, {_seconds(f'c{ended}', shapes)} as end_ from cells "
        f"where c{began} is not null and c{ended} is not null"
    )
    with temporary_table(connection, "times", times):
        query(connection, "database/durations", wave=wave.number)
        unread = query(connection, "database/unread_times").fetchall()
    rows = []
    for respondent, first, last in unread:
        start, end = as_moment(first, order), as_moment(last, order)
        if start is not None and end is not None and end >= start:
            rows.append({"wave": wave.number, "respondent": respondent, "seconds": end - start})
    fill(connection, "all_durations", rows)


def _seconds(text: str, shapes: Mapping[str, str]) -> str:
    """SQL of a time in seconds from a fixed moment, null where a text has none of the usual shapes.

    `as_moment` reads the others, and these to the same durations.
    """
    cases = " ".join(
        f"when regexp_full_match({text}, {literal(shape)}) then epoch(try_strptime({text}, {literal(form)}))"
        for shape, form in shapes.items()
    )
    return f"case {cases} end"


def flag(connection: duckdb.DuckDBPyConnection, questionnaire: Survey, waves: Sequence[MappedWave]) -> None:
    """Fill coded.quality and coded.quality_rules, and note whom a wave file excludes by them."""
    execute(connection, "database/partials")
    medians = dict(query(connection, "database/median_durations").fetchall())
    numbers = Numbers(questionnaire)
    rules: list[dict[str, Any]] = []
    options: list[dict[str, int]] = []
    screens: list[dict[str, Any]] = []
    for wave in waves:
        looks = [look for rule in QUALITY_RULES
                 for look in _looks(rule, questionnaire, wave, medians.get(wave.number))]  # fmt: skip
        for position, look in enumerate(looks, 1):
            place = {"wave": wave.number, "position": position}
            options += [
                {**place, "question": numbers.questions[name], "option": numbers.option(name, option)}
                for name, chosen in look.pop("where", {}).items()
                for option in chosen
            ]
            rules.append(place | look | {"question": numbers.questions.get(look["question"], 0)})
        screens += [
            {"wave": wave.number, "position": place, "rule": rule}
            for place, exclude in enumerate(wave.fielding.wave.exclude, 1)
            for rule in exclude.quality
        ]
    fill(connection, "all_quality_rules", rules)
    fill(connection, "all_quality_options", options)
    fill(connection, "all_quality_screens", screens)
    for _, find in folder("database/quality"):
        connection.execute(find)
    execute(connection, "database/quality", "database/quality_rules", "database/quality_screens")


def _looks(
    rule: str, questionnaire: Survey, wave: MappedWave, median: float | None
) -> Iterator[dict[str, Any]]:
    """What a rule looks for in a wave: a row each grid, question or combination that it looks at.

    Where it can be applied to nothing, one row says why.
    """
    declared = wave.fielding.wave.quality
    why_not = why_no_rule(rule, wave.fielding.wave, questionnaire) or _WHO.get(rule, "")
    row: dict[str, Any] = {
        "rule": rule, "question": "", "threshold": _THRESHOLDS.get(rule, ""), "fewest": FEWEST_ANSWERS,
        "seconds": None, "why_not": why_not,
    }  # fmt: skip
    if rule == "speeder":
        yield row | _speeding(declared, median, why_not)
    elif rule == "straight_lining":
        fewest = declared.straight_lining
        grids = _grids(questionnaire, wave.meaning)
        long = [name for name, items in grids.items() if items >= fewest]
        if not long:
            yield row | {"why_not": f"no grid of this wave has {fewest} items"}
        for name in long:
            threshold = f"the same option on all items answered, {fewest} or more"
            why_not = f"nobody answered {fewest} of its items"
            yield row | {"threshold": threshold, "fewest": fewest, "question": name, "why_not": why_not}
    elif rule == "attention" and declared.attention:
        for name, options in declared.attention.items():
            right = " or ".join(f"“{questionnaire.options(name)[option].label}”" for option in options)
            yield row | {
                "threshold": f"another answer than {right}", "where": {name: options}, "question": name,
            }  # fmt: skip
    elif rule == "impossible" and declared.impossible:
        for impossible in declared.impossible:
            yield row | {"threshold": impossible.reason, "where": impossible.where}
    else:
        yield row


def _speeding(declared: Quality, median: float | None, why_not: str) -> dict[str, Any]:
    """The limit below which somebody is a speeder, in seconds and in words."""
    seconds = declared.speeders.seconds if declared.speeders else None
    if seconds is not None:
        limit, threshold = float(seconds), f"under {significant(float(seconds))} s"
    elif median is not None:
        below = declared.speeders.below if declared.speeders and declared.speeders.below else BELOW
        part = "a third" if below == BELOW else significant(float(below))
        limit = median * float(below)
        threshold = f"under {half_up(limit)} s, {part} of the median of {half_up(median)} s"
    else:
        limit, threshold = None, ""
    unread = "no complete response has a duration that can be read; look at dates under [source]"
    return {"seconds": limit, "threshold": threshold, "why_not": why_not or unread}


def _grids(questionnaire: Survey, meaning: Mapped) -> dict[str, int]:
    """How many items each grid of a wave has."""
    items = Counter(question for question, _ in {(o.question, o.item) for o in meaning.offers if o.item})
    return {name: items[name] for name in meaning.columns if questionnaire.questions[name].form.by_item}


def not_asked(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """Questions that a rule looks at and that its wave did not ask, so that it could find nobody."""
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        declared = fielding.wave.quality
        places: list[tuple[str, tuple[str | int, ...]]] = [
            (name, ("attention", name)) for name in declared.attention
        ]
        for number, impossible in enumerate(declared.impossible):
            places += [(name, ("impossible", number, "where", name)) for name in impossible.where]
        for name, place in places:
            if name not in meaning.columns:
                yield fielding.document.problem(
                    f"{name!r} has no column in this export, so nobody can be flagged by it",
                    "quality",
                    *place,
                )
