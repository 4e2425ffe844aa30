"""The words around an exhibit, composed from the declarations, the wordings of the export and the data.

Nothing here is typed twice or computed: numbers are read off the exhibit's table.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping, Sequence
from functools import cache

import pandas as pd

from pipeline.declarations.report import Exhibit
from pipeline.declarations.steps import Steps, steps_of
from pipeline.exhibits.bases import as_base, base_in_words, either
from pipeline.exhibits.context import Context, WaveFacts, span
from pipeline.exhibits.feet import change_methods, feet, segment_number
from pipeline.text.folding import lowered, plain
from pipeline.text.rounding import half_up, p_value
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.marks import INVENTED
from pipeline.tidy.measures import CHANGES, SURE, KindOfTest, Measure, MethodOfTest
from pipeline.tidy.printed import Printed

_TITLE_WORDS = 12
_MOST_TITLE_WORDS = 18
_ASIDE = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]")
_SENTENCE = re.compile(r"(?<=[.!?:。？！])\s+(?=\W*[^\W\d_a-z])")
_SHAPED = {
    "pair": "Share of respondents choosing each theme in either question",
    "combinations": "Share of respondents choosing exactly each combination of the answers listed",
    "steps": "Share of respondents who have come as far as each answer",
    "bins": "Share of respondents by the number they gave",
}


def caption(
    exhibit: Exhibit,
    number: int,
    data: pd.DataFrame,
    tests: pd.DataFrame,
    contexts: Sequence[Context],
    unsettled: str = "",
) -> Printed:
    """The exhibit as printed; `data` are its table's rows for the waves drawn, `tests` the tests of them.

    `contexts` has one of each wave drawn, the latest first; `unsettled` are the lines that the rows rest on.
    The title is the neutral one: one that claims something takes its place once its claim was tested. The
    alt text, which begins with that title, is written then (`alt_text`).
    """
    latest = contexts[0]
    questions = [_asked(question, exhibit, latest) for question in exhibit.questions]
    foot, details = feet(exhibit, data, contexts, unsettled)
    steps = steps_of(latest.survey, exhibit.question)
    return Printed(
        number=number,
        id=exhibit.id,
        kind=exhibit.kind,
        wave=latest.wave.name,
        title=exhibit.neutral or _default_title(exhibit.question, latest),
        text=exhibit.text,
        subtitle=_subtitle(exhibit, data, contexts),
        question=" ".join(questions),
        foot=foot,
        tests=_tested(tests),
        alt="",
        synthetic=any(context.wave.synthetic for context in contexts),
        unsettled=unsettled,
        details=details,
        highlight=" ".join(exhibit.highlight or _clear(exhibit, steps, data, tests)),
        steps=" ".join(steps.options),
        two_sided=steps.two_sided,
        chapter=exhibit.chapter,
        shapes=exhibit.shapes,
    )


def _clear(exhibit: Exhibit, steps: Steps, data: pd.DataFrame, tests: pd.DataFrame) -> list[str]:
    """What a figure points at without a claim: the answer clearly first, or what clearly changed."""
    if exhibit.drawn.table == "two_waves":
        clear = data[data["measure"].isin(CHANGES) & (data["flag"] == "")]
        return [f"{row['item']}.{row['option']}".strip(".") for row in records(clear)]
    ahead = tests[tests["test"] == KindOfTest.TWO_OPTIONS]
    # of steps one is as good as the next
    if exhibit.by or ahead.empty or steps.options:
        return []
    first = ahead.sort_values("first_estimate", ascending=False, kind="stable").iloc[0]
    return [str(first["first"])] if first["adjusted_p"] < SURE and first["difference"] > 0 else []


def _asked(question: str, exhibit: Exhibit, context: Context) -> str:
    """A question's number, wording and mode, and the number of what it is crossed with."""
    wording = context.wordings[question]
    by = f" by {segment_number(exhibit, context)}" if exhibit.by else ""
    return f"{wording.number}{by}. {wording.text} {wording.mode}".strip()


