"""The words around an exhibit, composed from the declarations, the wordings of the export and the data.

Nothing here is typed twice or computed: numbers are read off the exhibit's table.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.estimate import LOW_BASE, SHARES, SUPPRESSED
from pipeline.exhibits import Bands, Exhibit
from pipeline.printed import Printed
from pipeline.rounding import half_up, percent, thousands
from pipeline.significance import SURE
from pipeline.stats.intervals import NAMES
from pipeline.survey import Survey
from pipeline.words import plain

_WHOM = "organisations"
SYNTHETIC = "Synthetic responses"
_LONG_LABEL = 40
_LISTED = 4
_ALT_LENGTH = 400
_TITLE_WORDS = 12


def opt_in(survey: Survey) -> str:
    """What an interval of an opt-in sample does not mean, for the survey's population."""
    return (
        "Opt-in sample: the interval reflects sampling variation only, not a margin of error for all "
        f"{_people(survey)}."
    )


def _people(survey: Survey) -> str:
    """Whom a survey is about: its population, without how they were reached."""
    return survey.population.split(";")[0].strip() or _WHOM


@dataclass(frozen=True)
class Wording:
    """How one wave put one question."""

    number: str
    text: str
    mode: str


@dataclass(frozen=True)
class WaveFacts:
    """What the database says of a wave as a whole."""

    name: str
    title: str
    fielded_from: str
    fielded_to: str
    synthetic: bool
    licence: str
    citation: str
    weighting: str


@dataclass(frozen=True)
class Context:
    """What captions are composed from, beside the exhibit and its data."""

    survey: Survey
    bands: Mapping[str, Bands]
    wave: WaveFacts
    wordings: Mapping[str, Wording]
    labels: Mapping[tuple[str, str], str]
    screened: frozenset[str]
    """the questions with an answer that disqualifies"""


def caption(
    exhibit: Exhibit, number: int, data: pd.DataFrame, tests: pd.DataFrame, context: Context
) -> Printed:
    """The exhibit as printed; `data` are its table's rows for the wave drawn, `tests` the tests of them."""
    wording = context.wordings[exhibit.question]
    by = f" by {_segment_number(exhibit, context)}" if exhibit.by else ""
    question = f"{wording.number}{by}. {wording.text} {wording.mode}".strip()
    return Printed(
        number=number,
        id=exhibit.id,
        kind=exhibit.kind,
        wave=context.wave.name,
        title=exhibit.neutral or _default_title(wording),
        subtitle=_subtitle(exhibit, context),
        question=question,
        foot=_foot(exhibit, data, context),
        tests=_tested(tests),
        alt=_alt(exhibit, data, context),
        synthetic=context.wave.synthetic,
    )


def caption_published(exhibit: Exhibit, number: int, data: pd.DataFrame, question: str) -> Printed:
    """The words around numbers that others published: each panel carries its own base."""
    sources = list(dict.fromkeys(data["source"]))
    grades = "Grade A: read in the publisher's own text"
    if (data["grade"] == "B").any():
        grades += "; B: quoted by a third party"
    foot = [
        f"Published by others, not computed here: {'; '.join(sources)}. Each panel has its own question "
        "and base; the panels are not to be ranked together. Options that a source did not publish are "
        f"missing. {grades}.",
        "Whiskers: 95% Wilson interval, added here where the base is known; it reflects sampling variation "
        "only, not a margin of error.",
        f"Data: tables/{exhibit.id}.csv",
    ]
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
        subtitle="% of each source's respondents, as published",
        question="Each panel names its source, the question it asked, its base and its grade.",
        foot="\n".join(foot),
        tests="",
        alt=_short(alt),
        synthetic=False,
    )


def _default_title(wording: Wording) -> str:
    words = wording.text.rstrip(":").split()
    return " ".join(words) if len(words) <= _TITLE_WORDS else f"{' '.join(words[: _TITLE_WORDS - 1])} …"


