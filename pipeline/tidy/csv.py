"""The CSVs of tables/, written and read back: one rule for digits, missing values and unsafe texts."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache

import numpy as np
import pandas as pd

from pipeline.project.errors import SurveyError
from pipeline.project.paths import Paths
from pipeline.text.rounding import significant
from pipeline.tidy.contract import Column, Table, TableError, Type, records
from pipeline.tidy.printed import Printed
from pipeline.tidy.tables import table_of

_RETURN = re.compile(r"\r(?!\n)")
# what a spreadsheet takes for the beginning of a formula: full width too, and behind quotes and blanks
_UNSAFE = re.compile(r"[\t\r\n]|['\"\s\u200b-\u200f\u2060\ufeff\x00-\x1f]*[=+\-@＝＋－＠]")


def to_csv(frame: pd.DataFrame, table: Table | None = None) -> str:
    """`frame` as CSV: twelve significant digits, yes and no, and no text that a spreadsheet would run.

    It is checked against the declaration of its table, whose columns come in their order. Without one, as
    what a query finds, it is written as it is.
    """
    out = frame if table is None else table.checked(frame)
    return _text({str(name): _written(out[name]) for name in out.columns})


def to_csvs_and_back(
    frames: Mapping[str, pd.DataFrame],
) -> tuple[dict[str, str], Callable[[str], pd.DataFrame]]:
    """What `to_csv` writes of each table of tables/, by its name, and what `read` will find of a name.

    Tables with the same columns are checked and written together, which costs little more than one of them.
    """
    alike: dict[tuple[Column, ...], list[Table]] = {}
    for name, frame in frames.items():
        table = table_of(name, frame.columns)
        alike.setdefault(table.columns, []).append(table)
    texts: dict[str, str] = {}
    places: dict[str, tuple[pd.DataFrame, int, int]] = {}
    for columns, tables in alike.items():
        out = _checked(tables, frames)
        cells = {str(name): _written(out[name]) for name in out.columns}
        as_read = _frame({name: map(str, of_column) for name, of_column in cells.items()},
                         {column.name: column for column in columns})  # fmt: skip
        end = 0
        for table in tables:
            start, end = end, end + len(frames[table.name])
            texts[table.name] = _text({name: of_column[start:end] for name, of_column in cells.items()})
            places[table.name] = (as_read, start, end)

    def read_back(name: str) -> pd.DataFrame:
        whole, start, end = places[name]
        return whole.iloc[start:end].reset_index(drop=True)

    return texts, read_back


def _checked(tables: Sequence[Table], frames: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The rows of tables that have the same columns; TableError names the one that is not as declared."""
    try:
        return tables[0].checked(*(frames[table.name] for table in tables))
    except TableError:
        for table in tables:
            table.checked(frames[table.name])
        raise


def _text(cells: Mapping[str, Sequence[object]]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(cells)
    writer.writerows(zip(*cells.values(), strict=True))
    return text.getvalue()


def _written(column: pd.Series) -> list[object]:
    """The cells of a column as they stand in a file."""
    cells = column.tolist()
    if pd.api.types.is_float_dtype(column.dtype):
        return [significant(float(number)) for number in cells]
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        cells = column.astype(str).tolist()
    elif pd.api.types.is_bool_dtype(column.dtype):
        cells = ["yes" if cell is True else "no" for cell in cells]
    # a text that is there often is looked at once
    harmless = cache(_harmless)
    written = [harmless(cell) if isinstance(cell, str) else cell for cell in cells]
    return ["" if gone else cell for cell, gone in zip(written, column.isna().tolist(), strict=True)]


def read(paths: Paths, name: str) -> pd.DataFrame:
    """The table tables/<name>.csv in the types that its columns are declared with; other columns are text.

    SurveyError where the stage that writes it has not run.
    """
    path = paths.tables / f"{name}.csv"
    if not path.is_file():
        raise SurveyError(f"{paths.shown(path)} is missing; run: survey tables --survey {paths.survey}")
    with path.open(encoding="utf-8", newline="") as stream:
        header, *rows = csv.reader(stream)
    columns = {column.name: column for column in table_of(name, header).columns}
    cells = zip(*rows, strict=True) if rows else [()] * len(header)
    return _frame(dict(zip(header, cells, strict=True)), columns)


def _frame(texts: Mapping[str, Iterable[str]], columns: Mapping[str, Column]) -> pd.DataFrame:
    """Columns of texts as a frame, in the types that they are declared with."""
    # a frame of text, typed column by column, took five times as long
    return pd.DataFrame({name: _typed(list(cells), columns.get(name)) for name, cells in texts.items()})


def read_exhibits(paths: Paths) -> list[Printed]:
    """Every exhibit as printed, in the order of the report."""
    return exhibits_of(read(paths, "exhibits"))


def exhibits_of(table: pd.DataFrame) -> list[Printed]:
    """Every exhibit of the table `exhibits`."""
    rows = records(table)
    return [Printed.from_row({str(name): value for name, value in row.items()}) for row in rows]


def _typed(texts: Sequence[str], column: Column | None) -> pd.Series:
    """The cells of a column in its type, or texts as they were before they were made harmless."""
    if column and column.is_whole:
        missing = np.fromiter((text == "" for text in texts), dtype=bool, count=len(texts))
        numbers = np.fromiter((_whole(text) for text in texts), dtype="int64", count=len(texts))
        return pd.Series(pd.arrays.IntegerArray(numbers, missing))
    if column and column.is_number:
        return pd.Series([float(text) if text else math.nan for text in texts], dtype=float)
    if column and column.type == Type.YES_NO:
        return pd.Series([text == "yes" for text in texts], dtype=bool)
    return pd.Series([_as_meant(text) for text in texts], dtype=object)


def _whole(text: str) -> int:
    return int(text or 0) if "." not in text else int(float(text))


def _harmless(text: str) -> str:
    # a carriage return alone would end a line of the file, for csv does not quote it
    text = _RETURN.sub("\n", text)
    return f"'{text}" if _UNSAFE.match(text) else text


def _as_meant(text: str) -> str:
    return text[1:] if text.startswith("'") and _UNSAFE.match(text[1:]) else text
