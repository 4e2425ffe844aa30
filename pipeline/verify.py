"""Computed against published: every number of published.csv that is of one of the survey's own waves."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

from pipeline import declarations, files
from pipeline.errors import SurveyError
from pipeline.paths import Paths
from pipeline.published import Published
from pipeline.rounding import half_up
from pipeline.tidy import read, to_csv

COLUMNS = [
    "wave", "question", "item", "option", "published", "computed", "published_n", "computed_n",
    "agrees", "base_agrees",
]  # fmt: skip


@dataclass(frozen=True)
class Verified:
    """The comparison, a row a published number, and what to say of it."""

    rows: pd.DataFrame
    lines: list[str]


def verify(paths: Paths) -> Verified:
    """Compare published percentages with tables/frequencies, and write tables/verify.csv.

    `computed` is the unrounded percentage; `agrees` says that, rounded half up to the digits that were
    printed, it is the printed one. Nothing is bent to agree.
    """
    own = [row for row in declarations.load(paths).published if row.wave]
    if not own:
        raise SurveyError(f"published.csv of {paths.survey} has no number of the survey's own waves")
    frames = {question: _frequencies(paths, question) for question in dict.fromkeys(r.question for r in own)}
    rows = pd.DataFrame([_compared(row, frames[row.question]) for row in own], columns=COLUMNS)
    rows["published_n"] = rows["published_n"].astype("Int64")
    rows["computed_n"] = rows["computed_n"].astype("Int64")
    files.write(paths.tables / "verify.csv", to_csv(rows))
    waves = read(paths, "waves").set_index("wave")["weighting"]
    weighted = [f"{name} is weighted by {waves[name]}: so are the computed percentages"
                for name in dict.fromkeys(rows["wave"]) if waves.get(name)]  # fmt: skip
    return Verified(rows, [*weighted, *_said(rows)])


def _frequencies(paths: Paths, question: str) -> pd.DataFrame:
    frame = read(paths, f"frequencies/{question}")
    return frame[frame["measure"].isin(["option", "net", "ranked"])]


def _compared(row: Published, frame: pd.DataFrame) -> dict[str, object]:
    # of a ranking the items are the options
    named = frame["option"].where(frame["measure"] != "ranked", frame["item"])
    item = frame["item"].where(frame["measure"] != "ranked", "")
    found = frame[
        (frame["wave"] == row.wave)
        & (frame["group"] == row.group)
        & (named == row.option)
        & (item == row.item)
    ]
    share = float(found["share"].iloc[0]) if len(found) else float("nan")
    cases = int(found["valid_cases"].iloc[0]) if len(found) else None
    return {
        "wave": row.wave,
        "question": row.question,
        "item": row.item,
        "option": row.option,
        "published": str(row.percent),
        "computed": share * 100,
        "published_n": row.n,
        "computed_n": cases,
        "agrees": "yes" if share == share and same_rounded(row.percent, share) else "no",
        "base_agrees": "yes" if row.n is not None and row.n == cases else "no",
    }


def same_rounded(percent: Decimal, share: float) -> bool:
    """Whether a share, rounded half up to the digits printed, is the percentage printed."""
    places = max(0, -int(percent.as_tuple().exponent))
    return half_up(share * 100, places) == percent


def _said(rows: pd.DataFrame) -> Iterable[str]:
    for (wave_name, question), group in rows.groupby(["wave", "question"], sort=False):
        yield f"{wave_name} {question}: {_counts(group)}"
        apart = group[(group["agrees"] == "no") | (group["base_agrees"] == "no")]
        for row in apart.to_dict("records"):
            what = " ".join(str(row[part]) for part in ("item", "option") if row[part])
            yield (
                f"    {what}: published {row['published']}% of {row['published_n']}, "
                f"computed {row['computed']:.2f}% of {row['computed_n']}"
            )
    waves = rows.groupby("wave", sort=True)
    for name, group in waves:
        yield f"total of {name}: {_counts(group)}"
    if len(waves) > 1:
        yield f"total: {_counts(rows)}"


def _counts(rows: pd.DataFrame) -> str:
    agree, bases = (rows["agrees"] == "yes").sum(), (rows["base_agrees"] == "yes").sum()
    return f"{agree} of {len(rows)} percentages agree, {bases} of {len(rows)} bases agree"
