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
from pipeline.database.declared_tables import Numbers, frame
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import QUALITY_RULES, Fielding, Quality, why_no_rule
from pipeline.project.errors import Problem
from pipeline.project.sql import folder, literal, statement
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
_SAID = {
    "duplicate_id": "the id of an earlier response",
    "duplicate_answers": f"the answers of an earlier response, {FEWEST_ANSWERS} or more",
    "partial": "left before the end",
    "answered_not_asked": "an answer to what earlier answers pass by",
}
_RULES = {
    "wave": "uint8", "position": "uint16", "rule": "str", "question": "uint16", "threshold": "str",
    "why_not": "str", "fewest": "int64", "seconds": "float64",
}  # fmt: skip


def keep_times(
    connection: duckdb.DuckDBPyConnection, number: int, fielding: Fielding, meaning: Mapped
) -> None:
    """Put the durations of a wave whose cells are open into all_durations, in seconds.

    Where a time cannot be read, or the end is before the beginning, the duration is not known and left out.
    """
    if meaning.times is None:
        return
    began, ended = meaning.times
    order = fielding.wave.source.dates
    shapes = _SHAPES[""] | _SHAPES[order]
    connection.execute(
        f"create or replace temp table times as select respondent, c{began} as began, c{ended} as ended, "
        f"{_seconds(f'c{began}', shapes)} as start, {_seconds(f'c{ended}', shapes)} as end_ from cells "
        f"where c{began} is not null and c{ended} is not null"
    )
    rows = []
    for respondent, first, last in connection.execute(
        "select respondent, began, ended from times where start is null or end_ is null"
    ).fetchall():
        start, end = as_moment(first, order), as_moment(last, order)
        if start is not None and end is not None and end >= start:
            rows.append({"respondent": respondent, "seconds": end - start})
    connection.register("frame", frame(rows, {"respondent": "uint32", "seconds": "float64"}))
    connection.execute(
        f"insert into all_durations select {number}, respondent, seconds from "
        "(select respondent, end_ - start as seconds from times where end_ >= start union all from frame)"
    )
    connection.unregister("frame")


def _seconds(text: str, shapes: Mapping[str, str]) -> str:
    """SQL of a time in seconds from a fixed moment, null where a text has none of the usual shapes.

    `as_moment` reads the others, and these to the same durations.
    """
    cases = " ".join(
        f"when regexp_full_match({text}, {literal(shape)}) then epoch(try_strptime({text}, {literal(form)}))"
        for shape, form in shapes.items()
    )
    return f"case {cases} end"


def flag(
    connection: duckdb.DuckDBPyConnection,
    questionnaire: Survey,
    fieldings: Sequence[Fielding],
    mapped: Sequence[Mapped],
) -> None:
    """Create coded.quality and coded.quality_rules; all_screens gets whom a wave file excludes by them."""
    connection.execute(statement("database/partials"))
    medians = dict(connection.execute(statement("database/median_durations")).fetchall())
    numbers = Numbers(questionnaire)
    rules: list[dict[str, Any]] = []
    clauses: list[dict[str, int]] = []
    named: list[dict[str, Any]] = []
    for wave, (fielding, meaning) in enumerate(zip(fieldings, mapped, strict=True), 1):
        own = [row for rule in QUALITY_RULES
               for row in _rules(rule, questionnaire, fielding, meaning, medians.get(wave))]  # fmt: skip
        for position, row in enumerate(own, 1):
            place = {"wave": wave, "position": position}
            for name, options in row.pop("where", {}).items():
                number = numbers.questions[name]
                clauses += [
                    {**place, "question": number, "option": numbers.option(name, option)}
                    for option in options
                ]
            row["question"] = numbers.questions.get(row["question"], 0)
            rules.append(place | row)
        named += [
            {"wave": wave, "position": place, "rule": rule}
            for place, exclude in enumerate(fielding.wave.exclude, 1)
            for rule in exclude.quality
        ]
    small = dict.fromkeys(("position", "question", "option"), "uint16")
    for table, rows, types in (
        ("all_rules", rules, _RULES),
        ("all_clauses", clauses, {"wave": "uint8"} | small),
        ("named", named, {"wave": "uint8", "position": "uint16", "rule": "str"}),
    ):
        connection.register("frame", frame(rows, types))
        connection.execute(f"create or replace temp table {table} as select * from frame")
        connection.unregister("frame")
    connection.execute(
        "create or replace temp table all_found (wave utinyint, respondent uinteger, position usmallint, "
        "question usmallint, flagged boolean)"
    )
    for _, find in folder("database/quality"):
        connection.execute(find)
    for name in ("database/quality", "database/quality_rules", "database/quality_screens"):
        connection.execute(statement(name))


def _rules(
    rule: str, questionnaire: Survey, fielding: Fielding, meaning: Mapped, median: float | None
) -> Iterator[dict[str, Any]]:
    """What a rule looks for in a wave: a row each grid, question or combination that it looks at.

    Where it can be applied to nothing, one row says why.
    """
    declared = fielding.wave.quality
    row: dict[str, Any] = {
        "rule": rule, "question": "", "threshold": _SAID.get(rule, ""), "fewest": FEWEST_ANSWERS,
        "seconds": None, "why_not": why_no_rule(rule, fielding.wave, questionnaire) or _WHO.get(rule, ""),
    }  # fmt: skip
    if rule == "speeder":
        yield row | _speeding(declared, median, row["why_not"])
    elif rule == "straight_lining":
        fewest = declared.straight_lining
        grids = _grids(questionnaire, meaning)
        long = [name for name, items in grids.items() if items >= fewest]
        if not long:
            yield row | {"why_not": f"no grid of this wave has {fewest} items"}
        for name in long:
            said = {"threshold": f"the same option on all items answered, {fewest} or more", "fewest": fewest}
            yield row | said | {"question": name, "why_not": f"nobody answered {fewest} of its items"}
    elif rule == "attention" and declared.attention:
        for name, options in declared.attention.items():
            right = " or ".join(f"“{questionnaire.options(name)[option].label}”" for option in options)
            said = {"threshold": f"another answer than {right}", "where": {name: options}}
            yield row | said | {"question": name}
    elif rule == "impossible" and declared.impossible:
        for impossible in declared.impossible:
            yield row | {"threshold": impossible.reason, "where": impossible.where}
    else:
        yield row


def _speeding(declared: Quality, median: float | None, why_not: str) -> dict[str, Any]:
    """The limit below which somebody is a speeder, in seconds and in words."""
    seconds = declared.speeders.seconds if declared.speeders else None
    if seconds is not None:
        limit, said = float(seconds), f"under {significant(float(seconds))} s"
    elif median is not None:
        below = declared.speeders.below if declared.speeders and declared.speeders.below else BELOW
        part = "a third" if below == BELOW else significant(float(below))
        limit = median * float(below)
        said = f"under {half_up(limit)} s, {part} of the median of {half_up(median)} s"
    else:
        limit, said = None, ""
    unread = "no complete response has a duration that can be read; look at dates under [source]"
    return {"seconds": limit, "threshold": said, "why_not": why_not or unread}


def _grids(questionnaire: Survey, meaning: Mapped) -> dict[str, int]:
    """How many items each grid of a wave has."""
    items = Counter(question for question, _ in {(o.question, o.item) for o in meaning.offers if o.item})
    return {name: items[name] for name in meaning.columns if questionnaire.questions[name].kind == "grid"}


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
