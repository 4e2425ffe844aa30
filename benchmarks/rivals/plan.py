"""What an analyst knows of an export by heart: which columns are which question, and what each option says.

The harness writes it as a CSV from the questionnaire and the headings, so that no rival spends time on
either, and R reads the same. A line is an option of a question (or of an item of a grid, or an item ranked):

- kind `label`: whoever has the label in the column chose the option;
- kind `box`: whoever has anything in the column did;
- kind `weight`: the column of weights.

The lines of a slot are together, labels before boxes; the base of a share is everybody who chose anything of
the slot. `screens` says that whoever chose the option is left out, `groups` that its choosers are a group.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

HEADER_ROWS = 2
GROUPS = ("region", "organisation_size")
RESULT = [
    "question", "item", "option", *GROUPS, "respondents", "valid_cases", "share", "low", "high",
]  # fmt: skip
COLUMNS = ["line", "slot", "kind", "question", "item", "option", "column", "label", "screens", "groups"]
Z = 1.959963984540054


@dataclass(frozen=True)
class Slot:
    """A question, or an item of a grid: the lines from `first` on, with their labels and then their boxes."""

    number: int
    first: int
    question: str
    column: str
    labels: list[str]
    boxes: list[str]
    groups: list[str]
    """the options that make groups, which come first"""

    @property
    def lines(self) -> range:
        """The lines of the options, labels first."""
        return range(self.first, self.first + len(self.labels) + len(self.boxes))


@dataclass(frozen=True)
class Plan:
    """The columns of an export, named c0, c1, … up to `width`."""

    width: int
    weight: str
    screens: dict[str, list[str]]
    slots: list[Slot]
    lines: list[dict[str, str]]

    @property
    def groups(self) -> list[Slot]:
        """The questions whose options make groups, in the order of GROUPS."""
        return [next(slot for slot in self.slots if slot.question == name) for name in GROUPS]

    @property
    def columns(self) -> list[str]:
        """The columns to read."""
        own = [column for slot in self.slots for column in (slot.column, *slot.boxes) if column]
        return [self.weight, *own]


def read(path: str | Path) -> Plan:
    """The plan that the harness wrote."""
    with Path(path).open(newline="", encoding="utf-8") as file:
        weight, *lines = csv.DictReader(file)
    screens: dict[str, list[str]] = {}
    slots: list[Slot] = []
    for number, group in groupby(lines, key=lambda line: line["slot"]):
        own = list(group)
        labelled = [line for line in own if line["kind"] == "label"]
        slots.append(
            Slot(
                int(number),
                int(own[0]["line"]),
                own[0]["question"],
                f"c{labelled[0]['column']}" if labelled else "",
                [line["label"] for line in labelled],
                [f"c{line['column']}" for line in own if line["kind"] == "box"],
                [line["option"] for line in own if line["groups"]],
            )
        )
        for line in labelled:
            if line["screens"]:
                screens.setdefault(slots[-1].column, []).append(line["label"])
    return Plan(int(weight["label"]), f"c{weight['column']}", screens, slots, lines)


def arguments() -> tuple[str, Plan, str]:
    """Export, plan and result, as the harness names them on the command line."""
    export, plan, result = sys.argv[1:4]
    return export, read(plan), result


def pairs(groups: Sequence[Slot]) -> list[tuple[str, str]]:
    """The pairs of groups by their number; whoever is in no pair has the number that follows."""
    one, other = groups
    return [(a, b) for a in one.groups for b in other.groups]