def _segment_number(exhibit: Exhibit, context: Context) -> str:
    of = context.bands[exhibit.by].of if exhibit.by in context.bands else exhibit.by
    return context.wordings[of].number


def _subtitle(exhibit: Exhibit, context: Context) -> str:
    asked = context.survey.questions[exhibit.question]
    measure = {
        "rank": "Share of respondents ranking each among their choices",
        "grid": "Share of respondents, by level",
        "number": "Mean, median and quartiles" + f" ({asked.unit})" * bool(asked.unit),
        "date": "Mean, median and quartiles of the date (years)",
        "allocation": f"Mean, median and quartiles of the {asked.unit or 'points'} given to each",
        "text": "Share of respondents who wrote something",
    }.get(asked.kind, "Share of respondents choosing each answer")
    if exhibit.by:
        measure += f", % of each {plain(exhibit.by).lower()} group"
    whom = _whom(exhibit, context)
    return ", ".join(part for part in (measure, whom, _dates(context.wave)) if part)


def _whom(exhibit: Exhibit, context: Context) -> str:
    """The base in words: the routing of the question and the exhibit's filter."""
    asked = context.survey.questions[exhibit.question].asked
    clauses = [_clause(on, options, context) for on, options in asked.items() if on in context.wordings]
    clauses += [_clause(on, options, context) for on, options in exhibit.where.items()]
    return f"base: {' and '.join(clauses)}" if clauses else ""


def _clause(question: str, options: Sequence[str], context: Context) -> str:
    """A condition in words; all substantive answers are told by what they leave out."""
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


def _of_shares(data: pd.DataFrame) -> pd.DataFrame:
    """The rows that tell the base of an exhibit: those of its shares, or all where it has none."""
    shares = data[data["measure"].isin(SHARES)]
    return shares if len(shares) else data


