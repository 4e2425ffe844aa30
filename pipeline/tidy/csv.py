"""The CSVs of tables/, written and read back: one rule for digits, missing values and unsafe texts."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.rounding import significant
from pipeline.tidy.printed import Printed

FLOATS = (
    "share", "value", "standard_error", "low", "high", "weighted_respondents", "weighted_base",
    "effective_base", "deff", "difference", "statistic", "df", "df2", "p", "adjusted_p", "target",
    "unweighted", "weighted", "mean_weight", "effective_respondents", "lowest_weight", "highest_weight",
    "early_estimate", "late_estimate", "estimate", "against", "skipped_share", "first_estimate", "first_size",
    "second_estimate", "second_size", "confidence", "level", "smallest_p",
)  # fmt: skip
COUNTS = (
    "respondents",
    "sample_size",
    "valid_cases",
    "total_mentions",
    "early_cases",
    "late_cases",
    "comparisons",
    "unadjusted",
    "holding",
    "row",
    "n",
    "received",
    "repeated",
    "analysed",
    "number",
    "flagged",
    "applied_to",
    "excluded",
    "asked",
    "answered",
    "dkns",
    "skipped",
    "not_reached",
    "answered_not_asked",
    "share_all",
    "share_without",
    "change",
)
FLAGS = ("synthetic", "holds", "selected")
_RETURN = re.compile(r"\r(?!\n)")
# what a spreadsheet takes for the beginning of a formula: full width too, and behind quotes and blanks
_UNSAFE = re.compile(r"[\t\r\n]|['\"\s\u200b-\u200f\u2060\ufeff\x00-\x1f]*[=+\-@＝＋－＠]")


def to_csv(frame: pd.DataFrame) -> str:
    """`frame` as CSV: twelve significant digits, yes and no, and no text that a spreadsheet would run."""
    out = frame.copy()
    for column in out.columns:
        kind = out[column].dtype
        if pd.api.types.is_float_dtype(kind):
            out[column] = [significant(float(number)) for number in out[column]]
        elif pd.api.types.is_bool_dtype(kind):
            out[column] = out[column].map({True: "yes", False: "no"})
        elif not pd.api.types.is_integer_dtype(kind):
            out[column] = _each(out[column], _harmless)
    return out.to_csv(index=False, lineterminator="\n")


def read(paths: Paths, name: str) -> pd.DataFrame:
    """The table tables/<name>.csv with text as text, numbers as numbers, yes and no as booleans.

    SurveyError where the stage that writes it has not run.
    """
    path = paths.tables / f"{name}.csv"
    if not path.is_file():
        raise SurveyError(f"{paths.shown(path)} is missing; run: survey tables --survey {paths.survey}")
    frame = pd.read_csv(path, dtype=str, keep_default_na=False)
    for column in frame.columns:
        if column in FLOATS or column in COUNTS:
            numbers = pd.to_numeric(frame[column].where(frame[column] != ""))
            frame[column] = numbers.astype("Int64" if column in COUNTS else float)
        elif column in FLAGS:
            frame[column] = frame[column] == "yes"
        else:
            frame[column] = _each(frame[column], _as_meant)
    return frame


def read_exhibits(paths: Paths) -> list[Printed]:
    """Every exhibit as printed, in the order of the report."""
    rows = read(paths, "exhibits").to_dict("records")
    return [Printed.from_row({str(name): value for name, value in row.items()}) for row in rows]


def _each(column: pd.Series, change: Callable[[Any], object]) -> pd.Series:
    """A column of texts with each changed; a text that is there often is looked at once."""
    changed = {text: new for text in column.dropna().unique() if (new := change(text)) != text}
    return column.replace(changed) if changed else column


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    # a carriage return alone would end a line of the file, for csv does not quote it
    text = _RETURN.sub("\n", value)
    return f"'{text}" if _UNSAFE.match(text) else text


def _as_meant(text: str) -> str:
    return text[1:] if text.startswith("'") and _UNSAFE.match(text[1:]) else text
