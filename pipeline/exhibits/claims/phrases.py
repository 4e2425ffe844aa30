"""The phrases that verdicts share."""

from __future__ import annotations

from pipeline.exhibits.claims.verdict import FEW, Row, Tested
from pipeline.text.rounding import end_in_points, half_up, percent, points, thousands
from pipeline.tidy.measures import LOW_BASE, Flag, answer_label
from pipeline.tidy.printed import waves_of


def when(tested: Tested, row: Row) -> str:
    """The wave of a row that is not of the latest."""
    return "" if row["wave"] == waves_of(tested.table)[-1] else f", in {row['wave']}"


def held_against(level: float) -> str:
    """What an adjusted p is held against, in words."""
    return f"held against {half_up(level, 4).normalize():f}"


def difference(result: Row) -> str:
    """The difference of a test in points, with its interval."""
    low, high = (end_in_points(result[end]) for end in ("low", "high"))
    return f"{points(result['difference'])} points [{low}, {high}]"


def share(row: Row) -> str:
    """An answer with its share."""
    return f"“{answer_label(row)}” {percent(row['share'])}"


def cases(row: Row) -> str:
    """The base of a share."""
    return f"{thousands(row['valid_cases'])} respondents"


def nothing_claimed(row: Row) -> str:
    """Why nothing can be claimed of a row."""
    flag = row["flag"]
    why = f"has fewer than {LOW_BASE} respondents"
    if flag == Flag.NOT_ASKED:
        why = "was not asked in both waves"
    if flag in (Flag.LOW_BASE, Flag.UNCERTAIN) and row["valid_cases"] >= LOW_BASE:
        why = f"has an effective base under {LOW_BASE}"
    if flag not in (Flag.NOT_ASKED, *FEW):
        why = "is not among what this exhibit tests"
    whom = f" in “{row['group_label']}”" if row["by"] else ""
    return f"“{answer_label(row)}”{whom} {why}, so nothing can be claimed of it"
