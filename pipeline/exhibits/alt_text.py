"""Alt text: what an exhibit shows, for those who cannot see it, in at most 400 characters."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from pipeline.declarations.report import Exhibit
from pipeline.exhibits.bases import base_in_words
from pipeline.exhibits.captions import default_title
from pipeline.exhibits.context import Context, of_shares, span
from pipeline.text.folding import lowered, plain
from pipeline.text.rounding import half_up, percent, points, thousands
from pipeline.tidy.contract import records
from pipeline.tidy.measures import (
    CHANGES,
    SURE,
    Flag,
    KindOfTest,
    Measure,
    Role,
    answer_label,
    main_measures,
)
from pipeline.tidy.printed import Printed

_LENGTH = 400
_LOWEST, _THIRD, _SECOND, _BASE, _ASKED, _WORDS, _FEW_WORDS = range(1, 8)
"""the steps by which a text that is too long becomes shorter, in this order: what matters least goes first"""
_LISTED = 3
_SOURCES = 4
_OF_QUESTION = {_WORDS: 60, _FEW_WORDS: 40}
_OF_NAMES = {_WORDS: 40, _FEW_WORDS: 24}
"""the most letters of a question, and of a name, from these steps on"""
_KEYS = ["item", "option", "measure"]
_ALTERNATIVES = re.compile(r"(“[^”]*”)((?:, “[^”]*”)+) or “[^”]*”")
_SHAPED = {"combinations": Measure.COMBINATION, "steps": Measure.REACHED, "bins": Measure.BIN}

Row = Mapping[Any, Any]


@dataclass(frozen=True)
class Clause:
    """A sentence of an alt text, and what is left of it from a step on."""

    text: str
    shorter: Mapping[int, str] = field(default_factory=dict)

    def at(self, step: int) -> str:
        """The sentence as it stands after a step."""
        return self.shorter.get(max((s for s in self.shorter if s <= step), default=0), self.text)


@dataclass(frozen=True)
class AltText:
    """The marks and the sentences of an alt text, whose title is known once its claims were tested."""

    marks: Sequence[str]
    clauses: Sequence[Clause]

    def under(self, claim: str = "") -> str:
        """The text as printed; `claim` is the title where that claims something, and comes first."""
        marks = [f"{mark}." for mark in self.marks]
        for step in range(_FEW_WORDS + 1):
            sentences = [clause.at(step) for clause in self.clauses]
            text = _joined([*marks, _sentence(claim), *sentences])
            if len(text) <= _LENGTH:
                return text
        room = _LENGTH - len(_joined([*marks, *sentences])) - 1
        return _joined([*marks, cut(claim, room) if claim else "", *sentences])


def alt_text(
    exhibit: Exhibit, printed: Printed, data: pd.DataFrame, tests: pd.DataFrame, contexts: Sequence[Context]
) -> AltText:
    """What the exhibit shows: kind and question, base, highest answers, the largest clear gap or change.

    `data`, `tests` and `contexts` are those that its caption is composed from.
    """
    clauses: list[Clause] = []
    for question in exhibit.questions:
        lead = "Beside it" if clauses else f"{exhibit.drawn.alt_name}{_by(exhibit, contexts[0])}"
        rows = data[data["question"] == question]
        clauses += [
            _subject(lead, contexts[0].wordings[question].text),
            _base(exhibit, question, rows, contexts),
            *_answers(exhibit, rows, contexts[0]),
        ]
    if exhibit.by:
        clauses += _largest_gap(data, tests, _shown(exhibit, _latest(data, contexts[0]), contexts[0]))
    elif exhibit.drawn.over_waves:
        clauses.append(_largest_change(data))
    return AltText(printed.marks, clauses)


def alt_of_published(exhibit: Exhibit, printed: Printed, data: pd.DataFrame) -> AltText:
    """What an exhibit of published numbers shows: its sources, and the highest number of each panel."""
    theirs, ours = data[data["beside"] == ""], data[data["beside"] != ""]
    sources = list(dict.fromkeys(theirs["source"]))
    panels = [
        records(rows.loc[[rows["share"].idxmax()]])[0]
        for _, rows in theirs.groupby(["source", "wording", "group"], sort=False)
    ]
    subject = (
        f"{exhibit.drawn.alt_name} of percentages in {_counted(len(panels), 'panel')}, published by "
        f"{_counted(len(sources), 'source')}, each with its own question"
    )
    clauses = [_subject(subject, printed.title), _sources(sources), _panels(panels)]
    if len(ours):
        whose = "this survey, synthetic" if printed.synthetic else "this survey"
        clauses.append(Clause(f"In orange: {whose}, n = {span(ours['n'])}."))
    return AltText(printed.marks, clauses)


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'s' * (number != 1)}"


def _sources(sources: Sequence[str]) -> Clause:
    """Who published: whole, or by the titles alone, of which there are at last the first few."""
    titles = [source.split(", ")[0] for source in sources]
    more = [f"{len(titles) - _SOURCES} more"] if len(titles) > _SOURCES else []

    def listed(names: Sequence[str]) -> str:
        return f"Sources: {_sentence('; '.join(names))}"

    few = {step: listed([*(cut(title, most) for title in titles[:_SOURCES]), *more])
           for step, most in _OF_NAMES.items()}  # fmt: skip
    return Clause(listed(sources), {_LOWEST: listed(titles)} | few)


def _panels(panels: Sequence[Row]) -> Clause:
    """The highest number of each panel with its base where that is known; at last of the first alone."""

    def listed(chosen: Sequence[Row], most: int = _LENGTH) -> str:
        lead = "Highest of the first panel" if len(panels) > len(chosen) else "Highest of each panel in turn"
        lead = lead if len(panels) > 1 else "Highest"
        bases = ["" if pd.isna(row["n"]) else f" (n = {thousands(row['n'])})" for row in chosen]
        answers = [_numbered(cut(row["label"], most), f"{row['percent']}%") for row in chosen]
        each = "; ".join(map("".join, zip(answers, bases, strict=True)))
        return f"{lead}: {each}."

    few = {step: listed(panels[:1], most) for step, most in _OF_NAMES.items()}
    return Clause(listed(panels), {_THIRD: listed(panels[:1])} | few)


def cut(text: str, most: int) -> str:
    """A text of at most so many letters: cut between two words, and never beside a number."""
    if len(text) <= most:
        return text
    return text[: max(most - 2, 0)].rsplit(" ", 1)[0].rstrip(" ,;:.%(–-0123456789") + " …"


def _joined(sentences: Sequence[str]) -> str:
    return " ".join(" ".join(sentences).split())


def _sentence(text: str) -> str:
    """A text with a full stop, unless it ends in a sign of its own."""
    return text if not text or text.endswith((".", "?", "!", "…", "。", "？", "！")) else f"{text}."


def _numbered(name: str, number: str) -> str:
    """A name and its number; in quotation marks where the name could be taken for a part of the number."""
    return f"“{name}” {number}" if re.search(r"[\d…]$", name) else f"{name} {number}"


def _subject(lead: str, text: str) -> Clause:
    """What is shown, and the question asked."""
    short = default_title(text)
    shorter = {_ASKED: short} | {step: cut(short, most) for step, most in _OF_QUESTION.items()}
    return Clause(
        f"{lead}: {_sentence(text)}", {step: f"{lead}: {_sentence(words)}" for step, words in shorter.items()}
    )


def _by(exhibit: Exhibit, context: Context) -> str:
    """By what an exhibit is parted; one of two groups names both of them."""
    if not exhibit.by or exhibit.drawn.over_waves:
        return ""
    asked = context.wordings.get(exhibit.by)
    name = plain(exhibit.by).lower()
    return f" by {asked.number if asked and asked.number.lower() == name else name}"


def _base(exhibit: Exhibit, question: str, data: pd.DataFrame, contexts: Sequence[Context]) -> Clause:
    """The valid cases, once, and who they are; of two waves or groups, of each."""
    shown = {context.wave.name: _shown(exhibit, _latest(data, context), context) for context in contexts}
    latest, *before = [rows for rows in shown.values() if len(rows)] or [_latest(data, contexts[0])]
    n = f"n = {_cases(latest)}"
    if exhibit.drawn.over_waves and exhibit.by:
        groups = latest.groupby("group_label", sort=False)
        n = f"n = {', '.join(f'{_cases(rows)} of “{group}”' for group, rows in groups)}"
    elif before:
        n += f" in {contexts[0].wave.name}, {_cases(pd.concat(before))} before"
    words = base_in_words(question, exhibit.where, contexts[0])
    if not words:
        return Clause(f"{n}.")
    few = _ALTERNATIVES.sub(_first_of, words)
    shorter = {_BASE: few} | {step: cut(few, most) for step, most in _OF_QUESTION.items()}
    return Clause(
        f"{n}, base: {_sentence(words)}",
        {step: f"{n}, base: {_sentence(some)}" for step, some in shorter.items()},
    )


def _first_of(alternatives: re.Match[str]) -> str:
    """The first of several answers, and how many more there are."""
    return f"{alternatives[1]} or {alternatives[2].count('“') + 1} other answers"


def _cases(rows: pd.DataFrame) -> str:
    return span(of_shares(rows)["valid_cases"])


def _latest(data: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows of a wave that are of all respondents, or of the groups where there are no others."""
    rows = data[(data["wave"] == context.wave.name) & ~data["measure"].isin(CHANGES)]
    return rows[rows["by"] == ""] if rows["by"].eq("").any() else rows


