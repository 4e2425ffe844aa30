"""Data quality: which responses each rule flags, found on everything received, before anybody is excluded.

Each rule is a module of quality_rules/. Nobody is altered or excluded by being flagged: a screening rule of
the wave file may name rules. Ids and times stay in temporary tables.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.answers.meaning import Mapped
from pipeline.database.mapped_wave import MappedWave
from pipeline.database.rows import fill
from pipeline.declarations.quality import options_of
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.wave import Fielding
from pipeline.declarations.wave_checks import why_no_rule
from pipeline.project.errors import Problem, SurveyError
from pipeline.project.sql import Engine, execute, literal, query, temporary_table, temporary_views
from pipeline.text.values import as_moment, orders_told
from pipeline.tidy.quality_rules import quality_rules

_DAY, _HOUR = "[0-9]{1,2}/[0-9]{1,2}/[0-9]{4}", "[0-9]{1,2}:[0-9]{2}"
_ISO = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_MOMENT = "[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}:[0-9]{2}([.][0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})?"
"""ISO 8601 with what a form on a telephone adds: parts of a second, and the zone"""
_ISO_SHAPES = {
    f"{_ISO} {_HOUR}:[0-9]{{2}}": "%Y-%m-%d %H:%M:%S",
    f"{_ISO} {_HOUR}": "%Y-%m-%d %H:%M",
}
_CLOCKS = {
    f"{_HOUR}:[0-9]{{2}}": "%H:%M:%S",
    _HOUR: "%H:%M",
    f"{_HOUR}:[0-9]{{2}} [AP]M": "%I:%M:%S %p",
    f"{_HOUR} [AP]M": "%I:%M %p",
}
_SHAPES = {
    "": _ISO_SHAPES,
    "month first": _ISO_SHAPES | {f"{_DAY} {shape}": f"%m/%d/%Y {form}" for shape, form in _CLOCKS.items()},
    "day first": _ISO_SHAPES | {f"{_DAY} {shape}": f"%d/%m/%Y {form}" for shape, form in _CLOCKS.items()},
}
"""the shapes of times that exports mostly have, by what comes first in dates, and how SQL reads them"""
_TIME_OF_DAY = " [0-9]{1,2}:[0-9]{2}.{0,12}$"


def keep_times(connection: Engine, wave: MappedWave, rows_stay: bool = False) -> None:
    """Note the durations of the responses of a wave whose cells are open, in seconds.

    Where a time cannot be read, or the end is before the beginning, the duration is not known and left out.
    Where nothing tells whether the day or the month comes first, it is known if it is the same either way.
    Where `rows_stay` no time may leave the connection: SurveyError where one cannot be read there.
    """
    if wave.meaning.times is None:
        return
    began, ended = wave.meaning.times
    orders = _orders(connection, wave, wave.meaning.times)
    order = orders[0] if len(orders) == 1 else ""
    times = (
        f"select respondent, c{began} as began, c{ended} as ended, "
        f"{seconds_read(f'c{began}', order)} as start, {seconds_read(f'c{ended}', order)} as end_ from cells "
        f"where c{began} is not null and c{ended} is not null"
    )
    with temporary_table(connection, "times", times):
        query(connection, "database/durations", wave=wave.number)
        if rows_stay:
            _refuse_unread(connection, wave, orders)
            return
        unread = query(connection, "database/unread_times").fetchall()
    rows = []
    for respondent, first, last in unread:
        took = {_seconds_between(as_moment(first, order), as_moment(last, order)) for order in orders}
        seconds = took.pop() if len(took) == 1 else None
        if seconds is not None and seconds >= 0:
            rows.append({"wave": wave.number, "respondent": respondent, "seconds": seconds})
    if rows:
        fill(connection, "all_durations", rows)


def _refuse_unread(connection: Engine, wave: MappedWave, orders: Sequence[str]) -> None:
    """SurveyError where times have a shape that would be read here: 9 stands for a digit, a for a letter."""
    shapes = [
        (shape, times)
        for shape, times in query(connection, "database/unread_shapes").fetchall()
        if "a" in shape or any(as_moment(shape.replace("9", "1"), order) is not None for order in orders)
    ]
    if shapes:
        count = sum(times for _, times in shapes)
        listed = ", ".join(repr(shape) for shape, _ in shapes[:3])
        message = (
            f"started, submitted: {count} times have a shape that one machine reads alone ({listed}); leave "
            "out started and submitted, or run without --engine"
        )
        raise SurveyError([wave.fielding.document.problem(message, "respondents", "started")])


def _seconds_between(start: float | None, end: float | None) -> float | None:
    return None if start is None or end is None else end - start


def _orders(connection: Engine, wave: MappedWave, columns: Sequence[int]) -> list[str]:
    """What may come first in the times of a wave: as declared, else what their numbers leave."""
    if order := wave.fielding.wave.source.dates:
        return [order]
    # the days alone: there are as many times as responses
    times = " union all ".join(f"select c{column} as text from cells" for column in columns)
    days = connection.execute(
        f"select distinct regexp_replace(text, {literal(_TIME_OF_DAY)}, '') from ({times}) as times "
        "where text is not null"
    )
    return orders_told(day for (day,) in days.fetchall()) or [""]


def seconds_read(text: str, order: str = "") -> str:
    """SQL of a time in seconds from a fixed moment, null where `text` has none of the usual shapes.

    `text` is SQL, `order` what comes first in dates ("" where it is not known). `as_moment` reads every other
    shape, and these to the same whole seconds.
    """
    moment = f"epoch(try_strptime(replace(left({text}, 19), 'T', ' '), '%Y-%m-%d %H:%M:%S'))"
    # east of Greenwich clocks are ahead
    zone = (
        f"case when not regexp_full_match({text}, '.*[+-][0-9]{{2}}:[0-9]{{2}}') then 0 else "
        f"(3600 * cast(left(right({text}, 5), 2) as integer) + 60 * cast(right({text}, 2) as integer)) "
        f"* case left(right({text}, 6), 1) when '-' then -1 else 1 end end"
    )
    cases = [f"when regexp_full_match({text}, {literal(_MOMENT)}) then {moment} - {zone}"] + [
        f"when regexp_full_match({text}, {literal(shape)}) then epoch(try_strptime({text}, {literal(form)}))"
        for shape, form in _SHAPES[order].items()
    ]
    return f"case {' '.join(cases)} end"


def flag(connection: Engine, questionnaire: Survey, waves: Sequence[MappedWave]) -> None:
    """Fill coded.quality and coded.quality_rules, and note whom a wave file excludes by them."""
    execute(connection, "database/partials")
    medians = dict(query(connection, "database/median_durations").fetchall())
    rules: list[dict[str, Any]] = []
    options: list[dict[str, int]] = []
    screens: list[dict[str, Any]] = []
    for wave in waves:
        looks = [look for rule in quality_rules()
                 for look in _looks(rule, questionnaire, wave, medians.get(wave.number))]  # fmt: skip
        for position, look in enumerate(looks, 1):
            place = {"wave": wave.number, "position": position}
            options += [
                place
                | {
                    "question": questionnaire.position(name),
                    "option": questionnaire.option_number(name, option),
                }
                for name, chosen in look.pop("where", {}).items()
                for option in chosen
            ]
            question = questionnaire.position(look["question"]) if look["question"] else 0
            rules.append(place | look | {"question": question})
        screens += [
            {"wave": wave.number, "position": place, "rule": rule}
            for place, exclude in enumerate(wave.fielding.wave.exclude, 1)
            for rule in exclude.quality
        ]
    fill(connection, "all_quality_rules", rules)
    fill(connection, "all_quality_options", options)
    fill(connection, "all_quality_screens", screens)
    for rule in quality_rules():
        of_rule = f"select * from all_quality_rules where rule = {literal(rule)}"
        with temporary_views(connection, rules=of_rule):
            connection.execute(f"insert into all_quality_results {_module(rule).FIND}")
    execute(connection, "database/quality", "database/quality_rules", "database/quality_screens")


def _looks(
    rule: str, questionnaire: Survey, wave: MappedWave, median: float | None
) -> Iterator[dict[str, Any]]:
    """What a rule looks for in a wave: a row each grid, question or combination that it looks at.

    Where it can be applied to nothing, one row says why.
    """
    module = _module(rule)
    row: dict[str, Any] = {
        "rule": rule,
        "question": "",
        "threshold": module.THRESHOLD,
        "why_not": why_no_rule(rule, wave.fielding.wave, questionnaire) or module.NOBODY,
    }
    looks = list(module.looks(wave, questionnaire, median)) if hasattr(module, "looks") else []
    yield from (row | look for look in looks or [{}])


def _module(rule: str) -> Any:
    return importlib.import_module(f"pipeline.database.quality_rules.{rule}")


def not_asked(fieldings: Sequence[Fielding], mapped: Sequence[Mapped]) -> Iterator[Problem]:
    """Questions that a rule looks at and that its wave did not ask, so that it could find nobody."""
    for fielding, meaning in zip(fieldings, mapped, strict=True):
        for where, place in options_of(fielding.wave.quality):
            for name in where:
                if name not in meaning.columns:
                    yield fielding.document.problem(
                        f"{name!r} has no column in this export, so nobody can be flagged by it",
                        *(*place, name),
                    )
