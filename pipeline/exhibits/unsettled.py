"""The last column of every table: the unsettled lines of the wave files that each row rests on."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass

import pandas as pd

from pipeline.declarations.report import Exhibit
from pipeline.declarations.unsettled import Unsettled
from pipeline.tidy.measures import KindOfTest, Measure

_OF_GROUPS = ("question", "by")
_WAVES = {"comparisons": ("wave", "before"), "changes": ("early", "late")}
"""the columns of waves of the tables where that is not `wave` alone"""
_NAMES: dict[str, tuple[str, ...]] = {
    "comparisons": _OF_GROUPS, "waves": (), "flow": (), "unsettled": ("line",),
}  # fmt: skip
"""the columns of questions and segments of the tables where that is not `question` alone"""


@dataclass(frozen=True)
class Marks:
    """What is unsettled, for the rows of all tables; `drawn` are the lines of each exhibit as it is drawn."""

    unsettled: Unsettled
    exhibits: Mapping[str, Exhibit]
    drawn: Mapping[str, str]

    def of_table(self, name: str, table: pd.DataFrame) -> list[str]:
        """The column of the table tables/<name>.csv."""
        if name in self.exhibits:
            return of_exhibit(self.unsettled, self.exhibits[name], table)
        if name == "tests":
            return self._of_tests(table)
        if name == "claims":
            # a number that was not quoted names the exhibit that it is of
            quoted = (of.split(".")[0] if claim == "quote" else "" for of, claim in
                      zip(table["of"], table["claim"], strict=True))  # fmt: skip
            pairs = zip(quoted, table["exhibit"], strict=True)
            return [self.drawn.get(of or exhibit, "") for of, exhibit in pairs]
        if name in ("exhibits", "quotes", "quality_effects"):
            key = {"exhibits": "id", "quotes": "table"}.get(name, "exhibit")
            return [self.drawn.get(exhibit, "") for exhibit in table[key]]
        return self.unsettled.column(table, _WAVES.get(name, ("wave",)), _NAMES.get(name, ("question",)))

    def of_frequencies(self, table: pd.DataFrame) -> list[str]:
        """The column of the estimates of a question."""
        return self.unsettled.column(table, names=_OF_GROUPS)

    def _of_tests(self, tests: pd.DataFrame) -> list[str]:
        """A test rests on what its waves do, and on whom its exhibit leaves out."""
        # what stands first and second are waves in a test of two waves, and groups or options in others
        waves = tests[["first", "second"]].where(tests["test"] == KindOfTest.TWO_WAVES, "")
        rows = tests.assign(**waves).reset_index(drop=True)
        lines: dict[Hashable, str] = {}
        for name, some in rows.groupby("exhibit", sort=False):
            left_out = self.exhibits[str(name)].where
            column = self.unsettled.column(some, ("wave", "first", "second"), _OF_GROUPS, left_out)
            lines |= zip(some.index, column, strict=True)
        return [lines[place] for place in rows.index]


def of_exhibit(unsettled: Unsettled, exhibit: Exhibit, data: pd.DataFrame) -> list[str]:
    """The column of the table of an exhibit: of a change both of its waves tell."""
    if exhibit.drawn.table == "published":
        return unsettled.column(data, ("beside",), (), exhibit.questions)
    lines = unsettled.column(data, ("wave",), _OF_GROUPS, exhibit.where)
    both = unsettled.column(data, ("wave", "group"), _OF_GROUPS, exhibit.where)
    changes = data["measure"] == Measure.CHANGE
    return [two if is_change else one for one, two, is_change in zip(lines, both, changes, strict=True)]
