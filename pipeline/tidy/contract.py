"""What a table is: its name, what one row of it is, and its columns with their types.

A declaration is used to write a CSV, to read it back, to check it, and to document it (docs/tables.md).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from pipeline.tidy.measures import Word

_NOTHING = 1e-9
"""a share that is outside 0 and 1 by less than this is so by rounding"""


class TableError(Exception):
    """A table is not as it is declared: a fault of the pipeline, and none of the user's."""


class Type(StrEnum):
    """What stands in the cells of a column."""

    ID = "id"
    LABEL = "label"
    TEXT = "text"
    CREDIT = "credit"
    """whose something is, as a declaration credits it: it may hold an address, which is there to be read"""
    DATE = "date"
    SHARE = "share"
    NUMBER = "number"
    COUNT = "count"
    WHOLE = "whole number"
    YES_NO = "yes/no"


Allowed = type[Word] | Sequence[str]
_WHOLE = (Type.COUNT, Type.WHOLE)
_NUMBERS = (Type.SHARE, Type.NUMBER, *_WHOLE)


@dataclass(frozen=True)
class Column:
    """A column: its name, its type, and what it says in a sentence.

    `allowed` are the only values that it takes, where these are known: the words of a vocabulary, or texts.
    """

    name: str
    type: Type
    meaning: str = ""
    unit: str = ""
    may_be_empty: bool = False
    allowed: Allowed = ()

    @property
    def is_number(self) -> bool:
        """Whether its cells are numbers."""
        return self.type in _NUMBERS

    @property
    def is_whole(self) -> bool:
        """Whether its cells are whole numbers."""
        return self.type in _WHOLE

    def cells(self, values: Iterable[Any]) -> Any:
        """Values as an array in the type of the column, nothing checked; a text that is missing is empty."""
        if self.is_whole:
            return pd.array(list(values), dtype="Int64")
        if self.is_number:
            return np.array([np.nan if _is_missing(value) else value for value in values], dtype=np.float64)
        if self.type == Type.YES_NO:
            cells = list(values)
            return np.array(cells, dtype=object if any(map(_is_missing, cells)) else np.bool_)
        # of objects, as a frame keeps all of these in one block, and rows are chosen block by block
        return pd.Series(["" if _is_missing(value) else value for value in values], dtype=object)

    def problem(self, values: pd.Series) -> str:
        """What is wrong with typed values; empty where nothing is."""
        if not self.may_be_empty and values.isna().any():
            return "is empty"
        if self.type == Type.SHARE and (values.min() < -_NOTHING or values.max() > 1 + _NOTHING):
            return f"has {values[~values.between(0, 1)].dropna().iloc[0]}, which is no share"
        if self.type == Type.COUNT and (values < 0).any():
            return f"has {values.min()}, which is no count"
        if self.is_number or self.type == Type.YES_NO or (self.may_be_empty and not self.allowed):
            return ""
        texts = {value for value in values.unique() if isinstance(value, str)}
        if not self.may_be_empty and "" in texts:
            return "is empty"
        strays = texts - {"", *self.allowed} if self.allowed else set()
        return f"has {min(map(str, strays))!r}, which is none of its values" if strays else ""


def records(frame: pd.DataFrame, names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """The rows of a frame as dictionaries, of some columns or all; a whole number that is missing is None.

    `to_dict` says the same in several times the time.
    """
    wanted = list(names) or [str(name) for name in frame.columns]
    # a column at a time takes several times as long
    rows = (frame[wanted] if names else frame).to_numpy(dtype=object).tolist()
    return [dict(zip(wanted, [None if cell is pd.NA else cell for cell in row], strict=True)) for row in rows]


def _is_missing(value: Any) -> bool:
    return value is None or value is pd.NA or value != value


@dataclass(frozen=True)
class Table:
    """A table: what it is called, what one row of it is, and its columns in their order.

    The name is that of its file below tables/, or the pattern of it; `notes` stand below it on the page that
    documents it.
    """

    name: str
    row: str
    columns: tuple[Column, ...]
    notes: str = ""

    @cached_property
    def names(self) -> list[str]:
        """The names of its columns."""
        return [column.name for column in self.columns]

    @cached_property
    def numbers(self) -> list[str]:
        """The names of the columns that are numbers."""
        return [column.name for column in self.columns if column.is_number]

    def of(self, *types: Type) -> list[str]:
        """The names of the columns of some types."""
        return [column.name for column in self.columns if column.type in types]

    def without(self, *names: str) -> Table:
        """The same without some columns."""
        return Table(
            self.name, self.row, tuple(column for column in self.columns if column.name not in names)
        )

    def frame(self, rows: Iterable[Mapping[Any, Any]]) -> pd.DataFrame:
        """Rows as a frame with these columns and their types, also where there are none; texts are filled."""
        given = list(rows)
        columns = {column.name: [row.get(column.name) for row in given] for column in self.columns}
        return self.of_columns(columns, len(given))

    def of_columns(self, columns: Mapping[str, Any], rows: int) -> pd.DataFrame:
        """The same from columns of so many rows, or one value for all; those not given are missing."""

        def cells(name: str) -> Iterable[Any]:
            values: Any = columns.get(name)
            is_one = isinstance(values, str) or not isinstance(values, Iterable)
            return itertools.repeat(values, rows) if is_one else values

        return pd.DataFrame({column.name: column.cells(cells(column.name)) for column in self.columns})

    def checked(self, *frames: pd.DataFrame) -> pd.DataFrame:
        """The rows of one frame or more, below each other, with the columns in their types and order.

        Many at once cost little more than one. TableError, with the table, the column and the value, where
        they are not as declared.
        """
        for frame in frames:
            if set(frame.columns) != set(self.names):
                unlike = sorted({*frame.columns} ^ {*self.names})
                raise TableError(
                    f"table {self.name}: {', '.join(map(str, unlike))} is declared or there alone"
                )
        made = {}
        for column in self.columns:
            values = itertools.chain.from_iterable(frame[column.name].tolist() for frame in frames)
            try:
                made[column.name] = pd.Series(column.cells(values))
            except (TypeError, ValueError) as error:
                raise TableError(
                    f"table {self.name}: column {column.name} is no {column.type}: {error}"
                ) from None
            if problem := column.problem(made[column.name]):
                raise TableError(f"table {self.name}: column {column.name} {problem}")
        return pd.DataFrame(made)