def _shown(exhibit: Exhibit, rows: pd.DataFrame, context: Context) -> pd.DataFrame:
    """The rows whose highest and lowest answers alt text gives: those that the figure draws."""
    rows = rows[(rows["flag"] != Flag.UNCERTAIN) & rows["share"].notna()]
    if exhibit.drawn.over_waves:
        return rows
    if shape := _SHAPED.get(exhibit.drawn.table):
        return rows[rows["measure"] == shape]
    levels = exhibit.kind == "heat_table" and not exhibit.by
    nets = rows[rows["measure"] == Measure.NET]
    if context.survey.questions[exhibit.question].form.by_item and len(nets) and not levels:
        balance = exhibit.kind == "diverging_bars"
        return nets if balance else nets[nets["option"] == nets["option"].iloc[0]]
    main = rows[rows["measure"].isin(main_measures(rows["measure"])) & (rows["role"] != Role.NET)]
    return main if len(main) else rows


def _answers(exhibit: Exhibit, data: pd.DataFrame, context: Context) -> list[Clause]:
    """The highest and the lowest of the answers of all respondents, and what a kind has beside them."""
    latest = _latest(data, context)
    shown, shape = _shown(exhibit, latest, context), exhibit.drawn.table
    if shape == "steps":
        return _steps(shown)
    if shape == "combinations":
        return _combinations(shown)
    lead = "Highest"
    if exhibit.drawn.over_waves and not exhibit.by:
        lead += f" in {context.wave.name}"
    elif exhibit.by and shown["by"].eq("").any():
        lead += " of all respondents"
    clauses: list[Clause] = []
    if exhibit.kind == "diverging_bars" and shown["measure"].eq(Measure.NET).all():
        for _, net in shown.groupby("option", sort=False):
            clauses += _ranked(lead, net)
    else:
        clauses += _ranked(lead, shown)
    clauses += _values(latest, has_shares=bool(len(shown)))
    if not clauses:
        clauses.append(Clause("No number can be shown."))
    return clauses


