"""The table of an exhibit of numbers that others published."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from pipeline.declarations.published_numbers import Published
from pipeline.declarations.report import Exhibit
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.stats.limits import score
from pipeline.tidy.contract import records
from pipeline.tidy.measures import Measure
from pipeline.tidy.tables import PUBLISHED


def published(source: Source) -> pd.DataFrame:
    """What others published on the exhibit's question, and below a number what the survey itself found."""
    exhibit = source.exhibit
    table = published_table(exhibit, source.declared.published)
    absent = [label for label in exhibit.same_theme if not (table["label"] == label).any()]
    if absent:
        raise SurveyError(f"exhibit {exhibit.id!r}: same_theme: nothing is published on {', '.join(absent)}")
    if not exhibit.same_theme:
        return table
    latest = source.latest()
    latest = latest[(latest["measure"] == Measure.OPTION) & (latest["by"] == "")]
    options = {row["option"]: row for row in records(latest)}
    rows: list[dict[str, object]] = []
    for row in records(table):
        rows.append(row)
        option = exhibit.same_theme.get(str(row["label"]), "")
        if option in options and not row["group"]:
            answer = options[option]
            same = {"label": answer["option_label"], "percent": "", "grade": "", "n": answer["valid_cases"]}
            numbers = {key: answer[key] for key in ("share", "low", "high", "option", "flag")}
            rows.append(row | same | numbers | {"beside": answer["wave"]})
    return PUBLISHED.frame(rows)


def published_table(exhibit: Exhibit, numbers: Sequence[Published]) -> pd.DataFrame:
    """What others published on the exhibit's question, in the order of published.csv.

    The interval is there where the source states its base.
    """
    rows = [row for row in numbers if row.question == exhibit.question and not row.wave]
    if not rows:
        raise SurveyError(f"exhibit {exhibit.id!r}: published.csv has no number on {exhibit.question!r}")
    shares = [float(row.percent) / 100 for row in rows]
    limits = zip(*score(shares, [row.n or 0 for row in rows]), strict=True)
    return PUBLISHED.frame(
        row.model_dump()
        | {"label": row.option, "option": "", "percent": str(row.percent)}
        | {"share": share, "low": low, "high": high}
        for row, share, (low, high) in zip(rows, shares, limits, strict=True)
    )