def source_line(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """The line that states wave, question and bases, in the grammar of the field."""
    whole = _of_shares(data[data["by"] == ""])
    number = context.wordings[exhibit.question].number
    if exhibit.by:
        number += f" by {_segment_number(exhibit, context)}"
    parts = [context.wave.title, number]
    parts.append(f"sample size = {_span(whole['sample_size'])}")
    parts.append(f"valid cases = {_span(whole['valid_cases'])}")
    if whole["total_mentions"].notna().any():
        parts.append(f"total mentions = {_span(whole['total_mentions'].dropna())}")
    if whom := _whom(exhibit, context):
        parts.append(whom)
    return ", ".join(parts)


def _span(counts: pd.Series) -> str:
    low, high = (thousands(count) for count in (counts.min(), counts.max()))
    return low if low == high else f"{low} to {high}"


def _foot(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    kind = context.survey.questions[exhibit.question].kind
    notes = [source_line(exhibit, data, context) + "."]
    roles = {o.role for o in context.survey.options(exhibit.question).values()}
    if sorting := _sorting(exhibit, kind, data):
        notes.append(sorting)
    if exhibit.dkns == "exclude" and "dkns" in roles:
        notes.append("DKNS excluded from the analysis.")
    if kind == "multiple":
        notes.append("Several answers possible: shares can sum to more than 100%.")
    elif kind in ("single", "grid"):
        notes.append("Shares may not sum to 100% because of rounding.")
    if kind == "grid" and (data["measure"] == "net").any():
        notes.append(_net_note(exhibit, data, context))
    if exhibit.question in context.screened:
        notes.append("Answers that screen a respondent out are not shown.")
    if kind == "rank":
        notes.append("Valid cases ranked at least one.")
    if exhibit.kind == "scale_bars":
        notes.append("Parts too narrow for a label are in the table.")
    if context.wave.weighting:
        notes.append(_weighted(data, context.wave))
    marks = []
    if (data["flag"] == "low_base").any():
        marks.append(f"[low base]: fewer than {LOW_BASE} respondents, read as indicative only.")
    if (data["flag"] == "suppressed").any():
        marks.append(f"[c]: fewer than {SUPPRESSED} respondents, not shown.")
    if exhibit.by:
        marks.append(f"n: valid cases of each group{_ungrouped(data)}.")
    lines = [" ".join(notes + marks)]
    if exhibit.kind == "ranked_bars":
        lines.append(f"Whiskers: {intervals(data[data['share'].notna()])}. {opt_in(context.survey)}")
    elif exhibit.kind == "table":
        lines.append(f"Intervals: {intervals(data)}. {opt_in(context.survey)}")
    else:
        people = _people(context.survey)
        lines.append(f"Opt-in sample: shares describe those who answered, not all {people}.")
    if context.wave.licence:
        credit = context.wave.citation or context.wave.title
        lines.append(f"Responses: {credit}. Licence: {context.wave.licence}.")
    last = f"Data: tables/{exhibit.id}.csv"
    lines.append(
        f"{SYNTHETIC}: invented to try the pipeline, nobody's answers. {last}"
        if context.wave.synthetic
        else last
    )
    return "\n".join(lines)


def intervals(data: pd.DataFrame) -> str:
    """The intervals in use, as print names them; that of means is t."""
    names = [NAMES[interval] for interval in dict.fromkeys(data["interval"]) if interval]
    return f"95% {' and '.join(names)} interval{'s' if len(names) > 1 else ''}"


def _weighted(data: pd.DataFrame, wave: WaveFacts) -> str:
    """How the numbers are weighted, and what the weights leave of the base."""
    whole = _of_shares(data[data["by"] == ""])
    effects = [f"{deff:.2f}" for deff in (whole["deff"].min(), whole["deff"].max())]
    deff = effects[0] if effects[0] == effects[1] else " to ".join(effects)
    return (
        f"Weighted by {wave.weighting}; sample size, valid cases and n are unweighted; weighted base = "
        f"{_span(whole['weighted_base'])}, effective base = {_span(whole['effective_base'])}, design effect "
        f"= {deff}."
    )


def _tested(tests: pd.DataFrame) -> str:
    """What was tested, how, and with what result, for the note under the table."""
    said = []
    if (tests["test"] == "two_groups").any():
        said.append(
            "Letters: higher than the group of that column, capital at 95%, small at 90%; t tests of "
            "unpooled differences with linearised standard errors, Holm-adjusted over the pairs of a row; "
            "where a share is 0% or 100%, Newcombe's interval. "
            f"Groups with fewer than {LOW_BASE} respondents are not tested, nor are all respondents, who "
            "include the groups."
        )
    crosstab = tests[(tests["test"] == "rao_scott") & (tests["method"] == "F") & (tests["option"] == "")]
    for row in crosstab.to_dict("records") if len(crosstab) == 1 else []:
        degrees = f"{half_up(row['df'], 1)}, {half_up(row['df2'], 1)}"
        statistic = half_up(row["statistic"], 2)
        said.append(f"Rao–Scott test of the answers by group: F({degrees}) = {statistic}, {_p(row['p'])}.")
    for row in tests[tests["test"] == "friedman"].to_dict("records"):
        said.append(
            f"Friedman test of whether all are ranked alike: chi-squared({half_up(row['df'])}) = "
            f"{half_up(row['statistic'], 1)}, {_p(row['p'])}, unweighted."
        )
    neighbours = tests[tests["test"] == "two_options"]
    if len(neighbours):
        apart = (neighbours["adjusted_p"] < SURE).sum()
        said.append(
            f"Next to each other in falling order, {apart} of {len(neighbours)} pairs differ at 95% "
            "(paired t tests, Holm-adjusted)."
        )
    if said:
        said.append("All tests: tables/tests.csv.")
    return " ".join(said)


def _p(p: float) -> str:
    return "p < 0.001" if p < 0.001 else f"p = {half_up(p, 3)}"


def _ungrouped(data: pd.DataFrame) -> str:
    """How many valid cases are in none of the groups, such as those who did not say."""
    groups = _of_shares(data).drop_duplicates(["by", "group"])
    whole = int(groups.loc[groups["by"] == "", "valid_cases"].iloc[0])
    left = whole - int(groups.loc[groups["by"] != "", "valid_cases"].sum())
    return f"; {thousands(left)} of all {thousands(whole)} are in none of them" if left else ""


def _net_note(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    net = data.loc[data["measure"] == "net", "option"].iloc[0]
    members = context.survey.nets(exhibit.question)[net]
    labels = [context.labels.get((exhibit.question, member), plain(member)) for member in members]
    return f"Net {plain(net).lower()} = {' + '.join(labels)}, added before rounding."


def _sorting(exhibit: Exhibit, kind: str, data: pd.DataFrame) -> str:
    last = [name for role, name in (("other", "Other"), ("none", "None"), ("dkns", "DKNS"))
            if (data["role"] == role).any()]  # fmt: skip
    tail = f"; {', '.join(last)} last" if last else ""
    if exhibit.kind == "scale_bars":
        nets = data.loc[data["measure"] == "net", "option_label"]
        if len(nets):
            return f"Sorted by net {nets.iloc[0].lower()}{'; DKNS last' if 'DKNS' in last else ''}."
        return "In the order of the questionnaire."
    if exhibit.kind in ("ranked_bars", "segment_panels"):
        whom = " of all respondents" if exhibit.by else ""
        return f"Sorted by the share{whom} in descending order{tail}."
    return f"In the order of the questionnaire{tail}." if kind != "text" else ""


def _alt(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> str:
    """What the exhibit shows, for those who cannot see it: kind, question, base, extremes, gap."""
    kind = {
        "ranked_bars": "Horizontal bars", "single_bar": "One stacked bar", "scale_bars": "Stacked bars",
        "segment_panels": "Panels of bars", "table": "Table",
    }.get(exhibit.kind, "Bars")  # fmt: skip
    whole = data[(data["by"] == "") & data["share"].notna()]
    measure = {"grid": "net", "rank": "ranked"}.get(context.survey.questions[exhibit.question].kind, "option")
    shown = whole[whole["measure"] == measure]
    if measure == "net" and len(shown):
        shown = shown[shown["option"] == shown["option"].iloc[0]]
    named = shown.assign(name=shown["item_label"].where(shown["item_label"] != "", shown["option_label"]))
    ranked = named.sort_values("share", ascending=False, kind="stable")
    cases = _span(_of_shares(whole)["valid_cases"]) if len(whole) else "0"
    said = f"{kind}: {context.wordings[exhibit.question].text} {cases} valid cases. "
    if len(ranked):
        net = f" ({ranked['option_label'].iloc[0].lower()})" if measure == "net" else ""
        said_of = [f"{n} {percent(p)}" for n, p in zip(ranked["name"], ranked["share"], strict=True)]
        said += f"Highest{net}: {'; '.join(said_of[:3])}. "
        if len(said_of) > 3:
            said += f"Lowest: {said_of[-1]}. "
    said += _largest_gap(data, measure)
    if context.wave.synthetic:
        said = f"{SYNTHETIC}. {said}"
    return _short(said)


def _largest_gap(data: pd.DataFrame, measure: str) -> str:
    """The option on which the groups of an exhibit are furthest apart, low bases left out."""
    groups = data[(data["by"] != "") & (data["measure"] == measure) & (data["flag"] == "")]
    groups = groups[groups["share"].notna()]
    if groups["group"].nunique() < 2:
        return ""
    each = [rows.sort_values("share") for _, rows in groups.groupby(["option", "item"], sort=False)]
    widest = max(each, key=lambda rows: float(rows["share"].iloc[-1] - rows["share"].iloc[0]))
    low, high = widest.iloc[0], widest.iloc[-1]
    name = high["item_label"] or high["option_label"]
    return (
        f"Largest gap: {name}, {high['group_label']} {percent(high['share'])}, "
        f"{low['group_label']} {percent(low['share'])}."
    )


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= _ALT_LENGTH else text[: _ALT_LENGTH - 1].rsplit(" ", 1)[0] + "…"
