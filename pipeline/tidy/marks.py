"""What stands in place of a number or beside it, and what that means: marks, letters, intervals."""

from __future__ import annotations

import pandas as pd

from pipeline.stats.intervals import NAMES
from pipeline.tidy.measures import CHANGES, FEWEST_EFFECTIVE, LOW_BASE, Flag

LOW_BASE_MARK = "[low base]"
SUPPRESSED_MARK = "[c]"
NOT_ASKED_MARK = "[z]"
UNCERTAIN_MARK = "[u]"
MARKS: dict[str, str] = {
    Flag.SUPPRESSED: SUPPRESSED_MARK,
    Flag.UNCERTAIN: UNCERTAIN_MARK,
    Flag.NOT_ASKED: NOT_ASKED_MARK,
}
"""what is printed in place of a number, by flag"""
NOT_SHOWN = "not shown"
NO_VALUE = "–"
NO_CLEAR_CHANGE = "n.s."
_WHOM = "organisations"
LINE = 110
"""letters that a line below a figure holds"""
SYNTHETIC = "Synthetic responses"
UNSETTLED = "Unsettled draft"
INVENTED = f"{SYNTHETIC}: invented to try the pipeline, nobody's answers."
LETTERS = (
    "higher than the group of that column, capital at 95%, small at 90%; shares by Newcombe's method at "
    "their effective bases, means by t tests of unpooled differences, Holm-adjusted over the pairs of a row. "
    f"Groups with fewer than {LOW_BASE} valid cases, or an effective base under {LOW_BASE}, are not tested, "
    "nor are all respondents, who include the groups."
)
UNCERTAIN_MEANS = f"{UNCERTAIN_MARK}: too uncertain to print, the effective base is under {FEWEST_EFFECTIVE}."


def few_marks(rows: pd.DataFrame) -> list[str]:
    """What the marks of low bases and of uncertain numbers mean, for those of them that `rows` have."""
    marks, low = [], rows[rows["flag"] == Flag.LOW_BASE]
    if len(low):
        by_people = low["valid_cases" if "valid_cases" in low else "n"] < LOW_BASE
        causes = [f"fewer than {LOW_BASE} respondents"] * bool(by_people.any())
        causes += [f"an effective base under {LOW_BASE}"] * bool((~by_people).any())
        marks.append(f"{LOW_BASE_MARK}: {' or '.join(causes)}, read as indicative only.")
    if (rows["flag"] == Flag.UNCERTAIN).any():
        marks.append(UNCERTAIN_MEANS)
    return marks


def unsettled_note(lines: str) -> str:
    """What is said of numbers that rest on unsettled lines; `lines` as the column `unsettled` has them."""
    return f"{UNSETTLED}: these numbers may change; [unsettled] in the wave file says why ({lines})."


def unsettled_in_short(lines: str) -> str:
    """The same in a line, where `lines` are too many to be named in it."""
    note = unsettled_note(lines)
    return note if len(note) <= LINE else f"{UNSETTLED}: these numbers may change; the report says why."


def why_hidden(fewest: int) -> str:
    """Why an estimate is not shown, in words; `fewest` is the smallest base that is."""
    return (
        f"{NOT_SHOWN}, because fewer than {fewest} are its base or because it would tell of a few "
        "people, if not by itself then by subtraction"
    )


def opt_in(population: str) -> str:
    """What an interval of an opt-in sample does not mean, for the population of the survey."""
    return (
        "Opt-in sample: the interval reflects sampling variation only, not a margin of error for all "
        f"{people_of(population)}."
    )


def people_of(population: str) -> str:
    """Whom a survey is about: its population, without how they were reached."""
    return population.split(";")[0].strip() or _WHOM


def intervals(data: pd.DataFrame) -> str:
    """The intervals in use, as print names them; that of means is t, and changes say their own."""
    own = data[~data["measure"].isin(CHANGES)]
    names = [NAMES[interval] for interval in dict.fromkeys(own["interval"]) if interval]
    return f"95% {' and '.join(names)} interval{'s' if len(names) > 1 else ''}"
