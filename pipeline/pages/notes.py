"""What a reader must know of every number: the notes of workbook and page, made from the declarations."""

from __future__ import annotations

import datetime
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.stats.intervals import NAMES
from pipeline.stats.limits import CONFIDENCE
from pipeline.text.folding import plain
from pipeline.text.rounding import half_up, percent, thousands
from pipeline.tidy.families import Comparisons
from pipeline.tidy.marks import (
    LETTERS,
    LOW_BASE_MARK,
    NOT_ASKED_MARK,
    SUPPRESSED_MARK,
    UNCERTAIN_MEANS,
    opt_in,
    why_hidden,
)
from pipeline.tidy.measures import LOW_BASE

_NUMBER = re.compile(r"q?\d+[a-z]?")
_LONG_NAME = 70
ROUNDING = (
    "Whole percentages, rounded half up from unrounded shares; <1% for anything between zero and half a "
    "percent. Sums may miss 100% because of rounding."
)
MULTIPLE = "Several answers possible: shares can sum to more than 100%. Total mentions count all ticks."


def marks(survey: Survey) -> str:
    """What the marks of tables mean."""
    return (
        f"{LOW_BASE_MARK}: fewer than {LOW_BASE} valid cases, or an effective base under {LOW_BASE}, read as "
        f"indicative only. {SUPPRESSED_MARK}: {why_hidden(survey.privacy.base)}. {UNCERTAIN_MEANS} "
        f"{NOT_ASKED_MARK}: not asked or not offered in that wave."
    )


def _disclosure(survey: Survey) -> str:
    """What is protected, in words."""
    return (
        f"Counts under {survey.privacy.count} are protected where a table crosses two segments, or is of a "
        "question that the survey calls sensitive. Total mentions beside a hidden count are rounded to tens. "
        "Before anything is written, an attack on all tables together tries to tell what is hidden, and must "
        "fail."
    )


def methodology(
    survey: Survey, waves: Sequence[Mapping[Any, Any]], compared: pd.DataFrame
) -> list[tuple[str, str]]:
    """The methodology of a survey, as headings and paragraphs: on every wave, and on the numbers.

    `compared` is comparisons.csv.
    """
    declared = survey.methodology
    return [
        ("Sponsor", declared.sponsor or _not_stated("sponsor")),
        ("Population", f"{survey.population or 'not stated in survey.toml'}."),
        ("Recruitment", declared.recruitment or _not_stated("recruitment")),
        ("Mode", declared.mode or _not_stated("mode")),
        *((str(wave["title"]), _of_wave(wave)) for wave in waves),
        (
            "Bases",
            "The sample size of a question is everyone who was asked it and answered, “don't know or not "
            "sure” (DKNS) included. Valid cases are the base of the shares: the sample size where DKNS is "
            "kept, which is the default, and those with another answer where an exhibit excludes it and says "
            "so. “Not applicable” is in neither. Somebody who ticked no box of a question skipped it, and is "
            "not counted as having said no. Options that a wave did not offer are absent and are not 0%.",
        ),
        ("Multiple choice", f"{MULTIPLE} A net counts each respondent once."),
        (
            "Intervals",
            f"{percent(CONFIDENCE)} {NAMES[survey.interval]} intervals of shares, t intervals of means. "
            f"{opt_in(survey.population)}",
        ),
        (
            "Tests",
            "Shares of two groups, of a group and the others, and of two waves are compared by Newcombe's "
            "method at their effective bases, means by t tests with linearised standard errors; each group "
            "with all respondents, of whom it is a part, and two options of a question on the same "
            "respondents, by t tests of the linearised difference. Adjusted is by Holm, and the interval "
            "beside a verdict is at the level that agrees with it. Crosstabs have Rao and Scott's test of "
            "the second order. All of them are in tables/tests.csv.",
        ),
        ("Headlines", _headlines(Comparisons(compared))),
        ("Letters", f"{LETTERS[0].upper()}{LETTERS[1:]}"),
        ("Small numbers", f"{marks(survey)} {_disclosure(survey)}"),
        ("Rounding", f"{ROUNDING} The CSV files carry twelve significant digits."),
        *_weighting(waves),
    ]