def caption_published(
    exhibit: Exhibit,
    number: int,
    data: pd.DataFrame,
    contexts: Mapping[str, Context],
    unsettled: str = "",
) -> Printed:
    """The words around numbers that others published: each panel carries its own base.

    `contexts` are those of the survey's own waves, of which one may stand beside.
    """
    sources = list(dict.fromkeys(data["source"]))
    beside = [contexts[wave] for wave in dict.fromkeys(data["beside"]) if wave]
    synthetic = any(context.wave.synthetic for context in beside)
    foot = "Published by others, not computed here; each panel has its own question and base."
    if data["low"].notna().any():
        foot += " Whiskers: 95% intervals, added here."
    grades = "Grade A: read in the publisher's own text"
    if (data["grade"] == "B").any():
        grades += "; B: quoted by a third party"
    ours = f" “This survey”: {INVENTED[0].lower()}{INVENTED[1:]}" * synthetic
    details = [
        *([marks.unsettled_note(unsettled)] if unsettled else []),
        f"{foot}{ours} Sources: {'; '.join(sources)}. The panels are not to be ranked together. Options that "
        f"a source did not publish are missing. {grades}.",
        *(_beside(exhibit, data, context) for context in beside),
        "Whiskers: 95% Wilson interval, added here where the base is known; it reflects sampling variation "
        "only, not a margin of error.",
        f"Data: tables/{exhibit.id}.csv",
    ]
    return Printed(
        number=number,
        id=exhibit.id,
        kind=exhibit.kind,
        wave="",
        title=exhibit.neutral or f"Published numbers on {plain(exhibit.question).lower()}",
        text=exhibit.text,
        subtitle="% of each source's respondents, as published"
        + "; in orange, of this survey's" * bool(beside),
        question="Each panel names its source, the question it asked, its base and its grade.",
        foot=f"{foot}{ours}",
        tests="",
        alt="",
        synthetic=synthetic,
        unsettled=unsettled,
        details="\n".join(details),
        highlight=" ".join(exhibit.highlight),
        chapter=exhibit.chapter,
        shapes=exhibit.shapes,
    )


