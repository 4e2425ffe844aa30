"""The table of an exhibit of numbers that others published."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import pandas as pd

from pipeline.declarations.published_numbers import Published
from pipeline.declarations.report import Exhibit
from pipeline.exhibits.source import Source
from pipeline.project.errors import SurveyError
from pipeline.stats.limits import score
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
    own = source.latest()
    own = own[(own["measure"] == Measure.OPTION) & (own["by"] == "")].set_index("option", drop=False)
    rows: list[dict[Hashable, object]] = []
    for row in table.to_dict("records"):
        rows.append(row)
        option = exhibit.same_theme.get(str(row["label"]), "")
        if option in own.index and not row["group"]:
            found = own.loc[option]
            same = {"label": found["option_label"], "percent": "", "grade": "", "n": found["valid_cases"]}
            numbers = {key: found[key] for key in ("share", "low", "high", "option", "flag")}
            rows.append(row | same | numbers | {"beside": found["wave"]})
    return PUBLISHED.frame(rows)


def published_table(exhibit: Exhibit, numbers: Sequence[Published]) -> pd.DataFrame:
    """What others published on the exhibit's question, in the order of published.csv.

    The interval is there where the source states its base.
    """
    rows = [row for row in numbers if row.question == exhibit.question and not row.wave]
    if not rows:
        raise SurveyError(f"exhibit {exhibit.id!r}: published.csv has no number on {exhibit.question!r}")
    shares = [float(row.percent) / 100 for row in rows]
    low, high = score(shares, [row.n or 0 for row in rows])
    return pd.DataFrame(
        {
            "source": [row.source for row in rows],
            "wording": [row.wording for row in rows],
            "mode": [row.mode for row in rows],
            "label": [row.option for row in rows],
            "percent": [str(row.percent) for row in rows],
            "share": shares,
            "low": low,
            "high": high,
            "n": pd.array([row.n for row in rows], dtype="Int64"),
            "grade": [row.grade for row in rows],
            "group": [row.group for row in rows],
            "address": [row.address for row in rows],
            "beside": "",
            "option": "",
            "flag": "",
        }
    )[PUBLISHED.names]
