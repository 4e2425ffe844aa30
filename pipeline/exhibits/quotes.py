"""References to numbers: `blockers.cost.small` is a row of the table of the exhibit `blockers`.

A reference names the exhibit and then, in any order, whatever tells one row from the others: an item, an
option or net, a group, a wave, a measure. A placeholder in a title or text is a reference in braces; what is
printed for it is read off the row, so that no number of the prose can go stale.
"""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
import pandas as pd

from pipeline.charts.rows import rows
from pipeline.project.errors import SurveyError, did_you_mean
from pipeline.text.rounding import half_up, percent, points, thousands
from pipeline.tidy.contract import records
from pipeline.tidy.measures import CHANGES, FEWEST_EFFECTIVE, LOW_BASE, Flag, Measure, Role, main_measures
from pipeline.tidy.printed import waves_of

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAMING = ("item", "option", "label", "group", "wave", "measure", "question")
"""what a row can be named by, in the order of a reference"""
_FIELDS = {"n": "valid_cases", "respondents": "respondents", "low": "low", "high": "high"}
_HIDDEN: dict[str, str] = {
    Flag.SUPPRESSED: "is suppressed",
    Flag.UNCERTAIN: f"has an effective base under {FEWEST_EFFECTIVE}",
    Flag.LOW_BASE: f"has fewer than {LOW_BASE} respondents",
    Flag.NOT_ASKED: "was not asked in that wave",
}
_NUMERAL = re.compile(r"\d+(?:[.,]\d+)*(?:\s?%)?")


@dataclass(frozen=True)
class Quote:
    """One number in a title or text: where it stands, what is printed, and the cell that it comes from.

    `row` is the line of the CSV, the heading being the first.
    """

    exhibit: str
    place: str
    placeholder: str
    printed: str
    table: str
    row: int
    column: str
    value: float


def find(table: pd.DataFrame, parts: Sequence[str], change: bool = False) -> int:
    """The place of the one row that the parts of a reference name; SurveyError where it is none or several.

    Each part is another of a row's names: its item, option, group, wave, measure or question, best in this
    order. What is left open is taken as it is drawn: shares and no changes, all respondents, the latest wave,
    which is never replaced by an older one. With `change` it is the change between the waves named, or up to
    the latest.
    """
    columns = [column for column in _NAMING if column in table]
    waves = [part for part in parts if "wave" in table and (table["wave"] == part).any()]
    left = pd.Series(True, index=table.index)
    if "measure" in table:
        left = table["measure"].isin(CHANGES) == change
    if change:
        left &= _between(table, waves)
    named = [part for part in parts if not (change and part in waves)]
    left, used = _matching(table, left, columns, named)
    if not left.any():
        raise SurveyError(_not_there(table, columns, parts))
    if "measure" in table and not change:
        whole, latest = table["by"] == "", table["wave"] == waves_of(table)[-1]
        defaults = (("group", whole, "all respondents"), ("wave", latest, "the latest wave"))
        for column, drawn, whose in defaults:
            if column not in used and drawn.any():
                left &= drawn
                if not left.any():
                    raise SurveyError(f"{'.'.join(parts)} is not there for {whose}; name the {column}")
    for drawn in _as_drawn(table):
        left = left & drawn if (left & drawn).any() else left
    if left.sum() == 1:
        return list(table.index).index(left[left].index[0])
    rows_ = [_name(row) for row in records(table[left].head(4))]
    raise SurveyError(
        f"{'.'.join(parts) or 'nothing'} names {left.sum()} rows: {', '.join(rows_)} …; add what tells one "
        "from the others"
    )


def look_up(table: pd.DataFrame, parts: Sequence[str]) -> int:
    """As `find`, of a change where a part says so and is not what an answer or a group is called."""
    ids = _ids(table)
    names = [part for part in parts if part not in CHANGES or part in ids]
    return find(table, names, len(names) < len(parts))


def _ids(table: pd.DataFrame) -> set[str]:
    """What the answers and groups of a table are called."""
    return {str(value) for column in _NAMING[:4] if column in table for value in table[column]}


def _matching(
    table: pd.DataFrame, left: pd.Series, columns: Sequence[str], parts: Sequence[str]
) -> tuple[pd.Series, set[str]]:
    """The rows of `left` that have every part as another of their names, and which names those are.

    Where a part can be several of them it is the first of `columns`, and parts in their order go first.
    """
    rows_named = {(c, part): left & (table[c].astype(str) == part) for c in columns for part in parts}
    for orders in (itertools.combinations, itertools.permutations):
        for order in orders(columns, len(parts)):
            named = list(zip(order, parts, strict=True))
            if all(rows_named[name].any() for name in named):
                chosen = left & np.logical_and.reduce([rows_named[name] for name in named])
                if chosen.any():
                    return chosen, set(order)
    return pd.Series(False, index=table.index), set()


