"""What stands under a figure, in three lines at most, and the details that the page has."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit
from pipeline.exhibits.bases import as_base, base_in_words, either, quoted
from pipeline.exhibits.context import Context, WaveFacts, of_shares, span
from pipeline.exhibits.source import order_of
from pipeline.text.folding import lowered, plain
from pipeline.text.rounding import half_up, points, thousands
from pipeline.text.values import as_number
from pipeline.tidy import marks
from pipeline.tidy.contract import records
from pipeline.tidy.marks import INVENTED
from pipeline.tidy.measures import (
    CHANGES,
    SHARES,
    Comparability,
    Flag,
    Measure,
    MethodOfTest,
    Role,
    answer_label,
)
from pipeline.tidy.printed import NOT_THE_SAME, TABLE

_FEWEST_STEPS = 3
_LISTED = 4
MOST_DRAWN = 6
"""the lines of a trend"""
_ADDRESS = re.compile(r",?\s*\(?https?://[^\s,;)]+\)?")
_OF_CHANGES: dict[str, str] = {MethodOfTest.NEWCOMBE: "Newcombe", MethodOfTest.T: "t"}
_NOTES_ON_TABLES = {
    "pair": "Only the themes that both questions offer are shown.",
    "combinations": "Exact combinations exclude each other and sum to 100%.",
    "steps": "n: respondents who came so far; beside it their share of those at the step before.",
}
_NOTES_ON_KINDS = {
    "scale_bars": "Parts too narrow for a label are in the table.",
    "diverging_bars": "Parts too narrow for a label are in the table.",
    "trend_lines": "Shares for which there is no room are in the table.",
}


def feet(
    exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context], unsettled: str
) -> tuple[str, str]:
    """The foot of a figure and the details of an exhibit, a note a line.

    A foot has the source with its base, then what this figure needs to be read rightly, the most needed
    first: the figure prints as much as three lines hold. The details have everything, and at length.
    """
    needed = list(_needed(exhibit, data, contexts))
    foot = [f"{_source(exhibit, contexts, data)}.{_licences(contexts)}", *(note.shorter for note in needed)]
    notes = [note.text for note in needed] + list(_details(exhibit, data, contexts))
    is_synthetic = any(context.wave.synthetic for context in contexts)
    details = [
        marks.unsettled_note(unsettled) if unsettled else "",
        " ".join([f"{_source_line(exhibit, data, contexts)}.", *dict.fromkeys(notes)]),
        _sample(exhibit, data, contexts[0]),
        *_credits(contexts),
        f"{INVENTED} " * is_synthetic + f"Data: tables/{exhibit.id}.csv",
    ]
    return "\n".join(foot), "\n".join(detail for detail in details if detail)


def _source_line(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> str:
    """The line that states wave, question and bases, in the grammar of the field.

    One clause a wave, newest first, or one a question where there are two.
    """
    clauses: list[tuple[str, str]] = []
    for context, question, rows in _asked(data, contexts):
        base = as_base(base_in_words(question, exhibit.where, context))
        clauses.append((_clause_of(exhibit, question, rows, context), base))
    if len({base for _, base in clauses}) > 1:
        return "; ".join(", ".join(part for part in clause if part) for clause in clauses)
    line, base = "; ".join(clause for clause, _ in clauses), clauses[0][1]
    return f"{line}{', ' if len(clauses) == 1 else '; '}{base}" if base else line


def _asked(data: pd.DataFrame, contexts: Sequence[Context]) -> Iterator[tuple[Context, str, pd.DataFrame]]:
    """Each wave with each question that it asked, and the shares of both."""
    shares = data[~data["flag"].eq(Flag.NOT_ASKED) & ~data["measure"].isin([*CHANGES, Measure.CONTINUED])]
    for context in contexts:
        of_wave = shares[shares["wave"] == context.wave.name]
        for question, rows in of_wave.groupby("question", sort=False):
            yield context, str(question), rows


def change_methods(methods: Iterable[str]) -> str:
    """By which methods changes were tested, in words."""
    return either([_OF_CHANGES[method] for method in dict.fromkeys(methods)])


def _of_everybody(data: pd.DataFrame) -> pd.DataFrame:
    """The rows with the base of all respondents; where a table has groups alone, those of the groups."""
    return of_shares(data[data["by"] == ""] if data["by"].eq("").any() else data)


def _clause_of(exhibit: Exhibit, question: str, data: pd.DataFrame, context: Context) -> str:
    whole = _of_everybody(data)
    bases = {"sample size": whole["sample_size"], "valid cases": whole["valid_cases"]}
    if whole["total_mentions"].notna().any():
        bases["total mentions"] = whole["total_mentions"].dropna()
    number = _number(exhibit, question, context)
    return ", ".join([context.wave.title, number, *(f"{name} = {span(n)}" for name, n in bases.items())])


def _number(exhibit: Exhibit, question: str, context: Context) -> str:
    """The number of a question, and of what it is crossed with."""
    number = context.wordings[question].number
    return f"{number} by {segment_number(exhibit, context)}" if exhibit.by else number


def segment_number(exhibit: Exhibit, context: Context) -> str:
    """The number of the question that an exhibit is crossed with."""
    of = context.bands[exhibit.by].of if exhibit.by in context.bands else exhibit.by
    return context.wordings[of].number


def _source(exhibit: Exhibit, contexts: Sequence[Context], data: pd.DataFrame) -> str:
    """Who asked what of how many: `n`, or sample size and valid cases where they differ.

    A figure over waves or groups has the base of each beside it.
    """
    clauses: dict[str, list[str]] = {}
    for context, question, rows in _asked(data, contexts):
        whole, wave = _of_everybody(rows), context.wave
        whom = base_in_words(question, exhibit.where, context)
        who = _credited(wave)
        asked = [_number(exhibit, question, context)]
        sizes = span(whole["sample_size"]), span(whole["valid_cases"])
        if not (exhibit.drawn.over_waves and exhibit.kind != TABLE):
            asked += [f"n = {sizes[1]}"] if sizes[0] == sizes[1] else [
                f"sample size = {sizes[0]}", f"valid cases = {sizes[1]}"
            ]  # fmt: skip
        if exhibit.counterpart and whom:
            asked.append(as_base(whom))
        clauses.setdefault(who, []).append(", ".join(asked))
    numbers = dict.fromkeys(tuple(asked) for asked in clauses.values())
    stems = dict.fromkeys(_credited(context.wave, stem=True) for context in contexts)
    if len(clauses) > 1 and len(numbers) == len(stems) == 1:
        names = f"{contexts[-1].wave.name} to {contexts[0].wave.name}"
        return f"{next(iter(stems))}, {names}, {'; '.join(next(iter(numbers)))}"
    return "; ".join(f"{who}, {'; '.join(asked)}" for who, asked in clauses.items())


def _credited(wave: WaveFacts, stem: bool = False) -> str:
    """Whose survey it is and what it is called, without saying the same twice; a `stem` has no wave."""
    credit, title = _ADDRESS.sub("", wave.citation).strip(" ,."), wave.title
    if stem:
        credit, title = (" ".join(text.replace(wave.name, "").split()) for text in (credit, title))
    of_credit, of_title = (set(re.findall(r"\w+", text.casefold())) for text in (credit, title))
    if of_title <= of_credit:
        return credit
    return title if of_credit <= of_title else f"{credit}, {title}"


def _licences(contexts: Sequence[Context]) -> str:
    licences = dict.fromkeys(context.wave.licence for context in contexts if context.wave.licence)
    return f" Licence: {', '.join(licences)}." if licences else ""


def _credits(contexts: Sequence[Context]) -> Iterator[str]:
    """Whose responses they are, with each address once."""
    credited: dict[str, list[str]] = {}
    for wave in (context.wave for context in contexts if context.wave.licence):
        credited.setdefault(wave.licence, []).append(wave.citation or wave.title)
    for licence, waves in credited.items():
        addresses = [_ADDRESS.findall(wave)[:1] for wave in waves]
        is_one = len(waves) > 1 and addresses[0] and all(one == addresses[0] for one in addresses)
        named = [_ADDRESS.sub("", wave) for wave in waves] if is_one else waves
        end = f", all at {addresses[0][0].strip(' ,()')}" if is_one else ""
        yield f"Responses: {'; '.join(named)}{end}. Licence: {licence}."


@dataclass(frozen=True)
class _Note:
    """A note; where it is long, `short` stands in its place under a figure."""

    text: str
    short: str = ""

    @property
    def shorter(self) -> str:
        """The note as it stands under a figure."""
        return self.short if self.short and len(self.text) > marks.LINE else self.text


def _needed(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> Iterator[_Note]:
    """The notes that this figure needs, the most needed first."""
    latest = contexts[0]
    survey, form = latest.survey, latest.survey.questions[exhibit.question].form
    # a figure of shares shows no mean, which may have another base
    shown = data if exhibit.kind == TABLE else data[data["measure"].isin([*SHARES, *CHANGES])]
    if exhibit.note:
        yield _Note(exhibit.note)
    if (shown["flag"] == Flag.SUPPRESSED).any():
        why = marks.why_hidden(survey.privacy.base)
        yield _Note(f"{marks.SUPPRESSED_MARK}: {why}.", f"{marks.SUPPRESSED_MARK}: too few to be shown.")
    # a line over waves has a gap where one did not ask, and a mark at its end
    marked = shown[shown["wave"] == latest.wave.name] if exhibit.drawn.table == "all_waves" else shown
    if (marked["flag"] == Flag.NOT_ASKED).any():
        yield _Note(f"{marks.NOT_ASKED_MARK}: not offered in that wave.")
    yield from (_Note(mark) for mark in marks.few_marks(shown))
    changes = data[data["measure"].isin(CHANGES)]
    if len(changes) and exhibit.drawn.table == "two_waves":
        yield _Note(_change_note(data, changes))
    for wave in (context.wave for context in contexts):
        if wave.weighting:
            rows = data[data["wave"] == wave.name]
            base = span(_of_everybody(rows)["effective_base"])
            yield _Note(_weighted(rows, wave), f"Weighted by {wave.weighting}; effective base = {base}.")
    over_waves = exhibit.drawn.over_waves and not exhibit.by
    if over_waves:
        yield from _wave_notes(data, contexts)
    for context in contexts if over_waves else ():
        for target, parts in context.pools.items():
            joined = either([quoted(part) for part in parts])
            yield _Note(f"{quoted(target)} is in {context.wave.name} {joined}.")
    if (exhibit.drawn.over_waves or form.by_item) and (data["measure"] == Measure.NET).any():
        yield _Note(_net_note(exhibit, data, latest))
    left_out = [o for o in survey.options(exhibit.question).values() if o.role == "dkns"]
    if exhibit.dkns == "exclude" and left_out:
        yield _Note(f"{quoted(left_out[0].label)} is left out of the base.")
    if exhibit.drawn.table == "all_waves":
        yield _Note(_clear_changes(changes))
    if exhibit.question in latest.screened:
        yield _Note("Answers that screen a respondent out are not shown.")
    if form.is_exclusive and exhibit.drawn.table == "answers" and _is_uneven(data):
        yield _Note("Shares do not sum to 100% because of rounding.")
    if exhibit.drawn.table in _NOTES_ON_TABLES:
        yield _Note(_NOTES_ON_TABLES[exhibit.drawn.table])


def _details(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context]) -> Iterator[str]:
    """What else may be asked of the numbers: in which order they stand, and what was added up."""
    latest = contexts[0]
    form = latest.survey.questions[exhibit.question].form
    if sorting := _sorting(exhibit, latest.survey, data):
        yield sorting
    if exhibit.drawn.table == "answers" and form.several:
        yield "Several answers possible: shares can sum to more than 100%."
    if form.is_ranked:
        yield "Valid cases ranked at least one."
    if exhibit.kind in _NOTES_ON_KINDS:
        yield _NOTES_ON_KINDS[exhibit.kind]
    changes = data[data["measure"].isin(CHANGES)]
    if len(changes) and exhibit.drawn.table != "all_waves":
        methods = change_methods(changes.loc[changes["interval"] != "", "interval"])
        yield f"Changes: tested at 5%, adjusted over the rows by Holm{f' ({methods})' if methods else ''}."
    if exhibit.by:
        yield f"n: valid cases of each group{_ungrouped(data)}."


def _sample(exhibit: Exhibit, data: pd.DataFrame, latest: Context) -> str:
    """What the intervals are, and what an opt-in sample means for them."""
    population = latest.survey.population
    if exhibit.drawn.whiskers:
        drawn = marks.intervals(data[data["share"].notna()])
        return f"Whiskers: {drawn}. {marks.opt_in(population)}"
    if exhibit.kind == TABLE:
        return f"Intervals: {marks.intervals(data)}. {marks.opt_in(population)}"
    people = marks.people_of(population)
    return f"Opt-in sample: shares describe those who answered, not all {people}."


def _is_uneven(data: pd.DataFrame) -> bool:
    """Whether the shares that are printed of one base sum to anything but 100%."""
    shares = data[data["measure"].eq(Measure.OPTION) & data["share"].notna()]
    sums = shares["share"].map(lambda share: int(half_up(100 * share))).groupby(
        [shares["by"], shares["group"], shares["item"]]
    )  # fmt: skip
    whole = shares["share"].groupby([shares["by"], shares["group"], shares["item"]]).sum()
    return bool(((sums.sum() != 100) & (whole > 1 - 1e-6)).any())


def _change_note(data: pd.DataFrame, changes: pd.DataFrame) -> str:
    """What is said of changes that stand beside the shares that they are of."""
    what = "change" if (changes["measure"] == Measure.CHANGE).any() else "difference"
    unrounded = "" if _add_up(data, changes) else "of the unrounded shares, "
    clear = "; bold: clear" if (changes["flag"] == "").any() else ""
    return f"{what.capitalize()}s: {unrounded}in brackets 95% intervals, adjusted over the rows{clear}."


def _add_up(data: pd.DataFrame, changes: pd.DataFrame) -> bool:
    """Whether each change is, as printed, the difference of the shares printed beside it."""
    shares = data[~data["measure"].isin(CHANGES) & data["share"].notna()]
    sides = dict(iter(shares.groupby(["item", "option"], sort=False)["share"]))
    for row in records(changes[changes["value"].notna()]):
        first, second = (half_up(100 * share) for share in sides[row["item"], row["option"]])
        if second - first != half_up(100 * row["value"]):
            return False
    return True


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


def _wave_notes(data: pd.DataFrame, contexts: Sequence[Context]) -> Iterator[_Note]:
    """How far the waves compare, with the mark that the figure has."""
    mark, alike = f"{NOT_THE_SAME} " if len(contexts) > 2 else "", True
    for context, before in itertools.pairwise(contexts):
        status, note = context.change
        pair = f"{before.wave.name} and {context.wave.name}"
        of_wave = data[data["wave"] == context.wave.name]
        what = ""
        if status == Comparability.BROKEN:
            what = f"{mark}{pair} cannot be compared"
        elif status == Comparability.REWORDED:
            what = f"{mark}Question reworded between {pair}"
        elif (of_wave["comparability"] == Comparability.OPTIONS).any():
            what = f"{mark}Answers offered differ between {pair}"
        if what:
            alike = False
            yield _Note(f"{what}: {note}." if note else f"{what}.", f"{what}.")
    if alike:
        yield _Note(f"Same question and answers in {'both' if len(contexts) == 2 else 'all'} waves.")


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
    """In which order the answers or items stand."""
    asked, order = survey.questions[exhibit.question], order_of(exhibit, survey)
    names = ((Role.OTHER, "Other"), (Role.NONE, "None"), (Role.DKNS, "those who do not know"))
    last = [name for role, name in names if (data["role"] == role).any()]
    tail = f"; {', '.join(last)} last" if last else ""
    shape = exhibit.drawn.table
    if shape == "two_waves" and order == "change":
        return f"Sorted by the {'difference' if exhibit.by else 'change'} in descending order{tail}."
    if shape == "all_waves":
        several = len(data.drop_duplicates(["item", "option"])) == MOST_DRAWN and not exhibit.show
        most = f"At most the {MOST_DRAWN} highest in the latest wave are shown. " if several else ""
        return f"{most}Sorted by the share in the latest wave{tail}."
    if shape == "pair":
        return "Sorted by the share of all respondents in the first question, in descending order."
    if shape in ("combinations", "steps", "bins"):
        return ""
    if asked.form.by_item and order == "share":
        nets = data.loc[data["measure"] == Measure.NET, "option_label"]
        if len(nets):
            unsure = f"; {last[-1]} last" if (data["role"] == Role.DKNS).any() else ""
            return f"Sorted by net {lowered(nets.iloc[0])}{unsure}."
        return f"{'Items in' if asked.order else 'In'} the order of the questionnaire."
    if order == "share":
        whose = " of all respondents" if exhibit.by or exhibit.where else ""
        latest = " in the latest wave" if exhibit.drawn.over_waves else ""
        return f"Sorted by the share{whose}{latest} in descending order{tail}."
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
