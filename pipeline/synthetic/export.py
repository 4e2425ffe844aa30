"""The file of a synthetic export: text, a spreadsheet, SPSS or Parquet, as its name says."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from pipeline.exports import spss
from pipeline.text.values import as_number

_MOST_LABELS = 60  # texts of a variable that an SPSS file holds as value labels


def save(path: Path, suffix: str, encoding: str, rows: Iterable[Sequence[str]]) -> None:
    """Write the rows of an export as the file that `suffix` names: text, a spreadsheet, SPSS or Parquet."""
    writers = {".xlsx": _save_xlsx, ".sav": _save_sav, ".zsav": _save_sav, ".parquet": _save_parquet}
    if suffix.lower() in writers:
        writers[suffix.lower()](path, [list(row) for row in rows])
        return
    with path.open("w", encoding=encoding, newline="") as stream:
        csv.writer(stream, lineterminator="\n").writerows(rows)


def _save_xlsx(path: Path, rows: list[list[str]]) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path), {"strings_to_numbers": False}) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)


def _save_parquet(path: Path, rows: list[list[str]]) -> None:
    """The first row names the columns; a name that is there already gets a number."""
    import duckdb

    taken: Counter[str] = Counter()
    names = []
    for name in rows[0]:
        taken[name] += 1
        names.append(name if taken[name] == 1 else f"{name}_{taken[name]}")
    frame = pd.DataFrame(rows[1:], columns=names, dtype="str").replace("", None)
    with duckdb.connect() as connection:
        connection.register("frame", frame)
        connection.execute("copy frame to $path (format parquet)", {"path": str(path)})


def _save_sav(path: Path, rows: list[list[str]]) -> None:
    """Names and labels of variables, then cells: numbers as numbers, texts met often as value labels."""
    names, labels, *cells = rows
    frame = pd.DataFrame(cells, columns=names, dtype="str")
    values: dict[str, dict[Any, str]] = {}
    for name in names:
        texts = sorted({text for text in frame[name] if text})
        numbers = [as_number(text) for text in texts]
        if texts and all(number is not None for number in numbers):
            frame[name] = pd.to_numeric(frame[name].replace("", None))
        elif 2 * len(texts) <= len(frame) and len(texts) < _MOST_LABELS:
            codes = {text: float(code) for code, text in enumerate(texts, 1)}
            values[name] = {code: text for text, code in codes.items()}
            frame[name] = frame[name].map(codes).astype(float)
    spss.write(path, frame, column_labels=list[str | None](labels), variable_value_labels=values)