def _one_option(rows: pd.DataFrame) -> bool:
    """Whether items differ by one and the same option, so that it need not be said of each."""
    return bool(rows["item"].ne("").all()) and rows["option"].nunique() == 1


def _name(row: Row, one_option: bool) -> str:
    """What an answer is called, with its group where it is of one."""
    name = row["item_label"] if one_option else answer_label(row)
    return f"{name} ({row['group_label']})" if row["by"] else name


def _ranked(lead: str, rows: pd.DataFrame) -> list[Clause]:
    """The highest three of some answers, and the lowest of more than three."""
    if rows.empty:
        return []
    one_option = _one_option(rows)
    label = lowered(rows["option_label"].iloc[0]) if one_option else ""
    ranked = records(rows.sort_values("share", ascending=False, kind="stable"))
    names = [_name(row, one_option) for row in ranked]
    shares = [percent(row["share"]) for row in ranked]

    def listed(places: Sequence[int], most: int = _LENGTH) -> str:
        of = f" ({cut(label, most)})" if label else ""
        answers = [_numbered(cut(names[place], most), shares[place]) for place in places]
        return f"{lead}{of}: {'; '.join(answers)}."

    places = range(len(ranked))[:_LISTED]
    shorter = {_THIRD: listed(places[:2]), _SECOND: listed(places[:1])}
    shorter |= {step: listed(places[:1], most) for step, most in _OF_NAMES.items()}
    clauses = [Clause(listed(places), shorter)]
    if len(ranked) > _LISTED:
        clauses.append(Clause(f"Lowest: {_numbered(names[-1], shares[-1])}.", {_LOWEST: ""}))
    return clauses


def _steps(rows: pd.DataFrame) -> list[Clause]:
    """How many came to the first stage after the start, of whom all are, and to those after it."""
    stages = records(rows.iloc[1:])
    if not stages:
        return [Clause("No number can be shown.")]

    def listed(chosen: Sequence[Row], most: int = _LENGTH) -> str:
        each = [_numbered(cut(row["option_label"], most), percent(row["share"])) for row in chosen]
        return f"First stage after the start: {each[0]}." + f" Then: {'; '.join(each[1:])}." * bool(each[1:])

    ends = stages if len(stages) < 2 else [stages[0], stages[-1]]
    shorter = {_THIRD: listed(ends)} | {step: listed(ends, most) for step, most in _OF_NAMES.items()}
    return [Clause(listed(stages), shorter)]


