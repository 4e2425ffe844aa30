"""The kinds of question, as far as anybody but their readers must know them: read off `answers/kinds`.

Nobody compares the name of a kind: what depends on the kind of a question asks for one of these facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from pipeline.project.capitals import described
from pipeline.tidy.printed import TABLE


@dataclass(frozen=True)
class QuestionKind:
    """What a kind's module says of it, each in a constant of the same name in capitals."""

    counted: Literal["options", "places", "numbers", "text"]
    """what its answers are: options chosen, places given to items, numbers, or texts that are only counted"""
    caption: str
    """what the numbers of its exhibits are; `{places}` are those of a ranking that are counted"""
    caption_with_unit: str = ""
    """the same where the question has a `unit`"""
    items: bool = False
    """whether it has items, each with an answer of its own"""
    several: bool = False
    """whether a respondent can choose several of its options"""
    dates: bool = False
    """whether its numbers are dates, in years"""
    total: int = 0
    """what the numbers of a respondent add up to unless `max` says otherwise; 0 where they need not"""
    mode: str = ""
    """how one answers, as printed after the question"""
    mode_with_max: str = ""
    """the same with a `max`, which is `{number}` or `{words}`; empty where `max` means nothing"""
    figure: str = TABLE
    """the kind of the exhibit that a question has without a report.toml"""
    figure_of_many: str = ""
    """the same for a question of many options"""
    figures: tuple[str, ...] = ()
    """kinds of figure that can show it, beside those that name it themselves"""
    listed: int = 99
    """its place where the kinds are listed"""

    @property
    def drawn_as(self) -> set[str]:
        """The kinds of figure that it names."""
        return {self.figure, self.figure_of_many, *self.figures}

    @property
    def has_options(self) -> bool:
        """Whether it must have options. A number may have some, such as "Don't know"."""
        return self.counted == "options"

    @property
    def has_max(self) -> bool:
        """Whether `max` means something."""
        return bool(self.mode_with_max)

    @property
    def is_exclusive(self) -> bool:
        """Whether its options exclude each other, for a respondent or for an item of one."""
        return self.has_options and not self.several

    @property
    def is_choice(self) -> bool:
        """Whether options are chosen from one list, one or several of them."""
        return self.has_options and not self.items

    @property
    def is_one_choice(self) -> bool:
        """Whether it puts each respondent into one group, and can be a segment or have target shares."""
        return self.is_choice and not self.several

    @property
    def by_item(self) -> bool:
        """Whether it is a grid: each item has options, a state and a base of its own."""
        return self.has_options and self.items

    @property
    def is_one_list(self) -> bool:
        """Whether its options, or its items by their places, make one list whose parts can be compared."""
        return self.is_choice or self.is_ranked

    @property
    def is_ranked(self) -> bool:
        """Whether items are put in order."""
        return self.counted == "places"

    @property
    def is_open(self) -> bool:
        """Whether it is answered in one's own words."""
        return self.counted == "text"

    @property
    def is_measured(self) -> bool:
        """Whether its answer is one number (or date), whose nets are bands."""
        return self.counted == "numbers" and not self.items

    @property
    def is_numeric(self) -> bool:
        """Whether its cells hold plain numbers, which can have a unit."""
        return self.counted == "numbers" and not self.dates

    @property
    def is_joined(self) -> bool:
        """Whether one cell can hold several of its answers, joined by a separator."""
        return self.several or self.is_ranked

    @property
    def has_columns(self) -> bool:
        """Whether an export can have a column for each of its parts."""
        return self.several or self.items

    @property
    def coarsened_by(self) -> Literal["groups", "edges", ""]:
        """What makes its answers coarser for the public: groups of options, edges of bands, or nothing."""
        return "groups" if self.is_one_choice else "edges" if self.is_measured else ""


@cache
def question_kinds() -> dict[str, QuestionKind]:
    """Every kind by its name, in the order in which they are listed."""
    return described("answers/kinds", QuestionKind)
