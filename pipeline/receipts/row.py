"""What the receipt of a number is made of: the row of its table, whence it comes, and what may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from pipeline.answers.meaning import Mapped
from pipeline.answers.waves import DeclaredWaves, mapped_question
from pipeline.charts.rows import rows
from pipeline.declarations import survey
from pipeline.declarations.comparability import pools
from pipeline.declarations.questionnaire import Survey
from pipeline.declarations.report import Exhibit
from pipeline.declarations.toml import Document
from pipeline.declarations.wave import Fielding
from pipeline.disclosure.rules import Cells
from pipeline.estimates.count import Counted
from pipeline.exhibits.run import Run
from pipeline.exhibits.shapes import declared_table, exhibit_table
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.text.rounding import MINUS, half_up, significant
from pipeline.tidy.csv import to_csv
from pipeline.tidy.marks import NO_VALUE
from pipeline.tidy.measures import Flag, Measure

Record = Mapping[str, Any]
_WIDTH = 10


def part(name: str, text: str) -> str:
    """A line of a receipt; one without a name goes on with what the line above is about."""
    return f"{name:<{_WIDTH}} {text}"


def printed(record: Mapping[Any, Any]) -> str:
    """The number of a row as printed."""
    text = rows(pd.DataFrame([record]))[0].text
    value = record.get("value")
    return text if text != NO_VALUE or pd.isna(value) else f"{half_up(float(str(value)), 1)}"


def full(number: Any) -> str:
    """A number as CSVs carry it, with a true minus sign."""
    return significant(float(number)).replace("-", MINUS)


def record(table: pd.DataFrame, place: int) -> dict[str, Any]:
    """A row of a table, by the names of its columns."""
    return {str(key): value for key, value in table.iloc[place].to_dict().items()}


@dataclass(frozen=True)
class Receipt:
    """A row of an exhibit's table with all that it came from.

    `table` is the exhibit's as made from the database, with the sums that the CSV has no columns for; `place`
    is that of the row in it.
    """

    run: Run
    exhibit: Exhibit
    row: Record
    place: int
    table: pd.DataFrame
    questionnaire: Document
    fielding: Fielding
    mapped: Mapped
    source: Source

    @property
    def survey(self) -> Survey:
        """The questionnaire."""
        return self.run.declared.survey

    @property
    def question(self) -> str:
        """The question that the row is of."""
        return str(self.row["question"])

    @property
    def joined(self) -> list[str]:
        """The options that the row joins to compare waves; none where it is of one."""
        if not self.exhibit.drawn.over_waves or self.row["measure"] != Measure.OPTION:
            return []
        waves = [fielding.name for fielding in self.run.declared.fieldings]
        asked = [name for name in waves if self.question in self.run.contexts[name].wordings]
        compared = asked[-2:] if self.exhibit.drawn.table == "two_waves" else asked
        joined = pools(self.run.declared.fieldings, self.question, compared[0], compared[-1])
        return joined.get(str(self.row["option"]), [])

    @property
    def members(self) -> list[str]:
        """The options whose choice the row counts."""
        return self.joined or self.survey.members(self.question, str(self.row["option"]))

    @property
    def places(self) -> int:
        """The last place of a ranking that the row counts."""
        return self.survey.last_place(self.question, str(self.row["measure"]))

    @property
    def is_chosen(self) -> bool:
        """Whether the row counts who gave certain answers, so that these can be shown."""
        return self.row["measure"] in (Measure.RANKED, Measure.FIRST, Measure.TOP_3) or bool(
            self.row["measure"] in (Measure.OPTION, Measure.NET) and self.members
        )

    @property
    def counted(self) -> Counted:
        """What the row counts, in the numbers that stand for ids."""
        item = self.survey.item_number(self.question, str(self.row["item"]))
        return Counted(
            wave=self.row["wave"],
            question=self.survey.position(self.question),
            item=item,
            slot=item if self.survey.questions[self.question].form.by_item else 0,
            options=[self.survey.option_number(self.question, member) for member in self.members],
            places=self.places,
            segment=self.row["by"],
            group=self.row["group"],
        )

    @property
    def is_weighted(self) -> bool:
        """Whether the respondents of the wave have weights."""
        return bool(self.fielding.wave.weighting)

    @cached_property
    def tells_of_few(self) -> bool:
        """Whether counts beyond those of the tables could tell of a few people in the column of the row.

        So it is where few of a column could be identified, and where some of its counts are hidden.
        """
        estimated, row = self.run.estimated, self.row
        if estimated.rules.is_identifying(self.question, self.column):
            return True
        keys = ["wave", "question", "by", "group"]
        every = estimated.by_domain.values()
        hidden = [frame.loc[frame["flag"] == Flag.SUPPRESSED, keys] for frame in every]
        return any((rows == [row[key] for key in keys]).all(axis=1).any() for rows in hidden)

    @property
    def column(self) -> Cells:
        """Who is counted: those of the row's group whom the filter of its exhibit leaves."""
        rules = self.run.estimated.rules
        return rules.column(str(self.row["by"]), str(self.row["group"]), self.exhibit.where)

    @cached_property
    def is_exact(self) -> bool:
        """Whether sums beyond those of the tables may be shown.

        Where weights differ and some counts are protected, such a sum could disclose who is in it.
        """
        return not (self.is_weighted and self.run.estimated.protects(str(self.row["wave"])))

    @property
    def scale(self) -> float:
        """What a weight is in the table where it is 1 among the sums, whose mean is 1 in the wave."""
        sums = self.table.iloc[self.place]
        return float(sums["weighted_base"]) / float(sums["weight"]) if float(sums["weight"]) else 1.0

    def sums(self, row: Mapping[Any, Any] | None = None) -> tuple[float, float, float, float]:
        """Σw and Σw² of the base of a row, by default the receipt's, and of who is counted of it."""
        sums = self.table.iloc[self.place] if row is None else row
        by = self.scale
        return (
            float(sums["weight"]) * by, float(sums["weight_squares"]) * by**2,
            float(sums["yes_weight"]) * by, float(sums["yes_squares"]) * by**2,
        )  # fmt: skip

    @property
    def analysed(self) -> int:
        """The respondents of the wave, whom errors take as the sample."""
        return int(self.table.iloc[self.place]["analysed"])

    def distribution(self) -> pd.DataFrame:
        """How many gave each answer, place or number in the column of the row.

        The columns are option, rank, value, respondents, weighted and squares, by the weights of the table.
        """
        with self.source.opened() as domain:
            sums = domain.distribution(self.counted)
        return sums.assign(weighted=sums["weighted"] * self.scale, squares=sums["squares"] * self.scale**2)

    def weights(self, target: str) -> pd.DataFrame:
        """How many of the base (cases), and of who is counted (chosen), gave each answer to a target."""
        with self.source.opened() as domain:
            return domain.weights(self.counted, self.exhibit.dkns, target)


def receipt(run: Run, exhibit: Exhibit, written: pd.DataFrame, place: int) -> Receipt:
    """The receipt of a row of an exhibit's table as written; SurveyError where the database gives another."""
    row = record(written, place)
    questionnaire, document = survey.load(run.paths)
    fielding = next(one for one in run.declared.fieldings if one.name == row["wave"])
    declared_wave = DeclaredWaves(run.paths, questionnaire, document, [fielding])
    mapped = mapped_question(run.connection, declared_wave, str(row["question"]))
    source = Source(run.estimated, exhibit)
    table = exhibit_table(source)
    declared = declared_table(exhibit)
    now = table.iloc[place : place + 1][declared.names]
    if to_csv(now, declared) != to_csv(written.iloc[[place]][declared.names], declared):
        raise SurveyError(
            f"tables/{exhibit.id}.csv is not what database and declarations give now; "
            f"run: survey tables --survey {run.paths.survey}"
        )
    return Receipt(run, exhibit, row, place, table, document, fielding, mapped, source)