def _beside(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """The source of the survey's own numbers beside published ones."""
    wording, rows = context.wordings[exhibit.question], data[data["beside"] == context.wave.name]
    base = as_base(base_in_words(exhibit.question, exhibit.where, context))
    parts = (f"{context.wave.title}, {wording.number}", f"valid cases = {span(rows['n'])}", base)
    few = "".join(f" {mark}" for mark in marks.few_marks(rows))
    return (
        f"“This survey”: {', '.join(part for part in parts if part)}. {wording.text} {wording.mode} The "
        f"theme is the same; the question, the answers offered and the respondents are others.{few}"
    )


def _default_title(question: str, context: Context) -> str:
    """A question as the title of its figure, whole where another would have the same."""
    text = context.wordings[question].text
    title = default_title(text)
    alike = [wording.text for wording in context.wordings.values() if default_title(wording.text) == title]
    return " ".join(text.split()) if len(set(alike)) > 1 else title


@cache
def default_title(text: str) -> str:
    """A question as the title of its figure: whole, or without asides in brackets, or the sentence that asks.

    Only a question that is long without these is cut; its whole text stands below the title.
    """
    whole = " ".join(text.rstrip(":").split())
    without = _ASIDE.sub("", whole).strip()
    sentences = _SENTENCE.split(without)
    asked = [sentence for sentence in sentences if sentence.endswith(("?", "？"))]
    shorter = asked[-1] if asked else sentences[0].rstrip(":")
    for most in (_TITLE_WORDS, _MOST_TITLE_WORDS):
        for title in (whole, without, shorter):
            if title and len(title.split()) <= most:
                return title
    return f"{' '.join(shorter.split()[: _TITLE_WORDS - 1])} …"


def _subtitle(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> str:
    latest, table = contexts[0], exhibit.drawn.table
    if exhibit.measure:
        return ", ".join(
            part for part in (exhibit.measure, _base(exhibit, latest), _period(contexts)) if part
        )
    measure = _SHAPED.get(table) or _measure(exhibit, data, latest)
    unit = latest.survey.questions[exhibit.question].unit
    if table == "bins" and unit:
        measure += f" ({unit})"
    if exhibit.by:
        group = plain(exhibit.by).lower()
        numbered = exhibit.by in latest.wordings and latest.wordings[exhibit.by].number.lower() == group
        # a figure of two groups names both of them
        measure += (
            ", % of each group" if numbered or exhibit.drawn.over_waves else f", % of each {group} group"
        )
    if (data["measure"] == Measure.DIFFERENCE).any():
        measure += ", difference in percentage points"
    if exhibit.drawn.whiskers and data["low"].notna().any():
        measure += ", with 95% intervals"
    if len(contexts) > 1 and table == "two_waves":
        measure += ", change in percentage points"
    return ", ".join(part for part in (measure, _base(exhibit, latest), _period(contexts)) if part)


def _base(exhibit: Exhibit, latest: Context) -> str:
    """Whom the numbers are of; where two questions have different bases, the details give them."""
    bases = {base_in_words(question, exhibit.where, latest) for question in exhibit.questions}
    return as_base(bases.pop()) if len(bases) == 1 else ""


def _period(contexts: Sequence[Context]) -> str:
    """When the numbers are of: the dates of a wave, or the first and the last of several."""
    latest = contexts[0].wave
    return f"{contexts[-1].wave.name} to {latest.name}" if len(contexts) > 1 else _dates(latest)


def _measure(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """What the numbers of an exhibit are, in words."""
    asked = context.survey.questions[exhibit.question]
    if asked.form.by_item and exhibit.drawn.over_waves:
        chosen = data.drop_duplicates("option")["option_label"]
        return f"Share of respondents: {either([lowered(label) for label in chosen])}"
    caption = (asked.unit and asked.form.caption_with_unit) or asked.form.caption
    deep = (data["measure"] == Measure.TOP_3).any()
    return caption.format(unit=asked.unit, places="the first three" if deep else "their choices")


def _dates(wave: WaveFacts) -> str:
    if not wave.fielded_from:
        return ""
    first = datetime.date.fromisoformat(wave.fielded_from)
    last = datetime.date.fromisoformat(wave.fielded_to)
    if first.year != last.year:
        return f"{first:%B %Y} to {last:%B %Y}"
    if first.month != last.month:
        return f"{first:%B} to {last:%B %Y}"
    return f"{first:%B %Y}"


def _tested(tests: pd.DataFrame) -> str:
    """What was tested, how, and with what result, for the note under the table."""
    notes = []
    kind = tests["test"]
    if (kind == KindOfTest.TWO_GROUPS).any():
        notes.append(f"Letters: {marks.LETTERS}")
    crosstabs = tests[
        kind.eq(KindOfTest.RAO_SCOTT) & tests["method"].eq(MethodOfTest.F) & tests["option"].eq("")
    ]
    for row in records(crosstabs) if len(crosstabs) == 1 else []:
        degrees = f"{half_up(row['df'], 1)}, {half_up(row['df2'], 1)}"
        statistic = half_up(row["statistic"], 2)
        notes.append(
            f"Rao–Scott test of the answers by group: F({degrees}) = {statistic}, {p_value(row['p'])}."
        )
    for row in records(tests[kind == KindOfTest.FRIEDMAN]):
        notes.append(
            f"Friedman test of whether all are ranked alike: chi-squared({half_up(row['df'])}) = "
            f"{half_up(row['statistic'], 1)}, {p_value(row['p'])}, unweighted."
        )
    waves = tests[kind == KindOfTest.TWO_WAVES]
    if len(waves):
        clear = (waves["adjusted_p"] < SURE).sum()
        notes.append(
            f"Of {len(waves)} changes between the waves, {clear} {'is' if clear == 1 else 'are'} clear at "
            f"95% (independent samples, {change_methods(waves['method'])}, Holm-adjusted)."
        )
    neighbours = tests[kind == KindOfTest.TWO_OPTIONS]
    if len(neighbours):
        notes.append(
            f"Next to each other in falling order, {(neighbours['adjusted_p'] < SURE).sum()} of "
            f"{len(neighbours)} pairs differ at 95% (paired t tests, Holm-adjusted)."
        )
    return " ".join([*notes, "All tests: tables/tests.csv."] if notes else [])
