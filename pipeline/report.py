"""The last stage: one page from the tables and figures. It formats numbers and computes none."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.declarations import survey
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit, load_report
from pipeline.declarations.unsettled import together
from pipeline.exhibits.prose import INTRODUCTION, NOT_TESTED, Piece, paragraphs
from pipeline.pages import notes, quality_words
from pipeline.pages.grids import Grid, banner, grid
from pipeline.pages.manifest import manifest
from pipeline.pages.templates import template
from pipeline.project import files
from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.folding import lowered
from pipeline.text.rounding import half_up, percent, thousands
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read, read_exhibits
from pipeline.tidy.figure_kinds import figure_kinds
from pipeline.tidy.measures import SURE, KindOfTest, Measure, Role, main_measures
from pipeline.tidy.printed import TABLE, Printed, latest_of, waves_of

Frequencies = Callable[[str], pd.DataFrame]


@dataclass(frozen=True)
class Segment:
    """The numbers of an exhibit by the groups of a segment."""

    id: str
    name: str
    grid: Grid
    unsettled: str
    """the unsettled lines that they rest on"""


@dataclass(frozen=True)
class Glance:
    """The highest answer of an exhibit, its base, and whether it is clearly ahead of the next."""

    printed: Printed
    answer: str
    share: str
    base: str
    lead: str


@dataclass(frozen=True)
class Shown:
    """An exhibit with its picture, its table, and the same by segments."""

    printed: Printed
    picture: str
    grid: Grid
    segments: list[Segment]
    text: list[list[Piece]]


def report(paths: Paths) -> Path:
    """Write report.html, one file that can be read, printed and passed on by itself; and the manifest."""
    questionnaire, _ = survey.load(paths)
    declared = load_report(paths, questionnaire)
    printed = read_exhibits(paths)
    exhibits = {exhibit.id: exhibit for exhibit in declared.exhibit}
    tests = read(paths, "tests")
    claims = records(read(paths, "claims"))
    by_id = {one.id: one for one in printed}
    data = {one.id: read(paths, one.id) for one in printed}
    waves = records(read(paths, "waves"))
    wordings = read(paths, "questionnaire")
    effects = read(paths, "quality_effects")
    segments = notes.segment_names(questionnaire, wordings)
    names = {segment: lowered(name) for segment, name in segments.items()}
    quotes = records(read(paths, "quotes"))

    def text(exhibit: str, place: str, declared: str) -> list[list[Piece]]:
        of_text = [q for q in quotes if (q["exhibit"], q["place"]) == (exhibit, place)]
        return paragraphs(declared, of_text, {one.id for one in printed if one.unsettled})

    frequencies = cache(lambda question: read(paths, f"frequencies/{question}"))
    page = template("report.html.j2").render(
        survey=questionnaire,
        synthetic=[wave["title"] for wave in waves if wave["synthetic"]],
        synthetic_note=marks.SYNTHETIC,
        waves=waves,
        flow=records(read(paths, "flow")),
        rules=quality_words.rules(paths),
        effects=[
            effect | {"rule": quality_words.called(effect), "printed": by_id[effect["exhibit"]]}
            for effect in records(effects[effects["flag"] == ""])
        ],
        nonresponse=list(quality_words.questions(read(paths, "nonresponse"), wordings)),
        change=quality_words.change,
        exhibits=[
            Shown(
                one,
                _picture(paths, one),
                grid(data[one.id], one),
                list(_segments(one, exhibits.get(one.id), frequencies, questionnaire, names)),
                text(one.id, "text", one.text),
            )
            for one in printed
        ],
        csvs={one.id: (paths.tables / f"{one.id}.csv").read_text("utf-8") for one in printed},
        introduction=text("", INTRODUCTION, declared.introduction),
        claims=[claim | {"printed": by_id[claim["exhibit"]]} for claim in claims if claim["holds"]],
        failed=[claim for claim in claims if not claim["holds"] and not claim["unsettled"]],
        unsettled=records(read(paths, "unsettled")),
        unsettled_draft=marks.UNSETTLED,
        unsettled_note=marks.unsettled_note,
        untested=[claim for claim in claims if not claim["holds"] and claim["unsettled"]],
        glances=list(_glances(printed, exhibits, data, tests)),
        segments=list(names.items()),
        groups=list(_groups(frequencies, names)),
        codebook=list(_codebook(wordings)),
        bands=declared.segments,
        methodology=notes.methodology(questionnaire, waves, read(paths, "comparisons")),
        targets=records(read(paths, "targets")),
        percent=percent,
        thousands=thousands,
        counted=_counted,
        half_up=half_up,
        period=notes.period,
        labels=lambda of, options: [questionnaire.options(of)[option].label for option in options],
    )
    provenance = manifest(paths, page)
    with files.together() as write:
        write(paths.report, page)
        write(paths.manifest, provenance)
    return paths.report


def _segments(
    printed: Printed,
    exhibit: Exhibit | None,
    frequencies: Frequencies,
    questionnaire: Survey,
    names: Mapping[str, str],
) -> Iterator[Segment]:
    """The question of an exhibit by each segment, where the exhibit shows all who answered it."""
    kind = figure_kinds().get(printed.kind)
    whole = kind is None or (kind.table == "answers" and not kind.over_waves)
    if exhibit is None or not whole or exhibit.by or exhibit.where or exhibit.dkns != "keep":
        return
    estimates = frequencies(exhibit.question)
    estimates = estimates[estimates["wave"] == printed.wave]
    for segment, name in names.items():
        rows = estimates[estimates["by"].isin(["", segment])]
        if segment != exhibit.question and rows["by"].eq(segment).any():
            shown = banner(rows, questionnaire.nets(exhibit.question), {segment: ""})
            yield Segment(segment, name, shown, together(rows["unsettled"]))


def _glances(
    printed: Sequence[Printed],
    declared: Mapping[str, Exhibit],
    data: Mapping[str, pd.DataFrame],
    tests: pd.DataFrame,
) -> Iterator[Glance]:
    """The highest answer of every question that an exhibit ranks, where it is shown first."""
    glances: dict[str, Glance] = {}
    for one in printed:
        exhibit = declared.get(one.id)
        if exhibit and exhibit.question not in glances:
            glance = _glance(one, exhibit, data[one.id], tests)
            glances |= {exhibit.question: glance} if glance else {}
    yield from glances.values()


def _glance(printed: Printed, exhibit: Exhibit, data: pd.DataFrame, tests: pd.DataFrame) -> Glance | None:
    """What an exhibit of one question shows first, if it ranks answers of all respondents."""
    kind = figure_kinds().get(printed.kind)
    if kind is None or kind.table != "answers" or kind.order != "share" or exhibit.by:
        return None
    if ((data["measure"] == Measure.OPTION) & (data["item"] != "")).any():
        return None  # of a grid no answer is the highest
    rows = data[(data["wave"] == printed.wave) & (data["flag"] == "") & data["share"].notna()]
    rows = rows[rows["measure"].isin(main_measures(rows["measure"]))]
    rows = rows[rows["role"].isin([Role.SUBSTANTIVE, ""])]
    if len(rows) < 2:
        return None
    first, second = records(rows.head(2))
    ids = [str(row["option"] or row["item"]) for row in (first, second)]
    label, other = (str(row["option_label"] or row["item_label"]) for row in (first, second))
    of_wave = (tests["exhibit"] == printed.id) & (tests["wave"] == printed.wave)
    pairs = tests[of_wave & (tests["test"] == KindOfTest.TWO_OPTIONS)]
    pair = pairs[pairs["first"].isin(ids) & pairs["second"].isin(ids)]
    lead = NOT_TESTED if printed.unsettled else "not tested"
    if len(pair) == 1 and not printed.unsettled:
        ahead = "clearly ahead of" if float(pair["adjusted_p"].iloc[0]) < SURE else "no clear lead over"
        lead = f"{ahead} {other}, {percent(float(second['share']))}"
    base = thousands(float(first["valid_cases"]))
    return Glance(printed, label, percent(float(first["share"])), base, lead)


def _groups(frequencies: Frequencies, names: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """How many respondents each group of a segment has in each wave."""
    for segment, name in names.items():
        data = frequencies(segment)
        options = data[(data["by"] == "") & (data["measure"] == Measure.OPTION)]
        for row in records(options):
            count = _counted(row["respondents"])
            yield {"wave": row["wave"], "segment": name, "group": row["option_label"], "n": count}


def _counted(count: float) -> str:
    """A count as printed, or the mark of one that is hidden."""
    return marks.SUPPRESSED_MARK if pd.isna(count) else thousands(float(count))


def _codebook(wordings: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """Every question as its latest wave put it, with its items and answers, from questionnaire.csv."""
    for _, rows in wordings.groupby("question", sort=False):
        latest = latest_of(rows)
        parts = {part: list(of["label"]) for part, of in latest.groupby("part", sort=False) if part}
        yield latest.iloc[0].to_dict() | {"waves": ", ".join(waves_of(rows)), "parts": parts}


def _picture(paths: Paths, printed: Printed) -> str:
    """The figure as a data address, so that the page is one file; empty for a table."""
    if printed.kind == TABLE:
        return ""
    path = paths.figures / f"{printed.id}.svg"
    if not path.is_file():
        raise SurveyError(f"no {paths.shown(path)}; run: survey figures --survey {paths.survey}")
    return "data:image/svg+xml;base64," + base64.b64encode(path.read_bytes()).decode()