def _headlines(compared: Comparisons) -> str:
    """What protects titles from chance, in words."""
    if compared.families.empty:
        return "No groups and no waves could be compared, and no title claims that they differ."
    return (
        "What titles claim of groups and of waves is protected over everything that could have been claimed, "
        f"drawn or not: {compared.in_words()}. A title that says so needs an adjusted p of at most "
        f"{half_up(compared.level, 4).normalize():f} (Benjamini and Bogomolov's procedure over the "
        f"{thousands(len(compared.families))} questions by a segment or between two waves)."
    )


def segment_names(survey: Survey, questionnaire: pd.DataFrame) -> dict[str, str]:
    """What each segment is called: its id in words, or where the id is a number the question as last asked.

    `questionnaire` is questionnaire.csv.
    """
    names = {}
    for segment in survey.segments:
        rows = questionnaire[questionnaire["question"] == segment]
        if _NUMBER.fullmatch(segment) and len(rows):
            code, text = rows.iloc[-1][["code", "text"]]
            names[segment] = textwrap.shorten(f"{code}. {text}", _LONG_NAME, placeholder=" …")
        else:
            names[segment] = plain(segment)
    return names


def credit(wave: Mapping[Any, Any]) -> str:
    """Whose the responses of a wave are, and their licence; empty where none is declared."""
    return f"{wave['citation'] or wave['title']}. Licence: {wave['licence']}" if wave["licence"] else ""


def _not_stated(key: str) -> str:
    return f"not stated ({key} under [methodology] in survey.toml)"


def period(wave: Mapping[Any, Any]) -> str:
    """The field period in words, to the day."""
    first, last = (datetime.date.fromisoformat(wave[end]) for end in ("fielded_from", "fielded_to"))
    return f"{first.day} {first:%B %Y} to {last.day} {last:%B %Y}"


def _of_wave(wave: Mapping[Any, Any]) -> str:
    parts = [
        f"Fielded {period(wave)}." if wave["fielded_from"] else "Field dates not stated.",
        f"{thousands(wave['received'])} responses received"
        f"{', all of them invented' if wave['synthetic'] else ''}; {thousands(wave['analysed'])} analysed.",
        f"Export {wave['file']}, SHA-256 {wave['sha256']}.",
    ]
    if wave["repeated"]:
        parts.append(_of_repeated(wave))
    if wave["licence"]:
        parts.append(f"Licence: {wave['licence']}.")
    if wave["citation"]:
        parts.append(f"Source: {wave['citation']}.")
    return " ".join(parts)


def _of_repeated(wave: Mapping[Any, Any]) -> str:
    """What becomes of responses that repeat others."""
    counted = {
        "": ", and are counted: whether they are different respondents has not been decided.",
        "keep_first": ": the first of each is counted.",
        "keep_last": ": the last of each is counted.",
        "rule": ": which are counted is said by a rule of the survey flow.",
    }.get(wave["duplicates"], ", and are counted: they are taken for different respondents.")
    number = thousands(wave["repeated"])
    return f"{number} responses repeat another (the same id, or the same in every cell){counted}"


def _cost(wave: Mapping[Any, Any]) -> str:
    """What the weights of a wave cost; empty where that would show who has which weight."""
    if wave["deff"] != wave["deff"]:
        return ""
    return (
        f"The design effect of the weights is {half_up(wave['deff'], 2)}: the {thousands(wave['analysed'])} "
        f"analysed respondents tell as much as {thousands(wave['effective_respondents'])} would without "
        "weights. "
    )


def _weighting(waves: Sequence[Mapping[Any, Any]]) -> Iterator[tuple[str, str]]:
    weighted = [wave for wave in waves if wave["weighting"] and wave["analysed"]]
    if not weighted:
        yield "Weighting", "None: every analysed respondent counts the same."
    for wave in weighted:
        yield (
            f"Weighting of {wave['title']}",
            f"By {wave['weighting']}. {_cost(wave)}Weights go from "
            f"{half_up(wave['lowest_weight'], 2)} to {half_up(wave['highest_weight'], 2)} times their mean. "
            "Bases are unweighted where nothing else is said. Errors take the weights as given, as if they "
            "had not been made from the sample.",
        )