def _not_there(table: pd.DataFrame, columns: Sequence[str], parts: Sequence[str]) -> str:
    """What is wrong with a reference that names no row."""
    known = sorted({str(value) for column in columns for value in table[column] if value})
    for part in parts:
        if part not in known:
            return f"no {part!r} in the table; {did_you_mean(part, known)}"
    return f"no row of the table is {' and '.join(parts)}"


def _between(table: pd.DataFrame, waves: Sequence[str]) -> pd.Series:
    """The changes from the first of `waves` to the last, or from the one to the latest, or the last step."""
    changes = table[table["measure"].isin(CHANGES)]
    if (changes["measure"] == Measure.DIFFERENCE).any():
        return pd.Series(table["measure"] == Measure.DIFFERENCE)
    pairs = list(dict.fromkeys(zip(changes["group"], changes["wave"], strict=True)))
    order = waves_of(table)
    named = sorted(waves, key=order.index)
    first, last = (named[0], named[-1]) if len(named) > 1 else (named[0] if named else "", order[-1])
    wanted = [pair for pair in pairs if pair[1] == last and first in ("", pair[0])]
    if not wanted:
        pair = f"{first} and {last}" if first else f"{last} and a wave before it"
        raise SurveyError(f"no change is shown between {pair}: they may not compare; name two waves that do")
    early, late = max(wanted, key=lambda pair: order.index(pair[0]))
    return pd.Series((table["group"] == early) & (table["wave"] == late))


def _as_drawn(table: pd.DataFrame) -> Iterator[pd.Series]:
    """What narrows a reference that is still open: main measures, no nets, and no groups."""
    if "measure" in table:
        yield table["measure"].isin([*main_measures(table["measure"]), *CHANGES])
        yield table["role"] != Role.NET
    else:
        yield table["group"] == ""


def _name(row: Mapping[str, object]) -> str:
    return ".".join(str(row[part]) for part in ("wave", "item", "option", "label", "group", "measure")
                    if row.get(part))  # fmt: skip


def quote(tables: Mapping[str, pd.DataFrame], placeholder: str, exhibit: str, place: str) -> Quote:
    """The number that a placeholder of a text stands for; SurveyError where it cannot be quoted."""
    name, *parts = placeholder.split(".")
    if name not in tables:
        raise SurveyError(f"{{{placeholder}}}: no exhibit {name!r}; {did_you_mean(name, tables)}")
    table = tables[name]
    ids = _ids(table)
    # where an answer has the id `high`, that part names the answer, and a second one its upper limit
    wanted = parts.pop() if parts and parts[-1] in _FIELDS and parts[-1] not in ids else ""
    if not wanted and len(parts) > 1 and parts[-1] in _FIELDS and parts[-1] == parts[-2]:
        wanted = parts.pop()
    try:
        index = look_up(table, parts)
    except SurveyError as error:
        raise SurveyError(f"{{{placeholder}}}: {error}") from None
    row = rows(table.iloc[[index]])[0]
    if row.flag in _HIDDEN:
        why = _HIDDEN[row.flag]
        if row.flag == Flag.LOW_BASE and row.n >= LOW_BASE:
            why = f"has an effective base under {LOW_BASE}"
        raise SurveyError(f"{{{placeholder}}} {why} and cannot be quoted")
    column, value, printed = _printed(table.iloc[index], row.text, wanted)
    if math.isnan(value):
        raise SurveyError(f"{{{placeholder}}} has no number")
    return Quote(exhibit, place, placeholder, printed, name, index + 2, column, value)


def _printed(row: pd.Series, text: str, wanted: str) -> tuple[str, float, str]:
    """The column that is quoted, its number, and how it is printed."""
    if wanted in ("n", "respondents"):
        column = _FIELDS[wanted] if _FIELDS[wanted] in row else wanted
        if column not in row:
            return column, math.nan, ""
        value = float("nan") if pd.isna(row[column]) else float(row[column])
        return column, value, "" if math.isnan(value) else thousands(value)
    change = row.get("measure") in CHANGES
    column = wanted or ("value" if change or pd.isna(row["share"]) else "share")
    value = float(row[column])
    if change:
        return column, value, points(value)
    if pd.isna(row["share"]):
        return column, value, f"{half_up(value, 1)}"
    return column, value, text if column == "share" else percent(value)


def fill(text: str, quotes: Sequence[Quote]) -> str:
    """A text with its placeholders printed."""
    printed = {one.placeholder: one.printed for one in quotes}
    return PLACEHOLDER.sub(lambda placeholder: printed[placeholder[1]], text)


def typed(text: str, known: str) -> list[str]:
    """The numerals of a text that are typed and not quoted, other than words that the survey itself has.

    `known` are its labels and the names of its waves.
    """
    numerals = _NUMERAL.findall(PLACEHOLDER.sub("", text))
    return [numeral for numeral in numerals if numeral not in _numerals(known)]


@cache
def _numerals(text: str) -> set[str]:
    """The numerals of a text that is asked about many times."""
    return set(_NUMERAL.findall(text))
