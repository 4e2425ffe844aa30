"""What the cells of an export mean: the answers that `mapping` finds and `normalise` writes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

from pipeline.exports.tools import Heading
from pipeline.project.errors import Problem

Texts = Mapping[int, Mapping[str, int]]
"""column → text → how many cells hold it"""


@dataclass(frozen=True)
class Answer:
    """What one cell says: an option, of an item in a grid; the place of an item; or a number."""

    item: str = ""
    option: str = ""
    rank: int | None = None
    value: float | None = None


@dataclass(frozen=True)
class Tick:
    """Any text in one of `columns` is `answer`, unless the column `unless` holds something."""

    question: str
    answer: Answer
    columns: tuple[int, ...]
    unless: int | None = None
    same: tuple[str, ...] = ()
    """texts of `unless` that say the same as the tick, so that both together are no contradiction"""
    unticked: tuple[str, ...] = ()
    """texts of `columns` that say that the box was not ticked"""


@dataclass(frozen=True)
class Denied:
    """Who has one of `texts` in one of `columns` has answered the question, also without a tick."""

    question: str
    columns: tuple[int, ...]
    texts: tuple[str, ...]


@dataclass(frozen=True)
class Coded:
    """Each text of `column` stands for the answers listed under it."""

    question: str
    column: int
    codes: dict[str, tuple[Answer, ...]]


@dataclass(frozen=True)
class Condition:
    """Part of a screening rule: options of a question, or texts of a column."""

    question: str = ""
    options: tuple[str, ...] = ()
    column: int = 0
    texts: tuple[str, ...] = ()
    blank: bool = False
    """whether an empty cell meets it"""


@dataclass(frozen=True)
class Finished:
    """Who finished: who has one of `texts` in a column, or any text; without a column everybody."""

    column: int = 0
    texts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Offer:
    """An option or item that a wave put before its respondents, with its full label there."""

    question: str
    item: str
    option: str
    label: str
    mapped: str = ""
    """what a line of [answers] read for it"""


@dataclass(frozen=True)
class Recode:
    """Who chose `other` and wrote one of `texts` in `column` is counted under what it stands for."""

    question: str
    other: str
    column: int
    texts: dict[str, str]


@dataclass(frozen=True)
class Loose:
    """A text that is no answer of its question: of an option or an item, and how many cells hold it."""

    question: str
    part: Literal["options", "items"]
    text: str
    count: int
    heading: bool
    """whether it heads a column"""


@dataclass(frozen=True)
class Base:
    """How many respondents answered a question, and how many could; free text has none."""

    everybody: int
    """who answered it, of all in the export"""
    asked: int
    """who is left by the screening rules on answers, and was routed to it"""
    answered: int
    """how many of those answered it"""


@dataclass
class Parts:
    """What the columns of one question mean."""

    ticks: list[Tick] = field(default_factory=list)
    coded: list[Coded] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)
    recodes: list[Recode] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    given: Counter[str] = field(default_factory=Counter)
    """how often each option was given at least, over all items of a grid"""


@dataclass
class Mapped:
    """Everything that one export's columns mean."""

    columns: dict[str, tuple[Heading, ...]] = field(default_factory=dict)
    ticks: list[Tick] = field(default_factory=list)
    denied: list[Denied] = field(default_factory=list)
    coded: list[Coded] = field(default_factory=list)
    texts: list[tuple[str, int]] = field(default_factory=list)
    offers: list[Offer] = field(default_factory=list)
    screens: list[tuple[str, tuple[Condition, ...]]] = field(default_factory=list)
    """the screening rules in their order; those by data quality have no conditions"""
    twice: list[Coded] = field(default_factory=list)
    """columns that say joined what boxes say too, and must say the same"""
    recodes: list[Recode] = field(default_factory=list)
    rules: set[tuple[str, str]] = field(default_factory=set)
    """the lines of [questions.….others] that claimed a text: question and rule"""
    left: dict[str, Counter[str]] = field(default_factory=dict)
    """the texts beside an Other that no rule claims, by question"""
    loose: list[Loose] = field(default_factory=list)
    missing: Counter[str] = field(default_factory=Counter)
    """how many cells of a question hold a value that the file declares missing"""
    lost: Counter[int] = field(default_factory=Counter)
    """how many texts of a screening rule (by its place, from 0) stand in no cell"""
    notices: list[Problem] = field(default_factory=list)
    """what a person should look at and what stops nothing"""
    clashes: list[tuple[str, str, int]] = field(default_factory=list)
    """texts that one beginning fits although it stands for another: question, text, how many cells hold it"""
    used: set[tuple[str, str]] = field(default_factory=set)
    """the lines of [answers] that matched: question and text"""
    counts: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """how many cells say each answer: question, item and option; boxes are not counted"""
    ticked: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    """how many respondents at least ticked the box of each answer, or wrote beside it"""
    numbers: dict[tuple[str, str], Counter[tuple[float, str]]] = field(default_factory=dict)
    """how many cells of a question, and of an item of it, say each number, with the text that says it"""
    bases: dict[str, Base] = field(default_factory=dict)
    weight: int | None = None
    """the column of the weights"""
    id: int | None = None
    """the column of the respondents' ids"""
    times: tuple[int, int] | None = None
    """the columns of when a response began and when it was submitted"""
    finished: Finished | None = None
    """who came to the end; None where the file does not tell"""
    beside: list[tuple[str, int]] = field(default_factory=list)
    """the columns of grids that hold the text of an Other, which is no item"""

    @cached_property
    def of(self) -> Mapping[str, Parts]:
        """What the columns of each question mean, once all are read: there may be thousands of questions.

        Who ticked an option may say so in several columns, as in the box of an Other and in words beside it.
        """
        parts: defaultdict[str, Parts] = defaultdict(Parts)
        for tick in self.ticks:
            parts[tick.question].ticks.append(tick)
        for coded in self.coded:
            parts[coded.question].coded.append(coded)
        for denied in self.denied:
            parts[denied.question].denied.append(denied)
        for recode in self.recodes:
            parts[recode.question].recodes.append(recode)
        for offer in self.offers:
            parts[offer.question].offers.append(offer)
        for key in dict.fromkeys((*self.counts, *self.ticked)):
            question, _, option = key
            if option and (count := max(self.counts[key], self.ticked[key])):
                parts[question].given[option] += count
        return parts
