"""Data quality in words, for the terminal and the page: formatted from the tables, nothing is computed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from pipeline.project.paths import Paths
from pipeline.text.rounding import MINUS, percent, thousands
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
        _rule(row, largest.get(tuple(row[key] for key in _KEYS)))
        for row in read(paths, "quality").to_dict("records")
    ]


def _rule(row: Mapping[Any, Any], largest: Mapping[Any, Any] | None) -> Rule:
    name = called(row)
    if row["why_not"]:
        return Rule(row["wave"], name, row["threshold"], "", "", "", row["why_not"])
    flagged, excluded = int(row["flagged"]), int(row["excluded"])
    said = "none" if not excluded else "all" if excluded == flagged else thousands(excluded)
    return Rule(
        row["wave"],
        name,
        row["threshold"],
        f"{thousands(flagged)} of {thousands(row['applied_to'])}",
        said if flagged else "",
        _effect(largest) if flagged > excluded and largest else "",
        "",
    )


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
    said = f"{points} point{'s' if points > 1 else ''}"
    return f"{said} ({largest['exhibit']}: {moved(largest)})"


def moved(effect: Mapping[Any, Any]) -> str:
    """The answer that moves most, with its shares of everybody and without the flagged."""
    return f"{effect['answer']} {effect['share_all']}% → {effect['share_without']}%"


def change(points: float) -> str:
    """A change in whole points as printed, with a true minus sign."""
    return f"{MINUS if points < 0 else '+' if points > 0 else ''}{thousands(abs(points))}"


def lines(paths: Paths) -> Iterator[str]:
    """A line a rule and wave; the questions of each wave that most skipped; what could not be applied."""
    told = rules(paths)
    for rule in told:
        if not rule.why_not:
            parts = [f"{rule.name}: {rule.flagged} ({rule.threshold})"]
            parts += [f"{rule.excluded} excluded"] if rule.excluded else []
            colon = "" if rule.effect[:1].isdigit() else ":"
            parts += [f"largest effect{colon} {rule.effect}"] if rule.effect else []
            yield f"{rule.wave}  {'; '.join(parts)}"
    skipped = read(paths, "nonresponse")
    put = read(paths, "questionnaire")
    # what one need not write is skipped by most, and says nothing of the questionnaire
    texts = set(put.loc[put["kind"].map(lambda kind: question_kinds()[kind].is_open), "question"])
    skipped = skipped[~skipped["question"].isin(texts) & (skipped["skipped_share"] > 0)]
    for wave, own in skipped.groupby("wave", sort=False):
        falling = own.sort_values("skipped_share", ascending=False, kind="stable")
        for row in falling.drop_duplicates("question").head(_WORST).to_dict("records"):
            yield f"{wave}  skipped: {_skipped(row)}"
    for rule in told:
        if rule.why_not:
            yield f"{rule.wave}  {rule.name}: not applied, {rule.why_not}"


def _skipped(row: Mapping[Any, Any]) -> str:
    name = f"{row['question']}.{row['item']}" if row["item"] else row["question"]
    return f"{name} by {percent(row['skipped_share'])} of {thousands(row['asked'])} asked"


def questions(nonresponse: pd.DataFrame, put: pd.DataFrame) -> Iterator[dict[str, Any]]:
    """The rows of nonresponse.csv with what the question is called and the label of the item.

    `put` is questionnaire.csv.
    """
    called = {
        (row["wave"], row["question"]): f"{row['code']} {row['text']}"
        for row in put.drop_duplicates(["wave", "question"]).to_dict("records")
    }
    items = put[put["part"] == "item"]
    labels = {
        (row["wave"], row["question"], row["id"]): row["label"] for row in items.to_dict("records")
    }  # fmt: skip
    for row in nonresponse.to_dict("records"):
        key = (row["wave"], row["question"])
        yield {str(name): value for name, value in row.items()} | {
            "called": called.get(key, row["question"]),
            "label": labels.get((*key, row["item"]), row["item"]),
        }
