"""References to numbers: `blockers.cost.small` is a row of the table of the exhibit `blockers`.

A reference names the exhibit and then, in any order, whatever tells one row from the others: an item, an
option or net, a group, a wave, a measure. A placeholder in a title or text is a reference in braces; what is
printed for it is read off the row, so that no number of the prose can go stale.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.charts import rows
from pipeline.errors import SurveyError, did_you_mean
from pipeline.printed import CHANGES, main_measures
from pipeline.rounding import percent, points, thousands

QUOTES = ["exhibit", "place", "placeholder", "printed", "table", "row", "column", "value"]
PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_NAMING = ("item", "option", "label", "group", "wave", "measure", "question")
_FIELDS = {"n": "valid_cases", "respondents": "respondents", "low": "low", "high": "high"}
_HIDDEN = {
    "suppressed": "is suppressed",
    "low_base": "has fewer than 30 respondents",
    "not_asked": "was not asked in that wave",
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


def find(table: pd.DataFrame, parts: Sequence[str]) -> int:
    """The place of the one row that the parts of a reference name; SurveyError where it is none or several.

    What is left open is taken as it is drawn: shares and no changes, all respondents, the latest wave.
    """
    columns = [column for column in _NAMING if column in table]
    left = pd.Series(True, index=table.index)
    waves = [part for part in parts if "wave" in table and (table["wave"] == part).any()]
    is_change = any(part in CHANGES for part in parts)
    for part in parts:
        if is_change and part in waves:
            continue
        own = pd.concat([table[column] == part for column in columns], axis=1).any(axis=1)
        if not (left & own).any():
            known = sorted({str(v) for column in columns for v in table.loc[left, column] if v})
            raise SurveyError(f"no {part!r} in the table; {did_you_mean(part, known)}")
        left &= own
    if is_change:
        left &= _between(table, waves)
    elif "measure" in table:
        left &= ~table["measure"].isin(CHANGES)
    for narrower in _as_drawn(table):
        if (left & narrower).any():
            left &= narrower
    if left.sum() != 1:
        named = [_name(row) for row in table[left].head(4).to_dict("records")]
        raise SurveyError(
            f"{'.'.join(parts) or 'nothing'} names {left.sum()} rows: {', '.join(named)} …; add what tells "
            "one from the others"
        )
    return list(table.index).index(left[left].index[0])


def _between(table: pd.DataFrame, waves: Sequence[str]) -> pd.Series:
    """The changes from the first of `waves` to the last, or from the one to the latest, or the last step."""
    changes = table[table["measure"].isin(CHANGES)]
    if (changes["measure"] == "difference").any():
        return pd.Series(table["measure"] == "difference")
    pairs = list(dict.fromkeys(zip(changes["group"], changes["wave"], strict=True)))
    latest = table["wave"].max()
    if len(waves) > 1:
        wanted = [pair for pair in pairs if pair == (min(waves), max(waves))]
    else:
        wanted = [(early, late) for early, late in pairs if late == latest and early in (waves or [early])]
    if not wanted:
        named = (
            f"{waves[0]} and {max(waves[-1], latest) if len(waves) < 2 else waves[-1]}" if waves else latest
        )
        raise SurveyError(
            f"no change between {named} is shown: the waves may not compare"
            if waves
            else f"{named} compares with no wave before it; name two waves, as in answer.EARLY.LATE"
        )
    early, late = max(wanted, key=lambda pair: (pair[1], pair[0]))
    return pd.Series((table["group"] == early) & (table["wave"] == late))


def _as_drawn(table: pd.DataFrame) -> list[pd.Series]:
    """What narrows a reference that is open: main measures or nets, all respondents, the latest wave."""
    if "measure" not in table:
        return [table["group"] == ""]
    changes = table["measure"].isin(CHANGES)
    main = table["measure"].isin(main_measures(table["measure"]))
    return [
        (table["by"] == "") | changes,
        table["wave"] == table["wave"].max(),
        main | changes,
        table["role"] != "net",
    ]


def _name(row: Mapping[object, object]) -> str:
    return ".".join(str(row[part]) for part in ("wave", "item", "option", "label", "group", "measure")
                    if row.get(part))  # fmt: skip


def quote(tables: Mapping[str, pd.DataFrame], placeholder: str, exhibit: str, place: str) -> Quote:
    """The number that a placeholder of a text stands for; SurveyError where it cannot be quoted."""
    name, *parts = placeholder.split(".")
    if name not in tables:
        raise SurveyError(f"{{{placeholder}}}: no exhibit {name!r}; {did_you_mean(name, tables)}")
    table = tables[name]
    wanted = parts.pop() if parts and parts[-1] in _FIELDS else ""
    try:
        index = find(table, parts)
    except SurveyError as error:
        raise SurveyError(f"{{{placeholder}}}: {error}") from None
    row = rows(table.iloc[[index]])[0]
    if row.flag in _HIDDEN:
        raise SurveyError(f"{{{placeholder}}} {_HIDDEN[row.flag]} and cannot be quoted")
    column, value, printed = _printed(table.iloc[index], row.text, wanted)
    if math.isnan(value):
        raise SurveyError(f"{{{placeholder}}} has no number")
    return Quote(exhibit, place, placeholder, printed, name, index + 2, column, value)


def _printed(row: pd.Series, text: str, wanted: str) -> tuple[str, float, str]:
    """The column that is quoted, its number, and how it is printed."""
    if wanted in ("n", "respondents"):
        column = _FIELDS[wanted] if _FIELDS[wanted] in row else wanted
        value = float("nan") if pd.isna(row[column]) else float(row[column])
        return column, value, "" if math.isnan(value) else thousands(value)
    change = row.get("measure") in CHANGES
    column = wanted or ("value" if change or pd.isna(row["share"]) else "share")
    value = float(row[column])
    if change:
        return column, value, points(value)
    if pd.isna(row["share"]):
        return column, value, f"{value:.1f}"
    return column, value, text if column == "share" else percent(value)


def fill(text: str, quotes: Sequence[Quote]) -> str:
    """A text with its placeholders printed."""
    printed = {one.placeholder: one.printed for one in quotes}
    return PLACEHOLDER.sub(lambda found: printed[found[1]], text)


def typed(text: str, known: str) -> list[str]:
    """The numerals of a text that are typed and not quoted, other than words that the survey itself has.

    `known` are its labels and the names of its waves: those can be said, a percentage never.
    """
    own = set(_NUMERAL.findall(known))
    return [n for n in _NUMERAL.findall(PLACEHOLDER.sub("", text)) if n not in own or n.endswith("%")]
