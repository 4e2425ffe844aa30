"""The words around an exhibit, composed from the declarations, the wordings of the export and the data.

Nothing here is typed twice or computed: numbers are read off the exhibit's table.
"""

from __future__ import annotations

import datetime
import itertools
import re
from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit
from pipeline.exhibits.alt_text import alt_text, cut_to_length
from pipeline.exhibits.context import Context, WaveFacts, of_shares, span
from pipeline.exhibits.source import order_of
from pipeline.pages.notes import INVENTED
from pipeline.text.folding import lowered, plain
from pipeline.text.rounding import half_up, p_value, points, thousands
from pipeline.text.values import as_number
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.measures import (
    CHANGES,
    SHARES,
    SURE,
    Comparability,
    Flag,
    KindOfTest,
    Measure,
    MethodOfTest,
    Role,
    answer_label,
)
from pipeline.tidy.printed import NOT_THE_SAME, TABLE, Printed

_LONG_LABEL = 40
_FEWEST_STEPS = 3
_LISTED = 4
_TITLE_WORDS = 12
_MOST_TITLE_WORDS = 18
_ASIDE = re.compile(r"\s*[(\[（][^()\[\]（）]*[)\]）]")
_SENTENCE = re.compile(r"(?<=[.!?:。？！])\s+(?=\W*[^\W\d_a-z])")
_OF_CHANGES = {MethodOfTest.NEWCOMBE: "Newcombe", MethodOfTest.T: "t"}
MOST_LINES = 6
_SHAPED = {
    "pair": "Share of respondents choosing each theme in either question",
    "combinations": "Share of respondents choosing exactly each combination of the answers listed",
    "steps": "Share of respondents who have come as far as each answer",
    "bins": "Share of respondents by the number they gave",
}
_NOTES_ON_TABLES = {
    "pair": "Only the themes that both questions offer are shown.",
    "combinations": "Columns are exclusive combinations of the answers listed and sum to 100%; the number "
    "after an answer is the share choosing it at all.",
    "steps": "n: respondents who came so far; beside it their share of those at the step before.",
}
_NOTES_ON_KINDS = {
    "scale_bars": "Parts too narrow for a label are in the table.",
    "diverging_bars": "Parts too narrow for a label are in the table.",
    "trend_lines": "Shares for which there is no room are in the table.",
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
    The title is the neutral one: one that claims something takes its place once its claim was tested.
    """
    latest = contexts[0]
    questions = [_asked(question, exhibit, latest) for question in exhibit.questions]
    return Printed(
        number=number,
        id=exhibit.id,
        kind=exhibit.kind,
        wave=latest.wave.name,
        title=exhibit.neutral or default_title(latest.wordings[exhibit.question].text),
        text=exhibit.text,
        subtitle=_subtitle(exhibit, data, contexts),
        question=" ".join(questions),
        foot="\n".join([*_unsettled(unsettled), _foot(exhibit, data, contexts)]),
        tests=_tested(tests),
        alt=alt_text(exhibit, data, contexts, unsettled),
        synthetic=any(context.wave.synthetic for context in contexts),
        unsettled=unsettled,
    )


def _unsettled(lines: str) -> list[str]:
    """What is said first under numbers that rest on unsettled lines."""
    return [marks.unsettled_note(lines)] if lines else []


def _asked(question: str, exhibit: Exhibit, context: Context) -> str:
    """A question's number, wording and mode, and the number of what it is crossed with."""
    wording = context.wordings[question]
    by = f" by {_segment_number(exhibit, context)}" if exhibit.by else ""
    return f"{wording.number}{by}. {wording.text} {wording.mode}".strip()


def caption_published(
    exhibit: Exhibit,
    number: int,
    data: pd.DataFrame,
    question: str,
    contexts: Mapping[str, Context],
    unsettled: str = "",
) -> Printed:
    """The words around numbers that others published: each panel carries its own base.

    `contexts` are those of the survey's own waves, of which one may stand beside.
    """
    sources = list(dict.fromkeys(data["source"]))
    beside = [contexts[wave] for wave in dict.fromkeys(data["beside"]) if wave]
    grades = "Grade A: read in the publisher's own text"
    if (data["grade"] == "B").any():
        grades += "; B: quoted by a third party"
    foot = [
        f"Published by others, not computed here: {'; '.join(sources)}. Each panel has its own question "
        "and base; the panels are not to be ranked together. Options that a source did not publish are "
        f"missing. {grades}.",
        "Whiskers: 95% Wilson interval, added here where the base is known; it reflects sampling variation "
        "only, not a margin of error.",
    ]
    foot[1:1] = [_beside(exhibit, data, context) for context in beside]
    synthetic = any(context.wave.synthetic for context in beside)
    invented = f"{marks.SYNTHETIC.lower()}, invented to try the pipeline, nobody's answers"
    foot.append(f"“This survey”: {invented}. " * synthetic + f"Data: tables/{exhibit.id}.csv")
    panels = data.drop_duplicates(["source", "wording", "group"])
    first = data.iloc[0]
    alt = (
        f"Bars of percentages published by {len(sources)} sources in {len(panels)} panels on {question}. "
        f"The first, {first['source']}: {first['label']} {first['percent']}%."
    )
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
        foot="\n".join([*_unsettled(unsettled), *foot]),
        tests="",
        alt=cut_to_length(f"{marks.UNSETTLED}. {alt}" if unsettled else alt),
        synthetic=synthetic,
        unsettled=unsettled,
    )


