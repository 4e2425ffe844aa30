"""The one picture of docs/gallery.md that no committed survey makes: three waves, of invented shares.

`python tests/lib/gallery.py` draws it again; a test holds the committed file against it.
"""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from pipeline.charts import drawer, figure_files, gates
from pipeline.tidy.printed import Printed

PICTURE = Path(__file__).parents[2] / "docs" / "trend_lines.svg"
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


def picture() -> bytes:
    """The figure as SVG."""
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
    data = pd.DataFrame(cells)
    figure = drawer("trend_lines")(data, exhibit)
    wrong = gates.check(figure, data, exhibit)
    if wrong:
        raise AssertionError(wrong)
    return figure_files.svg(figure, exhibit)


if __name__ == "__main__":
    PICTURE.write_bytes(picture())
