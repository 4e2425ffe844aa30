"""Data quality in words, for the terminal and the page: formatted from the tables, nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.project.paths import Paths
from pipeline.text.rounding import MINUS, percent, thousands
from pipeline.tidy.contract import records
from pipeline.tidy.csv import read
from pipeline.tidy.quality_rules import quality_rules
from pipeline.tidy.question_kinds import question_kinds

_WORST = 5
_KEYS = ["wave", "rule", "question", "threshold"]


@dataclass(frozen=True)
class Rule:
    """A rule of a wave in words; `flagged` is empty where it could not be applied, which `why_not` says."""

    wave: str
    name: str
    threshold: str
    flagged: str
    excluded: str
    effect: str
    why_not: str


def rules(paths: Paths) -> list[Rule]:
    """Every rule of every wave, with what the largest effect of leaving out the flagged would be."""
    effects = read(paths, "quality_effects")
    largest = effects.drop_duplicates(_KEYS).set_index(_KEYS).to_dict("index")
    return [
        _rule(row, largest.get(tuple(row[key] for key in _KEYS))) for row in records(read(paths, "quality"))
    ]


def _rule(row: Mapping[Any, Any], largest: Mapping[Any, Any] | None) -> Rule:
    name = called(row)
    if row["why_not"]:
        return Rule(row["wave"], name, row["threshold"], "", "", "", row["why_not"])
    flagged, excluded = int(row["flagged"]), int(row["excluded"])
    some = "none" if not excluded else "all" if excluded == flagged else thousands(excluded)
    applied = f"{thousands(flagged)} of {thousands(row['applied_to'])}"
    effect = _effect(largest) if flagged > excluded and largest else ""
    return Rule(row["wave"], name, row["threshold"], applied, some if flagged else "", effect, "")


def called(row: Mapping[Any, Any]) -> str:
    """What a rule is called, with the question that it looks at."""
    return quality_rules()[row["rule"]].name + (f" in {row['question']}" if row["question"] else "")


def _effect(largest: Mapping[Any, Any]) -> str:
    """The largest effect of a rule, or that there are too few to say."""
    if largest["flag"]:
        return "too few to say"
    if not largest["change"]:
        return "none of a whole point"
    points = abs(int(largest["change"]))
    return f"{points} point{'s' if points > 1 else ''} ({largest['exhibit']}: {moved(largest)})"


def moved(effect: Mapping[Any, Any]) -> str:
    """The answer that moves most, with its shares of everybody and without the flagged."""
    return f"{effect['answer']} {effect['share_all']}% → {effect['share_without']}%"


def change(points: float) -> str:
    """A change in whole points as printed, with a true minus sign."""
    return f"{MINUS if points < 0 else '+' if points > 0 else ''}{thousands(abs(points))}"


def lines(paths: Paths) -> Iterator[str]:
    """A line a rule and wave; the questions of each wave that most skipped; what could not be applied."""
    all_rules = rules(paths)
    for rule in all_rules:
        if not rule.why_not:
            parts = [f"{rule.name}: {rule.flagged} ({rule.threshold})"]
            parts += [f"{rule.excluded} excluded"] if rule.excluded else []
            colon = "" if rule.effect[:1].isdigit() else ":"
            parts += [f"largest effect{colon} {rule.effect}"] if rule.effect else []
            yield f"{rule.wave}  {'; '.join(parts)}"
    skipped = read(paths, "nonresponse")
    wordings = read(paths, "questionnaire")
    # most people skip an optional text, so these say nothing of the questionnaire
    is_open = wordings["kind"].map(lambda kind: question_kinds()[kind].is_open)
    texts = set(wordings.loc[is_open, "question"])
    skipped = skipped[~skipped["question"].isin(texts) & (skipped["skipped_share"] > 0)]
    for wave, rows in skipped.groupby("wave", sort=False):
        falling = rows.sort_values("skipped_share", ascending=False, kind="stable")
        for row in records(falling.drop_duplicates("question").head(_WORST)):
            name = f"{row['question']}.{row['item']}" if row["item"] else row["question"]
            share = f"{percent(row['skipped_share'])} of {thousands(row['asked'])} asked"
            yield f"{wave}  skipped: {name} by {share}"
    for rule in all_rules:
        if rule.why_not:
            yield f"{rule.wave}  {rule.name}: not applied, {rule.why_not}"


def questions(nonresponse: pd.DataFrame, questionnaire: pd.DataFrame) -> Iterator[dict[Any, Any]]:
    """The rows of nonresponse.csv with what the question is called and the label of the item.

    `questionnaire` is questionnaire.csv.
    """
    names: dict[tuple[str, str], str] = {}
    labels: dict[tuple[str, str, str], str] = {}
    for row in records(questionnaire):
        names.setdefault((row["wave"], row["question"]), f"{row['code']} {row['text']}")
        if row["part"] == "item":
            labels[row["wave"], row["question"], row["id"]] = row["label"]
    for row in records(nonresponse):
        key = (row["wave"], row["question"])
        label = labels.get((*key, row["item"]), row["item"])
        yield row | {"called": names.get(key, row["question"]), "label": label}