def _combinations(rows: pd.DataFrame) -> list[Clause]:
    """The most frequent combinations, and how many gave none of the answers or any other combination."""
    chosen = rows[rows["role"] == Role.SUBSTANTIVE]
    alone = ~chosen["option"].str.contains("+", regex=False)
    labels = chosen["option_label"].where(~alone, chosen["option_label"] + " alone")
    highest = _ranked("Highest", chosen.assign(option_label=labels))[:1]
    rest = [
        f"{row['option_label']} {percent(row['share'])}"
        for row in records(rows[~rows.index.isin(chosen.index)])
    ]
    if not highest:
        return [Clause("No number can be shown.")]
    return [*highest, *([Clause(f"{'; '.join(rest)}.", {_LOWEST: ""})] if rest else [])]


def _values(rows: pd.DataFrame, has_shares: bool) -> list[Clause]:
    """The median of a number; where there are no shares, the highest mean of several."""
    values = rows[rows["value"].notna() & (rows["flag"] != Flag.UNCERTAIN) & (rows["by"] == "")]
    medians = records(values[values["measure"] == Measure.MEDIAN])
    if len(medians) == 1:
        return [Clause(f"Median: {_value(medians[0])}.", {_SECOND: ""} if has_shares else {})]
    means = values[values["measure"] == Measure.MEAN].sort_values("value", ascending=False, kind="stable")
    if has_shares or means.empty:
        return []
    highest = records(means)[0]
    return [
        Clause(
            f"Highest mean: {_numbered(answer_label(highest), _value(highest))}.",
            {
                step: f"Highest mean: {_numbered(cut(answer_label(highest), most), _value(highest))}."
                for step, most in _OF_NAMES.items()
            },
        )
    ]


def _value(row: Row) -> str:
    return f"{half_up(row['value'], 1).normalize():f}"


def _largest_gap(data: pd.DataFrame, tests: pd.DataFrame, shown: pd.DataFrame) -> list[Clause]:
    """Where two groups are furthest apart among the answers that alt text is of, if the gap is clear."""
    groups = data[(data["by"] != "") & ~data["measure"].isin(CHANGES)]
    if groups["group"].nunique() < 2:
        return []
    answers = set(shown[_KEYS].itertuples(index=False, name=None))
    clear = tests[(tests["test"] == KindOfTest.TWO_GROUPS) & (tests["adjusted_p"] < SURE)]
    clear = clear[[key in answers for key in clear[_KEYS].itertuples(index=False, name=None)]]
    if clear.empty:
        return [Clause("No clear gap between the groups.")]
    widest = records(clear.sort_values("difference", key=abs, kind="stable"))[-1]
    sides = groups[(groups[_KEYS] == [widest[key] for key in _KEYS]).all(axis=1)]
    sides = sides[sides["group"].isin([widest["first"], widest["second"]])]
    high, low = records(sides.sort_values("share", ascending=False, kind="stable"))
    name = high["item_label"] if _one_option(shown) else answer_label(high)

    def gap(most: int) -> str:
        each = [f"{percent(row['share'])} of “{cut(row['group_label'], most)}”" for row in (high, low)]
        return f"Largest clear gap: {cut(name, most)}, {', '.join(each)}."

    return [Clause(gap(_LENGTH), {step: gap(most) for step, most in _OF_NAMES.items()})]


def _largest_change(data: pd.DataFrame) -> Clause:
    """The clearest change between two waves, from what to what."""
    changes = data[data["measure"] == Measure.CHANGE]
    clear = changes[changes["flag"] == ""]
    if clear.empty:
        return Clause("No clear change.")
    widest = records(clear.sort_values("value", key=abs, kind="stable"))[-1]
    name = _name({**widest, "by": ""}, _one_option(changes))
    of_waves = data[~data["measure"].isin(CHANGES)]
    of_waves = of_waves[(of_waves[["item", "option"]] == [widest["item"], widest["option"]]).all(axis=1)]
    sides = dict(zip(of_waves["wave"], of_waves["share"], strict=True))
    early, late = str(widest["group"]), str(widest["wave"])
    moved = f"from {percent(sides[early])} in {early} to {percent(sides[late])} in {late}"

    def change(most: int) -> str:
        return f"Largest clear change: {cut(name, most)}, {moved} ({points(widest['value'])} points)."

    return Clause(change(_LENGTH), {step: change(most) for step, most in _OF_NAMES.items()})
