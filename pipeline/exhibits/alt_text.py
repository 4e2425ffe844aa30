"""Alt text: what an exhibit shows, for those who cannot see it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.declarations.report import Exhibit
from pipeline.exhibits.context import Context, of_shares, span
from pipeline.text.folding import lowered
from pipeline.text.rounding import percent, points
from pipeline.tidy.marks import SYNTHETIC, UNSETTLED
from pipeline.tidy.measures import CHANGES, Flag, Measure, main_measures

_ALT_LENGTH = 400


def alt_text(exhibit: Exhibit, data: pd.DataFrame, contexts: Sequence[Context], unsettled: str = "") -> str:
    """What the exhibit shows, for those who cannot see it: kind, question, base, extremes, gap or change."""
    latest = contexts[0]
    rows = data[(data["wave"] == latest.wave.name) & (data["question"] == exhibit.question)]
    rows = rows[rows["flag"] != Flag.UNCERTAIN]
    everybody = rows["by"] == "" if rows["by"].eq("").any() else rows["by"] != ""
    whole = rows[everybody & rows["share"].notna() & ~rows["measure"].isin(CHANGES)]
    measures = _measures(exhibit, whole, latest)
    shown = whole[whole["measure"].isin(measures)]
    if Measure.NET in measures and len(shown):
        shown = shown[shown["option"] == shown["option"].iloc[0]]
    names = shown["item_label"].where(shown["item_label"] != "", shown["option_label"])
    group = (" (" + shown["group_label"] + ")").where(shown["by"] != "", "")
    named = shown.assign(name=names + group)
    ranked = named.sort_values("share", ascending=False, kind="stable")
    cases = span(of_shares(whole)["valid_cases"]) if len(whole) else "0"
    text = f"{UNSETTLED}. " if unsettled else ""
    text += f"{SYNTHETIC}. " if any(context.wave.synthetic for context in contexts) else ""
    text += f"{exhibit.drawn.alt_name}: {latest.wordings[exhibit.question].text} {cases} valid cases. "
    if len(ranked):
        net = f" ({lowered(ranked['option_label'].iloc[0])})" if Measure.NET in measures else ""
        answers = [f"{n} {percent(p)}" for n, p in zip(ranked["name"], ranked["share"], strict=True)]
        text += f"Highest{net}: {'; '.join(answers[:3])}. "
        text += f"Lowest: {answers[-1]}. " if len(answers) > 3 else ""
    text += _largest_change(data) if data["measure"].isin(CHANGES).any() else _largest_gap(data, measures)
    return cut_to_length(text)


def _measures(exhibit: Exhibit, whole: pd.DataFrame, context: Context) -> tuple[str, ...]:
    """The measures whose highest and lowest answers alt text gives."""
    shaped = {"combinations": (Measure.COMBINATION,), "steps": (Measure.REACHED,), "bins": (Measure.BIN,)}
    if exhibit.drawn.table in shaped:
        return shaped[exhibit.drawn.table]
    if context.survey.questions[exhibit.question].form.by_item and (whole["measure"] == Measure.NET).any():
        return (Measure.NET,)
    return main_measures(whole["measure"])


def _largest_change(data: pd.DataFrame) -> str:
    """The clearest change between two waves, or difference of two groups."""
    changes = data[data["measure"].isin(CHANGES) & (data["flag"] == "")]
    if changes.empty:
        return "No clear change."
    widest = changes.sort_values("value", key=abs).iloc[-1]
    name = widest["item_label"] or widest["option_label"]
    return f"Largest {widest['measure']}: {name}, {points(float(widest['value']))} points."


def _largest_gap(data: pd.DataFrame, measures: tuple[str, ...]) -> str:
    """The option on which the groups of an exhibit are furthest apart, low bases left out."""
    groups = data[(data["by"] != "") & data["measure"].isin(measures) & (data["flag"] == "")]
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


def cut_to_length(text: str) -> str:
    """Alt text of at most 400 characters, cut between two words."""
    text = " ".join(text.split())
    return text if len(text) <= _ALT_LENGTH else text[: _ALT_LENGTH - 1].rsplit(" ", 1)[0] + "…"
