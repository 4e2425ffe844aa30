"""The pictures of docs/gallery.md that no committed survey makes: other shapes, and three invented waves.

`python tests/lib/gallery.py` draws them again; a test holds the committed files against them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd

from pipeline.charts import drawer, figure_files, gates
from pipeline.figures import data_of
from pipeline.project.paths import DEFAULT_SURVEY, Paths
from pipeline.tidy.csv import read_exhibits
from pipeline.tidy.printed import Printed

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "gallery"
SHOWN = {
    "ranked_bars": "top_blockers", "ranked_dots": "blockers_dots", "scale_bars": "blocker_severity",
    "diverging_bars": "agreement", "segment_panels": "enablers_by_size", "heat_table": "severity_levels",
    "dumbbell": "statements_change", "paired_bars": "blockers_and_enablers",
    "combinations": "blockers_together",
    "funnel_bars": "stages", "single_bar": "stage", "histogram": "open_share",
    "published_bars": "published_enablers",
}  # fmt: skip
"""the exhibit of the default survey that shows a kind as a slide and as a square"""
_WAVES = {
    "2022": (160, "2022-03-01", ""),
    "2023": (210, "2023-03-01", "same"),
    "2025": (240, "2025-03-01", "reworded"),
}
_SHARES = {
    "Data quality or availability": (0.31, 0.36, 0.41),
    "Shortage of technical expertise": (0.44, 0.40, 0.38),
    "Security risks": (0.22, 0.27, 0.30),
    "Agent tools that lock us in": (None, 0.06, 0.14),
}


def pictures() -> Iterator[tuple[Path, bytes]]:
    """Every picture with its place: each kind as a slide and as a square, and trend lines as a page too."""
    data, exhibit = _trend()
    for shape in ("page", "slide", "square"):
        yield FOLDER / f"trend_lines.{shape}.svg", _drawn(data, exhibit.in_shape(shape))
    paths = Paths(ROOT, DEFAULT_SURVEY)
    exhibits = {one.id: one for one in read_exhibits(paths)}
    for kind, name in SHOWN.items():
        exhibit, data = exhibits[name], data_of(paths, exhibits[name])
        if kind == "published_bars":
            # all its panels are too much for a slide
            of_first = data[["source", "wording", "group"]].eq(data[["source", "wording", "group"]].iloc[0])
            data = data[of_first.all(axis=1)].reset_index(drop=True)
        for shape in ("slide", "square"):
            yield FOLDER / f"{kind}.{shape}.svg", _drawn(data, replace(exhibit, shapes=shape))


def _trend() -> tuple[pd.DataFrame, Printed]:
    cells = [
        {
            "wave": wave, "question": "blockers", "item": "", "item_label": "", "option": label,
            "option_label": label, "role": "substantive", "measure": "option", "by": "", "group": "",
            "group_label": "", "share": share, "value": None, "low": None, "high": None,
            "respondents": None if share is None else round(share * n), "valid_cases": n,
            "flag": "not_asked" if share is None else "", "fielded": fielded, "comparability": status,
        }
        for label, shares in _SHARES.items()
        for share, (wave, (n, fielded, status)) in zip(shares, _WAVES.items(), strict=True)
    ]  # fmt: skip
    exhibit = Printed(
        number=1,
        id="trend_lines",
        kind="trend_lines",
        wave="2025",
        title="Blockers of open source AI adoption, over the waves",
        text="",
        subtitle="Share of respondents choosing each answer, 2022 to 2025",
        question="Q9. What keeps you from adopting more open source AI? (select all that apply)",
        foot="† Question reworded between 2023 and 2025. An invented example of three waves.",
        tests="",
        alt="Lines over waves: invented shares of four blockers in three waves.",
        synthetic=True,
    )
    return pd.DataFrame(cells), exhibit


def _drawn(data: pd.DataFrame, exhibit: Printed) -> bytes:
    """A figure as SVG; AssertionError where a gate holds it back."""
    figure = drawer(exhibit.kind)(data, exhibit)
    wrong = gates.check(figure, data, exhibit)
    if wrong:
        raise AssertionError(wrong)
    return figure_files.svg(figure, exhibit)


if __name__ == "__main__":
    for place, content in pictures():
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
