"""Published numbers compared with those computed, with their own base, and with each other."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from pipeline.declarations import survey
from pipeline.declarations.load import Declarations, load_declarations
from pipeline.declarations.published_numbers import Published
from pipeline.pages.templates import template
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.rounding import half_up
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read, to_csv
from pipeline.tidy.measures import Measure
from pipeline.tidy.tables import VERIFY, written

SUMS = ["wave", "source", "question", "item", "options", "sum", "least", "most", "whole", "possible"]


@dataclass(frozen=True)
class Verified:
    """The comparison, a row a published number; the sums of single choices; and lines on both."""

    rows: pd.DataFrame
    sums: pd.DataFrame
    lines: list[str]


def verify(paths: Paths) -> Verified:
    """Hold every number of published.csv against the data and against its base; write verify.csv and a page.

    `computed` is the unrounded percentage of a wave of the survey; `agrees` says that, rounded half up to the
    digits that were printed, it is the printed one, and `apart` by how many respondents it is not. `possible`
    says whether any whole number of respondents gives the printed percentage of the printed base (the GRIM
    test, see `is_possible`), empty where the base is not known or the wave is weighted. Nothing is bent
    to agree.
    """
    declared = load_declarations(paths)
    if not declared.published:
        raise SurveyError(
            f"{paths.survey} has no published numbers: there is no published.csv, or it is empty"
        )
    asked = dict.fromkeys(row.question for row in declared.published if row.wave)
    frames = {question: read(paths, f"frequencies/{question}") for question in asked}
    waves = read(paths, "waves").set_index("wave")["weighting"]
    weighted = {str(name) for name in waves.index if waves[name]}
    rows = VERIFY.frame(_compared(row, frames.get(row.question), weighted) for row in declared.published)
    unsettled = declared.unsettled.column(rows)
    sums = pd.DataFrame(list(_sums(declared)), columns=SUMS)
    of_waves = rows[rows["wave"] != ""]
    notes = [
        f"{name} is weighted by {waves[name]}: so are the computed percentages, and whether the printed ones "
        "are possible is not tested"
        for name in dict.fromkeys(of_waves["wave"])
        if name in weighted
    ]
    lines = [*notes, *_compared_lines(of_waves, list(waves.index)), *_impossible(rows, sums)]
    page = template("findings.html.j2").render(
        survey=survey.load(paths)[0],
        notes=notes,
        totals=list(_totals(rows, list(waves.index))),
        questions=list(_questions(of_waves)),
        apart=_records(of_waves[(of_waves["agrees"] == "no") | (of_waves["base_agrees"] == "no")]),
        impossible=_records(rows[rows["possible"] == "no"]),
        sums=_records(sums),
        untested=int((rows["possible"] == "").sum()),
        unweighted=int((rows["wave"] == "").sum()),
    )
    with files.together() as put_file:
        put_file(paths.verified, to_csv(rows.assign(unsettled=unsettled), written(VERIFY)))
        put_file(paths.findings, page)
    return Verified(rows, sums, lines)


def _records(frame: pd.DataFrame) -> list[dict[str, object]]:
    """The rows of a frame, None for what is missing."""
    return [
        {str(key): None if pd.isna(value) else value for key, value in row.items()} for row in records(frame)
    ]


def _compared(row: Published, frame: pd.DataFrame | None, weighted: Iterable[str]) -> dict[str, object]:
    share, cases, chosen = math.nan, None, None
    if row.wave and frame is not None:
        # the options of a ranking are its items
        named = frame["option"].where(frame["measure"] != Measure.RANKED, frame["item"])
        item = frame["item"].where(frame["measure"] != Measure.RANKED, "")
        of = (frame["wave"] == row.wave) & (frame["group"] == row.group)
        of &= frame["measure"].isin([Measure.OPTION, Measure.NET, Measure.RANKED])
        for answer in records(frame[of & (named == row.option) & (item == row.item)].head(1)):
            share, cases = float(answer["share"]), int(answer["valid_cases"])
            chosen = None if pd.isna(answer["respondents"]) else int(answer["respondents"])
    agrees = share == share and same_rounded(row.percent, share)
    tested = row.n is not None and row.wave not in weighted
    return row.model_dump(include={"wave", "source", "question", "item", "option"}) | {
        "published": str(row.percent),
        "computed": share * 100,
        "published_n": row.n,
        "computed_n": cases,
        "computed_respondents": chosen,
        "agrees": _yes(agrees) if row.wave else "",
        "base_agrees": _yes(row.n == cases) if row.wave and row.n is not None else "",
        "apart": None if agrees or chosen is None or not cases else apart(row.percent, chosen, cases),
        "possible": _yes(is_possible(row.percent, row.n)) if tested and row.n else "",
    }


def _yes(holds: bool) -> str:
    return "yes" if holds else "no"


def same_rounded(percent: Decimal, share: float) -> bool:
    """Whether a share, rounded half up to the digits printed, is the percentage printed."""
    return half_up(share * 100, _places(percent)) == percent


def is_possible(percent: Decimal, n: int) -> bool:
    """Whether some number of `n` respondents is `percent` of them, rounded to the digits printed.

    A half may have been rounded up or down, as those who printed it did not say (Brown and Heathers, The GRIM
    test, Social Psychological and Personality Science 8).
    """
    least, most = _counts_of(percent, n)
    return least <= most


def apart(percent: Decimal, respondents: int, n: int) -> int:
    """By how many of `n` respondents a count is away from one that is printed as `percent`.

    Where no count of `n` is printed so, from the nearest to it.
    """
    least, most = _counts_of(percent, n)
    if least > most:
        least = most = int(half_up(float(percent) * n / 100))
    return max(least - respondents, respondents - most, 0)


def _counts_of(percent: Decimal, n: int) -> tuple[int, int]:
    """The least and the greatest number of `n` respondents that rounds to `percent`, halves either way."""
    half = Decimal(1).scaleb(-_places(percent)) / 2
    least = math.ceil((percent - half) * n / 100)
    return max(least, 0), min(math.floor((percent + half) * n / 100), n)


def _places(percent: Decimal) -> int:
    return max(0, -int(percent.as_tuple().exponent))


def _sums(declared: Declarations) -> Iterator[dict[str, object]]:
    """The sum of every single choice, or item of a grid, with what rounding allows it to be.

    `whole` where every answer that the wave can have is published; else the sum may be less than 100.
    """
    slots: dict[tuple[str, ...], list[Published]] = {}
    for row in declared.published:
        asked = declared.survey.questions[row.question]
        is_single = asked.form.is_exclusive if row.wave else row.mode == "single"
        is_option = not row.wave or row.option in declared.survey.options(row.question)
        if is_single and is_option:
            slot = (row.wave, row.source, row.question, row.item, row.group, row.wording)
            slots.setdefault(slot, []).append(row)
    for (wave, source, question, item, *_), rows in slots.items():
        total = sum((row.percent for row in rows), Decimal())
        room = sum((Decimal(1).scaleb(-_places(row.percent)) / 2 for row in rows), Decimal())
        whole = bool(wave) and _is_whole(declared, wave, question, [row.option for row in rows])
        least = 100 - room if whole else Decimal()
        yield {
            "wave": wave, "source": source, "question": question, "item": item, "options": len(rows),
            "sum": str(total), "least": str(least), "most": str(100 + room), "whole": _yes(whole),
            "possible": _yes(least <= total <= 100 + room),
        }  # fmt: skip


def _is_whole(declared: Declarations, wave: str, question: str, options: Sequence[str]) -> bool:
    """Whether every answer is listed that a wave can have."""
    fielding = next(fielding for fielding in declared.fieldings if fielding.name == wave)
    absent = fielding.wave.not_offered(question)
    answers = declared.survey.options(question).items()
    return {i for i, option in answers if i not in absent and option.role != "not_applicable"} <= set(options)


def _compared_lines(rows: pd.DataFrame, waves: Sequence[str]) -> Iterable[str]:
    for (wave_name, question), group in rows.groupby(["wave", "question"], sort=False):
        yield f"{wave_name} {question}: {_counts(group)}"
        differing = group[(group["agrees"] == "no") | (group["base_agrees"] == "no")]
        for row in records(differing):
            what = " ".join(str(row[part]) for part in ("item", "option") if row[part])
            by = "" if pd.isna(row["apart"]) else f", apart by {row['apart']} of them"
            base = "an unknown base" if pd.isna(row["published_n"]) else row["published_n"]
            computed = f"{row['computed']:.2f}% of {row['computed_n']}{by}"
            if pd.isna(row["computed"]):
                computed = "nothing: the wave has no such answer or group"
            yield f"    {what}: published {row['published']}% of {base}, computed {computed}"
    by_wave = _by_wave(rows, waves)
    for name, group in by_wave.items():
        yield f"total of {name}: {_counts(group)}"
    if len(by_wave) > 1:
        yield f"total: {_counts(rows)}"


def _impossible(rows: pd.DataFrame, sums: pd.DataFrame) -> Iterator[str]:
    """Numbers and sums that are impossible, and how many were tested."""
    for row in records(rows[rows["possible"] == "no"]):
        what = " ".join(str(row[part]) for part in ("wave", "question", "item", "option") if row[part])
        yield f"not possible: {what}: no number of {row['published_n']} is {row['published']}% of them"
    for row in records(sums[sums["possible"] == "no"]):
        what = " ".join(str(row[part]) for part in ("wave", "question", "item") if row[part])
        yield (
            f"not possible: {what}: the {row['options']} answers of a single choice sum to {row['sum']}%, "
            f"and rounding allows {row['least']} to {row['most']}"
        )
    tested, whole = rows[rows["possible"] != ""], sums[sums["whole"] == "yes"]
    yield (
        f"possible with their base: {(tested['possible'] == 'yes').sum()} of {len(tested)} percentages; "
        f"{(sums['possible'] == 'yes').sum()} of {len(sums)} sums of single choices ({len(whole)} whole)"
    )


def _by_wave(rows: pd.DataFrame, waves: Sequence[str]) -> dict[str, pd.DataFrame]:
    """The published numbers of each wave, in the order of `waves`; before them those of other surveys."""
    published = set(rows["wave"])
    return {name: rows[rows["wave"] == name] for name in ("", *waves) if name in published}


def _totals(rows: pd.DataFrame, waves: Sequence[str]) -> Iterator[dict[str, object]]:
    """How many agree and how many are possible, a row a wave, and one of other surveys' numbers."""
    for wave, of_wave in _by_wave(rows, waves).items():
        tested = of_wave[of_wave["possible"] != ""]
        yield {
            "wave": wave or "other surveys", "own": bool(wave), "numbers": len(of_wave),
            **_agreeing(of_wave),
            "tested": len(tested), "possible": int((tested["possible"] == "yes").sum()),
        }  # fmt: skip


def _questions(rows: pd.DataFrame) -> Iterator[dict[str, object]]:
    """How many agree, a row a question and wave."""
    for (wave, question), group in rows.groupby(["wave", "question"], sort=False):
        yield {
            "wave": wave, "question": question, "numbers": len(group), "source": group["source"].iloc[0],
            **_agreeing(group),
        }  # fmt: skip


def _agreeing(rows: pd.DataFrame) -> dict[str, int]:
    """How many percentages agree, and how many bases."""
    return {
        "agree": int((rows["agrees"] == "yes").sum()),
        "bases": int((rows["base_agrees"] == "yes").sum()),
    }


def _counts(rows: pd.DataFrame) -> str:
    agreeing, count = _agreeing(rows), len(rows)
    return f"{agreeing['agree']} of {count} percentages agree, {agreeing['bases']} of {count} bases agree"