def _beside(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """The source of the survey's own numbers beside published ones."""
    wording, rows = context.wordings[exhibit.question], data[data["beside"] == context.wave.name]
    base = _as_base(base_in_words(exhibit.question, exhibit.where, context))
    parts = (f"{context.wave.title}, {wording.number}", f"valid cases = {span(rows['n'])}", base)
    few = "".join(f" {mark}" for mark in marks.few_marks(rows))
    return (
        f"“This survey”: {', '.join(part for part in parts if part)}. {wording.text} {wording.mode} The "
        f"theme is the same; the question, the answers offered and the respondents are others.{few}"
    )


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


def _segment_number(exhibit: Exhibit, context: Context) -> str:
    of = context.bands[exhibit.by].of if exhibit.by in context.bands else exhibit.by
    return context.wordings[of].number


def _subtitle(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> str:
    latest, table = contexts[0], exhibit.drawn.table
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
    period = _dates(latest.wave)
    if len(contexts) > 1:
        period = f"{contexts[-1].wave.name} to {latest.wave.name}"
        measure += ", change in percentage points" if table == "two_waves" else ""
    # where two questions have different bases, the source line gives them
    bases = {base_in_words(question, exhibit.where, latest) for question in exhibit.questions}
    base = _as_base(bases.pop()) if len(bases) == 1 else ""
    return ", ".join(part for part in (measure, base, period) if part)


def _as_base(whom: str) -> str:
    return f"base: {whom}" if whom else ""


def _measure(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """What the numbers of an exhibit are, in words."""
    asked = context.survey.questions[exhibit.question]
    if asked.form.by_item and exhibit.drawn.over_waves:
        chosen = data.drop_duplicates("option")["option_label"]
        return f"Share of respondents: {_either([lowered(label) for label in chosen])}"
    caption = (asked.unit and asked.form.caption_with_unit) or asked.form.caption
    deep = (data["measure"] == Measure.TOP_3).any()
    return caption.format(unit=asked.unit, places="the first three" if deep else "their choices")


def base_in_words(question: str, where: Mapping[str, Sequence[str]], context: Context) -> str:
    """Who was asked a question and is not left out by a filter; empty where that is everyone."""
    asked = context.survey.questions[question].asked
    clauses = [_clause(on, options, context) for on, options in asked.items() if on in context.wordings]
    clauses += [_clause(on, options, context) for on, options in where.items()]
    return " and ".join(clauses)


def _clause(question: str, options: Sequence[str], context: Context) -> str:
    """A condition in words; where it is of all substantive answers, the others are named instead."""
    number = context.wordings[question].number
    offered = {option: context.labels[question, option] for option in options
               if (question, option) in context.labels}  # fmt: skip
    declared = {i: o for i, o in context.survey.options(question).items() if (question, i) in context.labels}
    named = {i for i, option in declared.items() if option.role == "substantive"}
    if set(offered) == named and len(named) > _LISTED:
        left = [context.labels[question, i] for i in declared if i not in named]
        return f"{number} = an answer other than {_either([_quoted(label) for label in left])}"
    return f"{number} = {_either([_quoted(label) for label in offered.values()])}"


def _quoted(label: str) -> str:
    """A label in quotation marks, cut at a word where it is long."""
    if len(label) <= _LONG_LABEL:
        return f"“{label}”"
    return f"“{label[:_LONG_LABEL].rsplit(' ', 1)[0].rstrip(',;')}…”"


def _either(parts: Sequence[str]) -> str:
    return " or ".join(parts) if len(parts) < 3 else f"{', '.join(parts[:-1])} or {parts[-1]}"


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


def source_line(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> str:
    """The line that states wave, question and bases, in the grammar of the field.

    One clause a wave, newest first, or one a question where there are two.
    """
    clauses: list[tuple[str, str]] = []
    shares = data[~data["flag"].eq(Flag.NOT_ASKED) & ~data["measure"].isin([*CHANGES, Measure.CONTINUED])]
    for context in contexts:
        of_wave = shares[shares["wave"] == context.wave.name]
        for question, rows in of_wave.groupby("question", sort=False):
            base = _as_base(base_in_words(str(question), exhibit.where, context))
            clauses.append((_clause_of(exhibit, str(question), rows, context), base))
    if len({base for _, base in clauses}) > 1:
        return "; ".join(", ".join(part for part in clause if part) for clause in clauses)
    line, base = "; ".join(clause for clause, _ in clauses), clauses[0][1]
    return f"{line}{', ' if len(clauses) == 1 else '; '}{base}" if base else line


def _of_everybody(data: pd.DataFrame) -> pd.DataFrame:
    """The rows with the base of all respondents; where a table has groups alone, those of the groups."""
    return of_shares(data[data["by"] == ""] if data["by"].eq("").any() else data)


def _clause_of(exhibit: Exhibit, question: str, data: pd.DataFrame, context: Context) -> str:
    whole = _of_everybody(data)
    number = context.wordings[question].number
    if exhibit.by:
        number += f" by {_segment_number(exhibit, context)}"
    bases = {"sample size": whole["sample_size"], "valid cases": whole["valid_cases"]}
    if whole["total_mentions"].notna().any():
        bases["total mentions"] = whole["total_mentions"].dropna()
    return ", ".join([context.wave.title, number, *(f"{name} = {span(n)}" for name, n in bases.items())])


def _foot(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> str:
    latest = contexts[0]
    form, shape = latest.survey.questions[exhibit.question].form, exhibit.drawn.table
    notes = [source_line(exhibit, data, contexts) + "."]
    roles = {o.role for o in latest.survey.options(exhibit.question).values()}
    if sorting := _sorting(exhibit, latest.survey, data):
        notes.append(sorting)
    if exhibit.dkns == "exclude" and "dkns" in roles:
        notes.append("DKNS excluded from the analysis.")
    if shape == "answers":
        if form.several:
            notes.append("Several answers possible: shares can sum to more than 100%.")
        elif form.is_exclusive:
            notes.append("Shares may not sum to 100% because of rounding.")
    if (form.by_item or exhibit.drawn.over_waves) and (data["measure"] == Measure.NET).any():
        notes.append(_net_note(exhibit, data, latest))
    if exhibit.question in latest.screened:
        notes.append("Answers that screen a respondent out are not shown.")
    if form.is_ranked:
        notes.append("Valid cases ranked at least one.")
    notes += _shape_notes(exhibit, data, contexts)
    for context in contexts:
        if context.wave.weighting:
            notes.append(_weighted(data[data["wave"] == context.wave.name], context.wave))
    # a figure of shares shows no mean, which may have another base
    shown = data if exhibit.kind == TABLE else data[data["measure"].isin([*SHARES, *CHANGES])]
    notes += marks.few_marks(shown)
    if (shown["flag"] == Flag.SUPPRESSED).any():
        notes.append(f"{marks.SUPPRESSED_MARK}: {marks.why_hidden(latest.survey.privacy.base)}.")
    if (shown["flag"] == Flag.NOT_ASKED).any():
        notes.append(f"{marks.NOT_ASKED_MARK}: not offered in that wave.")
    if exhibit.by:
        notes.append(f"n: valid cases of each group{_ungrouped(data)}.")
    lines, population = [" ".join(notes)], latest.survey.population
    if exhibit.drawn.whiskers:
        drawn = marks.intervals(data[data["share"].notna()])
        lines.append(f"Whiskers: {drawn}. {marks.opt_in(population)}")
    elif exhibit.kind == TABLE:
        lines.append(f"Intervals: {marks.intervals(data)}. {marks.opt_in(population)}")
    else:
        people = marks.people_of(population)
        lines.append(f"Opt-in sample: shares describe those who answered, not all {people}.")
    credited: dict[str, list[str]] = {}
    for wave in (context.wave for context in contexts if context.wave.licence):
        credited.setdefault(wave.licence, []).append(wave.citation or wave.title)
    lines += [f"Responses: {'; '.join(waves)}. Licence: {licence}." for licence, waves in credited.items()]
    synthetic = any(context.wave.synthetic for context in contexts)
    lines.append(f"{INVENTED} " * synthetic + f"Data: tables/{exhibit.id}.csv")
    return "\n".join(dict.fromkeys(lines))


def _shape_notes(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> list[str]:
    """What a reader must know of a figure because of what it shows."""
    table, notes = exhibit.drawn.table, []
    if exhibit.kind in _NOTES_ON_KINDS:
        notes.append(_NOTES_ON_KINDS[exhibit.kind])
    if exhibit.drawn.over_waves and not exhibit.by:
        notes += _wave_notes(data, contexts)
    changes = data[data["measure"].isin(CHANGES)]
    if table == "all_waves":
        notes.append(_clear_changes(changes))
    elif len(changes):
        what = "change" if (changes["measure"] == Measure.CHANGE).any() else "difference"
        clear = changes.loc[changes["flag"] == "", "interval"]
        keys = [f"[\u00a0]: interval of a clear {what} ({_methods(clear)})"] if len(clear) else []
        if (changes["flag"] == Flag.NO_CLEAR_CHANGE).any():
            keys.append(f"{marks.NO_CLEAR_CHANGE}: no clear {what}")
        if keys:
            notes.append(f"{'; '.join(keys)}; at 5%, Holm-adjusted over the rows of the figure.")
    if table in _NOTES_ON_TABLES:
        notes.append(_NOTES_ON_TABLES[table])
    return notes


def _methods(methods: Iterable[MethodOfTest]) -> str:
    return " or ".join(_OF_CHANGES[method] for method in dict.fromkeys(methods))


def _clear_changes(changes: pd.DataFrame) -> str:
    """Which of the lines of a trend moved, and between which waves; the widest first."""
    tested = changes[changes["flag"].isin(["", Flag.NO_CLEAR_CHANGE])]
    clear = tested[tested["flag"] == ""].sort_values("value", key=abs, ascending=False, kind="stable")
    if tested.empty:
        return "No change between the waves could be tested."
    how = f"at 5%, Holm-adjusted over the {len(tested)} of the figure"
    if clear.empty:
        return f"No clear change between any two waves {how}."
    listed = [f"{answer_label(row)} {row['group_label']} {points(float(row['value']))}" for row in
              records(clear.head(_LISTED))]  # fmt: skip
    more = len(clear) - len(listed)
    return f"Clear changes in points, {how}: {'; '.join(listed)}{f'; {more} more in the table' * bool(more)}."


def _wave_notes(data: pd.DataFrame, contexts: Sequence[Context]) -> list[str]:
    """How far the waves compare, with the mark that the figure has."""
    notes, mark = [], f"{NOT_THE_SAME} " if len(contexts) > 2 else ""
    for context, before in itertools.pairwise(contexts):
        status, note = context.change
        because = f": {note}" if note else ""
        pair = f"{before.wave.name} and {context.wave.name}"
        of_wave = data[data["wave"] == context.wave.name]
        if status == Comparability.BROKEN:
            notes.append(f"{mark}{pair} cannot be compared{because}.")
        elif status == Comparability.REWORDED:
            notes.append(f"{mark}Question reworded between {pair}{because}.")
        elif (of_wave["comparability"] == Comparability.OPTIONS).any():
            notes.append(f"{mark}Answers offered differ between {pair}{because}.")
    for context in contexts:
        for target, parts in context.pools.items():
            joined = _either([_quoted(part) for part in parts])
            notes.append(f"{_quoted(target)} is in {context.wave.name} {joined}.")
    if not notes:
        notes.append(f"Same question and answers in {'both' if len(contexts) == 2 else 'all'} waves.")
    return notes


def _weighted(data: pd.DataFrame, wave: WaveFacts) -> str:
    """How the numbers are weighted, and the weighted and effective bases."""
    whole = _of_everybody(data)
    # where every design effect is hidden, there is no least and no greatest
    effects = [f"{deff:.2f}" for deff in (whole["deff"].min(), whole["deff"].max()) if not pd.isna(deff)]
    deff = " to ".join(dict.fromkeys(effects)) or marks.SUPPRESSED_MARK
    return (
        f"Weighted by {wave.weighting}; sample size, valid cases and n are unweighted; weighted base = "
        f"{span(whole['weighted_base'])}, effective base = {span(whole['effective_base'])}, design effect "
        f"= {deff}; errors take the weights as given."
    )


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
            f"95% (independent samples, {_methods(waves['method'])}, Holm-adjusted)."
        )
    neighbours = tests[kind == KindOfTest.TWO_OPTIONS]
    if len(neighbours):
        notes.append(
            f"Next to each other in falling order, {(neighbours['adjusted_p'] < SURE).sum()} of "
            f"{len(neighbours)} pairs differ at 95% (paired t tests, Holm-adjusted)."
        )
    return " ".join([*notes, "All tests: tables/tests.csv."] if notes else [])


def _ungrouped(data: pd.DataFrame) -> str:
    """How many valid cases are in none of the groups, such as those who did not say."""
    if not data["by"].eq("").any():
        return ""
    groups = of_shares(data).drop_duplicates(["by", "group"])
    if groups["valid_cases"].isna().any():
        return ""
    whole = int(groups.loc[groups["by"] == "", "valid_cases"].iloc[0])
    left = whole - int(groups.loc[groups["by"] != "", "valid_cases"].sum())
    return f"; {thousands(left)} of all {thousands(whole)} are in none of them" if left else ""


def _net_note(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    nets = list(dict.fromkeys(data.loc[data["measure"] == Measure.NET, "option"]))
    sums = []
    for net in nets if exhibit.kind == "diverging_bars" or exhibit.drawn.over_waves else nets[:1]:
        members = context.survey.nets(exhibit.question)[net]
        labels = [context.labels.get((exhibit.question, member), plain(member)) for member in members]
        sums.append(f"{lowered(context.survey.net_label(exhibit.question, net))} = {' + '.join(labels)}")
    return f"Net {', '.join(sums)}, added before rounding."


def _sorting(exhibit: Exhibit, survey: Survey, data: pd.DataFrame) -> str:
    asked, order = survey.questions[exhibit.question], order_of(exhibit, survey)
    last = [name for role, name in ((Role.OTHER, "Other"), (Role.NONE, "None"), (Role.DKNS, "DKNS"))
            if (data["role"] == role).any()]  # fmt: skip
    tail = f"; {', '.join(last)} last" if last else ""
    shape = exhibit.drawn.table
    if shape == "two_waves":
        what = "difference" if exhibit.by else "change"
        return f"Sorted by the {what} in descending order{tail}."
    if shape == "all_waves":
        several = len(data.drop_duplicates(["item", "option"])) == MOST_LINES and not exhibit.show
        most = f"At most the {MOST_LINES} highest in the latest wave are shown. " if several else ""
        return f"{most}Sorted by the share in the latest wave{tail}."
    if shape == "pair":
        return "Sorted by the share in the first question in descending order."
    if shape in ("combinations", "steps", "bins"):
        return ""
    if asked.form.by_item and order == "share":
        nets = data.loc[data["measure"] == Measure.NET, "option_label"]
        if len(nets):
            return f"Sorted by net {lowered(nets.iloc[0])}{'; DKNS last' if 'DKNS' in last else ''}."
        return f"{'Items in' if asked.order else 'In'} the order of the questionnaire."
    if order == "share":
        whose = " of all respondents" if exhibit.by else ""
        return f"Sorted by the share{whose} in descending order{tail}."
    if asked.form.is_open:
        return ""
    if asked.form.by_item and asked.order:
        return f"Items in the order of the questionnaire{tail}."
    if order == "scale":
        answers = [o.label for o in survey.options(exhibit.question).values() if o.role == "substantive"]
        if len(answers) < _FEWEST_STEPS:
            return ""  # Yes and No are no scale to speak of
        are_numbers = all(as_number(label) is not None for label in answers)
        return f"In the order of {'their numbers' if are_numbers else 'the scale'}{tail}."
    return f"In the order of the questionnaire{tail}."
